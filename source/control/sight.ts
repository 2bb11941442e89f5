/** What an engine that is not this console's own says it has seen of a service, and what of it is believed. */
import {z} from 'zod';
import {cleanUpTo} from '../clean.ts';
import type {LogLine, Sight} from '../ports.ts';

/** As much as an engine tells at most, and a little room for one that tells more. */
const replicasMax = 100;
const linesMax = 400;

const words = (most: number) =>
  z
    .string()
    .max(4 * most)
    .transform(text => cleanUpTo(most, text));
/** What a date can be made of. */
const time = z.number().min(-8.64e15).max(8.64e15).nullable();
const share = z.number().min(0).nullable();

const sightSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('replicas'),
    seen: z.object({
      replicas: z
        .array(
          z.object({
            name: words(200),
            node: words(200).nullable(),
            state: z.enum(['running', 'starting', 'unhealthy', 'standby', 'frozen', 'stopping', 'unplaced', 'lost', 'ended']),
            since: time,
            cpu: share,
            memoryBytes: share,
          }),
        )
        .max(replicasMax),
      more: z.int().min(0),
    }),
  }),
  z.object({
    kind: z.literal('logs'),
    tail: z.object({
      lines: z.array(z.object({replica: words(200), at: time, text: words(2000)})).max(linesMax),
      remark: words(1000),
    }),
  }),
  z.object({kind: z.literal('unseen'), reason: words(1000)}),
]);

export function readSight(value: unknown): Sight {
  return sightSchema.safeParse(value).data ?? {kind: 'unseen', reason: 'what the engine answered makes no sense'};
}

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

/** What is not believed until `readSight` has read it. */
export function lengthenSight(before: readonly LogLine[], sent: unknown): unknown {
  const {kind, dropped, lines, remark} = (sent ?? {}) as Partial<SentTail>;
  if (kind !== 'more-logs' || typeof dropped !== 'number' || !Array.isArray(lines)) return sent;
  return {kind: 'logs', tail: {lines: [...before.slice(dropped), ...(lines as unknown[])], remark}};
}

function textOf({replica, at, text}: LogLine): string {
  return `${at} ${replica} ${text}`;
}
