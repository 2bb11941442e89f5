/** Demand that was measured before, played again. */
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface ReplayDemand {
  readonly source: 'replay';
  readonly path: string;
  readonly column: string | null;
  readonly speed: number;
  readonly loop: boolean;
}

export function replaySource(demand: ReplayDemand, parts: SourceParts): Source {
  throw new Error(`not built yet: ${demand.source} ${parts.service}`);
}
