/**
 * A host made of nothing but time and chance. It starts and stops replicas through the same convergence as a real
 * engine, with delays, crashes, refusals and lost news, all from its seed.
 */
import type {Chance, Clock, HostFacts, NodeFacts, Orchestrator, OrchestratorEvents} from '../ports.ts';
import type {Observation} from '../scaler/observation.ts';
import type {ServiceSpec} from '../scaler/spec.ts';
import type {HostMemory} from '../scaler/readiness.ts';
import {createCallQueue, type CallQueue} from './call-queue.ts';
import {byStateThenName, lookedAtMax} from './replica-order.ts';
import type {Done, ReplicaDriver, ReplicaSet} from './replica.ts';
import {createReplicaSet} from './replica-set.ts';
import {createMachine, type Machine} from './simulated-machine.ts';

/** Times in milliseconds, drawn evenly between the two; chances between 0 and 1. */
export interface SimulatedHostSettings {
  readonly createMs: readonly [number, number];
  readonly startMs: readonly [number, number];
  readonly stopMs: readonly [number, number];
  /** To pause one, or to let it go on. */
  readonly pauseMs: readonly [number, number];
  /** To leave the sign that one serves. */
  readonly markMs: readonly [number, number];
  /** How often a running replica ends by itself, per hour. */
  readonly crashesPerHour: number;
  /** How likely a call is refused. */
  readonly refusals: number;
  /** How likely a change is not told; a full look every 30 s makes up for it. */
  readonly lostEvents: number;
  readonly remark: string;
}

/** Delays as measured on a small two-core machine with a local engine; nothing fails. */
export const calmHost: SimulatedHostSettings = {
  createMs: [40, 120],
  startMs: [250, 600],
  stopMs: [100, 300],
  pauseMs: [15, 40],
  markMs: [2, 6],
  crashesPerHour: 0,
  refusals: 0,
  lostEvents: 0,
  remark: '',
};

/** The same machine on a bad day. */
export const roughHost: SimulatedHostSettings = {...calmHost, crashesPerHour: 2, refusals: 0.02, lostEvents: 0.05};

const fullLookMs = 30_000;

/** The machine that it pretends to be. */
export const simulatedNode: NodeFacts = {name: 'simulated', cpus: 4, memoryBytes: 8 * 1024 ** 3, reserved: []};

export interface SimulatedHost extends Orchestrator {
  /** What its sets of replicas believe to be there, whether it was told or not. */
  truth(): ReadonlyMap<string, Observation>;
  /** What is there, whatever anybody believes. */
  readonly machine: Machine;
  /** Tells that memory is short, or that there is enough. */
  feel(memory: HostMemory): void;
  /** The end of whoever looks after it: calls that were made are carried out, and nobody hears of it. */
  crash(): void;
  /** Ends a running replica from outside, as an operator or the kernel would; false when none runs. */
  kill(service: string): boolean;
  /** Cuts the connection, or mends it. */
  cut(reason: string): void;
  mend(): void;
}

/** Calls at once, as to a real engine. */
const limits = {atOnce: 14, endsAtOnce: 12};

export function createSimulatedHost(
  clock: Clock,
  chance: Chance,
  settings: SimulatedHostSettings = calmHost,
  machine: Machine = createMachine(),
): SimulatedHost {
  const sets = new Map<string, ReplicaSet>();
  const queue: CallQueue = createCallQueue(limits);
  const ranks = new Map<string, number>();
  /** Whether it matters how busy a service's replicas are. */
  const compared = new Map<string, boolean>();
  let events: OrchestratorEvents | null = null;
  let cutOff = false;
  let closed = false;
  let dead = false;
  let cancelLook: () => void = () => {};

  const between = ([least, most]: readonly [number, number]) => least + chance() * (most - least);

  function setOf({name, standby, preempt, victim}: Pick<ServiceSpec, 'name' | 'standby' | 'preempt' | 'victim'>): ReplicaSet {
    compared.set(name, victim === 'leastBusy');
    const known =
      sets.get(name) ??
      createReplicaSet({
        clock,
        driver: driverOf(name),
        changed: () => tell(name, settings.lostEvents),
        busyness: id => (compared.get(name) ? (machine.get(id)?.busy ?? null) : null),
      });
    sets.set(name, known);
    known.follow({standby, preempt, victim});
    return known;
  }

  function tell(service: string, lost: number): void {
    const set = sets.get(service);
    if (!set || !events || cutOff || closed) return;
    if (lost > 0 && chance() < lost) return;
    events.heard();
    events.observed(service, set.observation());
  }

  function driverOf(service: string): ReplicaDriver {
    /** Carried out even when nobody hears the answer any more. */
    const call = <Value>(lane: Parameters<CallQueue['add']>[0], delay: readonly [number, number], act: () => Value, done: Done<Value>) =>
      queue.add(lane, ranks.get(service) ?? 0, ended => {
        // The dead make no calls.
        if (dead) return;
        const refused = settings.refusals > 0 && chance() < settings.refusals;
        clock.after(between(delay), () => {
          const value = refused ? null : act();
          ended();
          if (closed) return;
          if (value === null || refused) done({kind: 'failed', failure: {kind: 'refused', reason: 'the simulated engine refused'}});
          else done({kind: 'done', value});
        });
      });
    const change = (id: string, act: (thing: NonNullable<ReturnType<Machine['get']>>) => void) => () => {
      const thing = machine.get(id);
      if (thing) act(thing);
      return null;
    };
    const nothing = (lane: Parameters<CallQueue['add']>[0], delay: readonly [number, number], act: () => null, done: Done<null>) =>
      call(
        lane,
        delay,
        () => {
          act();
          return true;
        },
        outcome => done(outcome.kind === 'done' ? {kind: 'done', value: null} : outcome),
      );
    return {
      create: (number, purpose, lane, done) =>
        call(lane, settings.createMs, () => machine.make(service, number, purpose, clock.now()), done),
      mark: (id, lane, done) =>
        nothing(
          lane,
          settings.markMs,
          change(id, thing => void (thing.marked = true)),
          done,
        ),
      start(id, purpose, lane, done) {
        const act = change(id, thing => {
          thing.state = 'up';
          thing.serves = purpose === 'serve';
          planCrash(service, id);
        });
        return nothing(lane, settings.startMs, act, outcome => {
          done(outcome);
          if (outcome.kind === 'done') sets.get(service)?.ready(id);
        });
      },
      freeze: (id, lane, done) =>
        nothing(
          lane,
          settings.pauseMs,
          change(id, thing => void (thing.state = thing.state === 'up' ? 'paused' : thing.state)),
          done,
        ),
      thaw: (id, lane, done) =>
        nothing(
          lane,
          settings.pauseMs,
          change(id, thing => {
            if (thing.state === 'paused') thing.state = 'up';
            thing.serves = true;
          }),
          done,
        ),
      stop: (id, lane, done) =>
        nothing(
          lane,
          settings.stopMs,
          change(id, thing => void (thing.state = 'dead')),
          done,
        ),
      end: (id, lane, done) =>
        nothing(
          lane,
          settings.stopMs,
          change(id, thing => void (thing.state = 'dead')),
          done,
        ),
      remove: (id, lane, done) =>
        nothing(
          lane,
          [0, 0],
          () => {
            machine.remove(id);
            return null;
          },
          done,
        ),
    };
  }

  /** Ends come as from a radioactive source: the time to the next one is exponential. */
  function planCrash(service: string, id: string): void {
    if (settings.crashesPerHour <= 0) return;
    const afterMs = (-Math.log(1 - chance()) * 3_600_000) / settings.crashesPerHour;
    clock.after(afterMs, () => {
      if (machine.get(id)?.state === 'up') end(service, id, 'it ended by itself');
    });
  }

  function end(service: string, id: string, detail: string): void {
    const thing = machine.get(id);
    if (thing) thing.state = 'dead';
    if (!closed) sets.get(service)?.died(id, detail);
  }

  function look(): void {
    for (const service of sets.keys()) tell(service, 0);
    cancelLook();
    if (!closed) cancelLook = clock.after(fullLookMs, look);
  }

  function shut(): void {
    closed = true;
    cancelLook();
    for (const set of sets.values()) set.close();
  }

  return {
    machine,
    async connect(): Promise<HostFacts> {
      return {title: 'simulated host', kind: 'simulated', remark: settings.remark, nodes: [simulatedNode], made: [], found: []};
    },
    async open(services: readonly ServiceSpec[], listener: OrchestratorEvents) {
      events = listener;
      for (const spec of services) setOf(spec).reset(machine.list(spec.name), clock.now());
      listener.connected();
      look();
    },
    configure(services) {
      for (const spec of services) {
        const isNew = !sets.has(spec.name);
        setOf(spec);
        if (isNew) tell(spec.name, 0);
      }
    },
    scale(action) {
      ranks.set(action.service, action.rank);
      if (!closed) sets.get(action.service)?.scale(action);
    },
    refresh: look,
    rest() {
      for (const set of sets.values()) set.rest();
    },
    usage: null,
    async replicas(service) {
      const known = sets.get(service)?.standings() ?? new Map();
      const all = machine.of(service).map(({id, number, madeAt}) => ({
        name: `${service}-${number}`,
        node: simulatedNode.name,
        ...(known.get(id) ?? {state: 'ended' as const, since: madeAt}),
        cpu: null,
        memoryBytes: null,
      }));
      return {replicas: all.toSorted(byStateThenName).slice(0, lookedAtMax), more: Math.max(0, all.length - lookedAtMax)};
    },
    logs: async () => ({lines: [], remark: 'a simulated host has no logs: nothing runs in its replicas'}),
    async tidy(what, limitMs) {
      for (const set of sets.values()) set.tidy(what);
      await Promise.race([queue.idle(), new Promise<void>(resolve => clock.after(limitMs, resolve))]);
    },
    lease: null,
    async close() {
      shut();
    },
    truth: () => new Map([...sets].map(([service, set]) => [service, set.observation()])),
    kill(service) {
      const thing = machine.of(service).find(({state, serves}) => state === 'up' && serves);
      if (thing) end(service, thing.id, 'it was killed');
      return thing !== undefined;
    },
    cut(reason) {
      cutOff = true;
      events?.disconnected(reason);
    },
    mend() {
      cutOff = false;
      events?.connected();
      look();
    },
    feel(memory) {
      if (!closed && !cutOff) events?.memory(memory);
    },
    crash() {
      dead = true;
      shut();
    },
  };
}
