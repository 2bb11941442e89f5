/** The words between a set of replicas and whoever runs them: the calls, their outcomes, and a listing. */
import type {ReplicaState} from '../ports.ts';
import type {Action} from '../scaler/entry.ts';
import type {Observation} from '../scaler/observation.ts';
import type {Readiness} from '../scaler/readiness.ts';
import type {Lane, Ticket} from './call-queue.ts';

/** A call that failed: refused by the engine, or the engine itself could not be reached. */
export interface CallFailure {
  readonly kind: 'refused' | 'unreachable';
  readonly reason: string;
}

export type Outcome<Value> = {readonly kind: 'done'; readonly value: Value} | ({readonly kind: 'failed'} & {readonly failure: CallFailure});

export type Done<Value> = (outcome: Outcome<Value>) => void;

/** Whether a replica is made to serve, or to wait paused until it may: the host remembers which. */
export type Purpose = 'serve' | 'wait';

/** The calls. Each answers exactly once, later or at once, unless it is cancelled before it has begun. */
export interface ReplicaDriver {
  create(number: number, purpose: Purpose, lane: Lane, done: Done<string>): Ticket;
  /** Leaves the sign that it serves from now on, before it does: whoever finds it later knows it from one that waits. */
  mark(id: string, lane: Lane, done: Done<null>): Ticket;
  start(id: string, purpose: Purpose, lane: Lane, done: Done<null>): Ticket;
  /** Pauses it where it is. */
  freeze(id: string, lane: Lane, done: Done<null>): Ticket;
  /** Lets it go on, to serve. */
  thaw(id: string, lane: Lane, done: Done<null>): Ticket;
  /** Answers when the replica has stopped. */
  stop(id: string, lane: Lane, done: Done<null>): Ticket;
  /** Ends one that is paused, at the least cost to the others. Answers when it has stopped. */
  end(id: string, lane: Lane, done: Done<null>): Ticket;
  remove(id: string, lane: Lane, done: Done<null>): Ticket;
}

/** A replica as a full listing shows it. */
export interface Listed {
  readonly id: string;
  readonly number: number;
  readonly state: 'created' | 'paused' | 'unready' | 'running' | 'dead';
  /** False for one that was made to wait and bears no sign that it serves. */
  readonly served: boolean;
  readonly startedAt: number;
  /** Made from another image or configuration than the present one. */
  readonly outdated: boolean;
}

/** One replica as its set knows it. */
export interface Standing {
  readonly state: Extract<ReplicaState, 'running' | 'starting' | 'standby' | 'frozen' | 'stopping' | 'ended'>;
  readonly since: number;
}

/** One service's replicas, kept at the number asked for, and told what becomes of them. */
export interface ReplicaSet {
  scale(action: Action): void;
  /** How it keeps replicas ready, and who goes first. */
  follow(readiness: Readiness): void;
  /** Asks for nothing more until it is scaled again. */
  rest(): void;
  /** Takes a full listing, asked for at `askedAt`, as the truth about all that has not changed since. */
  reset(listed: readonly Listed[], askedAt: number): void;
  /** The workload is being made ready, which is told when there is something to tell; null when it is. */
  prepare(reason: string | null): void;
  /** The workload could not be made ready: counts as a failure, with backoff. */
  fail(reason: string): void;
  /** What is made from now on differs from those that this says. */
  outdate(isOutdated: (id: string) => boolean): void;
  ready(id: string): void;
  unready(id: string): void;
  died(id: string, detail: string): void;
  vanished(id: string): void;
  suspend(): void;
  resume(): void;
  has(id: string): boolean;
  /** Whether news that it was paused, goes on, or has ended is no news. */
  expects(id: string, news: 'paused' | 'unpaused' | 'ended'): boolean;
  /** All that are there. */
  ids(): readonly string[];
  /** Those that serve. */
  serving(): readonly string[];
  observation(): Observation;
  /** By id, those that have one. */
  standings(): ReadonlyMap<string, Standing>;
  /** Takes away what waits, or what is frozen too, and makes no more of it. */
  tidy(what: 'waiting' | 'all'): void;
  /** Converges no more. */
  close(): void;
}
