/** What the service's own replicas use. */
import type {AskTimes} from './asking/ask.ts';
import type {UsageKind} from '../ports.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface DockerDemand extends AskTimes {
  readonly source: 'docker';
  readonly read: UsageKind;
}

export function dockerSource(demand: DockerDemand, parts: SourceParts): Source {
  throw new Error(`not built yet: ${demand.source} ${parts.service}`);
}
