/** How many replicas a service may have, as a sentence, and as what a meeting would ask: what does it keep? */
import {count} from './english.ts';

export interface Bounds {
  readonly min: number;
  /** Undefined for none. */
  readonly max: number | undefined;
}

export function boundsSentence({min, max}: Bounds): string {
  if (max === undefined)
    return min === 0 ? 'It may go down to none, and has no upper bound.' : `It always keeps ${min}, and has no upper bound.`;
  if (min === max) return min === 0 ? 'It has none.' : `It always has ${count(min, 'replica')}.`;
  return min === 0 ? `It may go down to none, and has at most ${max}.` : `It always keeps ${min}, and has at most ${max}.`;
}

/** `2 to 4`, `4`, `2 or more`. */
export function rangeWords({min, max}: Bounds): string {
  if (max === undefined) return min === 0 ? 'any number' : `${min} or more`;
  return min === max ? String(max) : `${min} to ${max}`;
}

/** Such as `keeps 1 of 4`, as the end of “it …”. */
export function keepsWords({min, max}: Bounds): string {
  if (max !== undefined && max === min) return max === 0 ? 'has none' : `has exactly ${max}`;
  if (min === 0) return max === undefined ? 'may go down to none' : `may go down to none, and has at most ${max}`;
  return max === undefined ? `keeps ${min}` : `keeps ${min} of ${max}`;
}
