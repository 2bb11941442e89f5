/** A queue with replicas that work on it, in virtual time, scaled by the real scaler: small, whole and seeded. */
import type {Reading} from '../../source/scaler/entry.ts';
import type {Fleet} from '../../source/scaler/fleet.ts';
import type {Target} from '../../source/scaler/spec.ts';
import {branch} from '../../source/simulator/chance.ts';
import {after, fleetOf, observed, spec, type Timeless} from './fleets.ts';

export interface QueueWorld {
  readonly target: Target;
  /** What the source tells: a list's length, what is worked on too, or what has ever arrived as well. */
  readonly tells: 'length' | 'in-flight' | 'arrivals';
  /** Items that arrive between two moments, in seconds since the start. */
  readonly arrivals: (from: number, to: number, chance: () => number) => number;
  /** Items that one replica does each second. */
  readonly rate: number;
  /** Whether each item takes just as long, or as long as chance has it. */
  readonly even?: boolean;
  /** How often an idle replica looks for work; at once unless said. */
  readonly idleMs?: number;
  /** How often the server counts anew what it tells; each time it is asked unless said. */
  readonly countsMs?: number;
  readonly startMs?: number;
  readonly everyMs?: number;
  readonly running?: number;
  readonly capacity?: number;
  readonly seed?: number;
  readonly seconds: number;
}

export interface Lived {
  readonly at: number;
  readonly want: number;
  readonly running: number;
  readonly pending: number;
  readonly backlog: number;
}

const stepMs = 50;

/** What happened, a line for each step of 50 ms. */
export function live(world: QueueWorld): {readonly lived: readonly Lived[]; readonly fleet: Fleet} {
  const {target, tells, rate, even = false, idleMs = stepMs, countsMs = 0, startMs = 500, everyMs = 500, capacity = 200} = world;
  const chance = branch(world.seed ?? 1, 'queue');
  const settleMs = target.kind === 'queue' || target.kind === 'pd' ? 15_000 : 0;
  const flapGuardMs = target.kind === 'queue' ? 120_000 : 0;
  let at = 1000;
  let waiting = 0;
  let arrived = 0;
  /** When each busy replica will be done with its item; null for an idle one. */
  let workers: (number | null)[] = Array.from({length: world.running ?? 0}, () => null);
  let starting: number[] = [];
  let order = 0;
  let counted: Reading | null = null;
  let countedAt = at;
  let fleet = fleetOf([spec('jobs', {target, settleMs, flapGuardMs})], capacity, [observed('jobs', {running: workers.length})], at);
  const lived: Lived[] = [];
  const tell = (...entries: readonly Timeless[]) => {
    const result = after(fleet, at, ...entries);
    fleet = result.fleet;
    for (const action of result.actions) {
      order = action.order;
      const more = action.replicas - workers.length - starting.length;
      for (let index = 0; index < more; index++) starting.push(at + startMs);
      for (let index = more; index < 0; index++) {
        if (starting.length > 0) starting = starting.slice(0, -1);
        // One that is told to stop finishes its item first: here that is left out, and the item counts as done.
        else workers = workers.toSorted((a, b) => (a ?? 0) - (b ?? 0)).slice(1);
      }
    }
    return result.actions.length > 0;
  };
  const observe = () => tell(observed('jobs', {running: workers.length, pending: starting.length, order}));
  for (let elapsed = 0; elapsed < world.seconds * 1000; elapsed += stepMs) {
    at += stepMs;
    const came = world.arrivals(elapsed / 1000, (elapsed + stepMs) / 1000, chance);
    waiting += came;
    arrived += came;
    const ready = starting.filter(due => due <= at).length;
    if (ready > 0) {
      starting = starting.filter(due => due > at);
      workers = [...workers, ...Array.from({length: ready}, () => null)];
    }
    workers = workers.map(done => {
      let free = done !== null && done > at ? done : null;
      // A quick replica does several in one step.
      let from = done !== null && done <= at ? done : at;
      while (free === null && waiting > 0 && chance() < stepMs / idleMs) {
        waiting--;
        from += (1000 / rate) * (even ? 1 : -Math.log(1 - chance()));
        free = from > at ? from : null;
      }
      return free;
    });
    if (ready > 0) while (observe());
    if (elapsed % everyMs === 0) {
      const inFlight = workers.filter(done => done !== null).length;
      if (counted === null || at - countedAt >= countsMs) {
        counted = readingOf(tells, waiting, inFlight, arrived);
        countedAt = at;
      }
      if (tell({kind: 'reading', service: 'jobs', reading: counted})) while (observe());
    }
    const backlog = waiting + workers.filter(done => done !== null).length;
    lived.push({at: elapsed, want: fleet.services[0]?.decision?.want ?? 0, running: workers.length, pending: starting.length, backlog});
  }
  return {lived, fleet};
}

function readingOf(tells: QueueWorld['tells'], waiting: number, inFlight: number, arrived: number): Reading {
  if (tells === 'length') return {kind: 'value', value: waiting};
  return {kind: 'queue', waiting, inFlight, arrived: tells === 'arrivals' ? arrived : null};
}

/** So many each second, evenly apart or as chance has it (Poisson). */
export function stream(perSecond: number, even = false): QueueWorld['arrivals'] {
  if (even) return (from, to) => Math.floor(to * perSecond + 1e-9) - Math.floor(from * perSecond + 1e-9);
  return (from, to, chance) => {
    let count = 0;
    for (let left = (to - from) * perSecond + Math.log(1 - chance()); left > 0; left += Math.log(1 - chance())) count++;
    return count;
  };
}

/** So many at once at that moment, with another pattern beneath. */
export function burst(items: number, atSeconds: number, beneath: QueueWorld['arrivals'] = () => 0): QueueWorld['arrivals'] {
  return (from, to, chance) => beneath(from, to, chance) + (from <= atSeconds && atSeconds < to ? items : 0);
}

/** How often the want changed between two moments, in seconds. */
export function changes(lived: readonly Lived[], from: number, to: number): number {
  const span = lived.filter(({at}) => at >= from * 1000 && at < to * 1000);
  return span.filter(({want}, index) => index > 0 && want !== span[index - 1]?.want).length;
}
