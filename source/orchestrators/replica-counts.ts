/** What a service's replicas add up to, in the words of an observation. */
import type {Observation} from '../scaler/fleet.ts';
import type {Replica} from './replica-life.ts';

type Counts = Omit<Observation, 'lostMs' | 'chosen' | 'order' | 'trouble'>;

export function observe(replicas: readonly Replica[]): Counts {
  const count = (test: (replica: Replica) => boolean) => replicas.filter(test).length;
  const frozen = replicas.filter(isFrozen);
  return {
    running: count(isServing),
    pending: count(replica => replica.aim === 'run' && !isServing(replica)),
    unready: count(({aim, place, ready, doing}) => aim === 'run' && place === 'up' && !ready && doing === null),
    stopping: count(isLeaving),
    standby: count(replica => replica.aim === 'wait' && !isLeaving(replica)),
    frozen: frozen.length,
    frozenSince: frozen.length === 0 ? null : Math.min(...frozen.map(({restsSince}) => restsSince)),
    ending: count(({aim, place, doing}) => aim === 'gone' && place === 'paused' && doing !== 'thawing'),
  };
}

function isServing({aim, place, ready, doing}: Replica): boolean {
  return aim === 'run' && place === 'up' && ready && doing === null;
}

/** It holds a slot for as long as it may still run. */
function isLeaving({aim, slot, place, doing}: Replica): boolean {
  return aim !== 'run' && slot && (place === 'up' || doing === 'starting' || doing === 'thawing');
}

function isFrozen(replica: Replica): boolean {
  return replica.aim === 'frozen' && !isLeaving(replica);
}
