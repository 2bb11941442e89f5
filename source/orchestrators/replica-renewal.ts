/** Of a service's replicas, those that would be made otherwise now: how many successors they need, and who may leave for one. */
import type {Replica} from './replica-life.ts';

/**
 * How many are to wait, made already, for the place of one that is outdated. A successor holds no slot until it starts, and
 * that it could be made shows that the old one may leave: a new image that can't be had costs no replica.
 */
export function successorsWanted(replicas: Iterable<Replica>): 0 | 1 {
  for (const {outdated, aim, replaced, slot} of replicas) if (outdated && (aim === 'run' || (replaced && slot))) return 1;
  return 0;
}

/** One at a time, only when all others serve, and only for a successor that is there; null for nobody. */
export function nextToRenew(replicas: readonly Replica[], asked: number): Replica | null {
  const employed = replicas.filter(({aim}) => aim === 'run');
  const old = employed.find(({outdated}) => outdated);
  if (!old || employed.length !== asked) return null;
  if (replicas.some(replica => replica.aim !== 'wait' && isMoving(replica))) return null;
  return replicas.some(isSuccessor) ? old : null;
}

function isMoving({doing, place, ready}: Replica): boolean {
  return (doing !== null && doing !== 'removing') || (place === 'up' && !ready);
}

function isSuccessor({aim, outdated, doing, place}: Replica): boolean {
  return aim === 'wait' && !outdated && doing === null && (place === 'created' || place === 'paused');
}
