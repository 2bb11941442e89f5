/** Single statistics of containers, and what their counters come to between two of them. It knows no service. */
import type Docker from 'dockerode';
import type {Clock} from '../../ports.ts';
import {statusOf} from './recipe.ts';
import {takenAt, type Limits, type Stats} from './usage-stats.ts';

/** A counter at one moment. */
export interface Sample {
  /** In what it counts. */
  readonly total: number;
  /** In milliseconds, by the engine's own clock. */
  readonly at: number;
}

export interface Meter {
  /** Null for a container that doesn't run. */
  stats(id: string, signal: AbortSignal): Promise<Stats | null>;
  limits(id: string, signal: AbortSignal): Promise<Limits>;
  /** Lets go of what it remembers and hasn't been asked for lately. */
  forget(): void;
}

/** Limits may be changed by hand while a container runs. */
const limitsLastMs = 60_000;

export function createMeter(docker: Docker, clock: Clock): Meter {
  const known = new Map<string, {readonly limits: Limits; readonly at: number}>();

  return {
    async stats(id, signal) {
      try {
        // One reading, at once: without it the engine takes a second to take two.
        const options = {stream: false, 'one-shot': true, abortSignal: signal} as {stream: false; 'one-shot': boolean};
        const stats = (await docker.getContainer(id).stats(options)) as unknown as Stats;
        // One that has stopped meanwhile has no time and no numbers.
        return takenAt(stats) === null ? null : stats;
      } catch (error) {
        if ([404, 409].includes(statusOf(error) ?? 0)) return null;
        throw error;
      }
    },
    async limits(id, signal) {
      const before = known.get(id);
      if (before && before.at + limitsLastMs > clock.now()) return before.limits;
      const {HostConfig: host} = await docker.getContainer(id).inspect({abortSignal: signal} as Docker.ContainerInspectOptions);
      const limits = {nanoCpus: host.NanoCpus ?? 0, quota: host.CpuQuota ?? 0, period: host.CpuPeriod ?? 0, cpuset: host.CpusetCpus ?? ''};
      known.set(id, {limits, at: clock.now()});
      return limits;
    },
    forget() {
      for (const [id, {at}] of known) if (at + 2 * limitsLastMs < clock.now()) known.delete(id);
    },
  };
}

/** Per second; null for a first sample, and for a counter that has gone back: its container was started again. */
export function ratePerSecond(last: Sample | undefined, {total, at}: Sample): number | null {
  return !last || at <= last.at || total < last.total ? null : ((total - last.total) * 1000) / (at - last.at);
}

/** A few at once, the others in their turn; results in no order. */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  act: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const left = items.values();
  const worker = async () => {
    for (const item of left) results.push(await act(item));
  };
  await Promise.all(Array.from({length: Math.min(atOnce, items.length)}, worker));
  return results;
}
