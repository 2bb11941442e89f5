/** From readings to replicas. It knows one service at a time and nothing of capacity or of other services. */
import {aliveReplicas, unbounded, type Peak, type Reason, type Service, type Target} from './fleet.ts';

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
 * (the rule of Kubernetes' AverageValue metrics and of Knative's concurrency target).
 */
export function replicasFor(target: Target, demand: number): number {
  switch (target.kind) {
    case 'direct':
      return wholeReplicas(demand);
    case 'perReplica':
      return wholeReplicas(demand / target.value);
    case 'fill':
      return unbounded;
  }
}

/** Never -0, which JSON would not give back. */
function wholeReplicas(load: number): number {
  return Math.min(unbounded, Math.max(0, Math.ceil(load - dust)));
}

/** Want of the service by its target alone; a source that is lost or has not spoken never reads as zero. */
export function rawWant(service: Service): Wanted {
  const {spec, demand} = service;
  if (spec.retired) return {want: 0, fills: false, reasons: [{kind: 'retired'}]};
  if (spec.target.kind === 'fill') return {want: unbounded, fills: true, reasons: [{kind: 'fill'}]};
  switch (demand.kind) {
    case 'live':
      return {
        want: replicasFor(spec.target, demand.value),
        fills: false,
        reasons: [{kind: 'demand', value: demand.value, target: spec.target}],
      };
    case 'waiting': {
      const replicas = service.rawWant ?? aliveReplicas(service);
      return {want: replicas, fills: false, reasons: [{kind: 'waiting', replicas}]};
    }
    case 'lost':
      return {
        want: wantWhenLost(service, demand.value),
        fills: false,
        reasons: [{kind: 'lost', cause: demand.reason, since: demand.since, onLost: spec.onLost}],
      };
  }
}

function wantWhenLost(service: Service, lastValue: number | null): number {
  const {spec} = service;
  switch (spec.onLost.kind) {
    case 'hold':
      return lastValue === null ? (service.rawWant ?? aliveReplicas(service)) : replicasFor(spec.target, lastValue);
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
