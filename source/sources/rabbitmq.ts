/** What waits and is being worked on in a queue of RabbitMQ. */
import type {AskTimes} from './asking/ask.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface RabbitmqDemand extends AskTimes {
  readonly source: 'rabbitmq';
  /** The management API (http, https) or the broker (amqp, amqps). */
  readonly url: string;
  readonly queue: string;
  readonly vhost: string;
  readonly username: string | null;
  readonly password: string | null;
}

export function rabbitmqSource(demand: RabbitmqDemand, parts: SourceParts): Source {
  throw new Error(`not built yet: ${demand.source} ${parts.service}`);
}
