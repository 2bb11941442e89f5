/** What an engine that is not this console's own says it has seen of a service, and what of it is believed. */
import * as z from 'zod';
import {cleanUpTo} from '../clean.ts';
import type {Sight} from '../ports.ts';

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
