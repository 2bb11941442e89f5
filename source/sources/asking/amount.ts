/** A number from outside as a demand: whole words for whatever isn't a finite number from 0 up. */
import {SourceError} from './failure.ts';

const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const shownMax = 24;

/** `where` names it in messages: `load.current`. Throws `SourceError`. */
export function amountFrom(given: unknown, where: string): number {
  const number = numberFrom(given);
  if (number === null) throw new SourceError(`${where} holds ${shown(given)}, not a number`);
  return soundAmount(number, where);
}

/** Throws `SourceError` for NaN, an infinity and what is negative. */
export function soundAmount(number: number, where: string): number {
  if (!Number.isFinite(number)) throw new SourceError(`${where} is ${Number.isNaN(number) ? 'NaN' : 'infinite'}, which is no demand`);
  if (number < 0) throw new SourceError(`${where} is ${number}: a demand is never below 0`);
  // So that a negative zero isn't shown as one.
  return number + 0;
}

/** A number, or the text of one, as many write theirs; null for everything else. */
export function numberFrom(given: unknown): number | null {
  if (typeof given === 'number') return given;
  if (typeof given !== 'string') return null;
  const text = given.trim();
  return decimal.test(text) ? Number(text) : null;
}

function shown(given: unknown): string {
  if (given === null) return 'null';
  if (Array.isArray(given)) return 'a list';
  if (typeof given === 'object') return 'an object';
  const text = typeof given === 'string' ? given : (JSON.stringify(given) ?? 'nothing');
  return text === '' ? 'an empty text' : `“${text.slice(0, shownMax)}${text.length > shownMax ? '…' : ''}”`;
}
