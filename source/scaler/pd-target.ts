/**
 * Proportional-derivative control of a queue's length, as the first microscaling engine had it: each sample moved the
 * want by `floor(0.04 × (length - target) + 1.25 × change + 0.5)`, and it shrank only under 0.7 of the target
 * (microscaling, github.com/microscaling/microscaling, engine/localEngine). Here the proportional part counts by the
 * second, so that reading twice as often doesn't ask for twice as much:
 *
 *     level += proportional × (length - target) × seconds + derivative × change
 */
import type {Target} from './spec.ts';
import {unbounded} from './spec.ts';
import type {Context, PdMemory} from './memory.ts';

type PdTarget = Extract<Target, {kind: 'pd'}>;

/** It shrinks only while the queue is shorter than this share of its target. */
const shrinkBelow = 0.7;
/** After a longer gap nobody knows how long the queue was meanwhile. */
const gapSecondsMax = 10;

/** `length` is null where it is asked again with what is known. */
export function readPd(target: PdTarget, before: PdMemory | null, length: number | null, context: Context): PdMemory {
  const {at, running, pending, short} = context;
  if (before === null) {
    const level = running + pending;
    return {kind: 'pd', at, length: length ?? 0, level, want: level};
  }
  if (length === null) return before;
  const seconds = Math.min(gapSecondsMax, (at - before.at) / 1000);
  const change = length - before.length;
  const off = length - target.length;
  // What is on its way, or can't be had, is not asked for again and again while the queue waits for it.
  const pushed = off > 0 && (pending > 0 || short) ? 0 : target.proportional * off * seconds;
  const moved = before.level + pushed + target.derivative * change;
  const shrinks = length < target.length * shrinkBelow;
  const level = Math.min(unbounded, Math.max(0, shrinks ? moved : Math.max(moved, before.level)));
  return {kind: 'pd', at, length, level, want: Math.floor(level + 0.5)};
}
