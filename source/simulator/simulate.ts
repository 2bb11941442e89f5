/** The real engine on a virtual clock and a simulated host: a day in seconds, the same from the same seed. */
import {createEngine, type Engine} from '../engine.ts';
import {createSimulatedHost, type SimulatedHost, type SimulatedHostSettings} from '../orchestrators/simulated.ts';
import {followModeSchedules} from '../mode-schedules.ts';
import type {Clock, Recorder} from '../ports.ts';
import {createSource, type DemandSpec} from '../sources/source.ts';
import type {Entry, Reading} from '../scaler/entry.ts';
import {emptyFleet, type Fleet, type ServiceSpec, type Settings} from '../scaler/fleet.ts';
import type {Step} from '../scaler/step.ts';
import {branch} from './chance.ts';
import {createInvariants, type Violation} from './invariants.ts';
import {createVirtualClock, type VirtualClock} from './virtual-clock.ts';

/** What an outside hand does during the run. It may draw on its own chance and set timers of its own. */
export type Disturbance = (parts: {engine: Engine; host: SimulatedHost; clock: VirtualClock; seed: number}) => void;

export interface SimulatedWorld {
  readonly seed: number;
  readonly startAt?: number;
  readonly settings: Settings;
  readonly services: readonly ServiceSpec[];
  /** Null at the place of a demand that is read from elsewhere. */
  readonly demands: ReadonlyMap<string, readonly (DemandSpec | null)[]>;
  readonly host: SimulatedHostSettings;
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
}

/** Enough to see what goes wrong; a broken rule breaks again at every step. */
const violationsMax = 20;

/** A run under way. Time goes by only when it is told to. */
export interface Running {
  /** Lets everything happen until that many milliseconds after the beginning. */
  runTo(atMs: number): void;
  read(service: string, reading: Reading, demand?: number): void;
  end(): Promise<Simulated>;
}

export async function simulate(simulation: Simulation): Promise<Simulated> {
  const running = await openSimulation(simulation);
  running.runTo(simulation.forMs);
  return running.end();
}

export async function openSimulation(simulation: SimulatedWorld): Promise<Running> {
  const {seed, settings, services, startAt = 0} = simulation;
  const clock = createVirtualClock(startAt);
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
  const host = createSimulatedHost(hostClock, branch(seed, 'host'), simulation.host);
  let truth = host.truth();
  /** What the host holds changes when its own time comes, when something is asked of it, and by an outside hand: not with a reading. */
  function truthNow(asked: boolean): typeof truth {
    if (moved || asked || simulation.disturb) truth = host.truth();
    moved = false;
    return truth;
  }
  const check = createInvariants();
  const violations: Violation[] = [];
  let before = emptyFleet('auto');
  let lastActionAt: number | null = null;
  const engine = createEngine({
    clock,
    orchestrator: host,
    recorder: simulation.recorder ?? null,
    acting: 'auto',
    stepped(entries, result) {
      if (violations.length < violationsMax) violations.push(...check({before, result, truth: truthNow(result.actions.length > 0)}));
      before = result.fleet;
      if (result.actions.length > 0) lastActionAt = result.fleet.at;
      simulation.watched?.(entries, result);
    },
  });
  const stop = new AbortController();
  for (const [service, demands] of simulation.demands) {
    for (const [index, demand] of demands.entries()) {
      if (demand === null) continue;
      const chance = branch(seed, `demand ${service}${index === 0 ? '' : ` ${index}`}`);
      const source = createSource(demand, {clock, chance, service, usage: null, pushes: null});
      source(reading => engine.read(service, reading, index), stop.signal);
    }
  }
  const schedules = followModeSchedules(engine, clock);
  schedules.follow(settings.modes);
  await drive(
    clock,
    engine.open(() => ({settings, services})),
  );
  simulation.disturb?.({engine, host, clock, seed});
  return {
    runTo: atMs => clock.runTo(startAt + atMs),
    read: (service, reading, demand) => engine.read(service, reading, demand),
    async end() {
      engine.tick();
      clock.runTo(clock.now());
      stop.abort();
      schedules.close();
      await drive(clock, engine.close('leave', 0));
      return {fleet: engine.fleet(), violations, lastActionAt};
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
