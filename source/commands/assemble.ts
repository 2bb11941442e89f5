/** Puts the parts together: configuration, host, sources, recording, engine, feed. It contains no rule of its own. */
import {hostname, userInfo} from 'node:os';
import {boxConfig, boxImage, demoConfig} from '../config/box.ts';
import {fitToHost} from '../config/capacity.ts';
import {ConfigError, type Config} from '../config/config.ts';
import {findConfig, loadConfig, watchConfig} from '../config/file.ts';
import {createRealClock} from '../clock.ts';
import {createFeed, type Feed} from '../control/feed.ts';
import {createEngine, type Engine} from '../engine.ts';
import type {HostFacts, Orchestrator, Recorder} from '../ports.ts';
import {HostError} from '../ports.ts';
import {calmHost, createSimulatedHost} from '../orchestrators/simulated.ts';
import {openRecording} from '../recording.ts';
import type {Entry} from '../scaler/entry.ts';
import type {ServiceSpec, Settings} from '../scaler/fleet.ts';
import type {Step} from '../scaler/step.ts';
import {branch} from '../simulator/chance.ts';
import {createSource, type DemandSpec} from '../sources/source.ts';
import {UsageError, type Options} from './options.ts';

export interface Assembled {
  readonly engine: Engine;
  readonly feed: Feed;
  readonly facts: HostFacts;
  /** Reads the configuration again; what is wrong with it is told as a note and the old one stays. */
  reload(): void;
  close(): Promise<void>;
}

const boxCapacity = 10;
const demoCapacity = 24;

/** Throws `ConfigError`, `HostError` or `UsageError`: each message says what to do. */
export async function assemble(
  options: Options,
  stepped: (entries: readonly Entry[], result: Step) => void = () => {},
): Promise<Assembled> {
  const clock = createRealClock();
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  const path = options.demo ? null : (options.config ?? findConfig('.'));
  if (path !== null && options.image !== null)
    throw new UsageError(`--image is for the box without a configuration; ${path} names its own images`);
  let config = path === null ? ownConfig(options) : loadConfig(path, options.capacity ?? undefined);
  const orchestrator = await chooseHost(options, path !== null, seed, clock, () => config);
  const acting = options.dryRun ? 'dry-run' : 'auto';
  const recorder = options.record === null ? null : await record(options.record, acting, reason => feed.alarm(reason));
  const engine: Engine = createEngine({
    clock,
    orchestrator,
    recorder,
    acting,
    stepped(entries, result) {
      feed.stepped(result.happenings, result.changed);
      stepped(entries, result);
    },
  });
  const feed = createFeed(engine, clock);
  const sources = createSources(engine, clock, seed);
  const settle = (facts: HostFacts) => {
    const {capacity, services} = fitToHost(config, facts);
    return {settings: {project: config.project, capacity, overrideMs: config.overrideMs}, services};
  };
  let facts: HostFacts;
  try {
    facts = await engine.open(hostFacts => {
      const settled = settle(hostFacts);
      sources.follow(config.demands);
      return settled;
    });
  } catch (error) {
    sources.close();
    await engine.close('leave');
    throw error;
  }

  function reload(): void {
    if (path === null) return;
    let next: {settings: Settings; services: readonly ServiceSpec[]};
    try {
      const loaded = loadConfig(path, options.capacity ?? undefined);
      if (loaded.project !== config.project)
        throw new ConfigError(path, [`project can't change while microscale runs: restart it to run ${loaded.project}`]);
      const before = config;
      config = loaded;
      try {
        next = settle(facts);
      } catch (error) {
        config = before;
        throw error;
      }
    } catch (error) {
      const words = (error as Error).message.split('\n').map(line => line.trim());
      engine.note({level: 'warning', service: null, text: `configuration not taken, the old one stays: ${words.join(' · ')}`});
      return;
    }
    engine.configure(next.settings, next.services);
    sources.follow(config.demands);
  }

  const unwatch = path === null ? () => {} : watchConfig(path, reload);
  return {
    engine,
    feed,
    facts,
    reload,
    async close() {
      unwatch();
      sources.close();
      await engine.close(options.onExit ?? config.onExit ?? 'leave');
      feed.close('the engine has stopped');
    },
  };
}

/** Who an override is by: the user and the machine. */
export function ownerName(): string {
  let user = process.env['USER'] ?? 'somebody';
  try {
    user = userInfo().username;
  } catch {
    // A user without an entry in the system's list still has a name in the environment, or none.
  }
  return `${user}@${hostname()}`;
}

function ownConfig({demo, image, capacity}: Options): Config {
  if (capacity === 'auto') throw new UsageError('--capacity auto needs a configuration: slot must say what one slot holds');
  return demo ? demoConfig(capacity ?? demoCapacity) : boxConfig(image ?? boxImage, capacity ?? boxCapacity);
}

/** The engine that was asked for, or the usual one; the simulated host only where nobody asked for anything. */
async function chooseHost(
  options: Options,
  configured: boolean,
  seed: number,
  clock: ReturnType<typeof createRealClock>,
  config: () => Config,
): Promise<Orchestrator> {
  const simulated = (remark: string) => createSimulatedHost(clock, branch(seed, 'host'), {...calmHost, remark});
  if (options.demo) return simulated('a demonstration');
  const [{chooseEndpoint}, {createDockerHost}] = await Promise.all([
    import('../orchestrators/docker/endpoint.ts'),
    import('../orchestrators/docker/docker.ts'),
  ]);
  const chosen = chooseEndpoint({host: options.host ?? undefined, context: options.context ?? undefined, environment: process.env});
  const {project} = config();
  const workloadOf = (service: string) => config().workloads.get(service) ?? null;
  const docker = createDockerHost({clock, chosen, project, workloadOf});
  if (chosen.asked || configured) return docker;
  try {
    const facts = await docker.connect();
    return {...docker, connect: async () => facts};
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return simulated(`no Docker engine at ${chosen.url}`);
  }
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

/** Follows the demands of a configuration; a demand that did not change goes on undisturbed. */
function createSources(
  engine: Engine,
  clock: ReturnType<typeof createRealClock>,
  seed: number,
): {follow(demands: ReadonlyMap<string, DemandSpec>): void; close(): void} {
  const open = new Map<string, {readonly spec: string; readonly stop: AbortController}>();
  const end = (service: string) => {
    open.get(service)?.stop.abort();
    open.delete(service);
  };
  return {
    follow(demands) {
      for (const service of open.keys()) if (!demands.has(service)) end(service);
      for (const [service, demand] of demands) {
        const spec = JSON.stringify(demand);
        if (open.get(service)?.spec === spec) continue;
        end(service);
        const stop = new AbortController();
        open.set(service, {spec, stop});
        const source = createSource(demand, {clock, chance: branch(seed, `demand ${service}`)});
        source(reading => {
          if (!stop.signal.aborted) engine.read(service, reading);
        }, stop.signal);
      }
    },
    close() {
      for (const service of open.keys()) end(service);
    },
  };
}
