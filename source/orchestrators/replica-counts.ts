/** What a service's replicas add up to, in the words of an observation. */
import type {Observation} from '../scaler/observation.ts';
import type {Place, Replica} from './replica-life.ts';
import type {Standing} from './replica.ts';

type Counts = Omit<Observation, 'lostMs' | 'chosen' | 'order' | 'trouble'>;

/** In one pass: it is asked for after every change. */
export function observe(replicas: Iterable<Replica>): Counts {
  let [running, pending, unready, paused, stopping, standby, frozen, ending] = [0, 0, 0, 0, 0, 0, 0, 0];
  let frozenSince: number | null = null;
  for (const replica of replicas) {
    const {aim, place, ready, doing, heldSince, restsSince} = replica;
    if (aim === 'run') {
      if (place === 'up' && doing === null && ready) running++;
      else pending++;
      if (place === 'up' && doing === null && !ready) unready++;
      if (heldSince !== null) paused++;
    } else if (isLeaving(replica)) stopping++;
    else if (aim === 'wait') standby++;
    else if (aim === 'frozen') {
      frozen++;
      frozenSince = Math.min(frozenSince ?? restsSince, restsSince);
    } else if (place === 'paused') ending++;
  }
  return {running, pending, unready, paused, stopping, standby, frozen, frozenSince, ending};
}

/** One by one, for those that are anywhere: the words are those that are counted above. */
export function standings(replicas: Iterable<Replica>): ReadonlyMap<string, Standing> {
  const found = new Map<string, Standing>();
  for (const replica of replicas) if (replica.id !== null && replica.place !== 'nowhere') found.set(replica.id, standingOf(replica));
  return found;
}

function standingOf(replica: Replica): Standing {
  const {aim, place, ready, doing, bornAt, restsSince, changedAt} = replica;
  const serves = place === 'up' && doing === null && ready;
  if (aim === 'run') return {state: serves ? 'running' : 'starting', since: bornAt};
  if (aim === 'gone') return {state: place === 'ended' ? 'ended' : 'stopping', since: changedAt};
  if (isLeaving(replica)) return {state: 'stopping', since: changedAt};
  return {state: aim === 'frozen' && rests.includes(place) ? 'frozen' : 'standby', since: restsSince};
}

const rests: readonly Place[] = ['paused', 'up'];

/** It holds a slot for as long as it may still run. */
function isLeaving({slot, place, doing}: Replica): boolean {
  return slot && (place === 'up' || doing === 'starting' || doing === 'thawing');
}
