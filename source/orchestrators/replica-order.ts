/** In which order replicas are told of one by one, and how many of them: those that serve or are in trouble first. */
import type {ReplicaFacts, ReplicaState} from '../ports.ts';

/** More than these are only counted. */
export const lookedAtMax = 50;

const order: readonly ReplicaState[] = ['running', 'unhealthy', 'starting', 'stopping', 'standby', 'frozen', 'unplaced', 'lost', 'ended'];
const names = new Intl.Collator('en', {numeric: true});

type Ordered = Pick<ReplicaFacts, 'name' | 'state'>;

export function byStateThenName(a: Ordered, b: Ordered): number {
  return order.indexOf(a.state) - order.indexOf(b.state) || names.compare(a.name, b.name);
}
