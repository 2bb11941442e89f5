/** What every source of a server must do, whatever the server: run against the real one by each source's own test. */
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {createRealClock} from '../../source/clock.ts';
import {parse as parseYaml} from 'yaml';
import {readConfig} from '../../source/config/read.ts';
import type {Reading} from '../../source/scaler/entry.ts';
import {createSource, type DemandSpec} from '../../source/sources/source.ts';
import {serveRaw} from '../support/raw-server.ts';
import {until} from '../support/until.ts';
import {readmeDemand} from './readme.ts';

/** A real server that a test has started, and what it takes to move it. */
export interface RealServer {
  /** The README's own line for the source, with what it names replaced by what is here: `{'redis://cache:6379': url}`. */
  readonly replace: Readonly<Record<string, string>>;
  /** Makes the thing that is read hold exactly this; the value that the source should then tell. */
  fill(amount: number): Promise<number>;
  /** Ends the server as a crash would, and resolves once it is gone. */
  kill(): Promise<void>;
  /** Starts it again where it was, with an empty or the same thing in it. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface SourceContract {
  /** As in the configuration: `redis`. */
  readonly source: string;
  /** Which of the README's lines for this source; the first unless said. */
  readonly line?: number;
  /** Said beside the source's name in the titles where one source has several suites. */
  readonly title?: string;
  readonly start: () => Promise<RealServer>;
  /** Fields that make a wrong password of the right line, and what the reason must say; null where the server knows none. */
  readonly wrongPassword: {readonly fields: (server: RealServer) => Readonly<Record<string, unknown>>; readonly says: RegExp} | null;
  /** Fields that name something that isn't there, and what comes of it: a reason, or a number where absence means that. */
  readonly missing: {readonly fields: Readonly<Record<string, unknown>>; readonly gives: RegExp | number};
  /** Fields that lead the source to another address, for servers that are silent or that nobody runs. */
  readonly at: (host: string, port: number) => Readonly<Record<string, unknown>>;
}

/** How the source is told in a configuration, as the README writes it, with `fields` laid over it. */
export function demandAt(source: string, server: RealServer, fields: Readonly<Record<string, unknown>> = {}, line = 0): DemandSpec {
  let text = readmeDemand(source, line);
  for (const [from, to] of Object.entries(server.replace)) text = text.replaceAll(from, to);
  const config = readConfig(
    JSON.stringify({capacity: 10, services: {web: {priority: 1, image: 'busybox', demand: {...(parseFlow(text) as object), ...fields}}}}),
    {name: 'test', resolvePath: path => path, readEnvFile: () => [], found: []},
  );
  const [demand] = config.demands.get('web') ?? [];
  if (!demand) throw new Error(`the README's line for ${source} makes no demand`);
  return demand;
}

/** Follows a source until the test ends; every reading is kept. */
export function follow(
  demand: DemandSpec,
  service = 'web',
): {readonly seen: readonly Reading[]; readonly last: () => Reading | undefined; readonly stop: () => void} {
  const seen: Reading[] = [];
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  createSource(demand, {clock: createRealClock(), chance: Math.random, service, usage: null, pushes: null})(reading => {
    seen.push(reading);
  }, stop.signal);
  return {seen, last: () => seen.at(-1), stop: () => stop.abort()};
}

/** One number for a reading; null for one that is none. */
export function amountOf(reading: Reading | undefined): number | null {
  switch (reading?.kind) {
    case 'value':
      return reading.value;
    case 'queue':
      return reading.waiting + reading.inFlight;
    case 'usage':
      return reading.total;
    default:
      return null;
  }
}

export function reasonOf(reading: Reading | undefined): string {
  return reading?.kind === 'error' || reading?.kind === 'stale' ? reading.reason : '';
}

export function describeSource(contract: SourceContract): void {
  const {source, line = 0} = contract;
  describe(`the source ${source}${contract.title === undefined ? '' : ` (${contract.title})`}, against a real server`, () => {
    let server: RealServer;
    const demand = (fields: Readonly<Record<string, unknown>> = {}) => demandAt(source, server, fields, line);
    beforeAll(async () => {
      server = await contract.start();
    }, 180_000);
    afterAll(async () => {
      await server?.stop();
    }, 60_000);

    test('reads the right number, by the line that the README gives', async () => {
      const wanted = await server.fill(3);
      const {last, seen} = follow(demand());
      await until('the first number', () => amountOf(last()) === wanted);
      const more = await server.fill(17);
      await until('the second number', () => amountOf(last()) === more);
      const none = await server.fill(0);
      await until('the number of an empty one', () => amountOf(last()) === none);
      expect(seen.filter(({kind}) => kind === 'error')).toEqual([]);
    });

    test('says that the server is gone, tells no number of it, and finds it again by itself', async () => {
      const wanted = await server.fill(4);
      const {last, seen} = follow(demand());
      await until('a number', () => amountOf(last()) === wanted);
      await server.kill();
      await until('the loss', () => last()?.kind === 'error');
      expect(reasonOf(last())).not.toMatch(/undefined|\[object|\n|at .*:\d+:\d+/);
      const before = seen.length;
      await until('another try', () => seen.length > before + 1);
      expect(seen.slice(before).map(amountOf)).not.toContain(0);
      await server.restart();
      const again = await server.fill(6);
      await until('the number after the return', () => amountOf(last()) === again);
    });

    const {wrongPassword} = contract;
    if (wrongPassword !== null)
      test('says that the password is wrong, without saying it', async () => {
        const {last} = follow(demand(wrongPassword.fields(server)));
        await until('a reading', () => last() !== undefined);
        await untilReason(last, wrongPassword.says);
        expect(reasonOf(last())).not.toContain('not-the-password');
      });

    test('says what becomes of a thing that is not there', async () => {
      const {gives, fields} = contract.missing;
      const {last} = follow(demand(fields));
      if (typeof gives === 'number') await until('its number', () => amountOf(last()) === gives);
      else await untilReason(last, gives);
    });

    test('says that nobody listens', async () => {
      const {port, close} = await serveRaw(() => {});
      await close();
      const {last} = follow(demand({...contract.at('127.0.0.1', port), timeout: '3s'}));
      await until('a reason', () => last()?.kind === 'error');
      expect(amountOf(last())).toBeNull();
    });

    test('gives up on a server that accepts and never answers', async () => {
      const silent = await serveRaw(() => {});
      onTestFinished(() => silent.close());
      const {last} = follow(demand({...contract.at('127.0.0.1', silent.port), timeout: '500ms'}));
      await until('a reason', () => last()?.kind === 'error');
      expect(amountOf(last())).toBeNull();
    });

    test('takes a web page in the place of an answer for no number', async () => {
      const page = await serveRaw(socket => {
        socket.once('data', () => socket.end(webPage));
      });
      onTestFinished(() => page.close());
      const {last} = follow(demand({...contract.at('127.0.0.1', page.port), timeout: '1s'}));
      await until('a reason', () => last()?.kind === 'error');
      expect(amountOf(last())).toBeNull();
    });
  });
}

/** Says what the reason was instead where it never fits. */
async function untilReason(last: () => Reading | undefined, pattern: RegExp): Promise<void> {
  await until(`a reason like ${String(pattern)}`, () => {
    const reason = reasonOf(last());
    if (pattern.test(reason)) return true;
    throw new Error(reason === '' ? `no reason, but ${JSON.stringify(last())}` : reason);
  });
}

const webPage = 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 44\r\n\r\n<!doctype html><title>Welcome</title><p>Hello';

function parseFlow(text: string): unknown {
  return parseYaml(text) as unknown;
}
