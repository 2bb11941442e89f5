/** The styles that the console uses, as a terminal keeps them: what switches one into another. */

/** What a terminal was last told. */
export interface Pen {
  bold: boolean;
  dim: boolean;
  inverse: boolean;
  /** The code of the colour; 39 is the terminal's own. */
  color: string;
}

export const plainPen: Readonly<Pen> = {bold: false, dim: false, inverse: false, color: '39'};

/** What chalk writes, without its brackets: bold, dim, inverse, a foreground colour, and their ends. */
export const styleCode = '(?:0|1|2|22|7|27|3[0-79]|9[0-7]|38;[\\d;]+)';

export function apply(pen: Pen, code: string): void {
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

/** The codes from one to the other. Bold and dim end together: where one of them goes, what stays is switched on again. */
export function between(from: Readonly<Pen>, to: Readonly<Pen>): readonly string[] {
  const ends = (from.bold && !to.bold) || (from.dim && !to.dim);
  const difference: string[] = [];
  if (ends) difference.push('22');
  if (to.bold && (ends || !from.bold)) difference.push('1');
  if (to.dim && (ends || !from.dim)) difference.push('2');
  if (from.inverse !== to.inverse) difference.push(to.inverse ? '7' : '27');
  if (from.color !== to.color) difference.push(to.color);
  return difference;
}
