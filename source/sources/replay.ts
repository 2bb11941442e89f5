/** Measured demand played again, as quickly as is asked for. At its end it says so, and never reads as zero. */
import type {Clock, Source} from '../ports.ts';
import type {SourceParts} from './source.ts';
import {MeasuredError} from './measured/moment.ts';
import {playback, type ReplayDemand} from './measured/playback.ts';

/** A file that can't be opened is tried again this often. */
const againMs = 5000;

export type {ReplayDemand};

export function replaySource(demand: ReplayDemand, {clock, service}: SourceParts): Source {
  return (report, signal) => {
    const play = async () => {
      while (!signal.aborted) {
        try {
          const startedAt = clock.now();
          for await (const {atMs, reading} of playback(demand, service)) {
            await waitUntil(clock, startedAt + atMs, signal);
            if (signal.aborted) return;
            report(reading);
          }
          return;
        } catch (error) {
          if (signal.aborted) return;
          report({kind: 'error', reason: (error as Error).message});
          // What is wrong inside a file stays wrong; a file that is away may come back.
          if (!(error instanceof MeasuredError) || !error.unopened) return;
          await waitUntil(clock, clock.now() + againMs, signal);
        }
      }
    };
    void play();
  };
}

/** Resolves at that time, or when the signal aborts. */
function waitUntil(clock: Clock, at: number, signal: AbortSignal): Promise<void> {
  const leftMs = at - clock.now();
  if (leftMs <= 0 || signal.aborted) return Promise.resolve();
  return new Promise(resolve => {
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(leftMs, end);
    signal.addEventListener('abort', end);
  });
}
