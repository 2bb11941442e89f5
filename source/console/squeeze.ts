/** Fewer bytes for the same screen: of the styles that are switched between two letters, only the difference is sent. */

/** What the terminal was last told, of the styles that the console uses. */
interface Pen {
  bold: boolean;
  dim: boolean;
  inverse: boolean;
  /** The code of the colour; 39 is the terminal's own. */
  color: string;
}

// Runs of what chalk writes: bold, dim, inverse, a foreground colour, and their ends.
const runs = /(?:\u001b\[(?:0|1|2|22|7|27|3[0-79]|9[0-7]|38;[\d;]+)m)+/g;
const codes = /\[([\d;]+)m/g;

const plainPen: Pen = {bold: false, dim: false, inverse: false, color: '39'};

/** Must see everything that the terminal gets, in its order. */
export function createSqueezer(): (output: string) => string {
  const pen = {...plainPen};
  return output =>
    output.replace(runs, run => {
      const wanted = {...pen};
      for (const [, code = ''] of run.matchAll(codes)) apply(wanted, code);
      const difference = between(pen, wanted);
      Object.assign(pen, wanted);
      return difference.length === 0 ? '' : `\u001b[${difference.join(';')}m`;
    });
}

function apply(pen: Pen, code: string): void {
  switch (code) {
    case '0':
      Object.assign(pen, plainPen);
      return;
    case '1':
      pen.bold = true;
      return;
    case '2':
      pen.dim = true;
      return;
    case '22':
      pen.bold = false;
      pen.dim = false;
      return;
    case '7':
      pen.inverse = true;
      return;
    case '27':
      pen.inverse = false;
      return;
    default:
      pen.color = code;
  }
}

/** Bold and dim end together: where one of them goes, what stays is switched on again. */
function between(from: Pen, to: Pen): readonly string[] {
  const ends = (from.bold && !to.bold) || (from.dim && !to.dim);
  const difference: string[] = [];
  if (ends) difference.push('22');
  if (to.bold && (ends || !from.bold)) difference.push('1');
  if (to.dim && (ends || !from.dim)) difference.push('2');
  if (from.inverse !== to.inverse) difference.push(to.inverse ? '7' : '27');
  if (from.color !== to.color) difference.push(to.color);
  return difference;
}
