/**
 * A queue and the workers that drain it, in virtual time: jobs arrive by chance, wait in their order, and each replica
 * works on one at a time. It knows nothing of the rule that decides how many replicas there are.
 */
import type {Chance, Clock} from '../ports.ts';
import type {Reading} from '../scaler/entry.ts';

export interface QueueSettings {
  /** Jobs a second that arrive on average, at so many milliseconds after the beginning. */
  readonly arrivals: (afterMs: number) => number;
  /** Jobs that arrive at once, beside those. */
  readonly bursts: readonly {readonly afterMs: number; readonly jobs: number}[];
  /** What one job takes one replica, drawn evenly between the two, in milliseconds. */
  readonly jobMs: readonly [number, number];
  /** A job that waits for longer than this is late. */
  readonly lateAfterMs: number;
}

export interface QueueWorld {
  /** What a source would read: waiting, being worked on, and ever arrived. */
  reading(): Extract<Reading, {kind: 'queue'}>;
  tally(): QueueTally;
}

export interface QueueTally {
  readonly arrived: number;
  readonly done: number;
  /** How long the oldest job had waited for more than it may, in milliseconds. */
  readonly lateMs: number;
  readonly longestWaitMs: number;
  readonly meanWaitMs: number;
  /** For each burst, how long until all that had arrived with it was taken; null for one that never was. */
  readonly drainMs: readonly (number | null)[];
}

/** Jobs are moved this often; they take many times as long. */
const stepMs = 100;

/** Begins at once. `workers` says how many replicas run at this moment. */
export function createQueueWorld(clock: Clock, chance: Chance, workers: () => number, settings: QueueSettings): QueueWorld {
  const startedAt = clock.now();
  const waiting: number[] = [];
  let first = 0;
  /** What is left of each job that is being worked on, oldest first. */
  let working: {readonly arrivedAt: number; leftMs: number}[] = [];
  let [arrived, taken, done, lateMs, longestWaitMs, waitedMs] = [0, 0, 0, 0, 0, 0];
  const bursts = settings.bursts.map(({afterMs, jobs}) => ({
    at: startedAt + afterMs,
    jobs,
    arrivedBy: null as number | null,
    drainMs: null as number | null,
  }));

  function arrive(jobs: number, at: number): void {
    for (let job = 0; job < jobs; job++) waiting.push(at);
    arrived += jobs;
  }

  function work(at: number): void {
    for (const job of working) job.leftMs -= stepMs;
    const before = working.length;
    working = working.filter(job => job.leftMs > 0);
    done += before - working.length;
    const running = workers();
    // A replica that goes gives back what it was at: the youngest job, which waits again at the front.
    while (working.length > running) {
      const back = working.pop();
      if (!back) break;
      waiting[--first] = back.arrivedAt;
      taken--;
    }
    const [least, most] = settings.jobMs;
    while (working.length < running && first < waiting.length) {
      const arrivedAt = waiting[first++] ?? at;
      taken++;
      const waited = at - arrivedAt;
      waitedMs += waited;
      longestWaitMs = Math.max(longestWaitMs, waited);
      working.push({arrivedAt, leftMs: least + chance() * (most - least)});
    }
  }

  function move(): void {
    const at = clock.now();
    arrive(poisson((settings.arrivals(at - startedAt) * stepMs) / 1000, chance), at);
    for (const burst of bursts) {
      if (burst.arrivedBy !== null || burst.at > at) continue;
      arrive(burst.jobs, at);
      burst.arrivedBy = arrived;
    }
    work(at);
    const oldest = waiting[first];
    if (oldest !== undefined && at - oldest > settings.lateAfterMs) lateMs += stepMs;
    for (const burst of bursts) if (burst.arrivedBy !== null && taken >= burst.arrivedBy) burst.drainMs ??= at - burst.at;
    clock.after(stepMs, move);
  }

  clock.after(stepMs, move);
  return {
    reading: () => ({kind: 'queue', waiting: waiting.length - first, inFlight: working.length, arrived}),
    tally: () => ({
      arrived,
      done,
      lateMs,
      longestWaitMs,
      meanWaitMs: taken === 0 ? 0 : waitedMs / taken,
      drainMs: bursts.map(({drainMs}) => drainMs),
    }),
  };
}

/** How many of rare things happen where `mean` do on average (Knuth, The Art of Computer Programming 2, 3.4.1). */
function poisson(mean: number, chance: Chance): number {
  const limit = Math.exp(-mean);
  let happened = 0;
  for (let product = chance(); product > limit; product *= chance()) happened++;
  return happened;
}
