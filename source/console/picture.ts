/** Rows, and what has to be known of them to send only some. */

export interface Picture {
  readonly rows: readonly string[];
  /** Names what is looked at: no row of anything else stays beside these. */
  readonly view: string;
  /** An empty screen is filled from this row on, and what is above it comes last. */
  readonly first: number;
  readonly panes: readonly Pane[];
}

export interface Span {
  readonly from: number;
  /** The first row that is no part of it. */
  readonly to: number;
}

/** Rows that tell of one moment, and of another all at once. */
export interface Pane extends Span {
  readonly moment: unknown;
  /** Its rows move on to others' places: rows of two moments would be a false list, so it is sent whole whatever it costs. */
  readonly scrolls: boolean;
}

/** What is between header and footer, and where in it the chart and the list of decisions are. */
export interface Body {
  readonly rows: readonly string[];
  readonly chart?: Span;
  readonly decisions?: Span;
}
