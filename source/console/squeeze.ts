/** Fewer bytes for the same screen: of the styles that are switched between two letters, only the difference is sent. */
import {apply, between, plainPen, styleCode} from './pen.ts';

const runs = new RegExp(`(?:\\u001b\\[${styleCode}m)+`, 'g');
const codes = /\[([\d;]+)m/g;
/** Rows that stay as they are: the cursor goes past all of them at once. */
const nextRows = /(?:\u001b\[E){2,}/g;

/** Must see everything that the terminal gets, in its order. */
export function createSqueezer(): (output: string) => string {
  const pen = {...plainPen};
  return output =>
    output
      .replace(runs, run => {
        const wanted = {...pen};
        for (const [, code = ''] of run.matchAll(codes)) apply(wanted, code);
        const difference = between(pen, wanted);
        Object.assign(pen, wanted);
        return difference.length === 0 ? '' : `\u001b[${difference.join(';')}m`;
      })
      .replace(nextRows, rows => `\u001b[${rows.length / '\u001b[E'.length}E`);
}
