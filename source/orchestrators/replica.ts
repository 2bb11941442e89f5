/** The words between a set of replicas and whoever runs them: the calls, their outcomes, and a listing. */
import type {Observation} from '../scaler/fleet.ts';

/** A call that failed: refused by the engine, or the engine itself could not be reached. */
export interface CallFailure {
  readonly kind: 'refused' | 'unreachable';
  readonly reason: string;
}

export type Outcome<Value> = {readonly kind: 'done'; readonly value: Value} | ({readonly kind: 'failed'} & {readonly failure: CallFailure});

/** The calls. Each answers exactly once, later or at once. */
export interface ReplicaDriver {
  create(number: number, done: (outcome: Outcome<string>) => void): void;
  start(id: string, done: (outcome: Outcome<null>) => void): void;
  /** Answers when the replica has stopped. */
  stop(id: string, done: (outcome: Outcome<null>) => void): void;
  remove(id: string, done: (outcome: Outcome<null>) => void): void;
}

/** A replica as a full listing shows it. */
export interface Listed {
  readonly id: string;
  readonly number: number;
  readonly state: 'created' | 'unready' | 'running' | 'dead';
  readonly startedAt: number;
  /** Made from another image or configuration than the present one. */
  readonly outdated: boolean;
}

/** One service's replicas, kept at the number asked for, and told what becomes of them. */
export interface ReplicaSet {
  scale(replicas: number, standby: number, order: number): void;
  /** Asks for nothing more until it is scaled again. */
  rest(): void;
  /** Takes a full listing, asked for at `askedAt`, as the truth about all that has not changed since. */
  reset(listed: readonly Listed[], askedAt: number): void;
  /** The workload is being made ready, which is told when there is something to tell; null when it is. */
  prepare(reason: string | null): void;
  /** The workload could not be made ready: counts as a failure, with backoff. */
  fail(reason: string): void;
  outdate(): void;
  ready(id: string): void;
  unready(id: string): void;
  died(id: string, detail: string): void;
  vanished(id: string): void;
  suspend(): void;
  resume(): void;
  has(id: string): boolean;
  observation(): Observation;
  /** Converges no more, and removes what never served. */
  close(): void;
}
