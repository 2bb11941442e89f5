/** The nouns of the scaler, as readonly data. It knows no orchestrator, no file format and no screen. */
import type {Circumstances, DemandCircumstance, ScheduleCircumstance} from './circumstance.ts';
import type {Decision} from './decision.ts';
import type {Handover, Pair} from './handover.ts';
import type {Memory} from './memory.ts';
import type {Observation} from './observation.ts';
import type {HostMemory, ReadinessAsked} from './readiness.ts';
import type {ModeSpec, ServiceSpec, Target} from './spec.ts';

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

/** What `undo` would put back, and for whom: one owner may have several sessions, and each takes back its own. */
export interface Undo {
  readonly service: string;
  readonly before: readonly Override[];
  readonly owner: string;
  /** Null where it came through none. */
  readonly session: number | null;
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

/** What its demand asks for within its bounds, whatever an operator has decided; null for what fills, and while nothing is known. */
export function demandedReplicas({spec, rawWant}: Service): number | null {
  if (spec.target.kind === 'fill' || rawWant === null) return null;
  return Math.min(Math.max(rawWant, spec.min), spec.max);
}

/** Replicas that exist or are on their way, and are not leaving. */
export function aliveReplicas(service: Service): number {
  return service.observed ? service.observed.running + service.observed.pending : 0;
}

/** The most replicas that this service may hold at this moment, the leaving ones included. */
export function heldReplicas(service: Service): number {
  return Math.max(service.committed, aliveReplicas(service)) + (service.observed?.stopping ?? 0);
}
