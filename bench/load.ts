/** How soon the first replica of priority 1 serves while batch takes every core, against while it takes none. */
import {cpus} from 'node:os';
import {createBare, type Way} from './bare.ts';
import {createBox} from './box.ts';
import {atMost, verdict, type Line} from './results.ts';
import {median} from './statistics.ts';
import {workload} from '../test/support/workloads.ts';

export interface LoadResult {
  /** Replicas of batch for each core, each of which would take a whole one. */
  readonly timesOver: number;
  readonly way: Way;
  readonly idleMs: readonly number[];
  readonly loadedMs: readonly number[];
  /** The engine's own calls, bare, under the same load. */
  readonly bareMs: readonly number[];
}

const burns = workload({command: ['sh', '-c', 'trap "exit 0" TERM; while :; do :; done']});
const turns = 3;

/** Idle, loaded and bare take turns, some rounds each: they can't be at once. */
export async function benchLoad(socket: string, rounds: number): Promise<readonly LoadResult[]> {
  const results: LoadResult[] = [];
  for (const timesOver of [1, 5]) {
    for (const way of ['frozen', 'cold'] as const) {
      const capacity = timesOver * cpus().length;
      const times = {idle: [] as number[], loaded: [] as number[], bare: [] as number[]};
      for (let turn = 0; turn < turns; turn++) {
        for (const state of ['idle', 'loaded'] as const) {
          const workloadOf = (service: string) => (state === 'loaded' && service === 'batch' ? burns : workload());
          const box = await createBox(socket, way, capacity, workloadOf);
          const move = async () => {
            const tookMs = await box.move(1);
            await box.back();
            return tookMs;
          };
          times[state].push(...(await warmedUp(rounds, move)));
          await box.close();
        }
        const bare = await createBare(socket, capacity, burns);
        times.bare.push(...(await warmedUp(rounds, () => bare.move(way, 1))));
        await bare.close();
      }
      results.push({timesOver, way, idleMs: times.idle, loadedMs: times.loaded, bareMs: times.bare});
    }
  }
  return results;
}

/** The first isn't counted. */
async function warmedUp(rounds: number, move: () => Promise<number>): Promise<readonly number[]> {
  const tookMs: number[] = [];
  for (let round = 0; round <= rounds; round++) tookMs.push(await move());
  return tookMs.slice(1);
}

export function loadLines(results: readonly LoadResult[]): readonly Line[] {
  const ms = (values: readonly number[]) => `${median(values).toFixed(0)} ms`;
  return [
    `the first replica of priority 1, while each replica of batch takes what it gets of a core, ${results[0]?.idleMs.length ?? 0} rounds, medians`,
    ...results.map(({timesOver, way, idleMs, loadedMs, bareMs}) => {
      const times = timesOver === 1 ? 'every core taken once' : `every core taken ${timesOver} times over`;
      const parts = `${times}, ${way}, loaded ${ms(loadedMs)}, idle ${ms(idleMs)}, bare calls under the same load ${ms(bareMs)}`;
      const ratio = median(loadedMs) / median(idleMs);
      // More than all cores was never promised.
      return timesOver === 1
        ? verdict(`of its idle time, ${parts}`, ratio, atMost(2), '')
        : `       of its idle time, ${parts}: ${ratio.toFixed(2)}`;
    }),
  ];
}
