/** The nouns of the scaler, as readonly data. It knows no orchestrator, no file format and no screen. */
import type {Circumstances, DemandCircumstance, Rules, ScheduleCircumstance} from './circumstance.ts';
import type {Handover, Pair} from './handover.ts';
import type {Memory} from './memory.ts';
import type {HostMemory, Readiness, ReadinessAsked} from './readiness.ts';

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

/** The mode that an operator has chosen, `normal` included: until its time is up, no circumstance changes it. */
export interface ChosenMode {
  readonly name: string;
  readonly by: string;
  readonly since: number;
  /** When it ends, in milliseconds since the epoch; null stays until another is chosen. */
  readonly until: number | null;
}

/** The mode that holds, and why. */
export interface HeldMode {
  readonly name: string;
  readonly since: number;
  readonly why: HeldBecause;
}

export type HeldBecause =
  | {readonly kind: 'chosen'; readonly by: string; readonly until: number | null}
  | {readonly kind: 'demand'; readonly circumstance: DemandCircumstance}
  | {readonly kind: 'schedule'; readonly circumstance: ScheduleCircumstance; readonly until: number};

/** What holds when no other mode does. */
export const normalMode = 'normal';
/** What an operator says to leave the mode to the circumstances again. */
export const autoMode = 'auto';

/** What the demand of a service is known to be. */
export type Demand =
  | {readonly kind: 'waiting'}
  | {readonly kind: 'live'; readonly value: number}
  | {readonly kind: 'lost'; readonly value: number | null; readonly reason: string; readonly since: number};

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

/** An operator's decision about one service. Count rules and rank rules may stand side by side. */
export type Rule =
  | {readonly kind: 'pin'; readonly replicas: number}
  | {readonly kind: 'hold'; readonly replicas: number}
  | {readonly kind: 'cap'; readonly replicas: number}
  | {readonly kind: 'boost'}
  | {readonly kind: 'priority'; readonly priority: number};

export interface Override {
  readonly rule: Rule;
  readonly owner: string;
  readonly placedAt: number;
  /** When it ends, in milliseconds since the epoch; null stays until it is cleared. */
  readonly until: number | null;
  /** Why, in the owner's words; empty for none. */
  readonly note: string;
}

/** A want that was superseded by a lower one, remembered while the settle window still covers it. */
export interface Peak {
  readonly want: number;
  readonly endedAt: number;
}

/** One demand that a service follows, where that takes more than its latest value. */
export interface Followed {
  readonly demand: Demand;
  /** What it is followed by; what is remembered is for this target. */
  readonly target: Target;
  readonly memory: Memory | null;
  /** What it asked for last; null before it has. */
  readonly want: number | null;
}

/** How often the want has gone up again soon after it went down. */
export interface Flaps {
  /** The want as it was settled. */
  readonly want: number;
  readonly shrunkAt: number | null;
  readonly flappedAt: number;
  readonly count: number;
}

/** One piece of the answer to "why this number?". */
export type Reason =
  /** `label` names one of several demands and is empty for the only one; `ahead` is what is expected, where that is more. */
  | {readonly kind: 'demand'; readonly value: number; readonly ahead: number | null; readonly target: Target; readonly label: string}
  | {
      readonly kind: 'queue';
      readonly backlog: number;
      readonly arrivals: number;
      /** Null while it isn't known. */
      readonly rate: number | null;
      readonly drainWithinMs: number;
      readonly label: string;
    }
  | {readonly kind: 'utilization'; readonly used: number; readonly replicas: number; readonly ratio: number; readonly label: string}
  | {readonly kind: 'steady'; readonly replicas: number; readonly tolerance: number}
  | {readonly kind: 'fixed'; readonly replicas: number}
  | {readonly kind: 'fill'}
  | {readonly kind: 'waiting'; readonly replicas: number; readonly label: string}
  | {readonly kind: 'lost'; readonly cause: string; readonly since: number; readonly onLost: OnLost; readonly label: string}
  | {readonly kind: 'settling'; readonly replicas: number; readonly until: number}
  | {readonly kind: 'override'; readonly override: Override; readonly beyondBounds: boolean}
  | {readonly kind: 'bound'; readonly bound: 'min' | 'max'; readonly replicas: number}
  | {readonly kind: 'trouble'; readonly trouble: Trouble}
  | {readonly kind: 'preempted'; readonly by: string; readonly priority: number}
  | {readonly kind: 'short'; readonly replicas: number}
  | {readonly kind: 'retired'};

/** What the plan says about one service. */
export interface Decision {
  readonly service: string;
  /** Replicas asked for once the target, overrides, settle and bounds have spoken. A filler's is its upper bound. */
  readonly want: number;
  readonly fills: boolean;
  readonly desired: number;
  readonly shortfall: number;
  /** Effective priority; 0 is boosted. */
  readonly rank: number;
  readonly reasons: readonly Reason[];
}

/** One service as the fleet knows it. */
export interface Service {
  /** What holds at this moment: what is configured, as the mode changes it. */
  readonly spec: ServiceSpec;
  readonly configured: ServiceSpec;
  /** The one that asks for most, where it follows several. */
  readonly demand: Demand;
  /** Its place among them. */
  readonly leading: number;
  /** One for each demand; empty where its only demand needs no memory. */
  readonly followed: readonly Followed[];
  readonly overrides: readonly Override[];
  /** Superseded higher wants, oldest and highest first. */
  readonly peaks: readonly Peak[];
  /** The last raw want, before overrides and bounds; null until one is known. */
  readonly rawWant: number | null;
  /** Null where nobody guards it. */
  readonly flaps: Flaps | null;
  /** How long its replicas take from the decision until they serve, in milliseconds; null until that was seen. */
  readonly serveMs: number | null;
  readonly observed: Observation | null;
  /** The last number asked for; null before the first request. */
  readonly asked: number | null;
  readonly askedReadiness: ReadinessAsked;
  /** Of those that were told to leave, so many are to be frozen, and the host has not told of it yet. */
  readonly freezing: number;
  /** How many may be frozen while memory is short; null for as many as is declared. */
  readonly frozenMost: number | null;
  /** Numbers the requests, so that an observation says which it accounts for. */
  readonly order: number;
  /** The most replicas that may exist because of requests that no observation has accounted for yet. */
  readonly committed: number;
  readonly decision: Decision | null;
  /** Open for as long as the service runs fewer replicas than desired; null when it has them all. */
  readonly handover: Handover | null;
}

/** What the scaler does with its plan. */
export type Acting = 'auto' | 'paused' | 'dry-run';

export type Host =
  {readonly kind: 'connecting'} | {readonly kind: 'connected'} | {readonly kind: 'lost'; readonly reason: string; readonly since: number};

/** Whether this engine has the right to act. Where nobody else could act, none is needed. */
export type Lease =
  | {readonly kind: 'unneeded'}
  | {readonly kind: 'seeking'}
  | {readonly kind: 'held'; readonly by: string; readonly since: number}
  | {readonly kind: 'lapsed'; readonly reason: string}
  | {readonly kind: 'elsewhere'; readonly by: string; readonly where: string; readonly since: number; readonly trouble: string};

/** Time-weighted sums from which percentages are made, and the latest handover times, all in milliseconds. */
export interface Score {
  readonly ms: number;
  readonly metMs: number;
  readonly wonMs: number;
  readonly capacitySlotMs: number;
  readonly runningSlotMs: number;
  readonly handoverMs: readonly number[];
  /** The latest handovers by who gave and who got. */
  readonly pairs: readonly Pair[];
  /** How long those replicas had worked that were ended for somebody else, in milliseconds of replicas. */
  readonly lostMs: number;
  readonly started: number;
  readonly stopped: number;
  readonly worstShortfall: {readonly service: string; readonly replicas: number; readonly at: number} | null;
}

/** What holds at this moment; the score adds it up over time. */
export interface Standing {
  readonly met: boolean;
  readonly won: boolean;
  readonly runningSlots: number;
  readonly heldSlots: number;
}

/** What `undo` would put back. */
export interface Undo {
  readonly service: string;
  readonly before: readonly Override[];
  readonly owner: string;
  readonly at: number;
}

export interface Settings {
  readonly project: string;
  /** How many slots the host holds. */
  readonly capacity: number;
  /** The slots of each node where a replica can't be split between them; empty where that is no matter. */
  readonly nodeSlots: readonly number[];
  /** How long an override lasts when nothing else is said, in milliseconds; null for ever. */
  readonly overrideMs: number | null;
  readonly modes: readonly ModeSpec[];
}

export interface Fleet {
  readonly at: number;
  readonly settings: Settings;
  readonly acting: Acting;
  readonly host: Host;
  readonly lease: Lease;
  /** Null for the normal one, unless an operator has chosen that. */
  readonly mode: HeldMode | null;
  readonly chosen: ChosenMode | null;
  /** What is known of when the modes want to hold, in their order. */
  readonly circumstances: readonly Circumstances[];
  readonly memory: HostMemory;
  readonly services: readonly Service[];
  readonly undo: Undo | null;
  readonly standing: Standing;
  readonly score: Score;
}

/** A fleet that knows nothing yet. `acting` is how it will act once it knows. */
export function emptyFleet(acting: Acting): Fleet {
  return {
    at: 0,
    settings: {project: '', capacity: 0, nodeSlots: [], overrideMs: null, modes: []},
    acting,
    host: {kind: 'connecting'},
    lease: {kind: 'unneeded'},
    mode: null,
    chosen: null,
    circumstances: [],
    memory: {kind: 'enough'},
    services: [],
    undo: null,
    standing: {met: true, won: false, runningSlots: 0, heldSlots: 0},
    score: {
      ms: 0,
      metMs: 0,
      wonMs: 0,
      capacitySlotMs: 0,
      runningSlotMs: 0,
      handoverMs: [],
      pairs: [],
      lostMs: 0,
      started: 0,
      stopped: 0,
      worstShortfall: null,
    },
  };
}

/** Replicas that exist or are on their way, and are not leaving. */
export function aliveReplicas(service: Service): number {
  return service.observed ? service.observed.running + service.observed.pending : 0;
}

/** The most replicas that this service may hold at this moment, the leaving ones included. */
export function heldReplicas(service: Service): number {
  return Math.max(service.committed, aliveReplicas(service)) + (service.observed?.stopping ?? 0);
}

/** True where what the service asks for follows from a demand. */
export function followsDemand({target}: Pick<ServiceSpec, 'target'>): boolean {
  return target.kind !== 'fill' && target.kind !== 'fixed';
}
