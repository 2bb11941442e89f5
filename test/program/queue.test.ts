import {connect} from 'amqplib';
import {afterEach, describe, expect, onTestFinished} from 'vitest';
import {runningCounts, engineTest, socket, sweep} from '../support/engine.ts';
import {needing, needs} from '../support/needs.ts';
import {emptyFolder, run, type Run} from '../support/program.ts';
import {readRun, type Decided} from '../support/queue-run.ts';
import {startRabbitmq} from '../support/rabbitmq-server.ts';
import {startRedis} from '../support/redis-server.ts';
import {until} from '../support/until.ts';
import {redisWorker, stompWorker} from '../support/workers.ts';

const capacity = 12;
const feedPerSecond = 4;
const burst = 200;
const drainWithinMs = 20_000;
/** From what a reader may miss between two looks to what a loaded machine holds a worker up. */
const slackMs = 10_000;

/** A real queue with real workers, as a service's owner has them. */
interface Queue {
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

const configOf = ({project, demand, environment}: Queue) => `
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

const started: {readonly running: Run; readonly project: string}[] = [];
afterEach(async () => {
  for (const {running, project} of started.splice(0)) {
    running.child.kill('SIGKILL');
    await running.ended;
    await sweep(project);
  }
}, 120_000);

/** Pushes so many items a second, by the clock, until it is stopped. */
function feed(queue: Queue, perSecond: number): {readonly pushed: string[]; stop(): Promise<void>} {
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

async function scales(queue: Queue): Promise<void> {
  const {project} = queue;
  const folder = emptyFolder({'microscale.yaml': configOf(queue), 'worker.sh': queue.worker});
  const running = run(['run', '--json', '--host', `unix://${socket}`], folder);
  started.push({running, project});
  const record = readRun(running);
  const desired = () => record.decided('jobs').at(-1);
  const {looks, stop: stopWatching} = watch(project);
  const feeding = feed(queue, feedPerSecond);

  // Steady: what comes is done as it comes, and the number of those who do it has stood for a while.
  const steadyAt = await until(
    'what comes to be done as it comes, by workers whose number stands',
    async () => {
      const last = desired();
      return last !== undefined && Date.now() - last.at > 20_000 && (await queue.waiting()) <= feedPerSecond && Date.now();
    },
    180_000,
  );
  await until('a minute', () => Date.now() >= steadyAt + 60_000, 90_000);
  expect(await queue.waiting()).toBeLessThanOrEqual(5 * feedPerSecond);
  expect(record.decided('jobs').filter(({at}) => at >= steadyAt).length, 'changes in a steady minute').toBeLessThanOrEqual(1);

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

describe('workers of a real queue, on a real engine', () => {
  needing('Redis', needs.redis, () => {
    engineTest(
      'a burst in a Redis list is drained in time, the number of workers stands while it is steady, and batch has the rest',
      async () => {
        const redis = await startRedis();
        onTestFinished(() => redis.stop());
        const {client} = redis;
        await scales({
          project: 'queue-redis',
          demand: `{source: redis, url: "${redis.url}", list: jobs, processing: jobs-at-work, every: 500ms}`,
          worker: redisWorker,
          environment: {HOST: '127.0.0.1', PORT: redis.port},
          push: async items => void (await client.rpush('jobs', ...items)),
          waiting: () => client.llen('jobs'),
          left: async () => (await client.llen('jobs')) + (await client.llen('jobs-at-work')),
          done: () => client.lrange('jobs-done', 0, -1),
        });
      },
      420_000,
    );
  });

  needing('RabbitMQ', needs.rabbitmq, () => {
    engineTest(
      'a burst in a queue of RabbitMQ is drained in time, the number of workers stands while it is steady, and batch has the rest',
      async () => {
        const own = await startRabbitmq();
        onTestFinished(() => own.stop());
        const {username, password} = own;
        const connection = await connect({hostname: '127.0.0.1', port: own.port, username, password});
        const channel = await connection.createConfirmChannel();
        for (const name of ['jobs', 'jobs-done']) await channel.assertQueue(name);
        const ready = async (name: string) => (await channel.checkQueue(name)).messageCount;
        let pushed = 0;
        await scales({
          project: 'queue-rabbitmq',
          demand: `{source: rabbitmq, url: "http://127.0.0.1:${own.managementPort}", queue: jobs, vhost: /, username: ${username}, password: ${password}, every: 500ms}`,
          worker: stompWorker,
          environment: {HOST: '127.0.0.1', PORT: own.stompPort, LOGIN: username, PASSCODE: password},
          async push(items) {
            for (const item of items) channel.sendToQueue('jobs', Buffer.from(item));
            await channel.waitForConfirms();
            pushed += items.length;
          },
          waiting: () => ready('jobs'),
          left: async () => pushed - (await ready('jobs-done')),
          async done() {
            const words: string[] = [];
            for (;;) {
              const message = await channel.get('jobs-done', {noAck: true});
              if (!message) return words;
              words.push(message.content.toString());
            }
          },
        });
        await connection.close();
      },
      420_000,
    );
  });
});
