/** What an orchestrator sees of a service: the whole truth each time, never a delta. */

/** Why the orchestrator can't have all the replicas that were asked of it. */
export type Trouble =
  | {readonly kind: 'none'}
  | {readonly kind: 'preparing'; readonly reason: string}
  | {readonly kind: 'failing'; readonly reason: string; readonly failures: number; readonly retryAt: number}
  | {readonly kind: 'unplaceable'; readonly reason: string; readonly placed: number; readonly retryAt: number};

/**
 * The whole truth about a service's replicas, as the orchestrator sees it, never a delta. Replicas that are on
 * their way because of what was asked count as pending; `order` is the last request that this accounts for, 0 for none.
 */
export interface Observation {
  readonly running: number;
  readonly pending: number;
  readonly stopping: number;
  /** Wait for a slot, made ahead of it. */
  readonly standby: number;
  /** Of the pending ones, those that have started and don't serve yet. */
  readonly unready: number;
  /** Of the pending ones, those that somebody else has paused: each holds its slot until another takes its place. */
  readonly paused: number;
  /** Paused with their work in them. They hold memory and no slot. */
  readonly frozen: number;
  /** Since when the one that was frozen first is; null for none. */
  readonly frozenSince: number | null;
  /** Were frozen, and end by the least share of the CPU; they hold no slot. */
  readonly ending: number;
  /** How long those worked that were ended for somebody else since the host was opened, in milliseconds of replicas. */
  readonly lostMs: number;
  /** Why the last one that left was chosen; null before any has. */
  readonly chosen: VictimReason | null;
  readonly order: number;
  readonly trouble: Trouble;
}

/** Nothing is there, and nothing was asked for. */
export const emptyObservation: Observation = {
  running: 0,
  pending: 0,
  stopping: 0,
  standby: 0,
  unready: 0,
  paused: 0,
  frozen: 0,
  frozenSince: null,
  ending: 0,
  lostMs: 0,
  chosen: null,
  order: 0,
  trouble: {kind: 'none'},
};

/** Why a replica goes before the others. */
export type VictimReason = 'not serving' | 'outdated' | 'least busy' | 'youngest' | 'oldest';
