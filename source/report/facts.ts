/** What a report says of a recording, as plain data with every text cleaned: the page, Markdown and JSON are made of it. */
import type {Score} from '../scaler/fleet.ts';

/** A time from one moment to another, in milliseconds since the epoch; `to` is null where it lasted when the recording ended. */
export interface Span {
  readonly from: number;
  readonly to: number | null;
}

export interface Facts {
  readonly file: string;
  readonly project: string;
  readonly from: number;
  readonly to: number;
  /** `elapsed` for simulated time, which begins at zero; `calendar` for a real one. */
  readonly clock: 'calendar' | 'elapsed';
  readonly timeZone: string;
  readonly entries: number;
  /** Why it was read only so far; null for a recording that was read to its end. */
  readonly damage: string | null;
  readonly dryRun: boolean;
  readonly capacity: number;
  readonly score: Omit<Score, 'handoverMs'>;
  readonly handovers: Times;
  /** The replica-time that fillers ran less than the most that they were given, in milliseconds. */
  readonly heldBackMs: number;
  readonly series: Series;
  readonly services: readonly ServiceFacts[];
  readonly shortages: Shortages;
  readonly overrides: Listed<OverrideFacts>;
  readonly modes: Listed<ModeFacts>;
  readonly pauses: Listed<PauseFacts>;
  readonly losses: Listed<LossFacts>;
}

/** The first of a list, and how many more there were than are kept. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  readonly leftOut: number;
}

/** How long something took, in milliseconds; the shares are null where it never happened. */
export interface Times {
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly mostMs: number | null;
}

/** The moments that all curves share: each value is what held from that moment to the next, on average. */
export interface Series {
  readonly everyMs: number;
  readonly at: readonly number[];
  readonly capacity: readonly (number | null)[];
}

/** Null where nothing was known. Averages, but for `missingMost`: what is short and deep would be lost in an average. */
export interface Curves {
  readonly demand: readonly (number | null)[];
  readonly want: readonly (number | null)[];
  readonly desired: readonly (number | null)[];
  readonly running: readonly (number | null)[];
  readonly missing: readonly (number | null)[];
  readonly missingMost: readonly (number | null)[];
}

export interface ServiceFacts {
  readonly name: string;
  readonly priority: number;
  readonly slots: number;
  readonly fills: boolean;
  readonly demandMost: number | null;
  readonly wantMost: number | null;
  readonly runningMost: number;
  /** On average over the time in which it was seen. */
  readonly runningMean: number;
  /** How long it ran fewer than it wanted, and the replica-time that was missing meanwhile. */
  readonly shortMs: number;
  readonly missingReplicaMs: number;
  readonly missingMost: number;
  /** For a filler: the replica-time that it ran less than the most that it was given. */
  readonly heldBackMs: number;
  readonly handovers: Times;
  readonly curves: Curves;
}

export interface Shortages {
  readonly count: number;
  readonly ms: number;
  /** The longest and the deepest, the most replica-time first. */
  readonly worst: readonly Shortage[];
}

/** A time in which a service of priority 1 ran fewer replicas than it wanted. */
export interface Shortage extends Span {
  readonly service: string;
  readonly ms: number;
  /** The most replicas that were missing, when, and of how many. */
  readonly missing: number;
  readonly worstAt: number;
  readonly want: number;
  readonly running: number;
  readonly replicaMs: number;
  /** What led to it, in words; the first is what matters most. */
  readonly causes: readonly string[];
  /** The plan's reasons at the worst moment. */
  readonly why: string;
  /** What was told in the minute before, and during it. */
  readonly events: readonly Event[];
}

export interface Event {
  readonly at: number;
  readonly about: string;
  readonly words: string;
}

export interface OverrideFacts extends Span {
  readonly service: string;
  readonly rule: string;
  readonly owner: string;
  readonly note: string;
  /** How it ended; empty while it stands. */
  readonly ended: string;
}

export interface ModeFacts extends Span {
  readonly name: string;
  readonly why: string;
}

export interface PauseFacts extends Span {
  readonly by: string;
}

/** The host, a source or the right to act that was lost, or replicas that couldn't be had. */
export interface LossFacts extends Span {
  readonly kind: 'host' | 'source' | 'lease' | 'replicas';
  readonly about: string;
  readonly reason: string;
}
