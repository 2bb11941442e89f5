/** Of a service's replicas, those that somebody else has paused: they serve nobody and hold their slots, and not for ever. */
import type {Replica} from './replica-life.ts';

/** Long enough for whoever takes a copy of a container, which pauses it meanwhile; a service is not short for longer. */
export const heldLimitMs = 30_000;

/** Those whose time is over, and when the next one's is; infinite for never. */
export function heldTooLong(replicas: Iterable<Replica>, now: number): {readonly over: readonly Replica[]; readonly dueAt: number} {
  const over: Replica[] = [];
  let dueAt = Number.POSITIVE_INFINITY;
  for (const replica of replicas) {
    if (replica.aim !== 'run' || replica.heldSince === null) continue;
    const endsAt = replica.heldSince + heldLimitMs;
    if (endsAt <= now) over.push(replica);
    else dueAt = Math.min(dueAt, endsAt);
  }
  return {over, dueAt};
}
