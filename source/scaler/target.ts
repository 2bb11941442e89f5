/** From readings to replicas. It knows one service at a time and nothing of capacity or of other services. */
import type {Reason} from './decision.ts';
import {aliveReplicas, type Demand, type Followed, type Peak, type Service} from './fleet.ts';
import {unbounded, type Target} from './spec.ts';
import {sureRate} from './estimate.ts';

/** Want of a service before overrides, bounds and capacity, with the reason for it. */
export interface Wanted {
  readonly want: number;
  readonly fills: boolean;
  readonly reasons: readonly Reason[];
}

/** Guards the ceiling against floating-point dust: 0.1 × 3 ÷ 0.1 asks for 3 replicas, not 4. */
const dust = 1e-9;

/**
 * Replicas that a target asks for at this demand: `ceil(demand)` for direct, `ceil(demand / value)` for perReplica
 * (the rule of Kubernetes' AverageValue metrics and of Knative's concurrency target), always the same for fixed. The
 * others ask by what they remember (`follow.ts`); a value alone says of them that there is one to each replica.
 */
export function replicasFor(target: Target, demand: number): number {
  switch (target.kind) {
    case 'perReplica':
      return wholeReplicas(demand / target.value);
    case 'fixed':
      return target.replicas;
    case 'fill':
      return unbounded;
    case 'direct':
    case 'utilization':
    case 'queue':
    case 'pd':
      return wholeReplicas(demand);
  }
}

/** Never -0, which JSON would not give back. */
function wholeReplicas(load: number): number {
  return Math.min(unbounded, Math.max(0, Math.ceil(load - dust)));
}

/** Want of the service by its targets alone; a source that is lost or has not spoken never reads as zero. */
export function rawWant(service: Service): Wanted {
  const {spec, rawWant: before} = service;
  if (spec.retired) return {want: 0, fills: false, reasons: [{kind: 'retired'}]};
  if (spec.target.kind === 'fill') return {want: unbounded, fills: true, reasons: [{kind: 'fill'}]};
  if (spec.target.kind === 'fixed' && spec.demands.length < 2) {
    const {replicas} = spec.target;
    return {want: replicas, fills: false, reasons: [{kind: 'fixed', replicas}]};
  }
  const wanted = service.followed.length === 0 ? simpleWant(service) : leadingWant(service);
  const stays = before !== null && before !== wanted.want && Math.abs(wanted.want - before) <= spec.tolerance * before;
  if (!stays) return wanted;
  return {...wanted, want: before, reasons: [...wanted.reasons, {kind: 'steady', replicas: before, tolerance: spec.tolerance}]};
}

function simpleWant(service: Service): Wanted {
  const {spec, demand} = service;
  const {target} = spec;
  const wanted = (want: number, reason: Reason): Wanted => ({want, fills: false, reasons: [reason]});
  switch (demand.kind) {
    case 'live':
      return wanted(replicasFor(target, demand.value), {kind: 'demand', value: demand.value, ahead: null, target, label: ''});
    case 'waiting': {
      const replicas = service.rawWant ?? aliveReplicas(service);
      return wanted(replicas, {kind: 'waiting', replicas, label: ''});
    }
    case 'lost': {
      const {value} = demand;
      const held = () => (value === null ? (service.rawWant ?? aliveReplicas(service)) : replicasFor(target, value));
      return wanted(wantWhenLost(service, held), lostReason(service, demand, ''));
    }
  }
}

/** The largest want of those that it follows, and what is lost beside it. */
function leadingWant(service: Service): Wanted {
  const {spec, followed, leading} = service;
  const label = (index: number) => (followed.length > 1 ? (spec.demands[index]?.label ?? '') : '');
  const leader = followed[leading];
  const want = leader?.want ?? aliveReplicas(service);
  const reasons: Reason[] = leader ? [reasonOf(service, leader, want, label(leading))] : [];
  for (const [index, {demand}] of followed.entries())
    if (index !== leading && demand.kind === 'lost') reasons.push(lostReason(service, demand, label(index)));
  return {want, fills: false, reasons};
}

function reasonOf(service: Service, {demand, target, memory}: Followed, want: number, label: string): Reason {
  switch (demand.kind) {
    case 'waiting':
      return {kind: 'waiting', replicas: want, label};
    case 'lost':
      return lostReason(service, demand, label);
    case 'live':
      if (memory?.kind === 'queue' && target.kind === 'queue') {
        const {estimate, backlog, busySeconds} = memory;
        const rate = target.rate ?? sureRate(estimate, busySeconds);
        const arrivals = rounded(target.arrivals ?? estimate.arrivals);
        return {kind: 'queue', backlog, arrivals, rate: rate && rounded(rate), drainWithinMs: target.drainWithinMs, label};
      }
      if (memory?.kind === 'utilization' && target.kind === 'utilization' && memory.measured > 0) {
        const {total, measured} = memory;
        return {kind: 'utilization', used: rounded(total / measured), replicas: measured, ratio: target.ratio, label};
      }
      const ahead = memory?.kind === 'trend' && memory.ahead > demand.value ? rounded(memory.ahead) : null;
      return {kind: 'demand', value: demand.value, ahead, target, label};
  }
}

/** As many digits as anybody reads. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function lostReason({spec}: Service, demand: Extract<Demand, {kind: 'lost'}>, label: string): Reason {
  return {kind: 'lost', cause: demand.reason, since: demand.since, onLost: spec.onLost, label};
}

export function wantWhenLost({spec}: Service, held: () => number): number {
  switch (spec.onLost.kind) {
    case 'hold':
      return held();
    case 'min':
      return spec.min;
    case 'max':
      return spec.max;
    case 'replicas':
      return spec.onLost.replicas;
  }
}

/**
 * The peaks that the settle window still covers after the raw want moved from `before` to `now`. A want that was
 * superseded at `t` counts until `t + settleMs`; only peaks above what follows them are kept, so that the list is
 * strictly falling and as short as it can be.
 */
export function rememberPeaks(peaks: readonly Peak[], before: number | null, now: number, at: number, settleMs: number): readonly Peak[] {
  const changed = before !== null && before !== now;
  const keepAll = peaks.every(peak => peak.endedAt + settleMs > at && peak.want > now);
  if (!changed && keepAll) return peaks;
  const extended = changed && before > now ? [...peaks.filter(peak => peak.want > before), {want: before, endedAt: at}] : peaks;
  return extended.filter(peak => peak.endedAt + settleMs > at && peak.want > now).slice(-peaksMax);
}

/** A window holds at most this many distinct falling wants; beyond it the oldest (and highest) are let go. */
const peaksMax = 256;
