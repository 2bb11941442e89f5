import {afterAll, beforeAll, describe, expect, onTestFinished, test, vi} from 'vitest';
import type {Reading} from '../../source/scaler/entry.ts';
import type {KafkaDemand} from '../../source/sources/kafka.ts';
import {kafkaMissing, kafkaWord, startKafka, type KafkaServer} from '../support/kafka-server.ts';
import {whereThereIs} from '../support/queue-servers.ts';
import {serveRaw} from '../support/raw-server.ts';
import {until} from '../support/until.ts';
import {amountOf, describeSource, follow, reasonOf} from './contract.ts';

// A broker that starts again needs some seconds of two processors, and on a loaded machine it doesn't have them to itself.
vi.setConfig({testTimeout: 240_000});

const common = {source: 'kafka', group: 'workers', topics: ['orders'], tls: false, sasl: null, everyMs: 100, timeoutMs: 10_000} as const;

whereThereIs('kafka', kafkaMissing, () => {
  // One broker for all that follows: it takes its time to start.
  let kafka: KafkaServer | null = null;
  afterAll(async () => {
    await kafka?.stop();
  });

  describeSource({
    source: 'kafka',
    start: async () => {
      const server = (kafka = await startKafka());
      await server.createTopic('orders', 3);
      const ends = [0n, 0n, 0n];
      return {
        // With time enough for a loaded machine.
        replace: {'kafka-1:9092': server.plain, 'topic: orders}': 'topic: orders, timeout: 20s}'},
        fill: async amount => {
          await server.commit('workers', 'orders', ends);
          for (const partition of ends.keys()) {
            const share = Math.floor((amount + partition) / 3);
            await server.publish('orders', partition, share);
            ends[partition] = (ends[partition] ?? 0n) + BigInt(share);
          }
          return amount;
        },
        kill: () => server.end(),
        restart: () => server.start(),
        stop: async () => {},
      };
    },
    wrongPassword: {
      fields: () => ({brokers: kafka?.sasl, sasl: {mechanism: 'plain', username: 'ops', password: 'not-the-password'}}),
      says: /: refused the name or password$/,
    },
    missing: {fields: {topic: 'nothing'}, gives: /^kafka at 127\.0\.0\.1:\d+: has no topic nothing$/},
    at: (host, port) => ({brokers: `${host}:${port}`}),
  });

  describe('a consumer group', () => {
    let server: KafkaServer;
    beforeAll(async () => {
      server = kafka ??= await startKafka();
    }, 180_000);
    const at = (topics: readonly string[], fields: Partial<KafkaDemand> = {}): KafkaDemand => ({
      ...common,
      brokers: [server.plain],
      topics,
      ...fields,
    });

    test('is behind by what its topics hold past its commits, over all partitions, and arrivals are counted', async () => {
      await server.createTopic('first', 2);
      await server.createTopic('second', 1);
      await Promise.all([server.publish('first', 0, 5), server.publish('first', 1, 3), server.publish('second', 0, 4)]);
      await server.commit('workers', 'first', [4n, 1n]);
      await server.commit('workers', 'second', [4n]);
      const {last} = follow(at(['first', 'second']));
      await until('the lag', () => isQueue(last(), {waiting: 3, inFlight: 0, arrived: 12}));
      await server.publish('second', 0, 6);
      await until('what came', () => isQueue(last(), {waiting: 9, inFlight: 0, arrived: 18}));
      await server.commit('workers', 'second', [10n]);
      await until('what was done', () => isQueue(last(), {waiting: 3, inFlight: 0, arrived: 18}));
    });

    test('has the whole of a partition before it of which it has committed nothing, less what was deleted', async () => {
      await server.createTopic('partly', 2);
      await Promise.all([server.publish('partly', 0, 5), server.publish('partly', 1, 8)]);
      await server.commit('workers', 'partly', [5n]);
      const {last} = follow(at(['partly']));
      await until('the lag', () => isQueue(last(), {waiting: 8, inFlight: 0, arrived: 13}));
      await server.deleteUpTo('partly', 1, 6n);
      await until('the lag without what was deleted', () => isQueue(last(), {waiting: 2, inFlight: 0, arrived: 13}));
    });

    test('that has committed more than there is, as of a topic made anew, has all of it before it', async () => {
      await server.createTopic('anew', 1);
      await server.publish('anew', 0, 3);
      await server.commit('workers', 'anew', [50n]);
      const {last} = follow(at(['anew']));
      await until('the lag', () => isQueue(last(), {waiting: 3, inFlight: 0, arrived: 3}));
    });

    test('that has committed nothing is told of in words, never as none behind', async () => {
      await server.createTopic('unread', 1);
      const {last, seen} = follow(at(['unread'], {group: 'nobody'}));
      await until('the reason', () => reasonOf(last()).includes('the group nobody has committed nothing of unread yet'));
      expect(seen.map(amountOf)).not.toContain(0);
    });

    test('is read by name and password, in the clear or by SCRAM; without them it is said what may be missing', async () => {
      await server.createTopic('signed', 1);
      await server.publish('signed', 0, 2);
      await server.commit('workers', 'signed', [1n]);
      for (const mechanism of ['plain', 'scram-sha-256'] as const) {
        const {last} = follow(at(['signed'], {brokers: [server.sasl], sasl: {mechanism, username: 'ops', password: kafkaWord}}));
        await until(`the lag by ${mechanism}`, () => amountOf(last()) === 1);
      }
      const wrong = follow(
        at(['signed'], {brokers: [server.sasl], sasl: {mechanism: 'scram-sha-256', username: 'ops', password: 'not-the-password'}}),
      );
      await until('the refusal', () => reasonOf(wrong.last()).endsWith(': refused the name or password'));
      const unknown = follow(
        at(['signed'], {brokers: [server.sasl], sasl: {mechanism: 'scram-sha-512', username: 'ops', password: kafkaWord}}),
      );
      await until('the refusal', () => reasonOf(unknown.last()).endsWith(': does not sign in by scram-sha-512'));
      const without = follow(at(['signed'], {brokers: [server.sasl]}));
      await until('the reason', () => reasonOf(without.last()).endsWith('does it want sasl or tls?'));
    });

    test('is read by the second of two brokers while the first is away', async () => {
      const {port, close} = await serveRaw(() => {});
      await close();
      await server.createTopic('two', 1);
      await server.commit('workers', 'two', [0n]);
      const {last} = follow(at(['two'], {brokers: [`127.0.0.1:${port}`, server.plain]}));
      await until('the lag', () => isQueue(last(), {waiting: 0, inFlight: 0, arrived: 0}));
    });

    test('whose broker leads on to an address where nobody is is told of with that address', async () => {
      await server.createTopic('lost', 1);
      const {last} = follow(at(['lost'], {brokers: [server.lost]}));
      await until('the reason', () => reasonOf(last()) === `kafka at ${server.lost}: its broker 127.0.0.1:1: nobody listens there`);
    });

    test('asking for a topic that isn’t there doesn’t make it, though the broker would', async () => {
      const {last, seen} = follow(at(['mistyped']));
      await until('some tries', () => seen.length > 2);
      expect(reasonOf(last())).toMatch(/has no topic mistyped$/);
    });
  });
});

describe('a server that is no Kafka broker', () => {
  const sasl = {mechanism: 'plain', username: 'ops', password: 'not-the-password'} as const;

  test.each([
    ['breaks off at once', '', false],
    ['says a length that can’t be', '\u00ff\u00ff\u00ff\u0000\u0000', false],
    ['answers what was not asked', '\u0000\u0000\u0000\u0006\u0000\u0000\u0000\u0063\u0000\u0000', false],
    [
      'answers the first question with rubbish',
      '\u0000\u0000\u0000\u000c\u0000\u0000\u0000\u0001\u007f\u007f\u007f\u007f\u007f\u007f\u007f\u007f',
      false,
    ],
    ['is cut off while it signs us in', null, true],
    [
      'answers the signing in with rubbish',
      '\u0000\u0000\u0000\u000c\u0000\u0000\u0000\u0001\u007f\u007f\u007f\u007f\u007f\u007f\u007f\u007f',
      true,
    ],
  ])('and %s is told of in one clean line, and ends nothing', async (_title, says, signsIn) => {
    const raw = await serveRaw(socket => {
      socket.once('data', () => {
        if (says === null) socket.resetAndDestroy();
        else socket.end(Buffer.from(says, 'latin1'));
      });
    });
    onTestFinished(() => raw.close());
    const {last, seen} = follow({...common, brokers: [`127.0.0.1:${raw.port}`], timeoutMs: 1000, sasl: signsIn ? sasl : null});
    await until('some tries', () => seen.length >= 2);
    expect(reasonOf(last())).toMatch(/^kafka at 127\.0\.0\.1:\d+: \P{C}+$/u);
    expect(reasonOf(last())).not.toContain(sasl.password);
    expect(seen.every(({kind}) => kind === 'error')).toBe(true);
  });

  test('and answers without an end is not listened to for long', async () => {
    const raw = await serveRaw(socket => {
      // A frame of 2 GB.
      socket.once('data', () => socket.write(Buffer.from([0x7f, 0xff, 0xff, 0xff])));
      const block = Buffer.alloc(1024 * 1024);
      const more = () => void socket.write(block, () => (socket.destroyed ? undefined : setImmediate(more)));
      socket.once('data', more);
    });
    onTestFinished(() => raw.close());
    const {last} = follow({...common, brokers: [`127.0.0.1:${raw.port}`], timeoutMs: 30_000});
    await until('the reason', () => reasonOf(last()).endsWith('answered with more than 16 MB'));
  });

  test('is left with no connection open by a source that gave up on it or has ended', async () => {
    let openNow = 0;
    let openedEver = 0;
    const silent = await serveRaw(socket => {
      openNow++;
      openedEver++;
      socket.on('close', () => openNow--);
      socket.resume();
    });
    onTestFinished(() => silent.close());
    const {stop} = follow({...common, timeoutMs: 100, brokers: [`127.0.0.1:${silent.port}`], sasl});
    await until('some tries', () => openedEver >= 3);
    stop();
    await until('all to be closed', () => openNow === 0);
  });

  test('and has an address that is none is told of', async () => {
    const {last} = follow({...common, brokers: ['one:two:three']});
    await until('the reason', () => reasonOf(last()) === 'kafka at one:two:three: one:two:three is no address: expected host:port');
  });
});

function isQueue(reading: Reading | undefined, wanted: {waiting: number; inFlight: number; arrived: number}): boolean {
  if (reading?.kind !== 'queue') throw new Error(JSON.stringify(reading));
  if (reading.waiting === wanted.waiting && reading.inFlight === wanted.inFlight && reading.arrived === wanted.arrived) return true;
  throw new Error(JSON.stringify(reading));
}
