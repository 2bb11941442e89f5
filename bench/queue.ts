/**
 * Three rules for the length of a queue, head to head on the simulated host: the same arrivals from the same seed, the same
 * slots, and the same work that fills what is left.
 */
import type {Target} from '../source/scaler/spec.ts';
import {calmHost} from '../source/orchestrators/simulated.ts';
import {branch} from '../source/simulator/chance.ts';
import {createQueueWorld, type QueueSettings, type QueueTally} from '../source/simulator/queue-world.ts';
import {simulate, type Disturbance, type Present} from '../source/simulator/simulate.ts';
import {createTally} from '../source/simulator/tally.ts';
import {filler, spec} from '../test/support/fleets.ts';
import {atMost, verdict, type Line} from './results.ts';
import {hpaEveryMs, hpaRule, pdEveryMs, pdRule, type HpaMemory, type PdMemory} from './queue-rules.ts';
import {longest} from './statistics.ts';

export interface QueueResult {
  readonly rule: string;
  readonly tally: QueueTally;
  readonly started: number;
  readonly batchReplicaHours: number;
}

const minute = 60_000;
const drainWithinMs = 30_000;
const capacity = 24;
const bounds = [1, 20] as const;
const forMs = 40 * minute;
/** Jobs that may wait for each replica so that the last of them is done in time: a job takes a second. */
const hpaAverage = 30;
const pdLength = 50;

/** Calm, two bursts, a ramp to three times as much, and calm again. */
export const queueWorld: QueueSettings = {
  arrivals: afterMs => (afterMs >= 20 * minute && afterMs < 30 * minute ? 4 + 8 * Math.min(1, (afterMs - 20 * minute) / (3 * minute)) : 4),
  bursts: [
    {afterMs: 5 * minute, jobs: 300},
    {afterMs: 12 * minute, jobs: 200},
  ],
  jobMs: [800, 1200],
  lateAfterMs: drainWithinMs,
};

const queue: Target = {kind: 'queue', drainWithinMs, rate: null, arrivals: null, tolerance: 0.1};

export async function benchQueue(seeds: readonly number[]): Promise<readonly (readonly QueueResult[])[]> {
  const results: QueueResult[][] = [];
  for (const seed of seeds) {
    const pd = ruled<PdMemory>(pdEveryMs, {replicas: bounds[0], length: null}, (memory, _at, length) =>
      pdRule(memory, length, pdLength, bounds),
    );
    const hpa = ruled<HpaMemory>(hpaEveryMs, {replicas: bounds[0], recommended: []}, (memory, at, length) =>
      hpaRule(memory, at, length, hpaAverage, bounds),
    );
    results.push([
      await runRule('queue: {drainWithin: 30s}, learning', seed, queue, world => {
        const {clock, engine, read} = world;
        every(clock, pdEveryMs, () => engine.read('jobs', read().reading()));
      }),
      await runRule('PD of the microscaling engine, 500 ms', seed, {kind: 'direct'}, pd),
      await runRule('HPA, average 30 a replica, 15 s', seed, {kind: 'direct'}, hpa),
    ]);
  }
  return results;
}

type Clock = Parameters<Disturbance>[0]['clock'];
type World = Pick<Parameters<Disturbance>[0], 'clock'> &
  Pick<Present, 'engine'> & {readonly read: () => ReturnType<typeof createQueueWorld>};

/** A rule that says how many replicas there should be, which the engine then follows as it follows any demand. */
function ruled<Memory extends {readonly replicas: number}>(
  everyMs: number,
  first: Memory,
  next: (memory: Memory, at: number, length: number) => Memory,
): (world: World) => void {
  return ({clock, engine, read}) => {
    let memory = first;
    every(clock, everyMs, () => {
      const {waiting, inFlight} = read().reading();
      memory = next(memory, clock.now(), waiting + inFlight);
      engine.read('jobs', {kind: 'value', value: memory.replicas});
    });
  };
}

function every(clock: Clock, everyMs: number, act: () => void): void {
  act();
  clock.after(everyMs, () => every(clock, everyMs, act));
}

async function runRule(rule: string, seed: number, target: Target, drive: (world: World) => void): Promise<QueueResult> {
  const tallying = createTally();
  let world: ReturnType<typeof createQueueWorld> | null = null;
  const read = () => {
    if (world === null) throw new Error('the world has not begun');
    return world;
  };
  await simulate({
    seed,
    forMs,
    settings: {project: 'queue', capacity, nodeSlots: [], overrideMs: null, modes: []},
    services: [spec('jobs', {min: bounds[0], max: bounds[1], target}), filler('batch', {priority: 2})],
    demands: new Map(),
    host: calmHost,
    watched: (_entries, result) => tallying.stepped(result),
    disturb({clock, present}) {
      const {engine, host} = present();
      world = createQueueWorld(clock, branch(seed, 'queue'), () => host.truth().get('jobs')?.running ?? 0, queueWorld);
      drive({clock, engine, read});
    },
  });
  const {services} = tallying.tally();
  const of = (name: string) => services.find(({service}) => service === name);
  return {
    rule,
    tally: read().tally(),
    started: of('jobs')?.started ?? 0,
    batchReplicaHours: (of('batch')?.runningReplicaMs ?? 0) / 3_600_000,
  };
}

export function queueLines(results: Awaited<ReturnType<typeof benchQueue>>): readonly Line[] {
  const [first = []] = results;
  const rows = first.map(({rule}, index) => {
    const all = results.flatMap(round => round[index] ?? []);
    const mean = (of: (result: QueueResult) => number) => all.reduce((sum, result) => sum + of(result), 0) / all.length;
    const drain = (burst: number) =>
      mean(({tally}) => (tally.drainMs[burst] ?? Number.POSITIVE_INFINITY) / 1000)
        .toFixed(0)
        .padStart(6);
    return [
      rule.padEnd(38),
      drain(0),
      drain(1),
      mean(({tally}) => tally.lateMs / 1000)
        .toFixed(1)
        .padStart(7),
      mean(({tally}) => tally.meanWaitMs / 1000)
        .toFixed(1)
        .padStart(9),
      mean(({started}) => started)
        .toFixed(0)
        .padStart(6),
      mean(({batchReplicaHours}) => batchReplicaHours)
        .toFixed(2)
        .padStart(9),
    ].join('  ');
  });
  return [
    `a queue, head to head: 40 minutes, bursts of 300 and 200, a ramp; means of ${results.length} seeds`,
    `${'  rule'.padEnd(40)}  burst 1  burst 2  late  mean wait  starts  batch`,
    `${''.padEnd(40)}        s        s     s          s         replica-h`,
    ...rows.map(row => `  ${row}`),
    ...queueVerdicts(results.flatMap(([ours]) => ours ?? [])),
  ];
}

/** What `drainWithin` says, in the worst of the seeds. */
function queueVerdicts(ours: readonly QueueResult[]): readonly Line[] {
  const drains = ours.flatMap(({tally}) => queueWorld.bursts.map((_, burst) => tally.drainMs[burst] ?? Number.POSITIVE_INFINITY));
  const late = ours.map(({tally}) => tally.lateMs);
  return [
    verdict('with drainWithin, until a burst was drained, the longest', longest(drains) / 1000, atMost(drainWithinMs / 1000), 's'),
    verdict('with drainWithin, work that came too late, the most', longest(late) / 1000, atMost(0), 's'),
  ];
}
