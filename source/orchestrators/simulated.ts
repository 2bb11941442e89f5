/**
 * A host made of nothing but time and chance. It starts and stops replicas through the same convergence as a real
 * engine, with delays, crashes, refusals and lost news, all from its seed.
 */
import type {Chance, Clock, HostFacts, NodeFacts, Orchestrator, OrchestratorEvents} from '../ports.ts';
import type {Observation, ServiceSpec} from '../scaler/fleet.ts';
import type {ReplicaDriver, ReplicaSet} from './replica.ts';
import {createReplicaSet} from './replica-set.ts';

/** Times in milliseconds, drawn evenly between the two; chances between 0 and 1. */
export interface SimulatedHostSettings {
  readonly createMs: readonly [number, number];
  readonly startMs: readonly [number, number];
  readonly stopMs: readonly [number, number];
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
  /** What really is there, whether it was told or not. */
  truth(): ReadonlyMap<string, Observation>;
  /** Ends a running replica from outside, as an operator or the kernel would; false when none runs. */
  kill(service: string): boolean;
  /** Cuts the connection, or mends it. */
  cut(reason: string): void;
  mend(): void;
}

export function createSimulatedHost(clock: Clock, chance: Chance, settings: SimulatedHostSettings = calmHost): SimulatedHost {
  const sets = new Map<string, ReplicaSet>();
  const running = new Map<string, Set<string>>();
  let events: OrchestratorEvents | null = null;
  let cutOff = false;
  let closed = false;
  let made = 0;
  let cancelLook: () => void = () => {};

  const between = ([least, most]: readonly [number, number]) => least + chance() * (most - least);

  function setOf(service: string): ReplicaSet {
    const known = sets.get(service);
    if (known) return known;
    const set = createReplicaSet({clock, driver: driverOf(service), changed: () => tell(service, settings.lostEvents)});
    sets.set(service, set);
    running.set(service, new Set());
    return set;
  }

  function tell(service: string, lost: number): void {
    const set = sets.get(service);
    if (!set || !events || cutOff || closed) return;
    if (lost > 0 && chance() < lost) return;
    events.heard();
    events.observed(service, set.observation());
  }

  function driverOf(service: string): ReplicaDriver {
    const later = (delay: readonly [number, number], act: () => void, refuse: (reason: string) => void) => {
      const refused = settings.refusals > 0 && chance() < settings.refusals;
      clock.after(between(delay), () => {
        if (closed) return;
        if (refused) refuse('the simulated engine refused');
        else act();
      });
    };
    const refusal = (reason: string) => ({kind: 'failed', failure: {kind: 'refused', reason}}) as const;
    return {
      create(number, done) {
        later(
          settings.createMs,
          () => done({kind: 'done', value: `${service}-${number}-${++made}`}),
          reason => done(refusal(reason)),
        );
      },
      start(id, done) {
        const act = () => {
          runningOf(service).add(id);
          done({kind: 'done', value: null});
          sets.get(service)?.ready(id);
          planCrash(service, id);
        };
        later(settings.startMs, act, reason => done(refusal(reason)));
      },
      stop(id, done) {
        const act = () => {
          runningOf(service).delete(id);
          done({kind: 'done', value: null});
        };
        later(settings.stopMs, act, reason => done(refusal(reason)));
      },
      remove(id, done) {
        runningOf(service).delete(id);
        clock.after(0, () => done({kind: 'done', value: null}));
      },
    };
  }

  /** Ends come as from a radioactive source: the time to the next one is exponential. */
  function planCrash(service: string, id: string): void {
    if (settings.crashesPerHour <= 0) return;
    const afterMs = (-Math.log(1 - chance()) * 3_600_000) / settings.crashesPerHour;
    clock.after(afterMs, () => end(service, id, 'it crashed'));
  }

  function end(service: string, id: string, detail: string): boolean {
    if (closed || !runningOf(service).delete(id)) return false;
    sets.get(service)?.died(id, detail);
    return true;
  }

  function runningOf(service: string): Set<string> {
    const ids = running.get(service) ?? new Set<string>();
    running.set(service, ids);
    return ids;
  }

  function look(): void {
    for (const service of sets.keys()) tell(service, 0);
    cancelLook();
    if (!closed) cancelLook = clock.after(fullLookMs, look);
  }

  return {
    async connect(): Promise<HostFacts> {
      return {title: 'simulated host', kind: 'simulated', remark: settings.remark, nodes: [simulatedNode], made: [], found: []};
    },
    async open(services: readonly ServiceSpec[], listener: OrchestratorEvents) {
      events = listener;
      for (const {name} of services) setOf(name);
      listener.connected();
      look();
    },
    configure(services) {
      for (const {name} of services) {
        if (sets.has(name)) continue;
        setOf(name);
        tell(name, 0);
      }
    },
    scale({service, replicas, standby, order}) {
      setOf(service).scale(replicas, standby, order);
    },
    refresh: look,
    rest() {
      for (const set of sets.values()) set.rest();
    },
    usage: null,
    lease: null,
    async close() {
      closed = true;
      cancelLook();
      for (const set of sets.values()) set.close();
    },
    truth: () => new Map([...sets].map(([service, set]) => [service, set.observation()])),
    kill(service) {
      const id = runningOf(service).values().next().value;
      return id !== undefined && end(service, id, 'it was killed');
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
  };
}
