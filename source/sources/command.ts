/** What a program prints. */
import type {AskTimes} from './asking/ask.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface CommandDemand extends AskTimes {
  readonly source: 'command';
  readonly command: readonly string[];
  /** It goes on and prints a number a line. */
  readonly stream: boolean;
  readonly folder: string;
}

export function commandSource(demand: CommandDemand, parts: SourceParts): Source {
  throw new Error(`not built yet: ${demand.source} ${parts.service}`);
}
