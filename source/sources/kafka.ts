/** How far a consumer group is behind the end of its topics. */
import type {AskTimes} from './asking/ask.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface KafkaDemand extends AskTimes {
  readonly source: 'kafka';
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly group: string;
  readonly topics: readonly string[];
  readonly tls: boolean;
  readonly sasl: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  } | null;
}

export function kafkaSource(demand: KafkaDemand, parts: SourceParts): Source {
  throw new Error(`not built yet: ${demand.source} ${parts.service}`);
}
