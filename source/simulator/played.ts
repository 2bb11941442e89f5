/** Demand that was measured, played to simulated runs: time goes by from one measurement to the next. */
import type {Reading} from '../scaler/entry.ts';
import type {Running} from './simulate.ts';

export interface PlayedMoment {
  /** Milliseconds after the beginning of the run. */
  readonly atMs: number;
  readonly readings: readonly PlayedReading[];
  /** The last moment of what decides how long a run is. */
  readonly last?: boolean;
}

export interface PlayedReading {
  readonly service: string;
  readonly demand: number;
  readonly reading: Reading;
}

/** A run and what it hears: of one moment of the file it may take other readings than the run beside it. */
export interface Player<Moment extends {readonly atMs: number}> {
  readonly running: Running;
  readonly hear: (moment: Moment) => readonly PlayedReading[];
}

/** Plays to all of them at once, so that a file is read once. Resolves with how long the runs were, in milliseconds. */
export async function playTo<Moment extends {readonly atMs: number; readonly last?: boolean}>(
  players: readonly Player<Moment>[],
  moments: AsyncIterable<Moment>,
  forMs: number | null,
): Promise<number> {
  let endMs = forMs ?? 0;
  for await (const moment of moments) {
    if (forMs !== null && moment.atMs >= forMs) break;
    for (const {running, hear} of players) {
      running.runTo(moment.atMs);
      for (const {service, demand, reading} of hear(moment)) running.read(service, reading, demand);
    }
    if (forMs === null) endMs = moment.atMs;
    if (moment.last === true && forMs === null) break;
  }
  for (const {running} of players) running.runTo(endMs);
  return endMs;
}

/** Several streams of moments as one, in the order of time; of the same time, in the order given. */
export async function* inOrder<Moment extends {readonly atMs: number}>(streams: readonly AsyncIterable<Moment>[]): AsyncGenerator<Moment> {
  const open = streams.map(stream => stream[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(open.map(stream => stream.next()));
    for (;;) {
      let first = -1;
      let soonest = Number.POSITIVE_INFINITY;
      for (const [index, head] of heads.entries()) {
        if (head.done !== true && head.value.atMs < soonest) [first, soonest] = [index, head.value.atMs];
      }
      const head = heads[first];
      const stream = open[first];
      if (!head || !stream || head.done === true) return;
      yield head.value;
      heads[first] = await stream.next();
    }
  } finally {
    for (const stream of open) await stream.return?.();
  }
}
