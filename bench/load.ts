/** How soon the first replica of priority 1 serves while batch takes all of every core, against while it takes none. */
import type {Way} from './bare.ts';
import {createBox} from './box.ts';
import {median} from './statistics.ts';
import {workload} from '../test/support/workloads.ts';

export interface LoadResult {
  readonly way: Way;
  readonly idleMs: readonly number[];
  readonly loadedMs: readonly number[];
}

const capacity = 10;
const burns = workload({command: ['sh', '-c', 'trap "exit 0" TERM; while :; do :; done']});

/** Idle and loaded take turns, some rounds each: both can't be at once. */
export async function benchLoad(socket: string, rounds: number): Promise<readonly LoadResult[]> {
  const results: LoadResult[] = [];
  for (const way of ['frozen', 'cold'] as const) {
    const times = {idle: [] as number[], loaded: [] as number[]};
    for (let turn = 0; turn < 2; turn++) {
      for (const state of ['idle', 'loaded'] as const) {
        const box = await createBox(socket, way, capacity, service => (state === 'loaded' && service === 'batch' ? burns : workload()));
        for (let round = 0; round <= rounds; round++) {
          const tookMs = await box.move(1);
          await box.back();
          // The first of each turn warms up.
          if (round > 0) times[state].push(tookMs);
        }
        await box.close();
      }
    }
    results.push({way, idleMs: times.idle, loadedMs: times.loaded});
  }
  return results;
}

export function loadLines(results: readonly LoadResult[]): readonly string[] {
  return [
    `the first replica of priority 1, while ${capacity} replicas of batch take every core, ${results[0]?.idleMs.length ?? 0} rounds, medians`,
    ...results.map(({way, idleMs, loadedMs}) => {
      const ratio = median(loadedMs) / median(idleMs);
      return `  ${way.padEnd(7)} idle ${median(idleMs).toFixed(0)} ms, loaded ${median(loadedMs).toFixed(0)} ms, ratio ${ratio.toFixed(2)}   (at most 2)`;
    }),
  ];
}
