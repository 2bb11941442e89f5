/** Numbers in what a program prints. */
import {clean} from '../../clean.ts';
import {SourceError} from '../asking/failure.ts';

const shownMax = 24;
/** A line that goes on longer than this has no end. */
const lineMax = 4096;
/** The last number of a line is found in this much of it. */
const endMax = 800;

/** Not a part of a word, a version, a date, a time or a list; NaN and infinity count as numbers here, so that they are refused. */
const numbers = /(?<![\w.+-]|\d[:,])[-+]?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|nan|inf(?:inity)?)(?!\w|[.,:-]\d)/gi;

/** The last number of a line, such as 42 of `jobs: 42`. Throws `SourceError` for a line without one, and for what is no demand. */
export function numberIn(line: string): number {
  // A number is no part of what would colour it or name a window.
  const text = clean(line.slice(-endMax)).trim();
  if (text === '') throw new SourceError('it printed nothing: expected a number');
  const last = [...text.matchAll(numbers)].at(-1)?.[0];
  if (last === undefined) throw new SourceError(`it printed “${text.slice(0, shownMax)}”, which holds no number`);
  const value = Number(last);
  if (!Number.isFinite(value) || value < 0)
    throw new SourceError(`it printed ${last.slice(0, shownMax)}, which is no demand: expected a number from 0 up`);
  return value;
}

/** Calls back with the last whole line of what came; false where a line has no end. */
export function lineReader(told: (line: string) => void): (text: string) => boolean {
  let rest = '';
  return text => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    const last = lines.findLast(line => line.trim() !== '');
    if (last !== undefined) told(last);
    return rest.length <= lineMax;
  };
}
