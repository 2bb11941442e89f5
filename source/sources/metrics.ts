/** A series of one or more /metrics pages, read directly: its sum, its largest value, or its rate. */
import type {AskTimes} from './asking/ask.ts';
import type {HttpAccess} from './asking/http.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface MetricsDemand extends AskTimes {
  readonly source: 'metrics';
  readonly urls: readonly string[];
  /** A name, with labels that must be there: `http_requests_total{code="200"}`. */
  readonly series: string;
  readonly take: 'sum' | 'max' | 'rate';
  /** The window of a rate. */
  readonly overMs: number;
  readonly access: HttpAccess;
}

export function metricsSource(demand: MetricsDemand, parts: SourceParts): Source {
  throw new Error(`not built yet: ${demand.source} ${parts.service}`);
}
