/** The answer of an instant query. */
import type {AskTimes} from './asking/ask.ts';
import type {HttpAccess} from './asking/http.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface PrometheusDemand extends AskTimes {
  readonly source: 'prometheus';
  readonly url: string;
  readonly query: string;
  readonly access: HttpAccess;
}

export function prometheusSource(demand: PrometheusDemand, parts: SourceParts): Source {
  throw new Error(`not built yet: ${demand.source} ${parts.service}`);
}
