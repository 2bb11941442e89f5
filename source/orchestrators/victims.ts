/** Which replicas go first, and why. It makes none of them go. */
import type {VictimReason} from '../scaler/observation.ts';
import type {VictimChoice} from '../scaler/readiness.ts';
import type {Replica} from './replica-life.ts';

export interface Victim {
  readonly replica: Replica;
  readonly reason: VictimReason;
}

/** How far those that don't serve have come: the least far go first. */
const steps: Readonly<Record<Replica['place'], number>> = {nowhere: 0, created: 1, ended: 2, paused: 3, up: 4};

/**
 * Those that serve nobody first, then the outdated, then as the service says: the youngest, the oldest or the least busy.
 * What says itself how busy it is goes by that; one of which nothing is known may be the busiest, and goes after those of
 * which something is. Ties go to the youngest, then to the highest number.
 */
export function victims(candidates: readonly Replica[], choice: VictimChoice, busyness: (id: string) => number | null): readonly Victim[] {
  const rated = candidates.map(replica => ({
    replica,
    serves: replica.place === 'up' && replica.ready && replica.doing === null,
    busy: busyOf(replica),
  }));
  function busyOf({id}: Replica): number | null {
    return id === null ? null : busyness(id);
  }
  const sign = choice === 'oldest' ? -1 : 1;
  const sorted = rated.toSorted(
    (a, b) =>
      Number(a.serves) - Number(b.serves) ||
      steps[a.replica.place] - steps[b.replica.place] ||
      Number(b.replica.outdated) - Number(a.replica.outdated) ||
      lessBusyFirst(a.busy, b.busy) ||
      sign * (b.replica.bornAt - a.replica.bornAt) ||
      sign * (b.replica.number - a.replica.number),
  );
  const usual: VictimReason = choice === 'oldest' ? 'oldest' : 'youngest';
  const reasonOf = ({replica, serves, busy}: (typeof rated)[number]): VictimReason => {
    if (!serves) return 'not serving';
    if (replica.outdated) return 'outdated';
    return busy === null ? usual : 'least busy';
  };
  return sorted.map(victim => ({replica: victim.replica, reason: reasonOf(victim)}));
}

function lessBusyFirst(a: number | null, b: number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a - b;
}
