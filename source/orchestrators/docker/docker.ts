/** The plain Docker API as an orchestrator: one set of replicas per service, kept true by events and full listings. */
import type Docker from 'dockerode';
import type {Workload} from '../../config/config.ts';
import type {Clock, HostFacts, Orchestrator, OrchestratorEvents} from '../../ports.ts';
import {createCallQueue, type CallQueue} from '../call-queue.ts';
import type {ReplicaSet} from '../replica.ts';
import {createReplicaSet} from '../replica-set.ts';
import {createClient, hostError} from './client.ts';
import {listedOf, projectLabel, serviceLabel} from './container.ts';
import {createDriver} from './driver.ts';
import type {ChosenEndpoint} from './endpoint.ts';
import {createDockerLeaseStore} from './lease-store.ts';
import {followEvents, type ContainerEvent} from './events.ts';
import {prepareImage, type ImageFacts} from './images.ts';
import {within} from './within.ts';

export interface DockerParts {
  readonly clock: Clock;
  readonly chosen: ChosenEndpoint;
  readonly project: string;
  readonly lease?: string;
  readonly workloadOf: (service: string) => Workload | null;
  /** Asked before each call that changes something. */
  readonly mayAct?: () => boolean;
}

/** Calls at once: enough to keep a small engine busy, and few enough that an urgent one soon has its turn. */
const callsMax = 16;
/** A full listing as a safety net under the events. */
const listEveryMs = 30_000;
/** How soon silence is noticed. */
const pingEveryMs = 2000;
const pingLimitMs = 5000;
const connectLimitMs = 10_000;
const closeLimitMs = 3000;
const reconnectFirstMs = 250;
const reconnectLongestMs = 10_000;

/** What is known of one service here, beside its replicas. */
interface Keeper {
  readonly set: ReplicaSet;
  image: ImageFacts | null;
  fingerprint: string;
  priority: number;
}

export function createDockerHost({clock, chosen, project, lease = project, workloadOf, mayAct = () => true}: DockerParts): Orchestrator {
  const client = createClient(chosen.endpoint);
  const {docker} = client;
  const queue: CallQueue = createCallQueue(callsMax);
  const keepers = new Map<string, Keeper>();
  const stop = new AbortController();
  let events: OrchestratorEvents | null = null;
  let connection = new AbortController();
  let connected = false;
  let listing = false;
  const early: ContainerEvent[] = [];

  const heard = () => events?.heard();

  function keeperOf(service: string): Keeper {
    const known = keepers.get(service);
    if (known) return known;
    const driver = createDriver({
      docker,
      queue,
      project,
      service,
      workload: () => workloadOf(service),
      keeper: () => keeperOf(service),
      mayAct,
      heard,
    });
    const set = createReplicaSet({
      clock,
      driver,
      changed: () => {
        if (!stop.signal.aborted) events?.observed(service, keeperOf(service).set.observation());
      },
      retried: () => {
        if (!keeperOf(service).image) void prepare(service);
      },
    });
    const keeper: Keeper = {set, image: null, fingerprint: '', priority: 1};
    keepers.set(service, keeper);
    return keeper;
  }

  /** Pulls the image in the background: a slow or failing pull holds up nobody else. */
  async function prepare(service: string): Promise<void> {
    const keeper = keeperOf(service);
    const workload = workloadOf(service);
    if (!workload) return;
    const print = JSON.stringify(workload);
    keeper.fingerprint = print;
    keeper.set.prepare('');
    const current = () => keeper.fingerprint === print && !stop.signal.aborted;
    try {
      const pulling = () => keeper.set.prepare(`pulling ${workload.image}`);
      const image = await prepareImage(docker, workload, pulling, stop.signal);
      if (!current()) return;
      keeper.image = image;
      keeper.set.prepare(null);
    } catch (error) {
      if (!current()) return;
      if (connected) keeper.set.fail(pullWords(workload.image, error));
      else keeper.set.prepare(null);
    }
  }

  async function list(): Promise<void> {
    if (listing) return;
    listing = true;
    try {
      const askedAt = clock.now();
      const filters = JSON.stringify({label: [`${projectLabel}=${project}`]});
      const containers = await within(pingLimitMs * 4, signal =>
        docker.listContainers({all: true, filters, abortSignal: signal} as Docker.ContainerListOptions),
      );
      heard();
      const byService = new Map<string, typeof containers>([...keepers.keys()].map(service => [service, []]));
      for (const container of containers) byService.get(container.Labels[serviceLabel] ?? '')?.push(container);
      for (const [service, own] of byService) {
        const keeper = keeperOf(service);
        keeper.set.reset(
          own.map(container => listedOf(container, workloadOf(service), keeper.image?.id ?? null)),
          askedAt,
        );
        for (const {Id: id, Status: status} of own) if (/\(unhealthy\)/.test(status)) keeper.set.unready(id);
      }
    } finally {
      listing = false;
    }
  }

  function happened(event: ContainerEvent): void {
    heard();
    if (listing && !connected) {
      early.push(event);
      return;
    }
    const set = keepers.get(event.service)?.set;
    if (!set) return;
    switch (event.kind) {
      case 'died':
        return set.died(event.id, event.detail);
      case 'healthy':
        return set.ready(event.id);
      case 'unhealthy':
        return set.unready(event.id);
      case 'gone':
        return set.vanished(event.id);
      case 'other':
        // What we start ourselves is known; a pause, or somebody else's start, is worth a look.
        if (event.detail !== 'start' || !set.has(event.id)) look();
    }
  }

  function look(): void {
    if (connected) list().catch((error: unknown) => lose(hostError(chosen, error).message));
  }

  /** Events first, then the listing, so that nothing falls between the two. */
  async function attach(): Promise<void> {
    connection.abort();
    connection = new AbortController();
    const {signal} = connection;
    await within(connectLimitMs, () => followEvents(docker, project, happened, reason => !signal.aborted && lose(reason), signal));
    await list();
    connected = true;
    for (const event of early.splice(0)) happened(event);
  }

  function lose(reason: string): void {
    if (!connected || stop.signal.aborted) return;
    connected = false;
    connection.abort();
    queue.clear();
    for (const {set} of keepers.values()) set.suspend();
    events?.disconnected(reason);
    reconnect(reconnectFirstMs);
  }

  function reconnect(afterMs: number): void {
    clock.after(afterMs, () => {
      if (stop.signal.aborted) return;
      attach().then(
        () => {
          for (const [service, keeper] of keepers) {
            keeper.set.resume();
            if (!keeper.image) void prepare(service);
          }
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

  return {
    async connect(): Promise<HostFacts> {
      try {
        const filters = JSON.stringify({label: [`${projectLabel}=${project}`]});
        const asked = () => Promise.all([docker.version(), docker.info(), docker.listContainers({all: true, filters})]);
        const [version, info, containers] = await within(connectLimitMs, asked);
        const facts = info as {Name?: string; NCPU?: number; MemTotal?: number};
        return {
          title: `docker ${version.Version} @ ${chosen.url}`,
          simulated: false,
          remark: '',
          nodes: [{name: facts.Name ?? 'host', cpus: facts.NCPU ?? null, memoryBytes: facts.MemTotal ?? null, reserved: []}],
          found: [],
          made: [...new Set(containers.flatMap(container => container.Labels[serviceLabel] ?? []))],
        };
      } catch (error) {
        client.destroy();
        throw hostError(chosen, error);
      }
    },
    async open(services, listener) {
      events = listener;
      for (const {name, priority} of services) keeperOf(name).priority = priority;
      try {
        await attach();
      } catch (error) {
        throw hostError(chosen, error);
      }
      listener.connected();
      for (const {name} of services) void prepare(name);
      ping();
      listAgain();
    },
    configure(services) {
      for (const {name, priority} of services) {
        const isNew = !keepers.has(name);
        const keeper = keeperOf(name);
        keeper.priority = priority;
        const workload = workloadOf(name);
        if (!isNew && workload && JSON.stringify(workload) !== keeper.fingerprint) keeper.set.outdate();
        if (workload && JSON.stringify(workload) !== keeper.fingerprint) void prepare(name);
        if (isNew) events?.observed(name, keeper.set.observation());
      }
    },
    scale({service, replicas, standby, order}) {
      keeperOf(service).set.scale(replicas, standby, order);
    },
    refresh: look,
    rest() {
      for (const {set} of keepers.values()) set.rest();
    },
    lease: createDockerLeaseStore(docker, lease),
    async close() {
      stop.abort();
      connection.abort();
      for (const {set} of keepers.values()) set.close();
      // What was stopped is still removed; an engine that takes longer keeps it for the next start.
      if (connected) await within(closeLimitMs, () => queue.idle()).catch(() => {});
      client.destroy();
    },
  };
}

function pullWords(image: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.includes(image) ? message : `image ${image} can't be pulled: ${message}`;
}
