/** Puts the parts together: configuration, host, lease, sources, recording, engine, feed. It contains no rule of its own. */
import {randomUUID} from 'node:crypto';
import {hostname} from 'node:os';
import {resolve} from 'node:path';
import {boxConfig, boxImage, demoConfig} from '../config/box.ts';
import {fitToHost, preflight, type Fitted} from '../config/capacity.ts';
import {ConfigError, type Config} from '../config/config.ts';
import {findConfig, loadConfig, loadLabelled, watchConfig} from '../config/file.ts';
import {readinessNotes} from '../config/readiness.ts';
import type {ThemeChoice} from '../config/themes.ts';
import {createRealClock} from '../clock.ts';
import {createFeed, type Feed} from '../control/feed.ts';
import {createLease, readLease, type LeaseRecord} from '../control/lease.ts';
import {createPushes} from '../control/pushes.ts';
import {serveControl, type ControlServer} from '../control/server.ts';
import {createEngine, type Engine} from '../engine.ts';
import {followModeSchedules} from '../mode-schedules.ts';
import type {HostFacts, LeaseHold, LeaseStore, Recorder} from '../ports.ts';
import {openRecording} from '../recording.ts';
import type {Entry} from '../scaler/entry.ts';
import type {OnExit} from '../scaler/on-exit.ts';
import type {Step} from '../scaler/step.ts';
import {chooseHost, usualLease} from './host.ts';
import {UsageError, type Options} from './options.ts';
import {openObservers, type Observers} from './observers.ts';
import {ownerName} from './owner.ts';
import {followDemands} from './demands.ts';
import {socketPathFor} from './socket-path.ts';

export interface Assembled {
  readonly engine: Engine;
  readonly feed: Feed;
  readonly facts: HostFacts;
  /** The console's colours as the configuration says them; null where it doesn't. */
  readonly theme: ThemeChoice | null;
  /** What closing will do with the counts, as the configuration has it now. */
  readonly onExit: () => OnExit;
  /** What an operator should know of the configuration on this host. */
  warnings(): readonly string[];
  /** Reads the configuration again; what is wrong with it is told as a note and the old one stays. */
  reload(): void;
  close(): Promise<void>;
}

export type Stepped = (entries: readonly Entry[], result: Step) => void;

const boxCapacity = 10;
const demoCapacity = 24;

/** Another engine acts on this host. Thrown only where the caller would rather attach to it. */
export class HeldElsewhere extends Error {
  override readonly name = 'HeldElsewhere';
  readonly holder: LeaseRecord;
  constructor(holder: LeaseRecord) {
    super(`${holder.by} on ${holder.where} runs ${holder.project} here`);
    this.holder = holder;
  }
}

/** Throws `ConfigError`, `HostError` or `UsageError`: each message says what to do. */
export async function assemble(options: Options, stepped: Stepped = () => {}): Promise<Assembled> {
  const clock = createRealClock();
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  const path = options.demo ? null : (options.config ?? findConfig('.'));
  if (path !== null && options.image !== null)
    throw new UsageError(`--image is for the box without a configuration; ${path} names its own images`);
  // What the file says by itself: its mistakes are told before any host is asked.
  const filed = path === null ? null : loadConfig(path, options.capacity ?? undefined);
  let config: Config | null = filed;
  let hold: LeaseHold | null = null;
  const {orchestrator, url} = await chooseHost({
    options,
    clock,
    seed,
    filed,
    config: () => config,
    mayAct: () => hold?.holds() ?? true,
  });
  const acting = options.dryRun ? 'dry-run' : 'auto';
  const socket = options.demo || options.dryRun ? null : socketPathFor(options.socket, filed?.lease ?? usualLease, url);
  if (orchestrator.lease && acting === 'auto') {
    const self = () => ({
      id: randomId,
      by: ownerName(),
      process: process.pid,
      where: hostname(),
      project: config?.project ?? '',
      socket,
    });
    hold = createLease({clock, store: orchestrator.lease, self});
  }
  if (orchestrator.lease && options.attach) {
    const holder = await readHolder(orchestrator.lease);
    if (holder) {
      await orchestrator.close();
      throw new HeldElsewhere(holder);
    }
  }
  const recorder = options.record === null ? null : await record(options.record, acting, reason => feed.alarm(reason));
  const engine: Engine = createEngine({
    clock,
    orchestrator,
    recorder,
    acting,
    lease: hold,
    surveyed: facts => take(() => read(facts), facts),
    stepped(entries, result) {
      feed.stepped(entries, result);
      observers?.stepped(entries, result);
      stepped(entries, result);
    },
  });
  const feed = createFeed(engine, clock);
  const pushes = socket === null ? null : createPushes(clock);
  const demands = followDemands(engine, {clock, seed, usage: orchestrator.usage, pushes});
  const schedules = followModeSchedules(engine, clock);
  let observers: Observers | null = null;

  /** The configuration, as it is on this host. */
  function read(facts: HostFacts): Config {
    const capacity = options.capacity ?? undefined;
    if (path !== null) return loadConfig(path, capacity, facts.found);
    const labelled = facts.found.some(({labels}) => Object.keys(labels).length > 0);
    if (options.demo || options.image !== null || (!labelled && facts.kind !== 'swarm')) return ownConfig(options);
    if (labelled && capacity === undefined)
      throw new UsageError(
        'services here say in their labels how they are scaled: say how many slots they share, with --capacity N or --capacity auto',
      );
    return loadLabelled(`what ${facts.title} runs`, capacity, facts.found);
  }

  let said: readonly string[] = [];
  /** What an operator should know of the configuration, each thing once. */
  function tell(fresh: Config, {problems}: Fitted, host: HostFacts): void {
    const words = [...fresh.notes, ...problems, ...preflight(fresh), ...readinessNotes(fresh, host)];
    for (const text of words) if (!said.includes(text)) engine.note({level: 'warning', service: null, text});
    said = words;
  }

  /** Takes up another configuration where it differs. What is wrong with it is told, and the old one stays. */
  function take(next: () => Config, facts: HostFacts, always = false): void {
    const before = config;
    try {
      const fresh = next();
      if (before && fresh.project !== before.project && path !== null)
        throw new ConfigError(path, [`project can't change while microscale runs: restart it to run ${fresh.project}`]);
      config = fresh;
      const fitted = fitToHost(fresh, facts);
      tell(fresh, fitted, facts);
      const {settings, services} = engine.fleet();
      const same =
        JSON.stringify([fitted.settings, fitted.services]) ===
          JSON.stringify([settings, services.filter(({spec}) => !spec.retired).map(({configured}) => configured)]) &&
        JSON.stringify([...fresh.workloads]) === JSON.stringify([...(before?.workloads ?? [])]);
      if (!same || always) engine.configure(fitted.settings, fitted.services);
      demands.follow(fresh.demands);
      schedules.follow(fitted.settings.modes);
    } catch (error) {
      config = before;
      const words = (error as Error).message.split('\n').map(line => line.trim());
      const text = `configuration not taken, the old one stays: ${words.join(' · ')}`;
      if (!said.includes(text)) engine.note({level: 'warning', service: null, text});
      said = [...said, text].slice(-saidMax);
    }
  }

  let facts: HostFacts;
  try {
    observers = await openObservers(options, {engine, clock, alarm: feed.alarm});
    facts = await engine.open(hostFacts => {
      config = read(hostFacts);
      const fitted = fitToHost(config, hostFacts);
      if (fitted.problems.length > 0) throw new ConfigError('capacity: auto', fitted.problems);
      tell(config, fitted, hostFacts);
      demands.follow(config.demands);
      schedules.follow(fitted.settings.modes);
      return fitted;
    });
  } catch (error) {
    demands.close();
    schedules.close();
    await engine.close('leave');
    await observers?.close();
    throw error;
  }

  function reload(): void {
    said = [];
    const now = engine.facts() ?? facts;
    take(() => read(now), now, true);
  }

  let control: ControlServer | null = null;
  if (socket !== null && pushes) {
    const about = () => ({
      project: config?.project ?? '',
      host: (engine.facts() ?? facts).title,
      hosts: options.hosts,
      config: path === null ? null : resolve(path),
      capacity: options.capacity,
      image: options.image,
    });
    // An engine that can't be spoken to still scales: what is wrong is shown, and goes on.
    control = await serveControl({path: socket, feed, pushes, about}).catch((error: unknown) => {
      feed.alarm((error as Error).message);
      return null;
    });
  }
  if (options.takeOver) engine.takeOver();

  const onExit = (): OnExit => options.onExit ?? config?.onExit ?? 'leave';
  const unwatch = path === null ? () => {} : watchConfig(path, reload);
  return {
    engine,
    feed,
    facts,
    theme: filed?.theme ?? null,
    onExit,
    warnings: () => said,
    reload,
    async close() {
      unwatch();
      demands.close();
      schedules.close();
      await engine.close(onExit());
      feed.close('the engine has stopped');
      await control?.close();
      await observers?.close();
    },
  };
}

/** Who holds the lease by its own word; null for nobody, and for what can't be read or reached. */
async function readHolder(store: LeaseStore): Promise<LeaseRecord | null> {
  try {
    const stored = await store.read();
    const read = stored === null ? null : readLease(stored.text);
    return read?.kind === 'record' && read.record.held ? read.record : null;
  } catch {
    return null;
  }
}

/** Unlike any other engine's, for as long as this process lives. */
const randomId = randomUUID();
/** Things that were said once are remembered this far. */
const saidMax = 100;

function ownConfig({demo, image, capacity}: Options): Config {
  if (capacity === 'auto') throw new UsageError('--capacity auto needs a configuration: slot must say what one slot holds');
  return demo ? demoConfig(capacity ?? demoCapacity) : boxConfig(image ?? boxImage, capacity ?? boxCapacity);
}

async function record(path: string, acting: 'auto' | 'dry-run', failed: (reason: string) => void): Promise<Recorder> {
  try {
    return await openRecording(path, acting, failed);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') throw new UsageError(`--record ${path}: there is such a file already; name a new one`, {cause: error});
    throw new UsageError(`--record ${path}: can't be written: ${(error as Error).message}`, {cause: error});
  }
}
