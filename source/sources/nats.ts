/** What a JetStream consumer has before it: pending, and delivered without an answer yet. */
import type {AskTimes} from './asking/ask.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface NatsDemand extends AskTimes {
  readonly source: 'nats';
  readonly servers: readonly string[];
  readonly stream: string;
  readonly consumer: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly token: string | null;
}

export function natsSource(demand: NatsDemand, parts: SourceParts): Source {
  throw new Error(`not built yet: ${demand.source} ${parts.service}`);
}
