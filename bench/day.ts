/** A day of measured demand at steps of 1 s for 20 services, through the real engine: how long that takes. */
import {createWriteStream, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {once} from 'node:events';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {loadTrial} from '../source/commands/trial.ts';
import {runTrials} from '../source/commands/trials.ts';
import {openMeasured} from '../source/sources/measured/measured.ts';
import {branch} from '../source/simulator/chance.ts';
import {atMost, under, verdict, type Line} from './results.ts';

export interface DayResult {
  readonly seconds: number;
  /** Of the processor: on a machine that others use too, less than the time that went by. */
  readonly processorSeconds: number;
  readonly lines: number;
  readonly services: number;
  readonly steps: number;
  readonly started: number;
  readonly memoryMb: number;
  readonly violations: number;
}

const daySeconds = 86_400;
/** The rest of the twenty fill. */
const demanding = 17;
const fillers = 3;

/** Every number changes every second: a curve over the day with a noise of its own, and rushes now and then. */
export async function benchDay(seed = 1, seconds = daySeconds): Promise<DayResult> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-bench-'));
  try {
    const [config, demand] = [join(folder, 'shop.json'), join(folder, 'day.csv')];
    writeFileSync(config, JSON.stringify(dayConfig()));
    await writeDemand(demand, seed, seconds);
    const [startedAt, usedBefore] = [performance.now(), process.cpuUsage()];
    const measured = await openMeasured(demand);
    const trial = loadTrial(config, {image: null}, null, measured);
    const {outcomes} = await runTrials({trials: [trial], seed, forMs: null, measured});
    const tookMs = performance.now() - startedAt;
    const {user, system} = process.cpuUsage(usedBefore);
    const [outcome] = outcomes;
    if (!outcome || outcome.tally.ms !== seconds * 1000) throw new Error('the day was not a day');
    return {
      seconds: tookMs / 1000,
      processorSeconds: (user + system) / 1e6,
      lines: seconds,
      services: outcome.fleet.services.length,
      steps: outcome.steps,
      started: outcome.fleet.score.started,
      memoryMb: process.memoryUsage.rss() / 1024 ** 2,
      violations: outcome.violations.length,
    };
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

function dayConfig(): object {
  const services: Record<string, object> = {};
  for (let index = 0; index < demanding; index++) {
    // Nothing is asked of this file, which is never there: the column takes its place.
    const demand = {source: 'file', path: 'none'};
    services[`s${index}`] = {priority: 1 + (index % 4), min: 1, max: 12, image: 'busybox', target: {perReplica: 50}, demand};
  }
  for (let index = 0; index < fillers; index++)
    services[`fill${index}`] = {priority: 5, image: 'busybox', target: 'fill', weight: index + 1};
  return {project: 'day', capacity: 120, services};
}

async function writeDemand(path: string, seed: number, seconds: number): Promise<void> {
  const chance = branch(seed, 'day');
  const file = createWriteStream(path);
  const indices = Array.from({length: demanding}, (_, index) => index);
  file.write(`time,${indices.map(index => `s${index}`).join(',')}\n`);
  const rushes = indices.map(() => 0);
  for (let second = 0; second < seconds; second++) {
    const cells = indices.map(index => {
      const turn = (second / daySeconds + index / demanding) * 2 * Math.PI;
      if (chance() < 1 / 7200) rushes[index] = 300;
      rushes[index] = (rushes[index] ?? 0) * 0.995;
      return Math.round(200 - 150 * Math.cos(turn) + (rushes[index] ?? 0) + 20 * (chance() - 0.5));
    });
    if (!file.write(`${second},${cells.join(',')}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

export function dayLines({seconds, processorSeconds, lines, services, steps, started, memoryMb, violations}: DayResult): readonly Line[] {
  return [
    `a day at 1 s steps with ${services} services, from a CSV of ${lines} lines, every number another each second`,
    verdict('until it is simulated', seconds, under(10), 's'),
    verdict('broken invariants, which were checked at each step', violations, atMost(0), ''),
    `       ${processorSeconds.toFixed(1)} s of the processor, ${memoryMb.toFixed(0)} MB, ${steps} steps, ${started} replicas started`,
  ];
}
