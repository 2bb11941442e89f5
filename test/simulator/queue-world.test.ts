import {expect, test} from 'vitest';
import {hpaRule, pdRule, type HpaMemory} from '../../bench/queue-rules.ts';
import {calmHost} from '../../source/orchestrators/simulated.ts';
import type {Target} from '../../source/scaler/spec.ts';
import {branch, seededChance} from '../../source/simulator/chance.ts';
import {createQueueWorld, type QueueSettings, type QueueTally} from '../../source/simulator/queue-world.ts';
import {simulate} from '../../source/simulator/simulate.ts';
import {createVirtualClock} from '../../source/simulator/virtual-clock.ts';
import {filler, spec} from '../support/fleets.ts';

const minute = 60_000;
const calm: QueueSettings = {arrivals: () => 4, bursts: [], jobMs: [800, 1200], lateAfterMs: 30_000};

test('jobs are done as quickly as there are workers for them, first come first served', () => {
  const clock = createVirtualClock();
  const world = createQueueWorld(clock, seededChance(1), () => 10, {...calm, bursts: [{afterMs: minute, jobs: 100}]});
  clock.runTo(10 * minute);
  const {arrived, done, drainMs, longestWaitMs} = world.tally();
  // Four a second for ten minutes, and the burst; ten workers do six a second more than come.
  expect(arrived).toBeGreaterThan(2200);
  expect(arrived).toBeLessThan(2800);
  expect(arrived - done).toBeLessThan(30);
  expect(drainMs[0]).toBeGreaterThan(10_000);
  expect(drainMs[0]).toBeLessThan(25_000);
  expect(longestWaitMs).toBeLessThanOrEqual(drainMs[0] ?? 0);
});

test('what a worker that goes was at waits again, and none is lost', () => {
  const clock = createVirtualClock();
  let workers = 8;
  const world = createQueueWorld(clock, seededChance(2), () => workers, {...calm, arrivals: () => 0, bursts: [{afterMs: 0, jobs: 20}]});
  clock.runTo(500);
  expect(world.reading()).toEqual({kind: 'queue', waiting: 12, inFlight: 8, arrived: 20});
  workers = 0;
  clock.runTo(600);
  expect(world.reading()).toEqual({kind: 'queue', waiting: 20, inFlight: 0, arrived: 20});
  workers = 8;
  clock.runTo(20_000);
  expect(world.tally().done).toBe(20);
});

/** The engine with a queue target on a simulated host, read twice a second. */
async function drained(seed: number, target: Target, settings: QueueSettings, forMs: number): Promise<QueueTally> {
  let tally: (() => QueueTally) | null = null;
  await simulate({
    seed,
    forMs,
    settings: {project: 'queue', capacity: 60, nodeSlots: [], overrideMs: null, modes: []},
    services: [spec('jobs', {min: 1, target}), filler('batch', {priority: 2})],
    demands: new Map(),
    host: calmHost,
    disturb({clock, present}) {
      const {engine, host} = present();
      const world = createQueueWorld(clock, branch(seed, 'queue'), () => host.truth().get('jobs')?.running ?? 0, settings);
      const look = () => {
        engine.read('jobs', world.reading());
        clock.after(500, look);
      };
      look();
      ({tally} = world);
    },
  });
  if (tally === null) throw new Error('the world has not begun');
  return (tally as () => QueueTally)();
}

const [drainWithinMs, readEveryMs] = [30_000, 500];
/** The longest that a victim takes to stop and a replica to come, one after the other. */
const startMs = calmHost.stopMs[1] + calmHost.createMs[1] + calmHost.startMs[1];

test.each([
  ['given', {rate: 1, arrivals: null}],
  ['learned', {rate: null, arrivals: null}],
])('with the queue target a burst drains within drainWithin and the time of a start, with a rate that is %s', async (_title, known) => {
  const target: Target = {kind: 'queue', drainWithinMs, tolerance: 0.1, ...known};
  for (let seed = 1; seed <= 6; seed++) {
    const jobs = 60 * seed;
    const {drainMs} = await drained(seed, target, {...calm, bursts: [{afterMs: 3 * minute, jobs}]}, 5 * minute);
    expect({seed, within: (drainMs[0] ?? Number.POSITIVE_INFINITY) <= drainWithinMs + startMs + readEveryMs}).toEqual({seed, within: true});
  }
});

test('the PD rule is the published one: by length and change, and it shrinks only well under its target', () => {
  const bounds = [1, 20] as const;
  expect(pdRule({replicas: 3, length: null}, 50, 50, bounds)).toEqual({replicas: 3, length: 50});
  // floor(0.04·50 + 1.25·50 + 0.5) = 65, which the bound cuts.
  expect(pdRule({replicas: 3, length: 50}, 100, 50, bounds).replicas).toBe(20);
  expect(pdRule({replicas: 5, length: 100}, 100, 50, bounds).replicas).toBe(7);
  expect(pdRule({replicas: 5, length: 45}, 40, 50, bounds).replicas).toBe(5);
  expect(pdRule({replicas: 5, length: 30}, 30, 50, bounds).replicas).toBe(4);
});

test('the HPA’s rule has its tolerance, its limits and its five minutes', () => {
  const bounds = [1, 20] as const;
  const at = (memory: HpaMemory, seconds: number, total: number) => hpaRule(memory, seconds * 1000, total, 30, bounds);
  const first = at({replicas: 2, recommended: []}, 0, 64);
  expect(first.replicas).toBe(2);
  const grown = at(first, 15, 600);
  expect(grown.replicas).toBe(6);
  const more = at(grown, 30, 600);
  expect(more.replicas).toBe(12);
  const held = at(more, 45, 30);
  expect(held.replicas).toBe(12);
  expect(at(held, 45 + 301, 30).replicas).toBe(1);
});
