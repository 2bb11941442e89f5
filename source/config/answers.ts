/** Answers to a first configuration's questions: read, or refused in one sentence. */
import {parseShare} from './target-schema.ts';

export type Answer<Value> = {readonly kind: 'read'; readonly value: Value} | {readonly kind: 'wrong'; readonly words: string};
export type ReadAnswer<Value> = (text: string) => Answer<Value>;

const read = <Value>(value: Value): Answer<Value> => ({kind: 'read', value});
const wrong = <Value>(words: string): Answer<Value> => ({kind: 'wrong', words});

/** Places in the list, by number from 1 or by name, each once. */
export function readChoice(names: readonly string[], most = names.length): ReadAnswer<readonly number[]> {
  const one = most === 1;
  return text => {
    const words = text.split(/[\s,]+/).filter(word => word !== '');
    const chosen: number[] = [];
    for (const word of words) {
      // A place wins over a name, since the usual answer is in places and a service may be called 2.
      const place = /^\d{1,6}$/.test(word) ? Number(word) - 1 : -1;
      const index = place >= 0 && place < names.length ? place : names.indexOf(word);
      if (index < 0 || index >= names.length)
        return wrong(
          `“${word}” is none of them: expected ${one ? 'a number' : 'numbers'} from 1 to ${names.length}, or ${one ? 'a name' : 'names'}`,
        );
      if (chosen.includes(index)) return wrong(`“${word}” is named twice`);
      chosen.push(index);
    }
    if (chosen.length === 0) return wrong('expected at least one');
    return chosen.length > most ? wrong('expected one of them') : read(chosen);
  };
}

export function readCount(least: number, most: number): ReadAnswer<number> {
  return text => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return count >= least && count <= most ? read(count) : wrong(`expected a whole number from ${least} to ${most}`);
  };
}

/** `1-10`, or one number for both. `free` is what the services before it have left for a min. */
export function readRange(free: number, capacity: number): ReadAnswer<{readonly min: number; readonly max: number}> {
  return text => {
    const match = /^(\d{1,9})(?:\s*(?:-|–|to|\.\.)\s*(\d{1,9}))?$/.exec(text);
    if (!match) return wrong('expected two whole numbers such as 1-10');
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : Number(match[2]);
    if (min > max) return wrong(`${min} is over ${max}: the lower one comes first`);
    if (max < 1) return wrong('expected at least 1 as the second number');
    if (max > capacity) return wrong(`${max} is over the ${capacity} that may run of all together`);
    if (min > free) return wrong(`only ${free} are left for the first number: the services before it are sure of the rest`);
    return read({min, max});
  };
}

export function readText(problem: (text: string) => string | null): ReadAnswer<string> {
  return text => {
    const why = text === '' ? 'expected something' : problem(text);
    return why === null ? read(text) : wrong(why);
  };
}

export const readShareWords: ReadAnswer<string> = text => {
  const share = parseShare(/^\d+(\.\d+)?$/.test(text) ? `${text}%` : text);
  if (share === null || share > 1) return wrong('expected a share such as 70%');
  return read(`${Math.round(share * 1000) / 10}%`);
};
