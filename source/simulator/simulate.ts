/** The real engine on a virtual clock and a simulated host: a day in seconds, the same from the same seed. */
import {createEngine, type Engine} from '../engine.ts';
import {createMachine, type Machine} from '../orchestrators/simulated-machine.ts';
import {createSimulatedHost, type SimulatedHost, type SimulatedHostSettings} from '../orchestrators/simulated.ts';
import type {Recorder} from '../ports.ts';
import {createSource, type DemandSpec} from '../sources/source.ts';
import type {Entry} from '../scaler/entry.ts';
import {emptyFleet, type Fleet, type ServiceSpec, type Settings} from '../scaler/fleet.ts';
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

export interface Simulation {
  readonly seed: number;
  readonly forMs: number;
  readonly startAt?: number;
  readonly settings: Settings;
  readonly services: readonly ServiceSpec[];
  readonly demands: ReadonlyMap<string, DemandSpec>;
  readonly host: SimulatedHostSettings;
  /** When the engine dies without a word, in milliseconds from the start; a new one begins a little later, in their order. */
  readonly crashesAtMs?: readonly number[];
  readonly recorder?: Recorder | null;
  readonly disturb?: Disturbance;
  readonly watched?: (entries: readonly Entry[], result: Step) => void;
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

export async function simulate(simulation: Simulation): Promise<Simulated> {
  const {seed, settings, services, startAt = 0, crashesAtMs = []} = simulation;
  const clock = createVirtualClock(startAt);
  const machine = createMachine();
  const check = createInvariants();
  const violations: Violation[] = [];
  let lastActionAt: number | null = null;
  let begun = 0;

  async function begin(): Promise<Present> {
    const own = ++begun;
    const host = createSimulatedHost(clock, branch(seed, `host ${own}`), simulation.host, machine);
    let before = emptyFleet('auto');
    const engine: Engine = createEngine({
      clock,
      orchestrator: host,
      recorder: simulation.recorder ?? null,
      acting: 'auto',
      stepped(entries, result) {
        if (begun !== own) return;
        const moment = {before, result, truth: host.truth(), holding: machine.holding};
        if (violations.length < violationsMax) violations.push(...check(moment));
        before = result.fleet;
        if (result.actions.length > 0) lastActionAt = result.fleet.at;
        simulation.watched?.(entries, result);
      },
    });
    await drive(
      clock,
      engine.open(() => ({settings, services})),
    );
    return {engine, host};
  }

  let present = await begin();
  const stop = new AbortController();
  for (const [service, demand] of simulation.demands) {
    const source = createSource(demand, {clock, chance: branch(seed, `demand ${service}`)});
    source(reading => present.engine.read(service, reading), stop.signal);
  }
  simulation.disturb?.({present: () => present, clock, seed});
  for (const crashMs of crashesAtMs) {
    clock.runTo(startAt + crashMs);
    begun++;
    present.host.crash();
    clock.runTo(startAt + crashMs + restartMs);
    present = await begin();
  }
  clock.runTo(startAt + simulation.forMs);
  present.engine.tick();
  clock.runTo(startAt + simulation.forMs);
  stop.abort();
  await drive(clock, present.engine.close('leave', 0));
  return {fleet: present.engine.fleet(), violations, lastActionAt, machine};
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
