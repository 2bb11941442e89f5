/** A number that is pushed to microscale. */
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface PushDemand {
  readonly source: 'push';
  /** How long a number counts; null until the next one. */
  readonly expireMs: number | null;
}

export function pushSource(demand: PushDemand, parts: SourceParts): Source {
  throw new Error(`not built yet: ${demand.source} ${parts.service}`);
}
