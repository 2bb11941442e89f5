import {createConnection} from 'node:net';
import {once} from 'node:events';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import type {Reading} from '../../source/scaler/entry.ts';
import type {DemandSpec} from '../../source/sources/source.ts';
import {startNsqd, startNsqlookupd, nsqMissing, type Nsqd, type Nsqlookupd} from '../support/nsq-server.ts';
import {whereThereIs} from '../support/queue-servers.ts';
import {serveRaw} from '../support/raw-server.ts';
import {until} from '../support/until.ts';
import {amountOf, describeSource, follow, reasonOf} from './contract.ts';

const times = {everyMs: 50, timeoutMs: 5000};

whereThereIs('nsq', nsqMissing, () => {
  describeSource({
    source: 'nsq',
    start: async () => {
      const server = await startNsqd();
      return {
        // With time enough for a loaded machine.
        replace: {'http://nsq-1:4151': server.url, 'channel: workers}': 'channel: workers, timeout: 20s}'},
        fill: async amount => {
          await server.fill('orders', 'workers', amount);
          return amount;
        },
        kill: () => server.end(),
        restart: () => server.start(),
        stop: () => server.stop(),
      };
    },
    wrongPassword: null,
    missing: {fields: {channel: 'nothing'}, gives: /^nsq at 127\.0\.0\.1:\d+: has no channel nothing of the topic orders/},
    at: (host, port) => ({nsqd: `http://${host}:${port}`}),
  });

  describe('a channel that is spread over several nsqd', () => {
    let lookupd: Nsqlookupd;
    let [one, two]: Nsqd[] = [];
    beforeAll(async () => {
      lookupd = await startNsqlookupd();
      [one, two] = await Promise.all([startNsqd(lookupd.tcpPort), startNsqd(lookupd.tcpPort)]);
    });
    afterAll(async () => {
      await Promise.all([one?.stop(), two?.stop(), lookupd?.stop()]);
    });
    const byLookupd = (): DemandSpec => ({source: 'nsq', nsqd: [], lookupd: [lookupd.url], topic: 'spread', channel: 'workers', ...times});

    test('is added up, be they named or found by nsqlookupd, and one that nobody has published to yet counts for nothing', async () => {
      await one!.fill('spread', 'workers', 3);
      const named = follow({...byLookupd(), source: 'nsq', nsqd: [one!.url, two!.url], lookupd: []} as DemandSpec);
      const found = follow(byLookupd());
      await until('the first alone', () => amountOf(named.last()) === 3 && amountOf(found.last()) === 3);
      await two!.fill('spread', 'workers', 4);
      await until('both', () => amountOf(named.last()) === 7 && amountOf(found.last()) === 7);
    });

    test('is not read in part while one of them is away: it is said which', async () => {
      await Promise.all([one!.fill('half', 'workers', 3), two!.fill('half', 'workers', 4)]);
      const demand = {...byLookupd(), topic: 'half', nsqd: [one!.url, two!.url], lookupd: []} as DemandSpec;
      const {last, seen} = follow(demand);
      await until('both', () => amountOf(last()) === 7);
      await two!.end();
      await until('the loss', () => reasonOf(last()).includes(`nsqd at ${new URL(two!.url).host}: nobody listens there`));
      expect(seen.map(amountOf)).not.toContain(3);
      await two!.start();
      await until('both again', () => amountOf(last()) === 7);
    });

    test('is asked of a topic that nsqlookupd doesn’t know: it is said', async () => {
      const {last} = follow({...byLookupd(), topic: 'no-such-topic'} as DemandSpec);
      await until('the reason', () => reasonOf(last()).includes('knows no topic no-such-topic'));
    });

    test('is found while one of two nsqlookupd is away, and not while both are', async () => {
      const {port, close} = await serveRaw(() => {});
      await close();
      const nobody = `http://127.0.0.1:${port}`;
      await one!.fill('lookups', 'workers', 5);
      const {last} = follow({...byLookupd(), topic: 'lookups', lookupd: [nobody, lookupd.url]} as DemandSpec);
      await until('the number', () => amountOf(last()) === 5);
      const away = follow({...byLookupd(), lookupd: [nobody, nobody]} as DemandSpec);
      await until('the reason', () => reasonOf(away.last()).includes('nobody listens there'));
    });

    test('tells what waits apart from what is in flight, and counts arrivals on when an nsqd starts anew', async () => {
      await one!.fill('flight', 'workers', 5);
      const {last, seen} = follow({...byLookupd(), topic: 'flight', nsqd: [one!.url], lookupd: []} as DemandSpec);
      await until('what arrived', () => isQueue(last(), {waiting: 5, inFlight: 0, arrived: 5}));
      const consumer = createConnection(one!.tcpPort, '127.0.0.1');
      onTestFinished(() => void consumer.destroy());
      await once(consumer, 'connect');
      consumer.resume();
      consumer.write('  V2SUB flight workers\nRDY 2\n');
      await until('what is in flight', () => isQueue(last(), {waiting: 3, inFlight: 2, arrived: 5}));
      await one!.end();
      await one!.start();
      await one!.publish('flight', 2);
      await until('what arrived since', () => isQueue(last(), {waiting: 7, inFlight: 0, arrived: 7}));
      const arrived = seen.flatMap(reading => (reading.kind === 'queue' ? [reading.arrived] : []));
      expect(arrived).toEqual(arrived.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
    });
  });
});

describe('what an nsqd answers', () => {
  const channel = (fields: object) => [
    {topic_name: 'other', channels: [{channel_name: 'workers', depth: 1, in_flight_count: 1, message_count: 1}]},
    {topic_name: 'orders', channels: [{channel_name: 'workers', depth: 8, in_flight_count: 2, message_count: 50, ...fields}]},
  ];

  test('is read in the form of now, and in that of nsqd before 1.0, which tells of every topic', async () => {
    expect(await answerOf({version: '1.3.0', health: 'OK', topics: channel({})})).toEqual({
      kind: 'queue',
      waiting: 8,
      inFlight: 2,
      arrived: 50,
    });
    expect(await answerOf({status_code: 200, status_txt: 'OK', data: {version: '0.3.8', topics: channel({})}})).toEqual({
      kind: 'queue',
      waiting: 8,
      inFlight: 2,
      arrived: 50,
    });
  });

  test.each([
    ['a negative depth', {topics: channel({depth: -3})}, 'says -3 for the depth of the channel workers'],
    ['text', {topics: channel({depth: 'NaN'})}, 'says "NaN" for the depth of the channel workers'],
    ['nothing', {topics: channel({in_flight_count: null})}, 'says null for the messages in flight of the channel workers'],
    ['a fraction', {topics: channel({message_count: 1.5})}, 'says 1.5 for the messages of the channel workers'],
    ['a huge number', {topics: channel({depth: 1e300})}, 'says 1e+300 for the depth of the channel workers'],
    ['no topics', {topics: null}, 'has no channel workers of the topic orders'],
    ['an empty object', {}, 'answered with something else than the statistics of an nsqd'],
    ['a list', [], 'answered with something else than the statistics of an nsqd'],
    ['a number', 7, 'answered with something else than the statistics of an nsqd'],
    ['topics that are none', {topics: [null, 7, 'orders', {topic_name: 'orders', channels: 7}]}, 'has no channel workers'],
    ['hostile text', {topics: channel({depth: '\u001b[31mred\u0007'})}, 'says "'],
  ])('is no number where it is %s: it is said', async (_title, body, words) => {
    const reading = await answerOf(body);
    expect(reading?.kind).toBe('error');
    expect(reasonOf(reading)).toContain(words);
    expect(reasonOf(reading)).not.toMatch(/[\u0000-\u001f]/);
  });

  test('is no number where nsqlookupd names an nsqd by an address that is none, or says something else', async () => {
    for (const [host, port] of [
      ['evil.example/..', 80],
      ['user:word@host', 80],
      ['127.0.0.1', 99_999],
      ['127.0.0.1', '80'],
      [7, 80],
    ]) {
      const reading = await answerOf({producers: [{broadcast_address: host, http_port: port}]}, 'lookupd');
      expect(reasonOf(reading)).toMatch(/names an nsqd by an address that is none$/);
    }
    expect(reasonOf(await answerOf({producers: []}, 'lookupd'))).toMatch(/knows no nsqd of the topic orders$/);
    expect(reasonOf(await answerOf({producers: 'all'}, 'lookupd'))).toMatch(/something else than the lookup of a topic$/);
  });

  test('leads from an nsqlookupd before 1.0 to the nsqd that it names', async () => {
    const nsqd = await serveJson({topics: channel({})});
    const found = {channels: ['workers'], producers: [{broadcast_address: '127.0.0.1', http_port: nsqd}]};
    const reading = await answerOf({status_code: 200, status_txt: 'OK', data: found}, 'lookupd');
    expect(amountOf(reading)).toBe(10);
  });

  test('never has the name and password of the address in its reason', async () => {
    const port = await serveJson({});
    const {last} = follow({
      source: 'nsq',
      nsqd: [`http://ops:not-the-password@127.0.0.1:${port}`],
      lookupd: [],
      topic: 'a',
      channel: 'b',
      ...times,
    });
    await until('a reason', () => last()?.kind === 'error');
    expect(reasonOf(last())).toBe(`nsq at 127.0.0.1:${port}: answered with something else than the statistics of an nsqd`);
  });
});

/** The first reading where one server answers each question with `body`. */
async function answerOf(body: unknown, as: 'nsqd' | 'lookupd' = 'nsqd'): Promise<Reading | undefined> {
  const url = `http://127.0.0.1:${await serveJson(body)}`;
  const {last, stop} = follow({source: 'nsq', nsqd: [], lookupd: [], [as]: [url], topic: 'orders', channel: 'workers', ...times});
  await until('a reading', () => last() !== undefined);
  stop();
  return last();
}

async function serveJson(body: unknown): Promise<number> {
  const text = JSON.stringify(body);
  const {port, close} = await serveRaw(socket => {
    socket.once('data', () =>
      socket.end(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
      ),
    );
  });
  onTestFinished(close);
  return port;
}

function isQueue(reading: Reading | undefined, wanted: {waiting: number; inFlight: number; arrived: number}): boolean {
  if (reading?.kind !== 'queue') throw new Error(JSON.stringify(reading));
  if (reading.waiting === wanted.waiting && reading.inFlight === wanted.inFlight && reading.arrived === wanted.arrived) return true;
  throw new Error(JSON.stringify(reading));
}
