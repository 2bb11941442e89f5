/** Targets, and what they made of their readings, in words. It knows no screen. */
import type {Reason} from './decision.ts';
import type {Target} from './spec.ts';

/** Such as `1 replica per 50` or `drained within 30 s`. */
export function targetWords(target: Target): string {
  switch (target.kind) {
    case 'direct':
    case 'fill':
      return target.kind;
    case 'fixed':
      return `always ${target.replicas}`;
    case 'perReplica':
      return `1 replica per ${target.value}`;
    case 'utilization':
      return `${shareWords(target.ratio)} used`;
    case 'queue':
      return `drained within ${secondsWords(target.drainWithinMs)}`;
    case 'pd':
      return `a queue of ${target.length}`;
  }
}

export function demandWords({value, ahead, target, label}: Extract<Reason, {kind: 'demand'}>): string {
  const load = `${labelWords(label)}demand ${numberWords(value)}${ahead === null ? '' : ` and ${numberWords(ahead)} ahead`}`;
  if (target.kind === 'pd') return `${load}, ${target.length} wanted`;
  return target.kind === 'perReplica' ? `${load} ÷ ${target.value}` : load;
}

/** Such as `42 in the queue, 4.1/s come, 1.5/s each, 30 s to drain`. */
export function queueWords({backlog, arrivals, rate, drainWithinMs, label}: Extract<Reason, {kind: 'queue'}>): string {
  const load = `${labelWords(label)}${numberWords(backlog)} in the queue`;
  if (rate === null) return `${load}, learning how fast a replica is`;
  return `${load}, ${numberWords(arrivals)}/s come, ${numberWords(rate)}/s each, ${secondsWords(drainWithinMs)} to drain`;
}

export function utilizationWords({used, replicas, ratio, label}: Extract<Reason, {kind: 'utilization'}>): string {
  return `${labelWords(label)}${shareWords(used)} used of ${replicas}, ${shareWords(ratio)} wanted`;
}

/** Which of several demands it is about; nothing for the only one. */
export function labelWords(label: string): string {
  return label === '' ? '' : `${label}: `;
}

export function shareWords(share: number): string {
  return `${Number((share * 100).toPrecision(3))}%`;
}

function secondsWords(ms: number): string {
  return `${ms / 1000} s`;
}

function numberWords(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1);
}
