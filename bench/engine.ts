/** What a thousand readings or observations a second cost the engine, with and without a recording, beside what they cost by themselves. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createRealClock} from '../source/clock.ts';
import {createEngine} from '../source/engine.ts';
import type {Recorder} from '../source/ports.ts';
import {openRecording} from '../source/recording.ts';
import {filler, spec} from '../test/support/fleets.ts';
import {until} from '../test/support/until.ts';
import {atLeast, under, verdict, type Line} from './results.ts';
import {median} from './statistics.ts';
import {createTellingHost} from './telling-host.ts';

const perSecond = 1000;
const services = 50;
const secondsEach = 5;

type Kind = 'readings' | 'observations';

/** So many at a time, as sources of one period come and a listing tells, or each by itself. */
interface Way {
  readonly kind: Kind;
  readonly burst: number;
  readonly recorded: boolean;
}

const ways: readonly Way[] = (['readings', 'observations'] as const).flatMap(kind => [
  {kind, burst: services, recorded: false},
  {kind, burst: 1, recorded: false},
  {kind, burst: 1, recorded: true},
]);

export interface EngineResult extends Way {
  /** Shares of one core: all of it, and what the same timers take when nobody hears them, in the same rounds. */
  readonly whole: readonly number[];
  readonly timers: readonly number[];
  /** What the engine has folded, its host's own answers among it. */
  readonly foldedPerSecond: readonly number[];
}

/** Ways take turns within a round, each right after its floor. */
export async function benchEngine(rounds: number): Promise<readonly EngineResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-bench-'));
  const results = ways.map(way => ({...way, whole: [] as number[], timers: [] as number[], foldedPerSecond: [] as number[]}));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [index, result] of results.entries()) {
        result.timers.push((await send(result.burst, () => {})).share);
        const path = join(folder, `${round}-${index}.jsonl`);
        const measured = await shareOfCore(result, result.recorded ? await openRecording(path, 'auto', () => {}) : null);
        result.whole.push(measured.share);
        result.foldedPerSecond.push(measured.foldedPerSecond);
      }
    }
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
  return results;
}

async function shareOfCore({kind, burst}: Way, recorder: Recorder | null): Promise<{share: number; foldedPerSecond: number}> {
  // The clock's timers let a program end; this one goes on until it is done.
  const awake = setInterval(() => {}, 1000);
  const host = createTellingHost();
  let folded = 0;
  const stepped = (entries: readonly unknown[]) => void (folded += entries.length);
  const engine = createEngine({clock: createRealClock(), orchestrator: host, recorder, acting: 'auto', stepped});
  const names = Array.from({length: services}, (_, index) => `service-${index}`);
  const specs = names.map((name, index) => spec(name, {priority: 1 + (index % 5), max: 20}));
  await engine.open(() => ({
    settings: {project: 'bench', capacity: services * 6 + 10, nodeSlots: [], overrideMs: null, modes: []},
    services: [...specs, filler('batch', {priority: 9})],
  }));
  for (const name of names) engine.read(name, {kind: 'value', value: 4.5});
  await until('the fleet to settle', () =>
    engine.fleet().services.every(({observed, decision}) => observed?.running === decision?.desired),
  );
  const nameOf = (index: number) => names[index % services] ?? '';
  const one: Readonly<Record<Kind, (index: number) => void>> = {
    readings: index => engine.read(nameOf(index), {kind: 'value', value: valueAt(index)}),
    observations: index => host.tell(nameOf(index)),
  };
  // The first seconds are the compiler's.
  await send(burst, one[kind]);
  folded = 0;
  const {share, tookMs} = await send(burst, one[kind]);
  const foldedPerSecond = (folded * 1000) / tookMs;
  await engine.close('leave', 0);
  clearInterval(awake);
  return {share, foldedPerSecond};
}

/**
 * Values that differ from the last ones, most of which change no plan: it is the same number of replicas that they ask for.
 * Twenty times a second it is another, as a service's demand moves every few seconds, and a slot changes hands.
 */
function valueAt(index: number): number {
  const [service, round] = [index % services, Math.floor(index / services)];
  const around = 4 + (1 + ((index * 7) % 10)) / 40;
  return around + (Math.floor((round + service) / roundsBetween) % 2);
}

const roundsBetween = 50;

/** Sends a thousand a second, so many at a time, and answers with the share of a core that it took. */
async function send(burst: number, one: (index: number) => void): Promise<{share: number; tookMs: number}> {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  for (let sent = 0; sent < perSecond * secondsEach; sent += burst) {
    for (let index = sent; index < sent + burst; index++) one(index);
    const dueMs = ((sent + burst) / perSecond) * 1000 - (performance.now() - startedAt);
    await new Promise(resolve => (dueMs > 1 ? setTimeout(resolve, dueMs) : setImmediate(resolve)));
  }
  const tookMs = performance.now() - startedAt;
  const used = process.cpuUsage(before);
  return {share: (used.user + used.system) / 1000 / tookMs, tookMs};
}

export function engineLines(results: readonly EngineResult[]): readonly Line[] {
  const fewest = Math.min(...results.flatMap(({foldedPerSecond}) => foldedPerSecond));
  return [
    `the engine: ${perSecond} a second of ${services} services, share of one core, medians, less what the timers of this measurement take when nobody hears them`,
    ...results.flatMap((result): readonly Line[] => {
      const [whole, timers] = [100 * median(result.whole), 100 * median(result.timers)];
      const net = 100 * median(result.whole.map((share, round) => share - (result.timers[round] ?? Number.NaN)));
      const named = `${waysWords(result)}, ${whole.toFixed(1)} % less ${timers.toFixed(1)} % for the timers`;
      return [result.recorded ? `       ${named}: ${net.toFixed(2)} %` : verdict(named, net, under(10), '%')];
    }),
    verdict('entries folded in a second, the fewest', fewest, atLeast(perSecond * keptUp), ''),
  ];
}

/** A machine that is busy with others sends a little late at the end. */
const keptUp = 0.99;

function waysWords({kind, burst, recorded}: Way): string {
  return `${kind}, ${burst === 1 ? 'one by one' : `${burst} together`}${recorded ? ', recorded' : ''}`;
}
