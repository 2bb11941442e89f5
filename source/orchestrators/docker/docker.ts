/** The plain Docker API as an orchestrator: one set of replicas per service, kept true by events and full listings. */
import type Docker from 'dockerode';
import type {Workload} from '../../config/config.ts';
import type {Clock, HostFacts, Orchestrator, OrchestratorEvents} from '../../ports.ts';
import {createCallQueue, type CallQueue} from '../call-queue.ts';
import {createBusyness} from './busyness.ts';
import {createCloseLook} from './close-look.ts';
import {createClient, hostError} from './client.ts';
import type {ChosenEndpoint} from './endpoint.ts';
import {followEvents, type ContainerEvent} from './events.ts';
import {createKeepers} from './keepers.ts';
import {createDockerLeaseStore} from './lease-store.ts';
import {createLooks} from './looks.ts';
import {readMeminfo, watchMemory, type MemoryReading} from './memory.ts';
import {composeHostName, composeOwner, type Owner} from './owner.ts';
import {createSurvey} from './survey.ts';
import {createUsage} from './usage.ts';
import {within} from './within.ts';

export interface DockerParts {
  readonly clock: Clock;
  readonly chosen: ChosenEndpoint;
  readonly project: string;
  readonly lease?: string;
  readonly workloadOf: (service: string) => Workload | null;
  /** The Compose service that a service is, such as `shop/web`; null for one that is made. */
  readonly adoptedName?: (service: string) => string | null;
  /** Asked before each call that changes something. */
  readonly mayAct?: () => boolean;
  /** What memory the engine's machine has, where that is this one. */
  readonly readMemory?: () => Promise<MemoryReading | null>;
}

/** Calls at once: enough to keep a small engine busy, and few enough that an urgent one soon has its turn. */
const callLimits = {atOnce: 14, endsAtOnce: 12};
/** As many connections as those leave over; a connection by ssh is a process on both sides. */
const statsAtOnce = 5;
const sshStatsAtOnce = 2;
/** How often it is looked who is least busy. */
const busyEveryMs = 5000;
/** A full listing as a safety net under the events. */
const listEveryMs = 30_000;
const listLimitMs = 20_000;
/** Compose makes and removes containers in bursts: one listing answers them all. */
const burstMs = 200;
/** How soon silence is noticed. */
const pingEveryMs = 2000;
const pingLimitMs = 5000;
const connectLimitMs = 10_000;
const closeLimitMs = 3000;
const reconnectFirstMs = 250;
const reconnectLongestMs = 10_000;

export function createDockerHost({
  clock,
  chosen,
  project,
  lease = project,
  workloadOf,
  adoptedName = () => null,
  mayAct = () => true,
  readMemory = readMeminfo,
}: DockerParts): Orchestrator {
  const client = createClient(chosen.endpoint);
  const {docker} = client;
  const queue: CallQueue = createCallQueue(callLimits);
  const busyness = createBusyness(docker, () => clock.now());
  const survey = createSurvey(docker, chosen.url, project);
  const stop = new AbortController();
  let events: OrchestratorEvents | null = null;
  let connection = new AbortController();
  let connected = false;
  const early: ContainerEvent[] = [];

  const heard = () => events?.heard();
  const ownerFor = (service: string): Owner => {
    const adopted = adoptedName(service);
    return adopted === null ? {kind: 'made', project, service} : composeOwner(adopted);
  };

  const keepers = createKeepers({
    clock,
    docker,
    queue,
    project,
    workloadOf,
    adoptedName,
    busyness: busyness.of,
    mayAct,
    heard,
    isConnected: () => connected,
    observed: (service, observation) => events?.observed(service, observation),
    noted: note => events?.noted(note),
    signal: stop.signal,
  });
  const {others} = keepers;
  const looks = createLooks(clock, () => within(listLimitMs, list), look);

  async function list(abortSignal: AbortSignal): Promise<void> {
    const askedAt = clock.now();
    const containers = await docker.listContainers({all: true, abortSignal} as Docker.ContainerListOptions);
    heard();
    keepers.list(containers, askedAt);
    const facts = await survey.again(containers);
    if (facts) events?.surveyed(facts);
    if (keepers.renew()) looks.within(0);
  }

  function happened(event: ContainerEvent): void {
    heard();
    if (looks.isUnderWay() && !connected) {
      early.push(event);
      return;
    }
    const {id, kind, owner} = event;
    const keeper = keepers.owning(owner);
    // What we start ourselves is known; a pause, or somebody else's start, is worth a look.
    const isForeignStart = kind === 'started' && !keeper?.has(id);
    if (owner.kind === 'compose') meet(event, isForeignStart);
    keeper?.happened(event);
    const isForeignPause = (kind === 'paused' || kind === 'unpaused') && keeper?.expects(id, kind) === false;
    if (keeper && isForeignStart) look();
    // The engine tells of it before its own listing knows.
    if (isForeignPause) looks.within(burstMs);
  }

  /** Somebody may be deploying or taking down with Compose. */
  function meet(event: ContainerEvent, isForeignStart: boolean): void {
    const {id, kind, owner} = event;
    const hasCome = kind === 'created' && !survey.knows(composeHostName(owner));
    const hasGone = kind === 'gone' && !others.isMine(id);
    if (hasCome || hasGone) looks.within(burstMs);
    if (keepers.hasOf(owner.project)) others.saw(event);
    if (isForeignStart) others.forget(id);
  }

  function look(): void {
    if (connected && !stop.signal.aborted) looks.now().catch((error: unknown) => lose(hostError(chosen, error).message));
  }

  /** Events first, then the listing, so that nothing falls between the two. */
  async function attach(): Promise<void> {
    connection.abort();
    connection = new AbortController();
    const {signal} = connection;
    await within(connectLimitMs, () => followEvents(docker, happened, reason => !signal.aborted && lose(reason), signal));
    await looks.now();
    connected = true;
    for (const event of early.splice(0)) happened(event);
  }

  function lose(reason: string): void {
    if (!connected || stop.signal.aborted) return;
    connected = false;
    connection.abort();
    for (const keeper of keepers.all()) keeper.suspend();
    events?.disconnected(reason);
    reconnect(reconnectFirstMs);
  }

  function reconnect(afterMs: number): void {
    clock.after(afterMs, () => {
      if (stop.signal.aborted) return;
      attach().then(
        () => {
          for (const keeper of keepers.all()) keeper.resume();
          events?.connected();
        },
        (error: unknown) => {
          events?.disconnected(hostError(chosen, error).message);
          reconnect(Math.min(reconnectLongestMs, afterMs * 2));
        },
      );
    });
  }

  function ping(): void {
    clock.after(pingEveryMs, () => {
      if (stop.signal.aborted) return;
      if (!connected) return ping();
      within(pingLimitMs, () => docker.ping())
        .then(heard, (error: unknown) => lose(hostError(chosen, error).message))
        .finally(ping);
    });
  }

  function listAgain(): void {
    clock.after(listEveryMs, () => {
      if (stop.signal.aborted) return;
      look();
      listAgain();
    });
  }

  /** One by one and when nothing else is to be done: who is least busy is no urgent matter. */
  function compareAgain(): void {
    clock.after(busyEveryMs, () => {
      if (stop.signal.aborted) return;
      const ids = connected ? keepers.all().flatMap(keeper => keeper.compared()) : [];
      busyness.keep(new Set(ids));
      for (const id of ids)
        queue.add('clearing', 0, ended => {
          within(connectLimitMs, () => busyness.look(id))
            .catch(() => {})
            .finally(ended);
        });
      compareAgain();
    });
  }

  return {
    async connect(): Promise<HostFacts> {
      try {
        return await within(connectLimitMs, () => survey.first());
      } catch (error) {
        client.destroy();
        throw hostError(chosen, error);
      }
    },
    async open(services, listener) {
      events = listener;
      keepers.name(services);
      try {
        await attach();
      } catch (error) {
        throw hostError(chosen, error);
      }
      listener.connected();
      for (const keeper of keepers.all()) keeper.prepare();
      ping();
      listAgain();
      compareAgain();
      if (chosen.endpoint.kind === 'unix')
        watchMemory(clock, readMemory, survey.memoryBytes, memory => events?.memory(memory), stop.signal);
    },
    configure(services) {
      const known = new Set(keepers.all());
      keepers.name(services);
      keepers.renew();
      const fresh = keepers.all().filter(keeper => !known.has(keeper));
      for (const {name} of services) {
        const keeper = keepers.of(name);
        keeper.configure();
        if (fresh.includes(keeper)) events?.observed(name, keeper.observation());
      }
      if (fresh.some(({owner}) => owner.kind === 'compose')) looks.within(0);
    },
    scale(action) {
      keepers.scale(action);
    },
    refresh: look,
    rest() {
      for (const keeper of keepers.all()) keeper.rest();
    },
    usage: createUsage({docker, clock, ownerFor}),
    ...createCloseLook({
      docker,
      clock,
      queue,
      ownerFor,
      standings: service => keepers.owning(ownerFor(service))?.standings() ?? new Map(),
      node: survey.nodeName,
      statsAtOnce: chosen.endpoint.kind === 'ssh' ? sshStatsAtOnce : statsAtOnce,
    }),
    async tidy(what, limitMs) {
      for (const keeper of keepers.all()) keeper.tidy(what);
      // What doesn't go in time is found, and known for what it is, by the next start.
      if (connected) await within(limitMs, () => queue.idle()).catch(() => {});
    },
    lease: createDockerLeaseStore(docker, lease),
    async close() {
      stop.abort();
      looks.close();
      connection.abort();
      for (const keeper of keepers.all()) keeper.close();
      // What was stopped is still removed; an engine that takes longer keeps it for the next start.
      if (connected) await within(closeLimitMs, () => queue.idle()).catch(() => {});
      client.destroy();
    },
  };
}
