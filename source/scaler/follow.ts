/** What a service follows: its demands, each by its target, with what is remembered of it. It knows one service at a time. */
import type {Reading} from './entry.ts';
import {aliveReplicas, type Demand, type Followed, type Service} from './fleet.ts';
import type {ServiceSpec, Target} from './spec.ts';
import {replicasFor, wantWhenLost} from './target.ts';
import {expireTrend, readTrend} from './trend.ts';
import type {Context, Memory} from './memory.ts';
import {readPd} from './pd-target.ts';
import {readQueue} from './queue-target.ts';
import {readUtilization} from './utilization-target.ts';

type Told = Exclude<Reading, {kind: 'stale' | 'error'}>;

/** One demand whose want is its latest value says: nothing has to be remembered, which is how most services are. */
export function followsSimply({demands, target, lead}: ServiceSpec): boolean {
  if (demands.length > 1) return false;
  switch (target.kind) {
    case 'fill':
    case 'fixed':
      return true;
    case 'direct':
    case 'perReplica':
      return lead.kind === 'off';
    case 'utilization':
    case 'queue':
    case 'pd':
      return false;
  }
}

/** The service with one entry for each demand that it follows now, and what is known carried over. */
export function keepFollowed(service: Service, at: number): Service {
  const {spec, followed} = service;
  if (followsSimply(spec)) {
    if (followed.length === 0) return service;
    return {...service, followed: [], leading: 0, demand: followed[0]?.demand ?? service.demand};
  }
  const count = Math.max(1, spec.demands.length);
  const next: Followed[] = [];
  for (let index = 0; index < count; index++) {
    const target = spec.demands[index]?.target ?? spec.target;
    const before = followed[index];
    const demand: Demand = before?.demand ?? (index === 0 && followed.length === 0 ? service.demand : {kind: 'waiting'});
    if (before?.target === target) next.push(before);
    else next.push(follow(target, {demand, memory: before?.memory ?? null}, contextOf(service, at)));
  }
  const same = next.length === followed.length && next.every((one, index) => one === followed[index]);
  return same ? service : {...service, followed: next, leading: Math.min(service.leading, count - 1)};
}

/** Another target for the same demand: what was remembered stays where it is of the same kind. */
function follow(target: Target, {demand, memory}: Pick<Followed, 'demand' | 'memory'>, context: Context): Followed {
  const kept = memory?.kind === memoryKind(target, context) ? memory : null;
  const reading: Told | null = kept === null && demand.kind === 'live' ? {kind: 'value', value: demand.value} : null;
  const known = kept !== null || reading !== null;
  return {demand, target, memory: known ? remember(target, kept, reading, context) : null, want: null};
}

function memoryKind(target: Target, {leadMs}: Context): Memory['kind'] | null {
  if (target.kind === 'queue' || target.kind === 'pd' || target.kind === 'utilization') return target.kind;
  return leadMs === null ? null : 'trend';
}

/** A reading of one demand, which has become this; the entries are kept already. */
export function readFollowed(service: Service, index: number, demand: Demand, reading: Told | null, at: number): Service {
  const before = service.followed[index];
  if (!before) return service;
  const memory = reading === null ? before.memory : remember(before.target, before.memory, reading, contextOf(service, at));
  if (demand === before.demand && memory === before.memory) return service;
  const followed = service.followed.with(index, {...before, demand, memory});
  return {...service, followed, demand: followed[service.leading]?.demand ?? demand};
}

function remember(target: Target, before: Memory | null, reading: Told | null, context: Context): Memory | null {
  switch (target.kind) {
    case 'queue':
      return readQueue(target, before?.kind === 'queue' ? before : null, reading, context);
    case 'pd':
      return readPd(target, before?.kind === 'pd' ? before : null, reading && valueOf(reading), context);
    case 'utilization':
      return readUtilization(target, before?.kind === 'utilization' ? before : null, reading, context);
    case 'direct':
    case 'perReplica': {
      if (context.leadMs === null) return null;
      const trend = before?.kind === 'trend' ? before : null;
      return reading === null ? trend : readTrend(trend, valueOf(reading), context.at, context.leadMs);
    }
    case 'fill':
    case 'fixed':
      return null;
  }
}

/** One number for a reading of any kind: all that is in a queue, or what its replicas use together. */
export function valueOf(reading: Told): number {
  switch (reading.kind) {
    case 'value':
      return reading.value;
    case 'queue':
      return reading.waiting + reading.inFlight;
    case 'usage':
      return reading.total;
  }
}

function contextOf({spec, observed, decision, serveMs}: Service, at: number): Context {
  const running = observed?.running ?? 0;
  const pending = observed?.pending ?? 0;
  return {
    at,
    running,
    pending,
    granted: decision?.desired ?? running + pending,
    short: (decision?.shortfall ?? 0) > 0,
    leadMs: spec.lead.kind === 'off' ? null : spec.lead.kind === 'given' ? spec.lead.ms : (serveMs ?? 0),
  };
}

/** Notes what each demand asks for, and which asks for most: the first of those, so that it doesn't change without need. */
export function lead(service: Service, at: number): Service {
  if (service.followed.length === 0) return service;
  let changed = false;
  const followed = service.followed.map(before => {
    const memory = before.memory?.kind === 'trend' ? expireTrend(before.memory, at) : before.memory;
    const now = memory === before.memory ? before : {...before, memory};
    // Without a reading the want holds what was found; before anything was found, there is nothing to remember.
    const want = now.demand.kind === 'live' || service.observed ? wantOf(service, now) : now.want;
    if (now === before && want === before.want) return before;
    changed = true;
    return {...now, want};
  });
  let leading = 0;
  for (const [index, {want}] of followed.entries()) if ((want ?? 0) > (followed[leading]?.want ?? 0)) leading = index;
  if (!changed && leading === service.leading) return service;
  return {...service, followed, leading, demand: followed[leading]?.demand ?? service.demand};
}

/** Replicas that one demand asks for. One that has not spoken, or is lost, never reads as zero. */
export function wantOf(service: Service, {demand, target, memory, want}: Followed): number {
  switch (demand.kind) {
    case 'live':
      if (memory === null) return replicasFor(target, demand.value);
      return memory.kind === 'trend' ? replicasFor(target, memory.ahead) : memory.want;
    case 'waiting':
      return want ?? aliveReplicas(service);
    case 'lost':
      return wantWhenLost(service, () => want ?? aliveReplicas(service));
  }
}
