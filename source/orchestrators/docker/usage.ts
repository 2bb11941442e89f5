/** What a service's containers use, by one statistic each: cumulative counters are told apart by the one kept from before. */
import type Docker from 'dockerode';
import type {Clock, ReadUsage, UsageKind} from '../../ports.ts';
import {createMeter, inTurns, ratePerSecond, type Sample} from './meter.ts';
import {listOf, type Owner} from './owner.ts';
import {cpuSeconds, cpusOf, memoryShare, networkBytes, takenAt} from './usage-stats.ts';

export interface UsageParts {
  readonly docker: Docker;
  readonly clock: Clock;
  /** Whose containers a service's replicas are. */
  readonly ownerFor: (service: string) => Owner;
}

/** Statistics at once: each takes the engine a few milliseconds, and what scales has the way before them. */
const callsMax = 6;
/** Without a counter from before, a second is taken after this long. */
const firstMs = 500;
interface Measured {
  /** Per second; or as it is, for what is no counter. */
  readonly use: number | null;
}

export function createUsage({docker, clock, ownerFor}: UsageParts): ReadUsage {
  /** By service and kind: each demand has its own beat. */
  const before = new Map<string, Map<string, Sample>>();
  const meter = createMeter(docker, clock);

  async function running(owner: Owner, signal: AbortSignal): Promise<readonly string[]> {
    const found = await listOf(docker, owner, {status: ['running']}, signal);
    return found.map(({Id: id}) => id);
  }

  async function measure(id: string, kind: UsageKind, samples: Map<string, Sample>, signal: AbortSignal): Promise<Measured | null> {
    const stats = await meter.stats(id, signal);
    if (!stats) return null;
    if (kind === 'memory') return {use: memoryShare(stats)};
    const total = kind === 'cpu' ? cpuSeconds(stats) : networkBytes(stats);
    const last = samples.get(id);
    const sample = {total, at: takenAt(stats) ?? 0};
    samples.set(id, sample);
    const perSecond = ratePerSecond(last, sample);
    if (perSecond === null) return {use: null};
    return {use: kind === 'network' ? perSecond : perSecond / cpusOf(stats, await meter.limits(id, signal))};
  }

  async function look(owner: Owner, kind: UsageKind, samples: Map<string, Sample>, signal: AbortSignal) {
    const ids = await running(owner, signal);
    for (const id of samples.keys()) if (!ids.includes(id)) samples.delete(id);
    const measured = await inTurns(ids, callsMax, id => measure(id, kind, samples, signal));
    return measured.filter(one => one !== null);
  }

  return async (service, kind, signal) => {
    const owner = ownerFor(service);
    const key = `${kind} ${service}`;
    const samples = before.get(key) ?? new Map<string, Sample>();
    before.set(key, samples);
    let measured = await look(owner, kind, samples, signal);
    if (measured.length > 0 && measured.every(({use}) => use === null)) {
      await pause(clock, firstMs, signal);
      measured = await look(owner, kind, samples, signal);
    }
    meter.forget();
    const uses = measured.flatMap(({use}) => (use === null ? [] : [use]));
    if (measured.length > 0 && uses.length === 0) throw new Error('its containers have only just started');
    return {total: uses.reduce((sum, use) => sum + use, 0), replicas: uses.length};
  };
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, resolve);
    signal.addEventListener(
      'abort',
      () => {
        cancel();
        reject(new Error('it was not waited for'));
      },
      {once: true},
    );
  });
}
