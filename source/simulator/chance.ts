/** Chance from a seed, so that whatever happened can happen again. */
import type {Chance} from '../ports.ts';

/** sfc32 by Chris Doty-Humphrey (PractRand), seeded through splitmix32: the same numbers on every machine. */
export function seededChance(seed: number): Chance {
  let state = seed >>> 0;
  const seedWord = () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
  let [a, b, c, counter] = [seedWord(), seedWord(), seedWord(), 1];
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let round = 0; round < 12; round++) next();
  return next;
}

/** A stream of its own for a part of the whole, so that one part's draws don't shift another's. */
export function branch(seed: number, name: string): Chance {
  let hash = seed | 0;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return seededChance(hash);
}
