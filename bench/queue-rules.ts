/** Two published rules for the length of a queue, as pure functions, to hold microscale's own against. */

/** What the microscaling engine's queue rule remembers between two looks. */
export interface PdMemory {
  readonly replicas: number;
  /** Null before the first look, which knows no change. */
  readonly length: number | null;
}

export const pdEveryMs = 500;
/** Its published gains: Ziegler and Nichols' for kU = 0.05 and tU = 10. */
const [proportional, derivative] = [0.04, 1.25];
/** It shrinks only where the queue is shorter than this share of its target. */
const shrinkUnder = 0.7;

/** github.com/microscaling/microscaling, target/queue.go: floor(0.04·(length − target) + 1.25·Δlength + 0.5) more replicas. */
export function pdRule(memory: PdMemory, length: number, target: number, bounds: readonly [number, number]): PdMemory {
  const change = memory.length === null ? 0 : length - memory.length;
  const delta = Math.floor(proportional * (length - target) + derivative * change + 0.5);
  const held = delta < 0 && length > shrinkUnder * target;
  return {replicas: bounded(memory.replicas + (held ? 0 : delta), bounds), length};
}

/** What Kubernetes' HorizontalPodAutoscaler remembers: what it recommended in its window. */
export interface HpaMemory {
  readonly replicas: number;
  readonly recommended: readonly {readonly at: number; readonly replicas: number}[];
}

export const hpaEveryMs = 15_000;
const hpaTolerance = 0.1;
const hpaWindowMs = 300_000;

/**
 * ceil(total / average) unless within a tenth of it, growing by 100 % or 4 a look at most, shrinking to the largest
 * recommendation of five minutes: the defaults of kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale.
 */
export function hpaRule(memory: HpaMemory, at: number, total: number, average: number, bounds: readonly [number, number]): HpaMemory {
  const {replicas} = memory;
  const ratio = total / (average * Math.max(1, replicas));
  const wanted = Math.abs(ratio - 1) <= hpaTolerance ? replicas : Math.ceil(total / average);
  const recommended = [...memory.recommended.filter(past => past.at > at - hpaWindowMs), {at, replicas: bounded(wanted, bounds)}];
  const stabilized = Math.max(...recommended.map(past => past.replicas));
  const next = wanted >= replicas ? Math.min(wanted, Math.max(2 * replicas, replicas + 4)) : Math.min(replicas, stabilized);
  return {replicas: bounded(next, bounds), recommended};
}

function bounded(replicas: number, [least, most]: readonly [number, number]): number {
  return Math.min(most, Math.max(least, replicas));
}
