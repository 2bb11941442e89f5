/** What the command line asked for, as plain data that can cross to another thread. */
import type {ThemeChoice} from '../config/themes.ts';
import type {OnExit} from '../scaler/on-exit.ts';

export interface Options {
  readonly config: string | null;
  /** In the order in which they are tried; none leaves it to the environment. */
  readonly hosts: readonly string[];
  readonly context: string | null;
  readonly image: string | null;
  readonly capacity: number | 'auto' | null;
  readonly dryRun: boolean;
  readonly readOnly: boolean;
  readonly onExit: OnExit | null;
  readonly forMs: number | null;
  readonly seed: number | null;
  readonly record: string | null;
  /** The control socket; null for the usual place, `off` for none. */
  readonly socket: string | null;
  /** Where metrics are served, such as 127.0.0.1:9180. */
  readonly metrics: string | null;
  readonly audit: string | null;
  readonly note: string | null;
  /** Measured demand for `simulate`: a CSV file or a recording. */
  readonly demand: string | null;
  /** Which capacities `simulate` tries, as written. */
  readonly sweep: string | null;
  /** Another configuration to `simulate` beside this one. */
  readonly compare: string | null;
  /** Another configuration that `run` follows without acting. */
  readonly shadow: string | null;
  readonly all: boolean;
  /** Rather look at the engine that acts here already than wait beside it. */
  readonly attach: boolean;
  /** Ask whoever holds the lease for it. */
  readonly takeOver: boolean;
  /** How microscale is called on a far machine. */
  readonly command: string;
  /** Where `report` or `init` writes; null for the usual place. */
  readonly output: string | null;
  /** Write over what is there. */
  readonly force: boolean;
  readonly markdown: boolean;
  readonly json: boolean;
  /** How fast `replay` plays, in seconds a second; null for as fast as it was. */
  readonly speed: number | null;
  /** Which part of a recording is replayed, as written. */
  readonly from: string | null;
  readonly to: string | null;
  readonly ascii: boolean;
  readonly color: boolean;
  /** The console's colours; null leaves them to the configuration, and to what the terminal says. */
  readonly theme: ThemeChoice | null;
  /** Sentences for a screen reader in the place of a drawing. */
  readonly screenReader: boolean;
  /** How long priority 1 may be short before the terminal calls; null for never. */
  readonly bellMs: number | null;
  /** The usual answer to every question. */
  readonly yes: boolean;
  /** The demonstration shop on a simulated host, whatever else is there. */
  readonly demo: boolean;
}

/** A wrong use of the command line. The message says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
