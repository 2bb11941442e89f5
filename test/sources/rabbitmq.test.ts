import {connect, type ChannelModel} from 'amqplib';
import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import {afterAll, beforeAll, describe, expect, onTestFinished, test, vi} from 'vitest';
import type {RabbitmqDemand} from '../../source/sources/rabbitmq.ts';
import {needing, needs} from '../support/needs.ts';
import {startRabbitmq, type PrivateRabbitmq} from '../support/rabbitmq-server.ts';
import {serveRaw} from '../support/raw-server.ts';
import {until} from '../support/until.ts';
import {describeSource, follow, reasonOf, type RealServer, type SourceContract} from './contract.ts';

/** The broker takes ten seconds to start again, and many more where others start theirs. */
vi.setConfig({testTimeout: 180_000});

/** One for the whole file: it takes its time to start. */
let started: Promise<PrivateRabbitmq> | null = null;
const server = () => (started ??= startRabbitmq());

function contract(title: string, line: number, replace: (own: PrivateRabbitmq) => Readonly<Record<string, string>>): SourceContract {
  const scheme = line === 0 ? 'http' : 'amqp';
  return {
    source: 'rabbitmq',
    line,
    title,
    async start(): Promise<RealServer> {
      const own = await server();
      // A queue that has just been made is told without its numbers, until the broker counts again.
      await own.fill('orders', 1);
      await until('it to be counted', async () => 'messages_ready' in ((await own.api('GET', 'queues/%2F/orders')) as object));
      return {
        replace: {...replace(own), '${MQ_PASSWORD}': own.password},
        async fill(amount) {
          await own.fill('orders', amount);
          return amount;
        },
        kill: own.kill,
        restart: own.restart,
        async stop() {},
      };
    },
    wrongPassword: {
      fields: () => ({password: 'not-the-password'}),
      says: /^rabbitmq at 127\.0\.0\.1:\d+, queue orders: refused the name or password/,
    },
    missing: {
      fields: {queue: 'nowhere'},
      gives: line === 0 ? /queue nowhere: knows nothing of it/ : /there is no queue nowhere on the vhost \//,
    },
    at: (host, port) => ({url: `${scheme}://${host}:${port}`}),
  };
}

needing('RabbitMQ', needs.rabbitmq, () => {
  afterAll(async () => {
    const own = await started?.catch(() => null);
    await own?.stop();
  }, 60_000);

  describeSource(contract('the management API', 0, own => ({'http://mq:15672': `http://127.0.0.1:${own.managementPort}`})));
  describeSource(contract('the broker', 1, own => ({'amqp://mq:5672': `amqp://127.0.0.1:${own.port}`})));

  describe('rabbitmq, in particular', () => {
    let own: PrivateRabbitmq;
    let connection: ChannelModel;
    beforeAll(async () => {
      own = await server();
      await own.api('PUT', 'vhosts/the%20shop', {});
      await own.api('PUT', `permissions/the%20shop/${own.username}`, {configure: '.*', write: '.*', read: '.*'});
      connection = await connect({
        hostname: '127.0.0.1',
        port: own.port,
        username: own.username,
        password: own.password,
        vhost: 'the%20shop',
      });
      connection.on('error', () => {});
    }, 180_000);
    afterAll(() => connection?.close());

    const demand = (scheme: 'http' | 'amqp', queue: string, more: Partial<RabbitmqDemand> = {}): RabbitmqDemand => ({
      source: 'rabbitmq',
      url: scheme === 'http' ? `http://127.0.0.1:${own.managementPort}` : `amqp://127.0.0.1:${own.port}`,
      queue,
      vhost: 'the shop',
      username: own.username,
      password: own.password,
      everyMs: 50,
      timeoutMs: 10_000,
      ...more,
    });

    async function reads(what: RabbitmqDemand, waiting: number, inFlight: number, arrived: number | null) {
      const {last, stop} = follow(what);
      await until(`${waiting} and ${inFlight}`, () => {
        expect(last()).toEqual({kind: 'queue', waiting, inFlight, arrived});
        return true;
      });
      stop();
    }

    test('tells what waits from what is unacknowledged, and how many ever arrived, on any vhost and for any name', async () => {
      const queue = 'orders/of 50%?';
      const channel = await connection.createConfirmChannel();
      await channel.assertQueue(queue);
      for (let index = 0; index < 7; index++) channel.sendToQueue(queue, Buffer.from('x'));
      await channel.waitForConfirms();
      const got = [await channel.get(queue), await channel.get(queue)];
      await reads(demand('http', queue), 5, 2, 7);
      await reads(demand('amqp', queue), 5, 0, null);
      for (const message of got) if (message) channel.ack(message);
      await reads(demand('http', queue), 5, 0, 7);
      channel.sendToQueue(queue, Buffer.from('x'));
      await reads(demand('http', queue), 6, 0, 8);
      await channel.purgeQueue(queue);
      await reads(demand('http', queue), 0, 0, 8);
      await channel.close();
    });

    test('an empty queue to which nothing ever came has no arrivals, and is empty', async () => {
      const channel = await connection.createChannel();
      await channel.assertQueue('quiet');
      await reads(demand('http', 'quiet'), 0, 0, null);
      await reads(demand('amqp', 'quiet'), 0, 0, null);
      await channel.close();
    });

    test('takes the vhost, the name and the password from the address too', async () => {
      const channel = await connection.createChannel();
      await channel.assertQueue('quiet');
      const bare = {username: null, password: null};
      const amqp = `amqp://${own.username}:${own.password}@127.0.0.1:${own.port}/the%20shop`;
      const http = `http://${own.username}:${own.password}@127.0.0.1:${own.managementPort}/`;
      await reads(demand('amqp', 'quiet', {...bare, url: amqp, vhost: '/'}), 0, 0, null);
      await reads(demand('http', 'quiet', {...bare, url: http}), 0, 0, null);
      await channel.close();
    });

    test.each([
      ['a vhost that is not there', {vhost: 'nowhere'}, /refuses the vhost nowhere|HTTP 404/],
      ['a user that may not look', {vhost: '/', username: 'stranger', password: 'x'}, /refused the name or password/],
    ])('%s is told in words, by the API and by the broker', async (_title, more, words) => {
      for (const scheme of ['http', 'amqp'] as const) {
        const {last} = follow(demand(scheme, 'quiet', more));
        await until(String(words), () => {
          expect(reasonOf(last())).toMatch(words);
          return true;
        });
      }
    });

    test('a queue that belongs to another connection is told in words', async () => {
      const other = await connect({
        hostname: '127.0.0.1',
        port: own.port,
        username: own.username,
        password: own.password,
        vhost: 'the%20shop',
      });
      onTestFinished(() => other.close());
      const channel = await other.createChannel();
      await channel.assertQueue('mine', {exclusive: true});
      const {last} = follow(demand('amqp', 'mine'));
      await until('the reason', () => reasonOf(last()).includes('belongs to one connection alone'));
    });

    test.each([
      ['nothing', ''],
      ['no queue', '[]'],
      ['null', 'null'],
      ['a negative number', '{"messages_ready": -5, "messages_unacknowledged": 0}'],
      ['NaN', '{"messages_ready": NaN, "messages_unacknowledged": 0}'],
      ['words', '{"messages_ready": "3", "messages_unacknowledged": 0}'],
      ['a number beyond all counting', '{"messages_ready": 1e300, "messages_unacknowledged": 0}'],
      ['half a message', '{"messages_ready": 0.5, "messages_unacknowledged": 0}'],
      ['only what waits', '{"messages_ready": 5}'],
      ['a queue that is down', '{"state": "down \\u001b[2Jnow"}'],
      ['arrivals that are none', '{"messages_ready": 5, "messages_unacknowledged": 0, "message_stats": {"publish": -1}}'],
    ])('%s from the API is no demand, and never zero', async (_title, text) => {
      const {url} = await answering(text);
      const {seen, last} = follow(demand('http', 'orders', {url}));
      await until('a reason', () => last()?.kind === 'error');
      expect(seen.every(({kind}) => kind === 'error')).toBe(true);
      expect(reasonOf(last())).toMatch(/^rabbitmq at 127\.0\.0\.1:\d+, queue orders: [ -~]+$/);
    });

    test('arrivals that start again at a small number are passed on as they are', async () => {
      const counts = [900, 901, 3, 4];
      const {url} = await answering(
        () => `{"messages_ready": 1, "messages_unacknowledged": 0, "message_stats": {"publish": ${counts.shift() ?? 5}}}`,
      );
      const {seen, last} = follow(demand('http', 'orders', {url}));
      await until('the last', () => last()?.kind === 'queue' && seen.length > 4);
      expect(seen.slice(0, 4).map(reading => reading.kind === 'queue' && reading.arrived)).toEqual([900, 901, 3, 4]);
    });

    test('numbers that the API tells again before the broker has counted again are not passed on twice', async () => {
      let [asked, waiting] = [0, 3];
      const {url} = await answering(() => {
        asked++;
        return `{"messages_ready": ${waiting}, "messages_unacknowledged": 0}`;
      });
      const {seen} = follow(demand('http', 'orders', {url}));
      await until('some answers', () => asked > 5);
      waiting = 4;
      await until('the change', () => seen.length > 1);
      expect(seen.map(reading => reading.kind === 'queue' && reading.waiting)).toEqual([3, 4]);
    });

    test('asks for the right thing below a path, and lets go of what it asks when it is stopped', async () => {
      let asked: IncomingMessage | null = null;
      const {url} = await answering(request => {
        asked = request;
        return null;
      });
      const {stop, seen} = follow(demand('http', 'orders', {url: `${url}/mq/`, vhost: '/'}));
      const {url: path, socket} = await until('the question', () => asked);
      expect(path).toMatch(/^\/mq\/api\/queues\/%2F\/orders\?columns=/);
      stop();
      await until('its end', () => socket.destroyed);
      expect(seen).toEqual([]);
    });

    test('lets go of a silent broker when it is stopped', async () => {
      const open = {now: 0, ever: 0};
      const silent = await serveRaw(socket => {
        open.now++;
        open.ever++;
        socket.resume();
        socket.on('close', () => open.now--);
      });
      onTestFinished(() => silent.close());
      const {stop, seen} = follow(demand('amqp', 'orders', {url: `amqp://127.0.0.1:${silent.port}`}));
      await until('a connection', () => open.ever === 1);
      stop();
      await until('its end', () => open.now === 0);
      expect(seen).toEqual([]);
    });
  });
});

/** A server that answers every question with this text, or never. */
async function answering(text: string | ((request: IncomingMessage) => string | null)): Promise<{url: string}> {
  const fake = createServer((request, response) => {
    const answer = typeof text === 'string' ? text : text(request);
    if (answer !== null) response.end(answer);
  });
  await new Promise<void>(resolve => void fake.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    fake.closeAllConnections();
    fake.close();
  });
  return {url: `http://127.0.0.1:${(fake.address() as AddressInfo).port}`};
}
