/** Depth and in flight of a channel, over all nsqd of its topic. */
import type {AskTimes} from './asking/ask.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface NsqDemand extends AskTimes {
  readonly source: 'nsq';
  readonly nsqd: readonly string[];
  /** Asked for the topic's nsqds where none are named. */
  readonly lookupd: readonly string[];
  readonly topic: string;
  readonly channel: string;
}

export function nsqSource(demand: NsqDemand, parts: SourceParts): Source {
  throw new Error(`not built yet: ${demand.source} ${parts.service}`);
}
