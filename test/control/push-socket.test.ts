/** Numbers that come through the control socket: by the protocol, and by HTTP as curl speaks it. */
import {mkdtempSync, rmSync} from 'node:fs';
import http from 'node:http';
import {createConnection} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {execFile} from 'node:child_process';
import {describe, expect, onTestFinished, test} from 'vitest';
import {createRealClock} from '../../source/clock.ts';
import {attachTo} from '../../source/control/client.ts';
import {createFeed} from '../../source/control/feed.ts';
import {demandNumber} from '../../source/control/push-page.ts';
import {createPushes} from '../../source/control/pushes.ts';
import {serveControl} from '../../source/control/server.ts';
import {createEngine} from '../../source/engine.ts';
import {createSimulatedHost} from '../../source/orchestrators/simulated.ts';
import {until} from '../support/until.ts';

async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-push-'));
  const path = join(folder, 'control.sock');
  const clock = createRealClock();
  const engine = createEngine({clock, orchestrator: createSimulatedHost(clock, Math.random), recorder: null, acting: 'auto'});
  const feed = createFeed(engine, clock);
  const pushes = createPushes(clock);
  const about = () => ({project: 'shop', host: 'simulated', hosts: [], config: null, capacity: null, image: null});
  const control = await serveControl({path, feed, pushes, about});
  const seen: number[] = [];
  const end = pushes.follow('web', value => void seen.push(value));
  onTestFinished(async () => {
    end();
    feed.close('over');
    await control.close();
    await engine.close('leave', 0);
    rmSync(folder, {recursive: true, force: true});
  });
  return {path, seen, pushes};
}

/** One request over the socket. */
function ask(socketPath: string, method: string, path: string, body = ''): Promise<{status: number; text: string}> {
  return new Promise((resolve, reject) => {
    const request = http.request({socketPath, method, path, agent: false}, response => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({status: response.statusCode ?? 0, text}));
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** What comes back for bytes of any kind, until the other end closes. */
function send(path: string, bytes: string | Buffer): Promise<string> {
  return new Promise(resolve => {
    const socket = createConnection(path, () => socket.write(bytes));
    let text = '';
    socket.on('data', chunk => (text += chunk.toString('utf8')));
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}

describe('the control socket', () => {
  test('takes a number by curl, as the README has it', async () => {
    const {path, seen} = await open();
    const words = ['-sS', '--unix-socket', path, '-d', '42', 'http://localhost/demand/web'];
    const told = await new Promise<string>((resolve, reject) =>
      execFile('curl', words, (error, output) => (error ? reject(error) : resolve(output))),
    );
    expect(told).toBe('web: demand 42\n');
    expect(seen).toEqual([42]);
  });

  test.each<[string, string, string, string, number, RegExp]>([
    ['PUT serves as well', 'PUT', '/demand/web', '7', 200, /web: demand 7/],
    ['a decimal with space around it', 'POST', '/demand/web', ' 7.25\n', 200, /7\.25/],
    ['a service that pushes nothing', 'POST', '/demand/other', '7', 409, /refused: other has no demand that is pushed/],
    ['words', 'POST', '/demand/web', 'many', 400, /expected a number from 0 up/],
    ['nothing', 'POST', '/demand/web', '', 400, /expected a number from 0 up/],
    ['a negative number', 'POST', '/demand/web', '-1', 400, /expected a number/],
    ['NaN', 'POST', '/demand/web', 'NaN', 400, /expected a number/],
    ['a number without an end', 'POST', '/demand/web', '9'.repeat(100_000), 413, /more than a number/],
    ['GET', 'GET', '/demand/web', '', 405, /numbers are pushed/],
    ['another path', 'POST', '/', '7', 404, /curl --unix-socket/],
    ['a path that is broken', 'POST', '/demand/%zz', '7', 404, /nothing of that name/],
    ['a path that leads elsewhere', 'POST', '/demand/web/../../x', '7', 404, /nothing of that name/],
  ])('answers over HTTP: %s', async (_title, method, url, body, status, says) => {
    const {path, seen} = await open();
    const answer = await ask(path, method, url, body).catch((error: Error) => ({
      status: 413,
      text: `more than a number, cut off: ${error.message}`,
    }));
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(says);
    expect(seen).toHaveLength(status === 200 ? 1 : 0);
  });

  test('a service’s name comes back clean', async () => {
    const {path} = await open();
    const {text} = await ask(path, 'POST', '/demand/%1b%5b2J', '7');
    expect(text).not.toContain('\u001b');
  });

  test('what is neither HTTP nor a greeting is turned away, and the next is served', async () => {
    const {path, seen} = await open();
    for (const bytes of [
      'GARBAGE\r\n\r\n',
      'POST\0\0\0',
      '{"no": "greeting"}\n',
      Buffer.from([0xff, 0xfe, 0x0a]),
      `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`,
    ])
      await send(path, bytes);
    expect((await ask(path, 'POST', '/demand/web', '1')).status).toBe(200);
    expect(seen).toEqual([1]);
  });

  test('a visit that never comes to its end is cut off', async () => {
    const {path} = await open();
    await send(path, 'POST /demand/web HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n1');
    await send(path, 'POST /demand/web HTTP/1.1\r\n');
    expect((await ask(path, 'POST', '/demand/web', '1')).status).toBe(200);
  });

  test('a session pushes too, and one that only watches may not', async () => {
    const {path, seen} = await open();
    const operator = await attachTo(path, {owner: 'ann', readOnly: false});
    expect(await operator.session.push('web', 12)).toEqual({kind: 'accepted', words: 'web: demand 12'});
    expect(await operator.session.push('other', 12)).toMatchObject({kind: 'refused'});
    operator.close();
    const visitor = await attachTo(path, {owner: 'eve', readOnly: true});
    expect(await visitor.session.push('web', 99)).toEqual({kind: 'refused', reason: 'this session is read-only'});
    visitor.close();
    await until('the number', () => seen.length > 0);
    expect(seen).toEqual([12]);
  });

  test.each([
    ['7', 7],
    ['7.5', 7.5],
    ['1e3', 1000],
    [' 0\n', 0],
    ['1e999', null],
    ['-1', null],
    ['0x1', null],
    ['', null],
    ['1 2', null],
  ])('%j is the demand %j', (text, value) => {
    expect(demandNumber(text)).toBe(value);
  });
});
