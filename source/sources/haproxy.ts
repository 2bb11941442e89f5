/** Sessions, queue or request rate of a HAProxy backend. */
import type {AskTimes} from './asking/ask.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface HaproxyDemand extends AskTimes {
  readonly source: 'haproxy';
  readonly at: {readonly kind: 'page'; readonly url: string} | {readonly kind: 'socket'; readonly address: string};
  readonly backend: string;
  readonly read: 'sessions' | 'queue' | 'rate';
  readonly username: string | null;
  readonly password: string | null;
}

export function haproxySource(demand: HaproxyDemand, parts: SourceParts): Source {
  throw new Error(`not built yet: ${demand.source} ${parts.service}`);
}
