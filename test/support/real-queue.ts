/**
 * A real queue that is drained by real workers on a real engine, with batch filling the rest: a steady minute, a burst,
 * and the end, as the program's own record and the engine tell them.
 */
import {expect, onTestFinished} from 'vitest';
import {runningCounts, socket, sweep} from './engine.ts';
import {emptyFolder, run as start} from './program.ts';
import {readRun, type Decided} from './queue-run.ts';
import {until} from './until.ts';

const capacity = 12;
const feedPerSecond = 4;
const burst = 200;
const drainWithinMs = 20_000;
/** From what a reader may miss between two looks to what a loaded machine holds a worker up. */
const slackMs = 10_000;

/** A real queue with real workers, as a service's owner has them. */
export interface RealQueue {
  readonly project: string;
  readonly demand: string;
  readonly worker: string;
  readonly environment: Readonly<Record<string, string | number>>;
  push(items: readonly string[]): Promise<void>;
  waiting(): Promise<number>;
  /** What is at work and what waits: none of it once everything is done. */
  left(): Promise<number>;
  done(): Promise<readonly string[]>;
}

const configOf = ({project, demand, environment}: RealQueue) => `
project: ${project}
lease: ${project}
capacity: ${capacity}
services:
  jobs:
    priority: 1
    image: busybox
    pull: never
    command: [sh, /worker.sh]
    networks: [host]
    volumes: ["./worker.sh:/worker.sh:ro"]
    environment: ${JSON.stringify(Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, String(value)])))}
    demand: ${demand}
    target: {queue: {drainWithin: ${drainWithinMs / 1000}s}}
  batch:
    priority: 2
    image: busybox
    pull: never
    command: [sh, -c, "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"]
    networks: [none]
    target: fill
`;

/** Pushes so many items a second, by the clock, until it is stopped. */
function feed(queue: RealQueue, perSecond: number): {readonly pushed: string[]; stop(): Promise<void>} {
  const pushed: string[] = [];
  const begun = Date.now();
  let over = false;
  let count = 0;
  const feeding = (async () => {
    while (!over) {
      const due = Math.floor(((Date.now() - begun) / 1000) * perSecond);
      const items = Array.from({length: due - count}, (_, index) => `steady-${count + index}`);
      count = due;
      if (items.length > 0) await queue.push(items);
      pushed.push(...items);
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  })();
  const stop = async () => {
    over = true;
    await feeding;
  };
  onTestFinished(stop);
  return {pushed, stop};
}

interface Look {
  readonly at: number;
  readonly jobs: number;
  readonly batch: number;
}

/** Counts the containers that run, again and again. */
function watch(project: string): {readonly looks: readonly Look[]; stop(): Promise<void>} {
  const looks: Look[] = [];
  let over = false;
  const watching = (async () => {
    while (!over) {
      const counts = await runningCounts(project);
      looks.push({at: Date.now(), jobs: counts['jobs'] ?? 0, batch: counts['batch'] ?? 0});
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  })();
  const stop = async () => {
    over = true;
    await watching;
  };
  onTestFinished(stop);
  return {looks, stop};
}

/** Runs the program on it until a burst is done, and judges all that happened. */
export async function drains(queue: RealQueue): Promise<void> {
  const {project} = queue;
  const folder = emptyFolder({'microscale.yaml': configOf(queue), 'worker.sh': queue.worker});
  const running = start(['run', '--json', '--host', `unix://${socket}`], folder);
  onTestFinished(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
    await sweep(project);
  });
  const record = readRun(running);
  const {looks, stop: stopWatching} = watch(project);
  const feeding = feed(queue, feedPerSecond);

  // A machine with much else to do has no even pace: the minute is looked for, and one who sways never has it.
  await until(
    'a minute in which what comes is done as it comes, by workers whose number has changed once at most',
    async () => {
      const [decided, minuteAgo] = [record.decided('jobs'), Date.now() - 60_000];
      const [first] = decided;
      if (!first || first.at > minuteAgo) return false;
      const changes = decided.filter(({at}) => at > minuteAgo).length;
      if (changes > 1) throw new Error(`${changes} changes in the last minute: ${decided.map(one => one.desired).join(', ')}`);
      return (await queue.waiting()) <= feedPerSecond;
    },
    240_000,
  );

  const items = Array.from({length: burst}, (_, index) => `burst-${index}`);
  const burstAt = Date.now();
  await queue.push(items);
  await until('the burst to be drained', async () => (await queue.waiting()) <= feedPerSecond, 180_000);
  const tookMs = Date.now() - burstAt;
  const startMs = record.slowestStartMs('jobs', burstAt);
  expect(startMs, 'more replicas were started').toBeGreaterThan(0);
  expect(tookMs, `with ${startMs} ms to start`).toBeLessThanOrEqual(drainWithinMs + startMs + slackMs);

  await feeding.stop();
  await until('everything to be done', async () => (await queue.left()) === 0, 120_000);
  await stopWatching();
  expect(new Set(await queue.done())).toEqual(new Set([...feeding.pushed, ...items]));

  for (const {jobs, batch} of looks) expect(jobs + batch).toBeLessThanOrEqual(capacity);
  expect(notFull(record.decided('jobs'), record.decided('batch')), 'batch is given everything else').toEqual([]);
  const changes = [...record.decided('jobs'), ...record.decided('batch')].map(({at}) => at);
  const quiet = looks.filter(
    ({at}) => changes.some(change => change <= at) && !changes.some(change => change <= at && at - change < 15_000),
  );
  expect(quiet.length).toBeGreaterThan(50);
  for (const {jobs, batch} of quiet) expect(jobs + batch, 'every slot is used').toBe(capacity);
  expect(running.errors()).toBe('');
}

/** The moments at which the two were not given all of the slots. */
function notFull(jobs: readonly Decided[], batch: readonly Decided[]): readonly string[] {
  const moments = new Set([...jobs, ...batch].map(({at}) => at));
  const standing = (decided: readonly Decided[], at: number) => decided.findLast(one => one.at <= at)?.desired ?? 0;
  return [...moments].flatMap(at => {
    const [own, rest] = [standing(jobs, at), standing(batch, at)];
    return own + rest === capacity ? [] : [`${at}: ${own} and ${rest}`];
  });
}
