/** A configuration as the rest of the program knows it: plain numbers, every default filled in. */
import type {FoundService} from '../ports.ts';
import type {ModeSpec, ServiceSpec} from '../scaler/spec.ts';
import type {DemandSpec} from '../sources/source.ts';
import type {ThemeChoice} from './themes.ts';

/** What one replica is made from; fields as Compose means them, resolved. */
export interface Workload {
  readonly image: string;
  readonly pull: 'always' | 'missing' | 'never';
  readonly command: readonly string[] | null;
  readonly entrypoint: readonly string[] | null;
  /** `NAME=value`. */
  readonly environment: readonly string[];
  readonly networks: readonly string[];
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly user: string | null;
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
  readonly cpuShares: number | null;
  readonly oomScoreAdj: number | null;
  readonly stopSignal: string | null;
  readonly stopGraceMs: number | null;
  readonly init: boolean | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly logging: {readonly driver: string; readonly options: Readonly<Record<string, string>>} | null;
}

export interface Config {
  readonly project: string;
  readonly capacity: number | 'auto';
  readonly slot: {readonly cpus: number | null; readonly memoryBytes: number | null};
  /** `slots` are 1 where the configuration leaves them to `capacity: auto`, which works them out from the limits. */
  readonly services: readonly ServiceSpec[];
  readonly slotsGiven: ReadonlySet<string>;
  /** Which host it is for; null leaves that to what the engine turns out to be. */
  readonly orchestrator: 'docker' | 'swarm' | null;
  /** Engines that share a host and this name share one right to act. */
  readonly lease: string;
  /** The host's own service that a service is, where microscale doesn't make it. */
  readonly adopted: ReadonlyMap<string, FoundService>;
  /** What one replica takes of its node; null for what isn't said. */
  readonly sizes: ReadonlyMap<string, {readonly cpus: number | null; readonly memoryBytes: number | null}>;
  /** How long a replica may take to stop, in milliseconds. */
  readonly graceMs: ReadonlyMap<string, number>;
  /** How long a service can wait for slots that a lower priority holds. */
  readonly handoverWithinMs: ReadonlyMap<string, number>;
  /** What an operator should know of how this was read. */
  readonly notes: readonly string[];
  readonly workloads: ReadonlyMap<string, Workload>;
  /** What each service follows, one or more. */
  readonly demands: ReadonlyMap<string, readonly DemandSpec[]>;
  readonly overrideMs: number | null;
  readonly modes: readonly ModeSpec[];
  /** The console's colours; null where nothing is said. */
  readonly theme: ThemeChoice | null;
  readonly onExit: 'leave' | 'restore' | 'drain' | null;
}

/** A configuration that can't be used. `problems` are whole lines, in the order of the file. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];
  constructor(where: string, problems: readonly string[]) {
    super([`${where} can't be used:`, ...problems.map(problem => `  ${problem}`)].join('\n'));
    this.problems = problems;
  }
}
