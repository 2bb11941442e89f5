/** The length of a list, stream, set, sorted set or BullMQ queue in Redis. */
import type {AskTimes} from './asking/ask.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

/** What is counted. */
export type RedisThing =
  | {readonly kind: 'list'; readonly key: string; readonly processing: string | null}
  | {readonly kind: 'stream'; readonly key: string; readonly group: string | null}
  | {readonly kind: 'sortedSet'; readonly key: string}
  | {readonly kind: 'set'; readonly key: string}
  | {readonly kind: 'bullmq'; readonly queue: string; readonly prefix: string};

export interface RedisDemand extends AskTimes {
  readonly source: 'redis';
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly thing: RedisThing;
}

export function redisSource(demand: RedisDemand, parts: SourceParts): Source {
  throw new Error(`not built yet: ${demand.source} ${parts.service}`);
}
