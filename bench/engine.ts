/** What a thousand entries a second cost the engine, with and without a recording; and a day of the box as a recording. */
import {mkdtempSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createRealClock} from '../source/clock.ts';
import {boxConfig} from '../source/config/box.ts';
import {createEngine} from '../source/engine.ts';
import {calmHost, createSimulatedHost} from '../source/orchestrators/simulated.ts';
import type {Recorder} from '../source/ports.ts';
import {openRecording, openSimulatedRecording, replay} from '../source/recording.ts';
import {seededChance} from '../source/simulator/chance.ts';
import {simulate} from '../source/simulator/simulate.ts';
import {filler, spec} from '../test/support/fleets.ts';
import {until} from '../test/support/until.ts';
import {median} from './statistics.ts';

const perSecond = 1000;
const services = 50;
const secondsEach = 5;

export interface EngineResult {
  /** Shares of one core. */
  readonly together: number;
  readonly oneByOne: number;
  readonly recorded: number;
  /** What the same readings cost when nobody takes them: a timer each. It is in the two numbers above. */
  readonly timers: number;
}

/** Readings of fifty services, in bursts of fifty (as sources of one period come) or each by itself. */
export async function benchEngine(rounds: number): Promise<EngineResult> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-bench-'));
  const [together, oneByOne, recorded, timers]: [number[], number[], number[], number[]] = [[], [], [], []];
  try {
    for (let round = 0; round < rounds; round++) {
      together.push(await shareOfCore(services, null));
      oneByOne.push(await shareOfCore(1, null));
      const recorder = await openRecording(join(folder, `${round}.jsonl`), 'auto', () => {});
      recorded.push(await shareOfCore(1, recorder));
      timers.push(await send(1, () => {}));
    }
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
  return {together: median(together), oneByOne: median(oneByOne), recorded: median(recorded), timers: median(timers)};
}

async function shareOfCore(burst: number, recorder: Recorder | null): Promise<number> {
  // The clock's timers let a program end; this one goes on until it is done.
  const awake = setInterval(() => {}, 1000);
  const clock = createRealClock();
  const engine = createEngine({clock, orchestrator: createSimulatedHost(clock, seededChance(1), calmHost), recorder, acting: 'auto'});
  const names = Array.from({length: services}, (_, index) => `service-${index}`);
  const specs = names.map((name, index) => spec(name, {priority: 1 + (index % 5), max: 20}));
  await engine.open(() => ({
    settings: {project: 'bench', capacity: services * 5 + 10, nodeSlots: [], overrideMs: null, modes: []},
    services: [...specs, filler('batch', {priority: 9})],
  }));
  const valueAt = (index: number) => 4.5 + ((index * 7) % 10) / 40;
  for (const name of names) engine.read(name, {kind: 'value', value: 4.5});
  await until('the fleet to settle', () =>
    engine.fleet().services.every(({observed, decision}) => observed?.running === decision?.desired),
  );
  // Values that differ from the last ones, and a plan that doesn't: as it is nearly always with real demand.
  const read = (index: number) => engine.read(names[index % services] ?? '', {kind: 'value', value: valueAt(index)});
  // The first seconds are the compiler's.
  await send(burst, read);
  const share = await send(burst, read);
  await engine.close('leave', 0);
  clearInterval(awake);
  return share;
}

/** Sends a thousand a second, so many at a time, and answers with the share of a core that it took. */
async function send(burst: number, one: (index: number) => void): Promise<number> {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  for (let sent = 0; sent < perSecond * secondsEach; sent += burst) {
    for (let index = sent; index < sent + burst; index++) one(index);
    const dueMs = ((sent + burst) / perSecond) * 1000 - (performance.now() - startedAt);
    await new Promise(resolve => (dueMs > 1 ? setTimeout(resolve, dueMs) : setImmediate(resolve)));
  }
  const tookMs = performance.now() - startedAt;
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1000 / tookMs;
}

export interface RecordingResult {
  readonly megabytes: number;
  readonly simulatedMs: number;
  readonly replayedMs: number;
  readonly same: boolean;
}

/** 24 hours of the box, with its random demand and a host as quick as a real one. */
export async function benchRecording(): Promise<RecordingResult> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-bench-'));
  try {
    const path = join(folder, 'day.jsonl');
    const recorder = openSimulatedRecording(path, 'auto', reason => {
      throw new Error(reason);
    });
    const config = boxConfig('busybox', 10);
    const settings = {project: config.project, capacity: 10, nodeSlots: [], overrideMs: config.overrideMs, modes: []};
    const begunAt = performance.now();
    const {fleet} = await simulate({
      seed: 3,
      forMs: 24 * 3_600_000,
      settings,
      services: config.services,
      demands: config.demands,
      host: calmHost,
      recorder,
    });
    const simulatedAt = performance.now();
    const again = await replay(path);
    return {
      megabytes: statSync(path).size / 1e6,
      simulatedMs: simulatedAt - begunAt,
      replayedMs: performance.now() - simulatedAt,
      same: JSON.stringify(again) === JSON.stringify(fleet),
    };
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

export function engineLines({together, oneByOne, recorded, timers}: EngineResult): readonly string[] {
  return [
    `the engine: ${perSecond} readings a second of ${services} services, share of one core`,
    `  fifty together        ${percent(together)}   (under 10 %)`,
    `  one by one            ${percent(oneByOne - timers)}   (under 10 %; and ${percent(timers)} for the timers of this measurement)`,
    `  one by one, recorded  ${percent(recorded - timers)}`,
  ];
}

export function recordingLines({megabytes, simulatedMs, replayedMs, same}: RecordingResult): readonly string[] {
  return [
    'a day of the box as a recording',
    `  size       ${megabytes.toFixed(1)} MB   (under 50)`,
    `  replayed   ${(replayedMs / 1000).toFixed(1)} s   (under 10; simulated in ${(simulatedMs / 1000).toFixed(1)} s)`,
    `  the fleet  ${same ? 'the same, byte for byte' : 'ANOTHER ONE'}`,
  ];
}
