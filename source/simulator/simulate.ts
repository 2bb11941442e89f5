/** The real engine on a virtual clock and a simulated host: a day in seconds, the same from the same seed. */
import {createEngine, type Engine} from '../engine.ts';
import {createMachine, type Machine} from '../orchestrators/simulated-machine.ts';
import {createSimulatedHost, type SimulatedHost, type SimulatedHostSettings} from '../orchestrators/simulated.ts';
import {followModeSchedules} from '../mode-schedules.ts';
import type {Clock, Recorder} from '../ports.ts';
import {createSource, type DemandSpec} from '../sources/source.ts';
import type {Entry, Reading} from '../scaler/entry.ts';
import {emptyFleet, type Fleet, type Settings} from '../scaler/fleet.ts';
import type {ServiceSpec} from '../scaler/spec.ts';
import type {Step} from '../scaler/step.ts';
import {branch} from './chance.ts';
import {createInvariants, type Violation} from './invariants.ts';
import {createVirtualClock, type VirtualClock} from './virtual-clock.ts';

/** The engine and the host of this moment: after a crash they are others. */
export interface Present {
  readonly engine: Engine;
  readonly host: SimulatedHost;
}

/** What an outside hand does during the run. It may draw on its own chance and set timers of its own. */
export type Disturbance = (parts: {present: () => Present; clock: VirtualClock; seed: number}) => void;

export interface SimulatedWorld {
  readonly seed: number;
  readonly startAt?: number;
  readonly settings: Settings;
  readonly services: readonly ServiceSpec[];
  /** Null at the place of a demand that is read from elsewhere. */
  readonly demands: ReadonlyMap<string, readonly (DemandSpec | null)[]>;
  readonly host: SimulatedHostSettings;
  /** When the engine dies without a word, in milliseconds from the start; a new one begins a little later, in their order. */
  readonly crashesAtMs?: readonly number[];
  readonly recorder?: Recorder | null;
  readonly disturb?: Disturbance;
  readonly watched?: (entries: readonly Entry[], result: Step) => void;
}

export interface Simulation extends SimulatedWorld {
  readonly forMs: number;
}

export interface Simulated {
  readonly fleet: Fleet;
  readonly violations: readonly Violation[];
  /** When something was last asked of the host. */
  readonly lastActionAt: number | null;
  readonly machine: Machine;
}

/** Enough to see what goes wrong; a broken rule breaks again at every step. */
const violationsMax = 20;
/** As long as a service manager takes to start it again; what was asked of the host has happened by then. */
const restartMs = 1500;

/** A run under way. Time goes by only when it is told to. */
export interface Running {
  /** Lets everything happen until that many milliseconds after the beginning. */
  runTo(atMs: number): void;
  read(service: string, reading: Reading, demand?: number): void;
  /** The engine dies without a word; resolves once another has begun in its place. */
  crash(): Promise<void>;
  end(): Promise<Simulated>;
}

export async function simulate(simulation: Simulation): Promise<Simulated> {
  const running = await openSimulation(simulation);
  for (const crashMs of simulation.crashesAtMs ?? []) {
    running.runTo(crashMs);
    await running.crash();
  }
  running.runTo(simulation.forMs);
  return running.end();
}

export async function openSimulation(simulation: SimulatedWorld): Promise<Running> {
  const {seed, settings, services, startAt = 0} = simulation;
  const clock = createVirtualClock(startAt);
  const machine = createMachine();
  const check = createInvariants();
  const violations: Violation[] = [];
  let lastActionAt: number | null = null;
  let begun = 0;

  async function begin(): Promise<Present & {readonly close: () => void}> {
    const own = ++begun;
    let moved = true;
    const hostClock: Clock = {
      ...clock,
      after(delayMs, callback) {
        return clock.after(delayMs, () => {
          moved = true;
          callback();
        });
      },
    };
    const host = createSimulatedHost(hostClock, branch(seed, own === 1 ? 'host' : `host ${own}`), simulation.host, machine);
    let truth = host.truth();
    /** What the host holds changes when its own time comes, when something is asked of it, and by an outside hand: not with a reading. */
    function truthNow(asked: boolean): typeof truth {
      if (moved || asked || simulation.disturb) truth = host.truth();
      moved = false;
      return truth;
    }
    let before = emptyFleet('auto');
    const engine: Engine = createEngine({
      clock,
      orchestrator: host,
      recorder: simulation.recorder ?? null,
      acting: 'auto',
      stepped(entries, result) {
        if (begun !== own) return;
        const moment = {before, result, truth: truthNow(result.actions.length > 0), holding: machine.holding};
        if (violations.length < violationsMax) violations.push(...check(moment));
        before = result.fleet;
        if (result.actions.length > 0) lastActionAt = result.fleet.at;
        simulation.watched?.(entries, result);
      },
    });
    const schedules = followModeSchedules(engine, clock);
    schedules.follow(settings.modes);
    await drive(
      clock,
      engine.open(() => ({settings, services})),
    );
    return {engine, host, close: () => schedules.close()};
  }

  let present = await begin();
  const stop = new AbortController();
  for (const [service, demands] of simulation.demands) {
    for (const [index, demand] of demands.entries()) {
      if (demand === null) continue;
      const chance = branch(seed, `demand ${service}${index === 0 ? '' : ` ${index}`}`);
      const source = createSource(demand, {clock, chance, service, usage: null, pushes: null});
      source(reading => present.engine.read(service, reading, index), stop.signal);
    }
  }
  simulation.disturb?.({present: () => present, clock, seed});
  return {
    runTo: atMs => clock.runTo(startAt + atMs),
    read: (service, reading, demand) => present.engine.read(service, reading, demand),
    async crash() {
      begun++;
      present.close();
      present.host.crash();
      clock.runTo(clock.now() + restartMs);
      present = await begin();
    },
    async end() {
      present.engine.tick();
      clock.runTo(clock.now());
      stop.abort();
      present.close();
      await drive(clock, present.engine.close('leave', 0));
      return {fleet: present.engine.fleet(), violations, lastActionAt, machine};
    },
  };
}

/** Lets virtual time stand still while what was promised comes about: promises need turns of the real event loop. */
async function drive(clock: VirtualClock, promised: Promise<unknown>): Promise<void> {
  let over = false;
  const ended = promised.finally(() => (over = true));
  while (!over) {
    await new Promise(resolve => setImmediate(resolve));
    clock.runTo(clock.now());
  }
  await ended;
}
