/** What an owner declares: services with their bounds and targets, and the modes that change them. */
import type {Rules} from './circumstance.ts';
import type {Readiness} from './readiness.ts';

/** "No upper bound", kept finite so that it survives JSON. */
export const unbounded = Number.MAX_SAFE_INTEGER;

/** The rule that turns readings into replicas. */
export type Target =
  | {readonly kind: 'direct'}
  | {readonly kind: 'perReplica'; readonly value: number}
  | {readonly kind: 'fill'}
  | {readonly kind: 'fixed'; readonly replicas: number}
  /** `ratio` of what a replica may use is wanted: 0.7 for 70 %. */
  | {readonly kind: 'utilization'; readonly ratio: number; readonly tolerance: number}
  /** Items each second; null for what is to be learned. `rate` is that of one replica. */
  | {
      readonly kind: 'queue';
      readonly drainWithinMs: number;
      readonly rate: number | null;
      readonly arrivals: number | null;
      readonly tolerance: number;
    }
  /** Replicas for each item too many and second, and for each item more. */
  | {readonly kind: 'pd'; readonly length: number; readonly proportional: number; readonly derivative: number};

/** One of the demands that a service follows. */
export interface DemandRule {
  /** What people call it, such as `redis list jobs`. */
  readonly label: string;
  /** Null where it follows the service's own target. */
  readonly target: Target | null;
}

/** How far ahead a demand is looked at: by the time that a replica is learned to take to serve, or by a given one. */
export type Lead = {readonly kind: 'off'} | {readonly kind: 'auto'} | {readonly kind: 'given'; readonly ms: number};

/** What the want follows once a source has been lost. */
export type OnLost =
  {readonly kind: 'hold'} | {readonly kind: 'min'} | {readonly kind: 'max'} | {readonly kind: 'replicas'; readonly replicas: number};

/** What the owner declares about a service. Priority 1 is served first; `slots` is what one replica takes. */
export interface ServiceSpec extends Readiness {
  readonly name: string;
  readonly priority: number;
  readonly min: number;
  readonly max: number;
  readonly slots: number;
  /** Share of what is left, among fillers of equal priority. */
  readonly weight: number;
  readonly target: Target;
  /** What it follows: the largest want of them counts. None said is one without a name, by the service's target. */
  readonly demands: readonly DemandRule[];
  readonly lead: Lead;
  readonly onLost: OnLost;
  /** A want that moves by no more than this share of itself stays. */
  readonly tolerance: number;
  /** Up, down and up again within this time is flapping, and shrinking then waits longer; 0 for no guard. */
  readonly flapGuardMs: number;
  /** How long a want must stay low before the service shrinks, in milliseconds. */
  readonly settleMs: number;
  /** At most this many replicas are on their way up, or down, at once. */
  readonly stepMax: number;
  /** What to do when somebody else sets its count: put ours back, or leave theirs for a while. */
  readonly drift: 'reassert' | 'yield';
  /** Somebody else made it: once it is no longer configured it is let go as it is, and not emptied. */
  readonly adopted: boolean;
  /** A service that the configuration no longer names: it is emptied, then forgotten. */
  readonly retired: boolean;
}

/** A named set of priorities, bounds and targets that holds while its circumstance does. Without `when`, only by hand. */
export interface ModeSpec extends Rules {
  readonly name: string;
  /** What it is for, as its owner wrote it; empty for nothing. */
  readonly say: string;
  /** What it changes, by service. */
  readonly services: Readonly<Record<string, ModeChange>>;
}

/** How a want settles follows from the target, where that changes and the service says nothing of it. */
export type ModeChange = Partial<
  Pick<ServiceSpec, 'priority' | 'min' | 'max' | 'weight' | 'target' | 'tolerance' | 'flapGuardMs' | 'settleMs'>
>;

/** True where what the service asks for follows from a demand. */
export function followsDemand({target}: Pick<ServiceSpec, 'target'>): boolean {
  return target.kind !== 'fill' && target.kind !== 'fixed';
}
