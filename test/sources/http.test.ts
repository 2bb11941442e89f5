import {gzipSync} from 'node:zlib';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {valueAt} from '../../source/sources/http.ts';
import type {Reading} from '../../source/scaler/entry.ts';
import {pageLogin, servePages, type PageServer} from '../support/page-server.ts';
import {serveRaw} from '../support/raw-server.ts';
import {until} from '../support/until.ts';
import {demandAt, describeSource, follow, reasonOf, type RealServer} from './contract.ts';
import {patient} from './patient.ts';

interface Stats extends RealServer {
  readonly page: PageServer;
}

let body: string | Buffer = '';
let headers: Readonly<Record<string, string>> = {};

async function startStats(): Promise<Stats> {
  const page = await servePages(pageLogin, (path, response) => void response.writeHead(path === '/stats' ? 200 : 404, headers).end(body));
  return {
    page,
    replace: {...patient('http'), 'http://web/stats': `http://${page.place}/stats`},
    async fill(amount) {
      body = JSON.stringify({load: {current: amount}});
      return amount;
    },
    kill: page.kill,
    restart: page.restart,
    stop: page.kill,
  };
}

describeSource({
  source: 'http',
  start: startStats,
  wrongPassword: {fields: () => ({username: 'ops', password: 'not-the-password'}), says: /: refused the name or password \(HTTP 401\)$/},
  missing: {fields: {path: 'load.nothing'}, gives: /^http 127\.0\.0\.1:\d+\/stats: has no load\.nothing in its answer$/},
  at: (host, port) => ({url: `http://${host}:${port}/stats`}),
});

describe('what the source http makes of an answer', () => {
  let stats: Stats;
  beforeAll(async () => {
    stats = await startStats();
  });
  afterAll(() => stats.stop());

  async function readingOf(answer: string | Buffer, fields: Readonly<Record<string, unknown>> = {}, told = {}): Promise<Reading> {
    body = answer;
    headers = told;
    const {last, stop} = follow(demandAt('http', stats, fields));
    const reading = await until('a reading', last);
    stop();
    headers = {};
    return reading;
  }

  test.each([
    ['a whole number', '{"load": {"current": 17}}', 17],
    ['none', '{"load": {"current": 0}}', 0],
    ['a negative zero, as none', '{"load": {"current": -0}}', 0],
    ['a fraction', '{"load": {"current": 0.25}}', 0.25],
    ['a huge number', '{"load": {"current": 1e300}}', 1e300],
    ['the text of a number', '{"load": {"current": " 12.5 "}}', 12.5],
  ])('%s is read', async (_title, answer, value) => {
    expect(await readingOf(answer)).toEqual({kind: 'value', value});
  });

  test.each([
    ['nothing', '', /answered with nothing, not JSON$/],
    ['a web page', '<!DOCTYPE html><p>Welcome', /answered with a web page, not JSON$/],
    ['NaN', '{"load": {"current": NaN}}', /answered with something else than JSON/],
    ['half of an answer', '{"load": {"curr', /answered with something else than JSON/],
    ['a number out of all bounds', '{"load": {"current": 1e999}}', /load\.current is infinite, which is no demand$/],
    ['a negative number', '{"load": {"current": -3}}', /load\.current is -3: a demand is never below 0$/],
    ['null', '{"load": {"current": null}}', /load\.current holds null, not a number$/],
    ['words', '{"load": {"current": "many"}}', /load\.current holds “many”, not a number$/],
    ['an empty text', '{"load": {"current": ""}}', /load\.current holds an empty text, not a number$/],
    ['a hexadecimal text', '{"load": {"current": "0x10"}}', /load\.current holds “0x10”, not a number$/],
    ['a truth', '{"load": {"current": true}}', /load\.current holds “true”, not a number$/],
    ['a list', '{"load": {"current": [1]}}', /load\.current holds a list, not a number$/],
    ['an object', '{"load": {"current": {}}}', /load\.current holds an object, not a number$/],
    ['a list in the place of the object', '[1]', /has no load\.current in its answer$/],
    ['a text in the place of the object', '"load"', /has no load\.current in its answer$/],
  ])('%s is an error in words', async (_title, answer, reason) => {
    const reading = await readingOf(answer);
    expect(reading.kind).toBe('error');
    expect(reasonOf(reading)).toMatch(reason);
  });

  test('the whole answer is the number where no path is given', async () => {
    const demand = demandAt('http', stats);
    if (demand.source !== 'http') throw new Error('another source');
    body = '41';
    const {last} = follow({...demand, path: null});
    expect(await until('a reading', last)).toEqual({kind: 'value', value: 41});
  });

  test('an answer without an end, or one that grows when it is unpacked, is not read to its end', async () => {
    const long = `{"load": {"current": 1}, "rest": "${'x'.repeat(5 * 1024 * 1024)}"}`;
    expect(reasonOf(await readingOf(long))).toMatch(/answered with more than 4 MB$/);
    const packed = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    expect(reasonOf(await readingOf(packed, {timeout: '30s'}, {'content-encoding': 'gzip'}))).toMatch(/answered with more than 4 MB$/);
  });

  test('an answer that stops half way is no number', async () => {
    const half = await serveRaw(socket => {
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"load": {"current": 1}}'));
    });
    onTestFinished(() => half.close());
    const {last, seen} = follow(demandAt('http', stats, {url: `http://127.0.0.1:${half.port}/`, timeout: '500ms'}));
    await until('a reason', () => reasonOf(last()) !== '');
    expect(reasonOf(last())).toMatch(/no answer within 500ms$/);
    expect(seen.map(({kind}) => kind)).not.toContain('value');
  });

  test('text of a server can’t move the operator’s cursor, nor have no end', async () => {
    const reason = reasonOf(await readingOf(`\u001b[2J\u001b]0;gone\u0007\u202e${'y'.repeat(1000)}`));
    expect(reason).toMatch(/^http 127\.0\.0\.1:\d+\/stats: answered with something else than JSON: y+$/);
    expect(reason.length).toBeLessThanOrEqual(200);
    expect(reasonOf(await readingOf('{"load": {"current": "\\u001b[2J\\n1"}}'))).toMatch(/load\.current holds “ 1”, not a number$/);
  });

  test('a secret that HTTP can’t carry is not told in the reason', async () => {
    const {last} = follow(demandAt('http', stats, {token: 'the-\nsecret'}));
    await until('a reading', last);
    expect(reasonOf(last())).toMatch(/the header authorization holds what HTTP can’t carry, such as the end of a line$/);
    expect(reasonOf(last())).not.toContain('secret');
  });
});

test.each([
  ['load.current', {load: {current: 1}}, 1],
  ['items.1.count', {items: [{count: 1}, {count: 2}]}, 2],
  ['jobs.length', {jobs: ['a', 'b', 'c']}, 3],
  [String.raw`by\.queue.mail`, {'by.queue': {mail: 4}}, 4],
  [null, 5, 5],
])('the path %s leads to its value', (path, answer, value) => {
  expect(valueAt(answer, path)).toBe(value);
});

test.each(['constructor.name', '__proto__.x', 'load.toString', 'load..current', ''])('the path “%s” leads nowhere', path => {
  expect(() => valueAt({load: {current: 1}}, path)).toThrow('in its answer');
});
