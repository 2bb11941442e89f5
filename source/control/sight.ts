/** A log that is looked at again and again: only what is new of it goes through a channel. */
import type {LogLine, Sight} from '../ports.ts';

/** A log of which only what is new at its end is sent: so many of the lines sent before are dropped from the front. */
export interface SentTail {
  readonly kind: 'more-logs';
  readonly dropped: number;
  readonly lines: readonly LogLine[];
  readonly remark: string;
}

/** A log that is looked at again and again is mostly what it was: a slow line carries it once. */
export function shortenSight(before: readonly LogLine[], sight: Sight): Sight | SentTail {
  if (sight.kind !== 'logs' || before.length === 0) return sight;
  const {lines, remark} = sight.tail;
  const [known, present] = [before.map(textOf), lines.map(textOf)];
  for (let dropped = 0; dropped < known.length; dropped++) {
    const kept = known.length - dropped;
    if (kept > present.length || known[dropped] !== present[0]) continue;
    if (known.slice(dropped).every((text, index) => text === present[index]))
      return {kind: 'more-logs', dropped, lines: lines.slice(kept), remark};
  }
  return sight;
}

/** What is not believed until it has been read. */
export function lengthenSight(before: readonly LogLine[], sent: unknown): unknown {
  const {kind, dropped, lines, remark} = (sent ?? {}) as Partial<SentTail>;
  if (kind !== 'more-logs' || typeof dropped !== 'number' || !Array.isArray(lines)) return sent;
  return {kind: 'logs', tail: {lines: [...before.slice(dropped), ...(lines as unknown[])], remark}};
}

function textOf({replica, at, text}: LogLine): string {
  return `${at} ${replica} ${text}`;
}
