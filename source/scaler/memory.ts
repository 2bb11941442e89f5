/** What targets remember between readings: plain data, so that a fleet can be recorded and folded again. */

/** What is believed of a stream and of those that work on it, with how sure that is (variances and their covariance). */
export interface Estimate {
  /** Items that arrive each second. */
  readonly arrivals: number;
  /** Items that one busy replica does each second. */
  readonly rate: number;
  readonly arrivalsVariance: number;
  readonly rateVariance: number;
  readonly covariance: number;
}

/** A queue at one moment. `arrived` is how many have ever come, null where nobody counts. */
export interface QueueLook {
  readonly at: number;
  readonly waiting: number;
  readonly inFlight: number;
  readonly arrived: number | null;
  readonly running: number;
}

export interface QueueMemory {
  readonly kind: 'queue';
  /** The look from which the next is learned. */
  readonly look: QueueLook;
  /** When it was last read, and what was in it. */
  readonly at: number;
  readonly backlog: number;
  /** It has said of something that it is being worked on; one that never does may be busy and look empty. */
  readonly tellsInFlight: boolean;
  /** Since when nothing was seen in it, or since when it was last asked to do with less; null while something is. */
  readonly quietSince: number | null;
  readonly estimate: Estimate;
  /** The first rates of arrival that were seen, each second; null once there were enough to begin with. */
  readonly firstRates: readonly number[] | null;
  /** Seconds for which replicas were seen to be busy, added up over them. */
  readonly busySeconds: number;
  /** How many were busy of late, on average. */
  readonly busyMean: number;
  /** How far the latest readings lay off what was expected, in standard deviations, newest first in weight. */
  readonly surprise: number;
  /** By when what waits should be done; null while no more waits than a stream always has. */
  readonly drainBy: number | null;
  /** When it was last asked to do with less of which nobody knew whether it would suffice, and how often it didn't. */
  readonly triedAt: number | null;
  readonly failures: number;
  readonly grewAt: number;
  readonly want: number;
}

export interface PdMemory {
  readonly kind: 'pd';
  readonly at: number;
  readonly length: number;
  /** The want before it is rounded. */
  readonly level: number;
  readonly want: number;
}

export interface UtilizationMemory {
  readonly kind: 'utilization';
  readonly total: number;
  /** Replicas that the total is of. */
  readonly measured: number;
  /** Since when more run than are measured; null while none do. */
  readonly newSince: number | null;
  readonly want: number;
}

/** A line that is followed ahead of its time. */
export interface TrendMemory {
  readonly kind: 'trend';
  readonly at: number;
  readonly value: number;
  /** How fast it moves, each second. */
  readonly slope: number;
  /** What is expected once a replica that is started now serves; never less than the value. */
  readonly ahead: number;
  /** Until when that is worth something; null where nothing is expected. */
  readonly until: number | null;
}

export type Memory = QueueMemory | PdMemory | UtilizationMemory | TrendMemory;

/** What a target may know of its service when it is asked. Counts are replicas. */
export interface Context {
  readonly at: number;
  readonly running: number;
  readonly pending: number;
  /** What the plan has granted; what is there, before there was one. */
  readonly granted: number;
  /** The plan could not grant all that was wanted. */
  readonly short: boolean;
  /** How far ahead to look, in milliseconds; null for a service that doesn't. */
  readonly leadMs: number | null;
}
