import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import type {Reading} from '../../source/scaler/entry.ts';
import type {NatsDemand} from '../../source/sources/nats.ts';
import {natsMissing, natsWord, startNatsServer, type NatsServer} from '../support/nats-server.ts';
import {whereThereIs} from '../support/queue-servers.ts';
import {serveRaw} from '../support/raw-server.ts';
import {until} from '../support/until.ts';
import {amountOf, describeSource, follow, reasonOf} from './contract.ts';

const open = {source: 'nats', username: null, password: null, token: null, everyMs: 50, timeoutMs: 5000} as const;

whereThereIs('nats', natsMissing, () => {
  describeSource({
    source: 'nats',
    start: async () => {
      const server = await startNatsServer();
      await server.make('ORDERS', ['orders.>'], {durable_name: 'workers'});
      return {
        // With time enough for a loaded machine.
        replace: {'nats://bus:4222': server.url, 'consumer: workers}': 'consumer: workers, timeout: 20s}'},
        fill: async amount => {
          await server.purge('ORDERS');
          await server.publish('orders.new', amount);
          return amount;
        },
        kill: () => server.end(),
        restart: () => server.start(),
        stop: () => server.stop(),
      };
    },
    wrongPassword: {fields: () => ({username: 'ops', password: 'not-the-password'}), says: /: refused the name or password$/},
    missing: {fields: {consumer: 'nothing'}, gives: /^nats at 127\.0\.0\.1:\d+: the stream ORDERS has no consumer nothing$/},
    at: (host, port) => ({url: `nats://${host}:${port}`}),
  });

  describe('a JetStream consumer', () => {
    let server: NatsServer;
    beforeAll(async () => {
      server = await startNatsServer();
    });
    afterAll(async () => {
      await server?.stop();
    });
    const at = (stream: string, fields: Partial<NatsDemand> = {}): NatsDemand => ({
      ...open,
      servers: [server.url],
      stream,
      consumer: 'workers',
      ...fields,
    });

    test('tells what waits, what is not answered yet, and how many have ever arrived', async () => {
      await server.make('JOBS', ['jobs.*'], {durable_name: 'workers'});
      await server.publish('jobs.a', 10);
      const {last} = follow(at('JOBS'));
      await until('what waits', () => isQueue(last(), {waiting: 10, inFlight: 0, arrived: 10}));
      await server.take('JOBS', 'workers', 6, 2);
      await until('what is in flight', () => isQueue(last(), {waiting: 4, inFlight: 4, arrived: 10}));
      await server.publish('jobs.b', 5);
      await until('what came', () => isQueue(last(), {waiting: 9, inFlight: 4, arrived: 15}));
      await server.purge('JOBS');
      await until('a purge', () => last()?.kind === 'queue' && (last() as {waiting: number}).waiting === 0);
      expect(last()).toMatchObject({arrived: 15});
    });

    test('that is given a part of the stream tells no number of arrivals, and one that names all of it does', async () => {
      await server.make('PARTS', ['parts.a', 'parts.b'], {durable_name: 'workers', filter_subject: 'parts.a'});
      await server.make('PARTS', ['parts.a', 'parts.b'], {durable_name: 'all', filter_subject: '>'});
      await server.publish('parts.a', 3);
      await server.publish('parts.b', 4);
      const part = follow(at('PARTS'));
      await until('the part', () => isQueue(part.last(), {waiting: 3, inFlight: 0, arrived: null}));
      const all = follow(at('PARTS', {consumer: 'all'}));
      await until('all', () => isQueue(all.last(), {waiting: 7, inFlight: 0, arrived: 7}));
    });

    test('is read by one who may ask for consumers alone, and it is said what to allow where even that is shut', async () => {
      await server.make('SHUT', ['shut'], {durable_name: 'workers'});
      await server.publish('shut', 2);
      const limited = follow(at('SHUT', {username: 'limited', password: natsWord}));
      await until('the number', () => isQueue(limited.last(), {waiting: 2, inFlight: 0, arrived: null}));
      const shut = follow(at('SHUT', {username: 'shut', password: natsWord}));
      await until('the reason', () => reasonOf(shut.last()).includes('allow it to publish to $JS.API.CONSUMER.INFO.SHUT.workers'));
    });

    test('is read over a websocket, and by the second of two servers while the first is away', async () => {
      await server.make('WEB', ['web'], {durable_name: 'workers'});
      await server.publish('web', 3);
      const web = follow(at('WEB', {servers: [`ws://${server.webHost}`], username: 'ops', password: natsWord}));
      await until('the number over the web', () => amountOf(web.last()) === 3);
      const nobody = await nobodysPort();
      const second = follow(at('WEB', {servers: [`nats://127.0.0.1:${nobody}`, server.url]}));
      await until('the number of the second', () => amountOf(second.last()) === 3);
      const mixed = follow(at('WEB', {servers: [`ws://${server.webHost}`, server.url]}));
      await until('the reason', () => reasonOf(mixed.last()).includes('take one kind'));
    });

    test('of a stream that isn’t there, or where there is no JetStream: it is said', async () => {
      const none = follow(at('NOTHING'));
      await until('the reason', () => reasonOf(none.last()).endsWith(': has no stream NOTHING'));
      const plain = await startNatsServer({withJetStream: false});
      onTestFinished(() => plain.stop());
      const without = follow(at('ORDERS', {servers: [plain.url]}));
      await until('the reason', () => reasonOf(without.last()).includes('has no JetStream for us'));
    });
  });
});

describe('a server that is no NATS server', () => {
  const info = (fields: object = {}) =>
    `INFO ${JSON.stringify({server_id: 'A', version: '2.9.0', headers: true, max_payload: 1e6, ...fields})}\r\n`;

  test('is left with no connection open by a source that gave up on it or has ended', async () => {
    let openNow = 0;
    let openedEver = 0;
    const silent = await serveRaw(socket => {
      openNow++;
      openedEver++;
      socket.on('close', () => openNow--);
      if (openedEver % 2 === 0) socket.write(info());
      socket.resume();
    });
    onTestFinished(() => silent.close());
    const {stop} = follow({...open, timeoutMs: 100, servers: [`nats://127.0.0.1:${silent.port}`], stream: 'A', consumer: 'b'});
    await until('some tries', () => openedEver >= 4);
    stop();
    await until('all to be closed', () => openNow === 0);
  });

  test('and speaks rubbish has the client print nothing on the screen', async () => {
    const raw = await serveRaw(socket => {
      socket.write(info());
      socket.once('data', () => socket.write('PONG\r\nrub\u001b[31mbish\r\n'));
    });
    onTestFinished(() => raw.close());
    const demand = {...open, timeoutMs: 1000, servers: [`nats://127.0.0.1:${raw.port}`], stream: 'A', consumer: 'b'};
    const source = new URL('../../source/', import.meta.url);
    const program = `
      import {createSource} from ${JSON.stringify(new URL('sources/source.ts', source).href)};
      import {createRealClock} from ${JSON.stringify(new URL('clock.ts', source).href)};
      const stop = new AbortController();
      const parts = {clock: createRealClock(), chance: Math.random, service: 'web', usage: null, pushes: null};
      createSource(${JSON.stringify(demand)}, parts)(reading => {
        console.log('said', reading.kind);
        stop.abort();
      }, stop.signal);`;
    const {stdout, stderr} = await promisify(execFile)(process.execPath, ['--no-warnings', '--input-type=module', '-e', program]);
    expect(stdout + stderr).toBe('said error\n');
  });

  test.each([
    ['breaks off at once', ['']],
    ['breaks off after its greeting', [info()]],
    ['greets with something that is no JSON', ['INFO {nonsense\r\n']],
    ['greets with null', ['INFO null\r\n']],
    ['refuses with hostile text', [info(), "-ERR '\u001b[31mred\u0007 \u202e'\r\n"]],
  ])('and %s is told of in one clean line', async (_title, says) => {
    const raw = await serveRaw(socket => {
      for (const text of says) socket.write(text);
      socket.end();
    });
    onTestFinished(() => raw.close());
    const word = 'not-the-password';
    const {last} = follow({...open, timeoutMs: 1000, servers: [`nats://ops:${word}@127.0.0.1:${raw.port}`], stream: 'A', consumer: 'b'});
    await until('a reason', () => last()?.kind === 'error');
    expect(reasonOf(last())).toMatch(/^nats at 127\.0\.0\.1:\d+: \P{C}+$/u);
    expect(reasonOf(last())).not.toContain(word);
  });

  test.each([
    ['negative', {num_pending: -4, num_ack_pending: 0}, 'says -4 for what the consumer b has pending'],
    ['huge', {num_pending: 1e300, num_ack_pending: 0}, 'says 1e+300 for what the consumer b has pending'],
    ['missing', {num_pending: 1}, 'says nothing for what the consumer b has not answered'],
    ['text', {num_pending: 'NaN', num_ack_pending: 0}, 'says "NaN" for what the consumer b has pending'],
  ])('and whose number is %s is told of', async (_title, fields, words) => {
    const raw = await serveRaw(socket => {
      socket.write(info());
      socket.setEncoding('utf8');
      socket.on('data', (text: string) => {
        if (/^PING\r\n/m.test(text)) socket.write('PONG\r\n');
        for (const [, subject = '', reply = ''] of text.matchAll(/^H?PUB (\S+) (\S+) /gm)) {
          const state = {last_seq: 1};
          const answer = JSON.stringify(subject.includes('CONSUMER') ? {...fields, config: {}} : {config: {subjects: ['a']}, state});
          socket.write(`MSG ${reply} 1 ${answer.length}\r\n${answer}\r\n`);
        }
      });
    });
    onTestFinished(() => raw.close());
    const {last} = follow({...open, servers: [`nats://127.0.0.1:${raw.port}`], stream: 'A', consumer: 'b'});
    await until('a reason', () => last()?.kind === 'error');
    expect(reasonOf(last())).toBe(`nats at 127.0.0.1:${raw.port}: ${words}`);
  });
});

async function nobodysPort(): Promise<number> {
  const {port, close} = await serveRaw(() => {});
  await close();
  return port;
}

function isQueue(reading: Reading | undefined, wanted: {waiting: number; inFlight: number; arrived: number | null}): boolean {
  if (reading?.kind !== 'queue') throw new Error(JSON.stringify(reading));
  if (reading.waiting === wanted.waiting && reading.inFlight === wanted.inFlight && reading.arrived === wanted.arrived) return true;
  throw new Error(JSON.stringify(reading));
}
