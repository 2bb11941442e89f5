/**
 * `run --shadow`: another rule beside the one that acts. It hears the same readings and the same operators, and its host is
 * simulated as if it did what it decides; it touches nothing.
 */
import {basename} from 'node:path';
import {createRealClock} from '../clock.ts';
import {clean} from '../clean.ts';
import {fitToHost} from '../config/capacity.ts';
import {ConfigError, type Config} from '../config/config.ts';
import {loadConfig} from '../config/file.ts';
import {createEngine, type Engine} from '../engine.ts';
import {calmHost, createSimulatedHost} from '../orchestrators/simulated.ts';
import {followModeSchedules, type ModeSchedules} from '../mode-schedules.ts';
import type {HostFacts} from '../ports.ts';
import type {Entry, Happening, Reading} from '../scaler/entry.ts';
import {tell, type ClockWords} from '../scaler/explain.ts';
import type {Fleet} from '../scaler/fleet.ts';
import type {Step} from '../scaler/step.ts';
import {branch} from '../simulator/chance.ts';
import {createTally, type Tallying} from '../simulator/tally.ts';
import {comparisonJson, comparisonLines, type Side} from './comparison.ts';
import type {Options} from './options.ts';
import {tallyJson} from './tally-lines.ts';

export interface Shadow {
  readonly name: string;
  /** What the engine that acts has folded. */
  hear(entries: readonly Entry[], result: Step): void;
  /** Begins beside an engine that runs. Throws `ConfigError` where the rule doesn't fit this host. */
  open(facts: HostFacts, live: Fleet): Promise<void>;
  /** Ends it; resolves with both sides, or null where there was no time to compare them. */
  close(): Promise<{readonly live: Side; readonly shadow: Side} | null>;
}

export interface ShadowParts {
  readonly options: Options;
  readonly seed: number;
  /** Told of every decision that the other rule takes. */
  readonly decided: (happening: Happening) => void;
  /** Told in words what somebody should know of it. */
  readonly noted: (text: string) => void;
}

/** The comparison begins once the simulated host holds what was decided, or after this long: its start from nothing is no fault of the rule. */
const warmUpMs = 10_000;

/** Throws `ConfigError` for a file that can't be used, before anything is begun. */
export function prepareShadow(path: string, {options, seed, decided, noted}: ShadowParts): Shadow {
  const capacity = options.capacity ?? undefined;
  loadConfig(path, capacity);
  const name = basename(path);
  const clock = createRealClock();
  const latest = new Map<string, {readonly service: string; readonly demand: number; readonly reading: Reading}>();
  let engine: Engine | null = null;
  let schedules: ModeSchedules | null = null;
  let openedAt = 0;
  let compared: {readonly live: Tallying; readonly shadow: Tallying} | null = null;
  let liveFleet: Fleet | null = null;

  function follow(entry: Entry): void {
    if (entry.kind === 'reading') {
      const {service, reading, demand = 0} = entry;
      if (engine) engine.read(service, reading, demand);
      else latest.set(`${demand} ${service}`, {service, demand, reading});
    }
    // What an operator decides is no part of either rule: it holds for both.
    if (entry.kind === 'command') void engine?.command(entry.command, entry.owner, entry.session);
  }

  function stepped(_entries: readonly Entry[], result: Step): void {
    if (compared === null) {
      if (liveFleet && (result.fleet.services.every(isSettled) || clock.now() - openedAt > warmUpMs)) begin(liveFleet, result);
      return;
    }
    compared.shadow.stepped(result);
    for (const happening of result.happenings) if (happening.kind === 'decided') decided(happening);
  }

  function begin(live: Fleet, result: Step): void {
    const yardstick = live.services.map(({configured}) => configured);
    compared = {live: createTally(yardstick), shadow: createTally(yardstick)};
    compared.live.stepped({fleet: live, actions: []});
    compared.shadow.stepped({fleet: result.fleet, actions: []});
    noted(`${name} follows the same readings from here on, on a simulated host, and acts on nothing`);
  }

  function tellDifferences(config: Config, live: Fleet): void {
    const heard = new Set(live.services.filter(({spec}) => spec.target.kind !== 'fill').map(({spec}) => spec.name));
    const deaf = config.services.filter(({name: service, target}) => target.kind !== 'fill' && !heard.has(service));
    if (deaf.length > 0) noted(`no reading reaches ${deaf.map(spec => spec.name).join(', ')}: the rule that acts follows no such demand`);
  }

  return {
    name,
    hear(entries, result) {
      liveFleet = result.fleet;
      for (const entry of entries) follow(entry);
      compared?.live.stepped(result);
    },
    async open(facts, live) {
      const config = loadConfig(path, capacity, facts.found);
      const fitted = fitToHost(config, facts);
      if (fitted.problems.length > 0) throw new ConfigError(path, fitted.problems);
      tellDifferences(config, live);
      liveFleet = live;
      openedAt = clock.now();
      const host = createSimulatedHost(clock, branch(seed, 'shadow'), calmHost);
      engine = createEngine({clock, orchestrator: host, recorder: null, acting: 'auto', stepped});
      schedules = followModeSchedules(engine, clock);
      await engine.open(() => fitted);
      schedules.follow(fitted.settings.modes);
      for (const {service, demand, reading} of latest.values()) engine.read(service, reading, demand);
      latest.clear();
    },
    async close() {
      schedules?.close();
      engine?.tick();
      await new Promise(resolve => setImmediate(resolve));
      await engine?.close('leave', 0);
      if (compared === null) return null;
      return {live: {name: 'live', tally: compared.live.tally()}, shadow: {name, tally: compared.shadow.tally()}};
    },
  };
}

function isSettled({observed, decision}: Fleet['services'][number]): boolean {
  return observed !== null && decision !== null && observed.running === decision.desired && observed.stopping === 0;
}

/** Such as `12:04:31  shadow: web 3→5  demand 50`. */
export function shadowLine(happening: Happening, clock: ClockWords): string {
  const {about, from, to, words} = tell(happening, clock);
  return clean(`${clock(happening.at)}  shadow: ${about} ${from}→${to}  ${words}`);
}

export function shadowLines(sides: Awaited<ReturnType<Shadow['close']>>, name: string): readonly string[] {
  if (sides === null) return [`shadow: there was no time to compare ${name}: let it run for longer`];
  return [
    `what ${name} would have done meanwhile, on a simulated host on which replicas start in half a second:`,
    ...comparisonLines(sides.live, sides.shadow),
  ];
}

export function shadowJson(sides: Awaited<ReturnType<Shadow['close']>>): object {
  if (sides === null) return {comparison: null};
  const {live, shadow} = sides;
  return {comparison: comparisonJson(live, shadow), live: tallyJson(live.tally), shadow: {name: shadow.name, ...tallyJson(shadow.tally)}};
}
