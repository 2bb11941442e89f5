/** The approximate count of an Azure storage queue. */
import type {AskTimes} from './asking/ask.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface AzureQueueDemand extends AskTimes {
  readonly source: 'azure-queue';
  readonly connection: string;
  readonly queue: string;
}

export function azureQueueSource(demand: AzureQueueDemand, parts: SourceParts): Source {
  throw new Error(`not built yet: ${demand.source} ${parts.service}`);
}
