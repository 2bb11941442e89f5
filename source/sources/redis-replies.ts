/** What Redis replies, made into numbers that can be trusted; throws `SourceError` for what is no count. */
import {SourceError} from './asking/failure.ts';

export function count(reply: unknown, what: string): number {
  const number = countOrNone(reply);
  if (number === null) throw new SourceError(`told no number for ${what}${typeof reply === 'number' ? `: ${reply}` : ''}`);
  return number;
}

/** Counters come as text where they are a key's value. */
export function countOrNone(reply: unknown): number | null {
  const number = typeof reply === 'string' && /^\d{1,16}$/.test(reply) ? Number(reply) : reply;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

/** A flat list of names and values, as XINFO tells it. */
export function pairs(reply: unknown): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  if (!Array.isArray(reply)) return found;
  for (let index = 0; index + 1 < reply.length; index += 2) found.set(String(reply[index]), reply[index + 1]);
  return found;
}
