/**
 * The Horizontal Pod Autoscaler's formula: `ceil(replicas × used ÷ wanted)`, and no change while the two are within the
 * tolerance (kubernetes.io, “Horizontal Pod Autoscaling”, algorithm details). Replicas that aren't measured yet count as
 * unused when it would grow and as used just as wanted when it would shrink; where that turns the answer round,
 * nothing changes. So a replica that is slow to start is never asked for twice.
 */
import type {Reading} from './entry.ts';
import type {Target} from './spec.ts';
import type {Context, UtilizationMemory} from './memory.ts';

type UtilizationTarget = Extract<Target, {kind: 'utilization'}>;

/** An average that comes without a count tells of new replicas only after about this long. */
const newMs = 15_000;

/** A plain value is the average of the replicas that run: 1 is all that one may use. A null reading asks again. */
export function readUtilization(
  target: UtilizationTarget,
  before: UtilizationMemory | null,
  reading: Exclude<Reading, {kind: 'stale' | 'error'}> | null,
  context: Context,
): UtilizationMemory {
  const {running, pending, granted} = context;
  const last = before ?? {kind: 'utilization', total: 0, measured: 0, newSince: null, want: running + pending};
  const seen = reading === null ? last : measure(last, reading, context);
  const want = seen.measured === 0 ? last.want : replicasFor(target, seen, granted);
  if (before && seen.total === before.total && seen.measured === before.measured && seen.newSince === before.newSince)
    return want === before.want ? before : {...before, want};
  return {...seen, want};
}

function measure(last: UtilizationMemory, reading: Exclude<Reading, {kind: 'stale' | 'error'}>, {at, running}: Context): UtilizationMemory {
  if (reading.kind === 'usage') return {...last, total: reading.total, measured: reading.replicas, newSince: null};
  const average = reading.kind === 'value' ? reading.value : 0;
  const newSince = last.measured > 0 && running > last.measured ? (last.newSince ?? at) : null;
  const measured = newSince === null || at - newSince >= newMs ? running : last.measured;
  return {...last, total: average * measured, measured, newSince: measured === running ? null : newSince};
}

function replicasFor({ratio, tolerance}: UtilizationTarget, {total, measured}: UtilizationMemory, granted: number): number {
  const first = total / measured / ratio;
  const missing = Math.max(0, granted - measured);
  const all = measured + missing;
  const share = missing === 0 ? first : (total + (first < 1 ? missing * ratio : 0)) / all / ratio;
  const turned = first > 1 !== share > 1;
  if (turned || Math.abs(share - 1) <= tolerance) return granted;
  return Math.ceil(share * all - 1e-9);
}
