/** What a service's replicas add up to, in the words of an observation. */
import type {Observation} from '../scaler/fleet.ts';
import type {Replica} from './replica-life.ts';

type Counts = Omit<Observation, 'lostMs' | 'chosen' | 'order' | 'trouble'>;

/** In one pass: it is asked for after every change. */
export function observe(replicas: Iterable<Replica>): Counts {
  let [running, pending, unready, stopping, standby, frozen, ending] = [0, 0, 0, 0, 0, 0, 0];
  let frozenSince: number | null = null;
  for (const replica of replicas) {
    const {aim, place, ready, doing, restsSince} = replica;
    if (aim === 'run') {
      if (place === 'up' && doing === null && ready) running++;
      else pending++;
      if (place === 'up' && doing === null && !ready) unready++;
    } else if (isLeaving(replica)) stopping++;
    else if (aim === 'wait') standby++;
    else if (aim === 'frozen') {
      frozen++;
      frozenSince = Math.min(frozenSince ?? restsSince, restsSince);
    } else if (place === 'paused') ending++;
  }
  return {running, pending, unready, stopping, standby, frozen, frozenSince, ending};
}

/** It holds a slot for as long as it may still run. */
function isLeaving({slot, place, doing}: Replica): boolean {
  return slot && (place === 'up' || doing === 'starting' || doing === 'thawing');
}
