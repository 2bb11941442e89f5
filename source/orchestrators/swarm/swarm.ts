/**
 * A Swarm as an orchestrator: services scaled by their number of replicas, tasks and nodes looked at quickly while
 * something moves and slowly while nothing does, through whichever manager answers.
 */
import type Docker from 'dockerode';
import type {Workload} from '../../config/config.ts';
import {HostError, type Clock, type HostFacts, type Orchestrator, type OrchestratorEvents} from '../../ports.ts';
import {hostError} from '../docker/client.ts';
import {serviceLabel} from '../docker/container.ts';
import type {ChosenEndpoint} from '../docker/endpoint.ts';
import {within} from '../docker/within.ts';
import {eventActor, followLines} from './event-lines.ts';
import {swarmApi} from './api.ts';
import {createCalls, isOutdated} from './calls.ts';
import {createCloseLook} from './close-look.ts';
import {createImageLabels} from './image-labels.ts';
import {createSwarmLeaseStore} from './lease-store.ts';
import {createManagers} from './managers.ts';
import {swarmName} from './service-spec.ts';
import {downNodes, isMade, surveyOf, type Seen} from './survey.ts';
import {createSwarmService, type SwarmService} from './swarm-service.ts';
import {countTasks} from './tasks.ts';
import type {NodeObject, ServiceObject, TaskObject} from './wire.ts';

export interface SwarmParts {
  readonly clock: Clock;
  /** Managers, in the order in which they are tried. */
  readonly endpoints: readonly [ChosenEndpoint, ...ChosenEndpoint[]];
  readonly project: string;
  readonly lease: string;
  readonly workloadOf: (service: string) => Workload | null;
  /** The Swarm's name of a service that is adopted; null for one that is made. */
  readonly adoptedName: (service: string) => string | null;
  readonly mayAct?: () => boolean;
}

/** While something moves: as soon as this, and never so often that the manager does little else. */
const quickMs = 25;
const quickShare = 1;
/** While nothing moves. At a thousand tasks a look costs a manager some 30 ms: a twentieth of a core at most. */
const slowMs = 1000;
const slowShare = 20;
/** A manager without a leader keeps its callers waiting: another may know better. */
const lookLimitMs = 5000;
const reconnectFirstMs = 250;
const reconnectLongestMs = 5000;

export function createSwarmHost({
  clock,
  endpoints,
  project,
  lease,
  workloadOf,
  adoptedName,
  mayAct = () => true,
}: SwarmParts): Orchestrator {
  const managers = createManagers(endpoints);
  const services = new Map<string, SwarmService>();
  let events: OrchestratorEvents | null = null;
  let connected = false;
  let closed = false;
  let nodes: readonly NodeObject[] = [];
  let lastSurvey = '';
  let connection = new AbortController();
  let cancelQuick: () => void = () => {};
  let cancelSlow: () => void = () => {};
  let quickDue = false;
  let surveying = false;

  const imageLabels = createImageLabels(() => managers.docker());
  const api = () => swarmApi(managers.docker());
  const nameOf = (service: string) => adoptedName(service) ?? swarmName({project, service});
  const managedNames = () => new Set([...services.keys()].map(nameOf));

  function serviceOf(name: string): SwarmService {
    const known = services.get(name);
    if (known) return known;
    const service: SwarmService = createSwarmService({
      clock,
      calls: callsOf(name),
      mayAct,
      changed: () => {
        if (closed) return;
        events?.observed(name, service.observation());
        if (service.isUnsettled()) lookQuickly();
      },
      drifted: replicas => events?.drifted(name, replicas),
    });
    services.set(name, service);
    return service;
  }

  const callsOf = (name: string) =>
    createCalls({
      api,
      project,
      service: name,
      name: () => nameOf(name),
      isAdopted: () => adoptedName(name) !== null,
      workload: () => workloadOf(name),
      heard: () => events?.heard(),
      lost: error => lose(words(error)),
    });

  const words = (error: unknown) => hostError(managers.chosen(), error, 'the Swarm manager').message;

  async function lookAtAll(): Promise<Seen> {
    const [seenServices, seenNodes, tasks] = await within(lookLimitMs, signal =>
      Promise.all([api().services(signal), api().nodes(signal), api().tasks(signal)]),
    );
    events?.heard();
    await imageLabels.learn(seenServices);
    return {services: seenServices, nodes: seenNodes, tasks};
  }

  /** Everything: services for what others did to them, nodes for what is there, tasks for what runs. */
  async function survey(): Promise<void> {
    if (surveying) return;
    surveying = true;
    try {
      const askedAt = clock.now();
      const seen = await lookAtAll();
      nodes = seen.nodes;
      const byName = new Map(seen.services.map(service => [service.Spec.Name, service]));
      for (const [name, service] of services) {
        const object = byName.get(nameOf(name)) ?? null;
        service.see(object, askedAt);
        if (object && isOutdated(object, workloadOf(name))) service.outdate();
      }
      count(seen.tasks, [...services.keys()]);
      await clearAway(seen.services);
      tellSurvey(seen);
    } finally {
      surveying = false;
    }
  }

  function factsOf(seen: Seen): HostFacts {
    return surveyOf(seen, {url: managers.chosen().url, project, managed: managedNames(), labelsOf: imageLabels.of});
  }

  function tellSurvey(seen: Seen): void {
    const facts = factsOf(seen);
    const text = JSON.stringify(facts);
    if (text === lastSurvey) return;
    const first = lastSurvey === '';
    lastSurvey = text;
    for (const service of services.values()) service.roomMade();
    if (!first) events?.surveyed(facts);
  }

  function count(tasks: readonly TaskObject[], names: readonly string[]): void {
    const down = downNodes(nodes);
    const byService = new Map<string, TaskObject[]>();
    for (const task of tasks) {
      const id = task.ServiceID ?? '';
      const own = byService.get(id);
      if (own) own.push(task);
      else byService.set(id, [task]);
    }
    for (const name of names) {
      const service = services.get(name);
      service?.count(countTasks(byService.get(service.id() ?? '') ?? [], node => down.has(node)));
    }
  }

  /** A service that was made here, isn't configured any more and has been emptied, goes. */
  async function clearAway(present: readonly ServiceObject[]): Promise<void> {
    for (const {ID: id, Spec: spec} of present.filter(service => isMade(service, project))) {
      const name = spec.Labels?.[serviceLabel] ?? '';
      const service = services.get(name);
      const emptied = service && workloadOf(name) === null && spec.Mode?.Replicated?.Replicas === 0 && !service.isUnsettled();
      if (!emptied || !mayAct()) continue;
      await api().remove(id);
      service.close();
      services.delete(name);
    }
  }

  /** The tasks of the services that move, again and again until they have come to rest. */
  function lookQuickly(): void {
    if (quickDue || !connected || closed) return;
    quickDue = true;
    cancelQuick = clock.after(quickMs, startQuickLook);
  }

  function startQuickLook(): void {
    void quickLook();
  }

  async function quickLook(): Promise<void> {
    const moving = [...services].filter(([, service]) => service.isUnsettled() && service.id() !== null);
    const startedAt = clock.now();
    try {
      if (moving.length > 0) {
        const tasks = await within(lookLimitMs, signal =>
          api().tasks(
            signal,
            moving.map(([, service]) => service.id()),
          ),
        );
        events?.heard();
        if (connected)
          count(
            tasks,
            moving.map(([name]) => name),
          );
      }
    } catch (error) {
      lose(words(error));
    }
    quickDue = false;
    if (![...services.values()].some(service => service.isUnsettled()) || !connected || closed) return;
    quickDue = true;
    const tookMs = clock.now() - startedAt;
    cancelQuick = clock.after(Math.max(quickMs, quickShare * tookMs), startQuickLook);
  }

  function lookSlowly(afterMs: number): void {
    cancelSlow();
    cancelSlow = clock.after(afterMs, () => {
      if (closed || !connected) return;
      const startedAt = clock.now();
      survey().then(
        () => lookSlowly(Math.max(slowMs, slowShare * (clock.now() - startedAt))),
        (error: unknown) => lose(words(error)),
      );
    });
  }

  /** Services and nodes tell of themselves; tasks don't. A word from either is worth a look at once. */
  async function followEvents(signal: AbortSignal): Promise<void> {
    const filters = JSON.stringify({type: ['service', 'node'], scope: ['swarm']});
    const stream = await managers.docker().getEvents({filters, abortSignal: signal} as Docker.GetEventsOptions);
    const end = () => {
      if (!signal.aborted) lose(`the Swarm manager at ${managers.chosen().url} went away`);
    };
    followLines(stream, line => {
      if (!signal.aborted && !isOurDoing(line)) lookSlowly(eventsMs);
    });
    for (const event of ['end', 'close', 'error']) stream.on(event, end);
    signal.addEventListener('abort', () => (stream as {destroy?: () => void}).destroy?.(), {once: true});
  }

  /** A service that we are about to change, or that still follows, is looked at anyway. */
  function isOurDoing(line: string): boolean {
    const id = eventActor(line);
    return id !== null && [...services.values()].some(service => service.id() === id && service.isUnsettled());
  }

  async function attach(): Promise<void> {
    connection.abort();
    connection = new AbortController();
    const {signal} = connection;
    await within(lookLimitMs, async () => followEvents(signal));
    await survey();
    connected = true;
    lookSlowly(slowMs);
  }

  function lose(reason: string): void {
    if (!connected || closed) return;
    connected = false;
    connection.abort();
    cancelQuick();
    quickDue = false;
    cancelSlow();
    for (const service of services.values()) service.suspend();
    events?.disconnected(reason);
    reconnect(reconnectFirstMs);
  }

  function reconnect(afterMs: number): void {
    clock.after(afterMs, () => {
      if (closed) return;
      managers.turn();
      attach().then(
        () => {
          for (const service of services.values()) service.resume();
          events?.connected();
        },
        (error: unknown) => {
          events?.disconnected(words(error));
          // Each of the managers has its turn before the wait grows.
          reconnect(Math.min(reconnectLongestMs, afterMs * (managers.count > 1 ? 1.3 : 2)));
        },
      );
    });
  }

  return {
    lease: createSwarmLeaseStore(api, lease),
    usage: () =>
      Promise.reject(
        new Error('a Swarm’s manager does not know what tasks on other nodes use: read it from Prometheus or from /metrics pages'),
      ),
    ...createCloseLook({
      clock,
      docker: () => managers.docker(),
      nodes: () => nodes,
      idOf: service => services.get(service)?.id() ?? null,
    }),
    async connect(): Promise<HostFacts> {
      const reasons: string[] = [];
      for (let tries = managers.count; tries > 0; tries--) {
        try {
          const seen = await lookAtAll();
          return factsOf(seen);
        } catch (error) {
          reasons.push(words(error));
          if (tries > 1) managers.turn();
        }
      }
      managers.destroy();
      throw new HostError(reasons.join('; '));
    },
    async open(specs, listener) {
      events = listener;
      for (const {name} of specs) serviceOf(name);
      try {
        await attach();
      } catch (error) {
        throw hostError(managers.chosen(), error, 'the Swarm manager');
      }
      listener.connected();
      for (const [name, service] of services) listener.observed(name, service.observation());
    },
    configure(specs) {
      for (const {name} of specs) {
        if (services.has(name)) continue;
        const service = serviceOf(name);
        events?.observed(name, service.observation());
      }
      if (connected) lookSlowly(0);
    },
    scale({service, replicas, order}) {
      serviceOf(service).scale(replicas, order);
    },
    refresh() {
      if (connected) lookSlowly(0);
    },
    rest() {
      for (const service of services.values()) service.rest();
    },
    // A Swarm keeps nothing ready.
    tidy: () => Promise.resolve(),
    async close() {
      closed = true;
      connection.abort();
      cancelQuick();
      cancelSlow();
      for (const service of services.values()) service.close();
      managers.destroy();
    },
  };
}

/** Events come in bursts: one look answers them all. */
const eventsMs = 50;
