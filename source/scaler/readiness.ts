/** What is kept ready ahead of demand, what a preempted replica becomes, and who goes first: as declared, and as asked for. */
import type {Decision} from './decision.ts';
import type {Fleet, Service} from './fleet.ts';
import type {Observation} from './observation.ts';

/** Replicas that wait for their slot. A paused one is back in tens of milliseconds; a created one has yet to start. */
export type Standby =
  | {readonly kind: 'none'}
  | {
      readonly kind: 'kept';
      readonly replicas: number;
      readonly state: 'created' | 'paused';
      /** One that was never needed is made anew after this long, in milliseconds. */
      readonly forMs: number;
    };

/** What becomes of a replica whose slot somebody of a better rank takes. */
export type Preempt =
  | {readonly kind: 'stop'}
  | {
      readonly kind: 'freeze';
      /** At most this many are frozen at once; the oldest end for those beyond. */
      readonly max: number;
      /** One ends after this long, in milliseconds. */
      readonly forMs: number;
      /** It is frozen only so that its CPU is free at once, and ends as soon as nothing urgent is going on. */
      readonly thenStop: boolean;
    };

/** Which of the replicas that serve goes first. Those that don't serve go before any that do. */
export type VictimChoice = 'youngest' | 'oldest' | 'leastBusy';

export interface Readiness {
  readonly standby: Standby;
  readonly preempt: Preempt;
  readonly victim: VictimChoice;
}

/** Where nothing is said: nothing is kept, and who goes is stopped. */
export const plainReadiness: Readiness = {standby: {kind: 'none'}, preempt: {kind: 'stop'}, victim: 'youngest'};

/** Whether the host runs out of memory, which what waits and what is frozen hold too. */
export type HostMemory = {readonly kind: 'enough'} | {readonly kind: 'short'; readonly freeShare: number; readonly since: number};

/** What is asked for beside the number of replicas. */
export interface ReadinessAsked {
  /** Kept waiting, made when nothing urgent is going on. */
  readonly standby: number;
  /** Made at once, for slots that are about to be free. */
  readonly ahead: number;
  /** At most this many may be frozen. */
  readonly frozen: number;
  /** How soon its calls are made; also how the kernel weighs it. */
  readonly rank: number;
}

export const noReadinessAsked: ReadinessAsked = {standby: 0, ahead: 0, frozen: 0, rank: 0};

export function readinessFor(fleet: Fleet, service: Service, {rank}: Decision, ahead: number): ReadinessAsked {
  return {standby: standbyFor(fleet, service), ahead, frozen: frozenMost(service), rank};
}

/** While memory is short nothing more is made to wait. */
function standbyFor({memory}: Fleet, {spec, observed}: Service): number {
  if (spec.retired || spec.standby.kind === 'none') return 0;
  const {replicas} = spec.standby;
  return memory.kind === 'short' ? Math.min(replicas, observed?.standby ?? 0) : replicas;
}

function frozenMost({spec, frozenMost: allowed}: Service): number {
  if (spec.retired || spec.preempt.kind === 'stop') return 0;
  return Math.min(spec.preempt.max, allowed ?? Number.MAX_SAFE_INTEGER);
}

/** How many of those that leave yield to somebody else; the others its own want gives up. */
export function yielding(present: number, {want}: Decision, replicas: number): number {
  return Math.max(0, Math.min(present, want) - replicas);
}

/**
 * How many of those that are told to yield the host will freeze. Those that serve nobody go first and have nothing to keep;
 * of the others, as many as may be beside those that are frozen, or are about to be.
 */
export function toFreeze({observed, freezing}: Service, yields: number, {frozen: most}: ReadinessAsked): number {
  const there = (observed?.frozen ?? 0) + freezing;
  return Math.max(0, Math.min(yields - (observed?.pending ?? 0), most - there));
}

/** How many are still on their way once the host has told this: none, when nobody is leaving any more. */
export function stillFreezing({observed, freezing, order}: Service, told: Observation): number {
  if (told.order === order && told.stopping === 0) return 0;
  return Math.max(0, freezing - Math.max(0, told.frozen - (observed?.frozen ?? 0)));
}

export function sameReadiness(a: ReadinessAsked, b: ReadinessAsked): boolean {
  return a.standby === b.standby && a.ahead === b.ahead && a.frozen === b.frozen && a.rank === b.rank;
}

/**
 * News of the host's memory. Each time that it is still short the replica that was frozen first may be frozen no
 * longer, and none is added; once there is enough, what is declared holds again.
 */
export function remember(fleet: Fleet, memory: HostMemory): Fleet {
  if (memory.kind === 'enough') {
    if (fleet.memory.kind === 'enough') return fleet;
    return {...fleet, memory, services: fleet.services.map(service => ({...service, frozenMost: null}))};
  }
  const oldest = fleet.services.reduce<Service | null>((found, service) => {
    const since = service.observed?.frozenSince ?? null;
    return since !== null && since < (found?.observed?.frozenSince ?? Number.POSITIVE_INFINITY) ? service : found;
  }, null);
  const services = fleet.services.map(service => {
    const allowed = Math.max(0, (service.observed?.frozen ?? 0) - (service === oldest ? 1 : 0));
    return service.frozenMost === allowed ? service : {...service, frozenMost: allowed};
  });
  return {...fleet, memory, services};
}
