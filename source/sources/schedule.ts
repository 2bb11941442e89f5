/** A demand that is known beforehand: campaigns, working hours. */
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface ScheduleDemand {
  readonly source: 'schedule';
  readonly entries: readonly {readonly cron: string; readonly forMs: number; readonly demand: number}[];
  readonly otherwise: number;
  /** Null is the machine's own. */
  readonly timezone: string | null;
}

export function scheduleSource(demand: ScheduleDemand, parts: SourceParts): Source {
  throw new Error(`not built yet: ${demand.source} ${parts.service}`);
}
