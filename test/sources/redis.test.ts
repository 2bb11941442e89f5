import {Queue, Worker} from 'bullmq';
import type {Redis} from 'ioredis';
import {afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test} from 'vitest';
import {createRealClock} from '../../source/clock.ts';
import {redisSource, type RedisThing} from '../../source/sources/redis.ts';
import type {Reading} from '../../source/scaler/entry.ts';
import {needing, needs} from '../support/needs.ts';
import {serveRaw} from '../support/raw-server.ts';
import {startRedis, type PrivateRedis} from '../support/redis-server.ts';
import {until} from '../support/until.ts';
import {describeSource, follow, reasonOf, type RealServer, type SourceContract} from './contract.ts';

/** Everything that a suite of the contract needs but how the thing is filled. */
function contract(title: string, line: number, fill: (redis: Redis, amount: number) => Promise<number>): SourceContract {
  let own: PrivateRedis;
  return {
    source: 'redis',
    line,
    title,
    async start(): Promise<RealServer> {
      own = await startRedis();
      return {
        replace: {'redis://cache:6379': own.url},
        fill: amount => fill(own.client, amount),
        kill: own.kill,
        restart: own.restart,
        stop: own.stop,
      };
    },
    wrongPassword: {
      // Without a password of its own, Redis refuses any name but the default one's.
      fields: () => ({username: 'ops', password: 'not-the-password'}),
      says: /^redis at 127\.0\.0\.1:\d+: refused the name or password$/,
    },
    missing: {fields: {list: undefined, processing: undefined, stream: 'nowhere', group: 'workers'}, gives: /there is no stream nowhere/},
    at: (host, port) => ({url: `redis://${host}:${port}`}),
  };
}

const items = (amount: number) => Array.from({length: amount}, (_, index) => `item ${index}`);

needing('Redis', needs.redis, () => {
  describeSource({
    ...contract('a list', 0, async (redis, amount) => {
      await redis.del('jobs', 'jobs-at-work');
      if (amount > 0) await redis.rpush('jobs', ...items(amount));
      if (amount > 1) await redis.lmove('jobs', 'jobs-at-work', 'LEFT', 'RIGHT');
      return amount;
    }),
    missing: {fields: {list: 'nowhere', processing: undefined}, gives: 0},
  });

  describeSource({
    ...contract('a stream with a group', 1, async (redis, amount) => {
      await redis.del('events');
      await redis.xgroup('CREATE', 'events', 'workers', '0', 'MKSTREAM');
      for (const item of items(amount)) await redis.xadd('events', '*', 'item', item);
      if (amount > 1) await redis.xreadgroup('GROUP', 'workers', 'one', 'COUNT', 2, 'STREAMS', 'events', '>');
      return amount;
    }),
    missing: {fields: {stream: 'nowhere'}, gives: /there is no stream nowhere/},
  });

  describe('redis, in particular', () => {
    let redis: PrivateRedis;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis?.stop());
    beforeEach(() => redis.client.flushall());

    const demand = (thing: RedisThing, url = redis.url) =>
      ({source: 'redis', url, username: null, password: null, thing, everyMs: 20, timeoutMs: 5000}) as const;
    const list = {kind: 'list', key: 'jobs', processing: 'jobs-at-work'} as const;

    async function reads(
      thing: RedisThing,
      wanted: {readonly waiting: number; readonly inFlight: number; readonly arrived: number | null},
    ) {
      const {last, stop} = follow(demand(thing));
      await until(JSON.stringify(wanted), () => {
        expect(last()).toEqual({kind: 'queue', ...wanted});
        return true;
      });
      stop();
    }

    async function says(thing: RedisThing, words: string, url = redis.url) {
      const {last, stop} = follow(demand(thing, url));
      await until(words, () => {
        expect(reasonOf(last())).toContain(words);
        return true;
      });
      stop();
    }

    test('tells a list apart from what is being worked on', async () => {
      await redis.client.rpush('jobs', ...items(9));
      await redis.client.lmove('jobs', 'jobs-at-work', 'LEFT', 'RIGHT');
      await reads(list, {waiting: 8, inFlight: 1, arrived: null});
      await reads({...list, processing: null}, {waiting: 8, inFlight: 0, arrived: null});
    });

    test('counts the members of sets and sorted sets, and none where there is none', async () => {
      await redis.client.sadd('hosts', 'a', 'b', 'c');
      await redis.client.zadd('delayed', 1, 'a', 2, 'b');
      await reads({kind: 'set', key: 'hosts'}, {waiting: 3, inFlight: 0, arrived: null});
      await reads({kind: 'sortedSet', key: 'delayed'}, {waiting: 2, inFlight: 0, arrived: null});
      await reads({kind: 'set', key: 'nowhere'}, {waiting: 0, inFlight: 0, arrived: null});
    });

    test('tells a group’s lag, what it has pending, and how many entries ever arrived', async () => {
      const {client} = redis;
      await client.xgroup('CREATE', 'events', 'workers', '0', 'MKSTREAM');
      await client.xgroup('CREATE', 'events', 'others', '0');
      for (const item of items(7)) await client.xadd('events', '*', 'item', item);
      await client.xreadgroup('GROUP', 'workers', 'one', 'COUNT', 3, 'STREAMS', 'events', '>');
      const stream = {kind: 'stream', key: 'events', group: 'workers'} as const;
      await reads(stream, {waiting: 4, inFlight: 3, arrived: 7});
      await reads({...stream, group: 'others'}, {waiting: 7, inFlight: 0, arrived: 7});
      await reads({...stream, group: null}, {waiting: 7, inFlight: 0, arrived: 7});
      await client.xtrim('events', 'MAXLEN', 5);
      await reads({...stream, group: null}, {waiting: 5, inFlight: 0, arrived: 7});
      await says({...stream, group: 'nobody'}, 'the stream events has no group nobody');
      await says({...stream, key: 'nowhere', group: null}, 'there is no stream nowhere');
    });

    test('says that the lag isn’t known while entries are deleted that the group hasn’t read', async () => {
      const {client} = redis;
      await client.xgroup('CREATE', 'events', 'workers', '0', 'MKSTREAM');
      const ids = [];
      for (const item of items(5)) ids.push((await client.xadd('events', '*', 'item', item)) ?? '');
      await client.xreadgroup('GROUP', 'workers', 'one', 'COUNT', 1, 'STREAMS', 'events', '>');
      await client.xdel('events', ids[3] ?? '');
      const stream = {kind: 'stream', key: 'events', group: 'workers'} as const;
      await says(stream, 'knows no lag of workers');
      await client.xreadgroup('GROUP', 'workers', 'one', 'COUNT', 9, 'STREAMS', 'events', '>');
      await reads(stream, {waiting: 0, inFlight: 4, arrived: 5});
    });

    test('reads a BullMQ queue: waiting, paused, prioritized, at work, and how many were ever added', async () => {
      const connection = {port: redis.port, host: '127.0.0.1', maxRetriesPerRequest: null};
      const mail = new Queue('mail', {connection});
      onTestFinished(() => mail.close());
      const bullmq = {kind: 'bullmq', queue: 'mail', prefix: 'bull'} as const;
      await says(bullmq, 'there is no BullMQ queue mail');
      await mail.addBulk(items(5).map(name => ({name, data: {}})));
      await mail.add('first', {}, {priority: 1});
      await mail.add('later', {}, {delay: 3_600_000});
      await reads(bullmq, {waiting: 6, inFlight: 0, arrived: 7});
      await mail.pause();
      await reads(bullmq, {waiting: 6, inFlight: 0, arrived: 7});
      await mail.resume();
      let finish = () => {};
      const held = new Promise<void>(resolve => (finish = resolve));
      const worker = new Worker('mail', async () => held, {connection, concurrency: 2});
      onTestFinished(() => worker.close());
      await reads(bullmq, {waiting: 4, inFlight: 2, arrived: 7});
      finish();
      await reads(bullmq, {waiting: 0, inFlight: 0, arrived: 7});
    });

    test('says so where the key holds something else', async () => {
      await redis.client.set('jobs', 'text');
      await says(list, 'jobs is no list');
      await says({kind: 'set', key: 'jobs'}, 'jobs is no set');
      await says({kind: 'stream', key: 'jobs', group: 'workers'}, 'jobs is no stream');
    });

    test('finds it by a Unix socket, by another database, and with a password that it wants', async () => {
      const guarded = await startRedis();
      onTestFinished(() => guarded.stop());
      await guarded.client.select(2);
      await guarded.client.rpush('jobs', 'a', 'b');
      await guarded.client.acl('SETUSER', 'reader', 'on', '>p@ss', '~*', '+@read', '+select', '+auth');
      await guarded.client.config('SET', 'requirepass', 'secret');
      const queue = (at: Partial<Parameters<typeof redisSource>[0]>) =>
        follow({...demand({...list, processing: null}, guarded.url), ...at});
      for (const {last} of [
        queue({url: `redis+unix://${guarded.socket}?db=2`, password: 'secret'}),
        queue({url: `redis://:secret@127.0.0.1:${guarded.port}/2`}),
        queue({url: `redis://reader:p%40ss@127.0.0.1:${guarded.port}/2`}),
      ])
        await until('two', () => {
          expect(last()).toEqual({kind: 'queue', waiting: 2, inFlight: 0, arrived: null});
          return true;
        });
      const {last} = queue({});
      await until('a reason', () => reasonOf(last()).includes('it wants a password'));
      const wrong = queue({url: `redis://:not-the-password@127.0.0.1:${guarded.port}/2`});
      await until('a reason', () => reasonOf(wrong.last()).includes('refused the name or password'));
      expect(reasonOf(wrong.last())).not.toContain('not-the-password');
    });

    test('says that a password is too much where it is, and writes nothing to the console', async () => {
      const {last} = follow({...demand(list), password: 'not-the-password'});
      await until('a reason', () => reasonOf(last()).includes('leave it out'));
      expect(reasonOf(last())).not.toContain('not-the-password');
    });

    test.each([
      ['a negative number', ':-5'],
      ['a number beyond all counting', ':9223372036854775807'],
      ['words', '+many'],
      ['NaN', '$3\r\nNaN'],
      ['nothing', '$-1'],
      ['hostile text', '-ERR \u001b[2Jgone\u0007'],
      ['no protocol', 'HTTP/1.1 200 OK'],
    ])('%s is no demand, and never zero', async (_title, answer) => {
      const fake = await serveRaw(socket => socket.on('data', () => socket.write(`${answer}\r\n`)));
      onTestFinished(() => fake.close());
      const {seen, last} = follow(demand({...list, processing: null}, `redis://127.0.0.1:${fake.port}`));
      await until('a reason', () => last()?.kind === 'error');
      expect(seen.every(({kind}) => kind === 'error')).toBe(true);
      expect(reasonOf(last())).toMatch(/^redis at 127\.0\.0\.1:\d+: [ -~]+$/);
    });

    test('lets go of its connection when it is stopped, also in the middle of a question', async () => {
      const gone = {count: 0, open: 0};
      const silent = await serveRaw(socket => {
        gone.open++;
        socket.resume();
        socket.on('close', () => gone.count++);
      });
      onTestFinished(() => silent.close());
      const stop = new AbortController();
      const seen: Reading[] = [];
      const source = redisSource(demand(list, `redis://127.0.0.1:${silent.port}`), {
        clock: createRealClock(),
        chance: Math.random,
        service: 'web',
        usage: null,
        pushes: null,
      });
      source(reading => void seen.push(reading), stop.signal);
      await until('a connection', () => gone.open === 1);
      stop.abort();
      await until('its end', () => gone.count === 1);
      expect(seen).toEqual([]);
    });
  });
});
