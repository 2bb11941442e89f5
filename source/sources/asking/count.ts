/** Numbers that a server says, taken only where they can be counts: whole, not below zero, not beyond what is exact. */
import {SourceError} from './failure.ts';

/** `what` is said where it is none: `says -3 for the depth of workers`. */
export function countOf(value: unknown, what: string): number {
  const count = typeof value === 'bigint' ? Number(value) : value;
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count;
  throw new SourceError(`says ${shown(value)} for ${what}`);
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  return (typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? typeof value)).slice(0, 40);
}
