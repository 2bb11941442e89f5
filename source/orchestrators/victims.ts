/** Which replicas go first, and why. It makes none of them go. */
import type {VictimReason} from '../scaler/fleet.ts';
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
 * What says itself how busy it is goes by that. Ties go to the youngest, then to the highest number.
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
  const anyBusy = rated.some(({busy}) => busy !== null);
  const sorted = rated.toSorted(
    (a, b) =>
      Number(a.serves) - Number(b.serves) ||
      steps[a.replica.place] - steps[b.replica.place] ||
      Number(b.replica.outdated) - Number(a.replica.outdated) ||
      (a.busy ?? 0) - (b.busy ?? 0) ||
      sign * (b.replica.bornAt - a.replica.bornAt) ||
      sign * (b.replica.number - a.replica.number),
  );
  const usual: VictimReason = anyBusy ? 'least busy' : choice === 'oldest' ? 'oldest' : 'youngest';
  return sorted.map(({replica, serves}) => ({replica, reason: serves ? (replica.outdated ? 'outdated' : usual) : 'not serving'}));
}
