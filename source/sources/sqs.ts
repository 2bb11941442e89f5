/** Visible, in flight and delayed messages of an SQS queue. */
import type {AskTimes} from './asking/ask.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface SqsDemand extends AskTimes {
  readonly source: 'sqs';
  readonly queueUrl: string;
  readonly region: string | null;
  readonly endpoint: string | null;
}

export function sqsSource(demand: SqsDemand, parts: SourceParts): Source {
  throw new Error(`not built yet: ${demand.source} ${parts.service}`);
}
