/** What a configuration may say of a target: the rule that turns readings into replicas. Shapes only. */
import * as z from 'zod';
import {count, positiveDuration} from './shapes.ts';
import {parseDuration} from './units.ts';

/** `70%` or 0.7; null for anything else. */
export function parseShare(given: string | number): number | null {
  if (typeof given === 'number') return given > 0 && given <= 10 ? given : null;
  const match = /^(\d+(?:\.\d+)?)\s*%$/.exec(given.trim());
  const share = match ? Number(match[1]) / 100 : Number.NaN;
  return share > 0 && share <= 10 ? share : null;
}

export const share = z
  .union([z.number(), z.string()])
  .refine(given => parseShare(given) !== null, {error: 'expected a share such as 70% or 0.7'})
  .meta({examples: ['70%', 0.7]});

const queue = z.strictObject({
  drainWithin: positiveDuration.describe('How soon what waits is to be done'),
  rate: z.number().positive().optional().describe('Items that one replica does each second; learned unless said'),
  arrivals: z.number().min(0).optional().describe('Items that come each second; learned unless said'),
});

const pd = z.strictObject({
  length: z.number().min(0).describe('How long the queue should be'),
  proportional: z.number().min(0).default(0.04).describe('Replicas a second for each item too many'),
  derivative: z.number().min(0).default(1.25).describe('Replicas for each item that the queue grows by'),
});

const kinds = {
  perReplica: z.number().positive().optional().describe('Demand that one replica serves'),
  utilization: share.optional().describe('How much of what a replica may use should be in use'),
  queue: queue.optional().describe('By when a queue should be done with'),
  pd: pd.optional().describe('Proportional-derivative control of a queue’s length'),
  fixed: count.optional().describe('Always so many replicas'),
};

const rule = z
  .strictObject(kinds)
  .refine(given => Object.values(given).filter(value => value !== undefined).length === 1, {
    when: ({issues}) => issues.length === 0,
    error: `expected one of ${Object.keys(kinds).join(', ')}`,
  })
  .meta({minProperties: 1, maxProperties: 1});

/** How far ahead to look. */
export const leadSchema = z
  .string()
  .refine(given => given === 'auto' || given === 'off' || (parseDuration(given) ?? 0) > 0, {
    error: 'expected auto, off or a duration such as 5s',
  })
  .meta({examples: ['auto', '5s']});

export const targetSchema = z
  .union([z.enum(['direct', 'fill']), rule], {
    error: 'expected direct, fill, {perReplica: N}, {utilization: 70%}, {queue: {drainWithin: 30s}}, {pd: {length: N}} or {fixed: N}',
  })
  .meta({id: 'target'});

export type TargetText = z.output<typeof targetSchema>;
