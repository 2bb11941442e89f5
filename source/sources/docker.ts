/** What the service's own replicas use. */
import {asking, type AskTimes} from './asking/ask.ts';
import {SourceError} from './asking/failure.ts';
import type {Source, UsageKind} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface DockerDemand extends AskTimes {
  readonly source: 'docker';
  readonly read: UsageKind;
}

export function dockerSource(demand: DockerDemand, {clock, service, usage}: SourceParts): Source {
  return asking(`the ${demand.read} of ${service}`, demand, clock, () => ({
    async ask(signal) {
      if (!usage) throw new SourceError('this host does not measure what replicas use');
      return {kind: 'usage', ...(await usage(service, demand.read, signal))};
    },
    close() {},
  }));
}
