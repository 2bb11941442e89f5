/** What a service's containers use, by one statistic each: cumulative counters are told apart by the one kept from before. */
import type Docker from 'dockerode';
import type {Clock, ReadUsage, UsageKind} from '../../ports.ts';
import {composeProjectLabel, composeServiceLabel, ownerOf, type Owner} from './owner.ts';
import {projectLabel, serviceLabel} from './container.ts';
import {cpuSeconds, cpusOf, memoryShare, networkBytes, takenAt, type Limits, type Stats} from './usage-stats.ts';
import {statusOf} from './recipe.ts';

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
/** Limits may be changed by hand while a container runs. */
const limitsLastMs = 60_000;

interface Sample {
  /** The counter, in what it counts. */
  readonly total: number;
  /** In milliseconds, by the engine's own clock. */
  readonly at: number;
}

interface Measured {
  /** Per second; or as it is, for what is no counter. */
  readonly use: number | null;
}

export function createUsage({docker, clock, ownerFor}: UsageParts): ReadUsage {
  /** By service and kind: each demand has its own beat. */
  const before = new Map<string, Map<string, Sample>>();
  const limits = new Map<string, {readonly limits: Limits; readonly at: number}>();

  async function running(owner: Owner, signal: AbortSignal): Promise<readonly string[]> {
    const label =
      owner.kind === 'made'
        ? [`${projectLabel}=${owner.project}`, `${serviceLabel}=${owner.service}`]
        : [`${composeProjectLabel}=${owner.project}`, `${composeServiceLabel}=${owner.service}`];
    const filters = JSON.stringify({label, status: ['running']});
    const found = await docker.listContainers({filters, abortSignal: signal} as Docker.ContainerListOptions);
    // Compose's containers may have been taken up by microscale, and what ran once is no replica.
    return found.filter(({Labels: labels}) => ownerOf(labels)?.kind === owner.kind).map(({Id: id}) => id);
  }

  async function limitsFor(id: string, signal: AbortSignal): Promise<Limits> {
    const known = limits.get(id);
    if (known && known.at + limitsLastMs > clock.now()) return known.limits;
    const {HostConfig: host} = await docker.getContainer(id).inspect({abortSignal: signal} as Docker.ContainerInspectOptions);
    const fresh = {nanoCpus: host.NanoCpus ?? 0, quota: host.CpuQuota ?? 0, period: host.CpuPeriod ?? 0, cpuset: host.CpusetCpus ?? ''};
    limits.set(id, {limits: fresh, at: clock.now()});
    return fresh;
  }

  async function statsOf(id: string, signal: AbortSignal): Promise<Stats | null> {
    try {
      const options = {stream: false, 'one-shot': true, abortSignal: signal} as {stream: false; 'one-shot': boolean};
      const stats = (await docker.getContainer(id).stats(options)) as unknown as Stats;
      // One that has stopped meanwhile has no time and no numbers.
      return takenAt(stats) === null ? null : stats;
    } catch (error) {
      if ([404, 409].includes(statusOf(error) ?? 0)) return null;
      throw error;
    }
  }

  async function measure(id: string, kind: UsageKind, samples: Map<string, Sample>, signal: AbortSignal): Promise<Measured | null> {
    const stats = await statsOf(id, signal);
    if (!stats) return null;
    if (kind === 'memory') return {use: memoryShare(stats)};
    const total = kind === 'cpu' ? cpuSeconds(stats) : networkBytes(stats);
    const last = samples.get(id);
    const sample = {total, at: takenAt(stats) ?? 0};
    samples.set(id, sample);
    // A counter that has gone back is that of a container that was started again.
    if (!last || sample.at <= last.at || total < last.total) return {use: null};
    const perSecond = ((total - last.total) * 1000) / (sample.at - last.at);
    return {use: kind === 'network' ? perSecond : perSecond / cpusOf(stats, await limitsFor(id, signal))};
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
    for (const [id, {at}] of limits) if (at + 2 * limitsLastMs < clock.now()) limits.delete(id);
    const uses = measured.flatMap(({use}) => (use === null ? [] : [use]));
    if (measured.length > 0 && uses.length === 0) throw new Error('its containers have only just started');
    return {total: uses.reduce((sum, use) => sum + use, 0), replicas: uses.length};
  };
}

async function inTurns<Item, Result>(
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
