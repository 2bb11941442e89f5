/** The edges of the system: one interface each, implemented by the siblings in one folder. */
import type {Action, Command, Entry, Happening, Reading, Reply} from './scaler/entry.ts';
import type {Fleet, Observation, ServiceSpec} from './scaler/fleet.ts';

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

/** What an orchestrator says about where it runs. */
export interface HostFacts {
  /** Such as `docker 28.2 @ unix:///var/run/docker.sock`. */
  readonly title: string;
  readonly simulated: boolean;
  /** Why it is simulated, or what else belongs beside the title; empty for nothing. */
  readonly remark: string;
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
  /** Services of this project that have replicas here, whether configured or not. */
  readonly found: readonly string[];
}

export interface OrchestratorEvents {
  observed(service: string, observation: Observation): void;
  connected(): void;
  disconnected(reason: string): void;
  /** Something an operator should read. */
  noted(note: Extract<Entry, {kind: 'noted'}>['note']): void;
  /** The host has answered, whatever it said. */
  heard(): void;
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
  /** Lets go without changing a count. */
  close(): Promise<void>;
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
}

/** What an operator's screen is made from: the fleet now, and what happened since the last look. */
export interface Update {
  readonly fleet: Fleet;
  readonly vitals: Vitals;
  readonly samples: readonly Sample[];
  readonly happenings: readonly Happening[];
}

/**
 * An operator's hold on an engine. It is pulled: the screen asks for the next update when it can draw one, so that a
 * terminal that stops reading holds up nobody and no backlog builds up.
 */
export interface Session {
  /** The next state that differs from the last one given. Rejects when the engine is gone. */
  next(signal?: AbortSignal): Promise<Update>;
  command(command: Command): Promise<Reply>;
  refresh(): void;
}
