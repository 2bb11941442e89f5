/** A number in JSON over HTTP. */
import type {AskTimes} from './asking/ask.ts';
import type {HttpAccess} from './asking/http.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface HttpDemand extends AskTimes {
  readonly source: 'http';
  readonly url: string;
  /** Where the number is: `load.current`; null where the whole answer is one. */
  readonly path: string | null;
  readonly access: HttpAccess;
}

export function httpSource(demand: HttpDemand, parts: SourceParts): Source {
  throw new Error(`not built yet: ${demand.source} ${parts.service}`);
}
