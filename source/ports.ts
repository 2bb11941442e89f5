/** The edges of the system: one interface each, implemented by the siblings in one folder. */
import type {Action, Command, Entry, Happening, Legacy, Reading, Reply} from './scaler/entry.ts';
import type {Fleet, Lease} from './scaler/fleet.ts';
import type {Observation} from './scaler/observation.ts';
import type {ServiceSpec} from './scaler/spec.ts';
import type {HostMemory} from './scaler/readiness.ts';

/** Time as an argument. `now` is in milliseconds since the epoch and never runs backwards. */
export interface Clock {
  now(): number;
  /** Calls back once, after that many milliseconds; returns what cancels it. */
  after(delayMs: number, callback: () => void): () => void;
  /** Calls back before any further outside event is looked at. */
  soon(callback: () => void): void;
}

/** Chance as an argument: the next number in [0, 1). */
export type Chance = () => number;

/** Where demand comes from. It reads until the signal aborts, reconnects by itself, and never reports a zero it didn't read. */
export type Source = (report: (reading: Reading) => void, signal: AbortSignal) => void;

/** What can be asked of a service's own replicas: shares of what each may use, or bytes a second. */
export type UsageKind = 'cpu' | 'memory' | 'network';

/**
 * The sum over the replicas that run, where 1 is all that one may use; for the network, bytes a second. `replicas` are
 * those that were measured: one that has only just started has used nothing over any time yet.
 */
export type ReadUsage = (
  service: string,
  kind: UsageKind,
  signal: AbortSignal,
) => Promise<{readonly total: number; readonly replicas: number}>;

/** Where numbers that somebody pushes arrive. */
export interface Pushes {
  /** Calls back with each number pushed for the service from now on, and with the last one at once; returns what ends it. */
  follow(service: string, pushed: (value: number, at: number) => void): () => void;
}

/** What a replica is at; `unplaced` waits for a node, `lost` was on one that is gone. */
export type ReplicaState = 'running' | 'starting' | 'unhealthy' | 'standby' | 'frozen' | 'stopping' | 'unplaced' | 'lost' | 'ended';

/** One replica, as the host shows it at this moment. Null for what isn't known. */
export interface ReplicaFacts {
  /** As people know it, such as `shop-web-3`. */
  readonly name: string;
  readonly node: string | null;
  readonly state: ReplicaState;
  /** Since when it is up, or at rest where it waits or is frozen, in milliseconds since the epoch. */
  readonly since: number | null;
  /** Of all the CPU that it may use: 1 for all. */
  readonly cpu: number | null;
  readonly memoryBytes: number | null;
}

/** A service's replicas, and how many more there are than are told of. */
export interface ReplicasSeen {
  readonly replicas: readonly ReplicaFacts[];
  readonly more: number;
}

/** A line that a replica wrote: clean, and cut where it was long. */
export interface LogLine {
  readonly replica: string;
  readonly at: number | null;
  readonly text: string;
}

/** The last lines of a service's replicas, the oldest first. */
export interface LogTail {
  readonly lines: readonly LogLine[];
  /** What could not be read, or why there is nothing; empty for nothing to say. */
  readonly remark: string;
}

/** What can be looked at of a service, beside what the fleet says of it. */
export type SightKind = 'replicas' | 'logs';

export type Sight =
  | {readonly kind: 'replicas'; readonly seen: ReplicasSeen}
  | {readonly kind: 'logs'; readonly tail: LogTail}
  | {readonly kind: 'unseen'; readonly reason: string};

/** What an orchestrator says about where it runs. */
export interface HostFacts {
  /** Such as `docker 28.2 @ unix:///var/run/docker.sock`. */
  readonly title: string;
  readonly kind: 'docker' | 'swarm' | 'simulated';
  /** Why it is simulated, or what else belongs beside the title; empty for nothing. */
  readonly remark: string;
  /** The machines that can take replicas. */
  readonly nodes: readonly NodeFacts[];
  /** Services of this project that microscale made here, whether configured or not. */
  readonly made: readonly string[];
  /** Services that somebody else made here, and that can be adopted. */
  readonly found: readonly FoundService[];
}

/** One machine: what it has, and what services outside microscale have reserved of it. Null for what it doesn't say. */
export interface NodeFacts {
  readonly name: string;
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
  readonly reserved: readonly Reservation[];
}

export interface Reservation {
  /** The service's name on the host; empty for what belongs to none. */
  readonly service: string;
  readonly cpus: number;
  readonly memoryBytes: number;
}

/** A service that runs on the host already. */
export interface FoundService {
  /** As the host has it, such as `shop_web`. */
  readonly hostName: string;
  /** Without the stack or project that it belongs to, such as `web`. */
  readonly shortName: string;
  /** In the host's words, such as `Swarm service shop_web`. */
  readonly title: string;
  /** Those that microscale reads. */
  readonly labels: Readonly<Record<string, string>>;
  /** What one replica reserves; null where it says nothing. */
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
  /** How long a replica may take to stop, in milliseconds. */
  readonly stopGraceMs: number;
  /** Why it can't be scaled, such as being in global mode; null where it can. */
  readonly unfit: string | null;
}

export interface OrchestratorEvents {
  observed(service: string, observation: Observation): void;
  connected(): void;
  disconnected(reason: string): void;
  /** Something an operator should read. */
  noted(note: Extract<Entry, {kind: 'noted'}>['note']): void;
  /** The host has answered, whatever it said. */
  heard(): void;
  /** What the host is has changed: nodes came or went, services were deployed or removed. */
  surveyed(facts: HostFacts): void;
  /** Whether the host has memory left, again and again while it has not. */
  memory(memory: HostMemory): void;
  /** Somebody else has set a service to this number of replicas. */
  drifted(service: string, replicas: number): void;
}

/**
 * Runs replicas. Level-based: it is told numbers and converges on them; a newer number replaces an older one. An
 * observation that follows a `scale` accounts for it: what is on its way counts as pending.
 */
export interface Orchestrator {
  /** Reaches the host and says what it is. Throws `HostError` when it can't be reached. */
  connect(): Promise<HostFacts>;
  /** Adopts what runs, reports it, and follows it from then on. Resolves once every service was reported. */
  open(services: readonly ServiceSpec[], events: OrchestratorEvents): Promise<void>;
  /** A new set of services; those no longer named keep their replicas until they are scaled to none. */
  configure(services: readonly ServiceSpec[]): void;
  scale(action: Action): void;
  /** Looks at everything again. */
  refresh(): void;
  /** Asks for nothing more until it is scaled again: what is there stays as it is. */
  rest(): void;
  /**
   * Takes away what waits for a slot, or what is frozen too, and makes no more of it. Resolves when that is done, or when
   * the limit is over. Only for who may act, and is about to leave.
   */
  tidy(what: 'waiting' | 'all', limitMs: number): Promise<void>;
  /** Lets go without changing a count. */
  close(): Promise<void>;
  /** Reads what replicas use; it rejects with the reason where that can't be said. Null where nothing is measured. */
  readonly usage: ReadUsage | null;
  /** Looks at a service's replicas one by one, within a few seconds and without getting in the way of what scales. */
  replicas(service: string): Promise<ReplicasSeen>;
  /** The last lines that they wrote, within the same bounds. */
  logs(service: string, lines: number): Promise<LogTail>;
  /** Where the right to act on this host is kept; null where nobody else could act on it. */
  readonly lease: LeaseStore | null;
}

/** What a lease's place holds at one moment. */
export interface StoredLease {
  /** Changes with every change of what is stored. */
  readonly version: string;
  readonly text: string;
  /** What somebody who would have the lease has left for its holder; null for nothing. */
  readonly wanted: string | null;
}

/**
 * A small text, kept in the engine that it guards and changed only by whoever knows its present version: `null` answers
 * a change that came too late. Rejects when the engine can't be reached.
 */
export interface LeaseStore {
  read(): Promise<StoredLease | null>;
  /** The first text, or one in the place of somebody else's. */
  take(before: StoredLease | null, text: string): Promise<StoredLease | null>;
  /** A new text in the place of our own. */
  renew(mine: StoredLease, text: string): Promise<StoredLease | null>;
  /** Leaves a word for the holder. */
  ask(before: StoredLease, wanted: string): Promise<boolean>;
  /** Takes our own text away. */
  remove(mine: StoredLease): Promise<void>;
}

/** What became of the lease, and what its last holder left. */
export interface LeaseNews {
  readonly lease: Lease;
  readonly legacy: Legacy | null;
}

/** An engine's hold on the lease. */
export interface LeaseHold {
  /** True while this engine may act, by its own clock: asked before each act. */
  holds(): boolean;
  /** Seeks it, and keeps it once it has it. */
  open(told: (news: LeaseNews) => void): void;
  /** What the next holder should find. */
  keep(legacy: Legacy): void;
  /** Asks whoever holds it to give it up, and takes it as soon as they have. */
  takeOver(): void;
  /** Gives it up. */
  release(): Promise<void>;
}

/** The host that was asked for can't be reached, or won't serve. The message says what to do. */
export class HostError extends Error {
  override readonly name = 'HostError';
}

/** Keeps entries. A recorder that fails says so once and never stops the engine. */
export interface Recorder {
  write(entries: readonly Entry[]): void;
  close(): Promise<void>;
}

/** One moment of a service, for charts. */
export interface ServiceSample {
  readonly demand: number | null;
  /** Replicas that its target asks for, before any override; null for a filler. */
  readonly want: number | null;
  readonly desired: number;
  readonly running: number;
}

export interface Sample {
  readonly at: number;
  readonly services: Readonly<Record<string, ServiceSample>>;
}

/** Where the engine runs and how it is doing, beside the fleet. */
export interface Vitals {
  readonly facts: HostFacts | null;
  /** When the host last answered. */
  readonly heardAt: number | null;
  readonly at: number;
  /** Trouble of the engine itself, such as a recording that can't be written; empty for none. */
  readonly alarms: readonly string[];
  /** Under which name this session decides. */
  readonly you: string;
  /** Its number, unlike that of any other session on the engine. */
  readonly session: number;
  /** Who looks at it, this session included. */
  readonly operators: readonly Operator[];
}

/** Somebody with a session. */
export interface Operator {
  readonly name: string;
  readonly readOnly: boolean;
  readonly since: number;
}

/** What an operator's screen is made from: the fleet now, and what happened since the last look. */
export interface Update {
  readonly fleet: Fleet;
  readonly vitals: Vitals;
  readonly samples: readonly Sample[];
  readonly happenings: readonly Happening[];
}

/**
 * A part of the past: the fleet before it, and what was folded from then on. Whoever looks at it folds it, so that the
 * engine's thread has nothing to do for a look.
 */
export interface Stretch {
  /** When its first entries were folded. */
  readonly from: number;
  /** Up to this moment, and without it, nothing is missing. */
  readonly to: number;
  readonly before: Fleet;
  /** What the lines before these have said: these may refer to it. */
  readonly known: {readonly at: number; readonly names: readonly string[]};
  /** As in a recording. */
  readonly lines: readonly string[];
}

/** What is kept of the past, and the stretch of it that was asked for; null while nothing is kept. */
export interface Past {
  /** How the lines are written: the version of a recording's format. */
  readonly format: number;
  readonly from: number;
  readonly to: number;
  readonly stretch: Stretch | null;
}

/**
 * An operator's hold on an engine. It is pulled: the screen asks for the next update when it can draw one, so that a
 * terminal that stops reading holds up nobody and no backlog builds up.
 */
export interface Session {
  /** The next state that differs from the last one given. Rejects when the engine is gone. */
  next(signal?: AbortSignal): Promise<Update>;
  command(command: Command): Promise<Reply>;
  /** A closer look at a service. It never rejects: what can't be seen says why. One at a time. */
  look(service: string, kind: SightKind): Promise<Sight>;
  refresh(): void;
  /** The stretch of the past with this moment, or the nearest that is kept. Rejects when the engine is gone, or keeps no past. */
  past(at: number): Promise<Past>;
  /** Asks for the lease, for the engine that this is a hold on. */
  takeOver(): Promise<Reply>;
  close(): void;
}
