/** What single containers use at this moment: the CPU since the look before, and the memory. It knows no service. */
import type Docker from 'dockerode';
import type {Clock, ReplicaFacts} from '../../ports.ts';
import {createMeter, ratePerSecond, type Sample} from './meter.ts';
import {cpuSeconds, cpusOf, memoryBytes, takenAt, type Stats} from './usage-stats.ts';

export type Uses = Pick<ReplicaFacts, 'cpu' | 'memoryBytes'>;

export interface Gauge {
  /** Reads one anew, for `last` to tell. Rejects where the engine doesn't say. */
  read(id: string, signal: AbortSignal): Promise<void>;
  /** As it was read lately; null for what isn't known, as the CPU is after a first look, and of what doesn't run. */
  last(id: string): Uses;
  /** Those that were read longest ago, or never, first. */
  oldestFirst(ids: readonly string[]): readonly string[];
  /** Forgets all but these. */
  keep(ids: ReadonlySet<string>): void;
}

const nothing: Uses = {cpu: null, memoryBytes: null};
/** Of very many, each has its turn within this time. */
const lastsMs = 20_000;

function createGauge(docker: Docker, clock: Clock): Gauge {
  const meter = createMeter(docker, clock);
  const before = new Map<string, Sample>();
  const latest = new Map<string, {readonly uses: Uses; readonly at: number}>();

  async function cpuOf(id: string, stats: Stats, signal: AbortSignal): Promise<number | null> {
    const total = known(() => cpuSeconds(stats));
    if (total === null) return null;
    const sample = {total, at: takenAt(stats) ?? 0};
    const perSecond = ratePerSecond(before.get(id), sample);
    before.set(id, sample);
    return perSecond === null ? null : perSecond / cpusOf(stats, await meter.limits(id, signal));
  }

  return {
    async read(id, signal) {
      const stats = await meter.stats(id, signal);
      const uses = stats ? {memoryBytes: known(() => memoryBytes(stats)), cpu: await cpuOf(id, stats, signal)} : nothing;
      latest.set(id, {uses, at: clock.now()});
    },
    last(id) {
      const read = latest.get(id);
      return read && clock.now() - read.at <= lastsMs ? read.uses : nothing;
    },
    oldestFirst: ids => ids.toSorted((a, b) => (latest.get(a)?.at ?? 0) - (latest.get(b)?.at ?? 0)),
    keep(ids) {
      meter.forget();
      for (const map of [before, latest]) for (const id of map.keys()) if (!ids.has(id)) map.delete(id);
    },
  };
}

/** As many services as operators look at, at once. */
const gaugesMax = 16;

/** One for each service that is looked at, on the engine that answers at this moment; the longest forgotten make room. */
export function createGauges(engine: () => Docker, clock: Clock): (service: string) => Gauge {
  const gauges = new Map<string, Gauge>();
  let asked: Docker | null = null;
  return service => {
    const docker = engine();
    if (docker !== asked) gauges.clear();
    asked = docker;
    const gauge = gauges.get(service) ?? createGauge(docker, clock);
    gauges.delete(service);
    gauges.set(service, gauge);
    for (const oldest of gauges.keys()) if (gauges.size > gaugesMax) gauges.delete(oldest);
    return gauge;
  };
}

/** An engine that doesn't measure one thing may measure another. */
function known(read: () => number): number | null {
  try {
    return read();
  } catch {
    return null;
  }
}
