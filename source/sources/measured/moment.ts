/** What was measured at one moment, whatever file it comes from, and what is said of a file that can't be read. */
import type {Reading} from '../../scaler/entry.ts';

export interface Moment {
  /** Milliseconds since the first moment of the file. */
  readonly atMs: number;
  readonly readings: readonly MeasuredReading[];
}

export interface MeasuredReading {
  /** The column's name, or the service's in a recording. */
  readonly column: string;
  /** The place of the demand among those of the service. */
  readonly demand: number;
  readonly reading: Reading;
}

/** A file of measurements, opened. Its moments are read once, in their order, as they are asked for. */
export interface Measured {
  readonly path: string;
  /** What its header names; null where that isn't known before the end, as in a recording. */
  readonly columns: readonly string[] | null;
  /** When its first moment was, in milliseconds since 1970, as far as the file says. */
  readonly startAt: number;
  readonly moments: AsyncIterable<Moment>;
}

/** The message says which file, which line, and what is wrong with it. */
export class MeasuredError extends Error {
  override readonly name = 'MeasuredError';
  /** True where the file itself can't be opened, which may pass. */
  readonly unopened: boolean;
  constructor(words: string, unopened = false) {
    super(words);
    this.unopened = unopened;
  }
}
