/** One number from a query, read only. */
import type {AskTimes} from './asking/ask.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface PostgresDemand extends AskTimes {
  readonly source: 'postgres';
  readonly url: string;
  readonly query: string;
}

export function postgresSource(demand: PostgresDemand, parts: SourceParts): Source {
  throw new Error(`not built yet: ${demand.source} ${parts.service}`);
}
