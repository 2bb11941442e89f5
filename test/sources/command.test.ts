import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {parse as parseYaml} from 'yaml';
import {until} from '../support/until.ts';
import {follow, reasonOf} from './contract.ts';
import {readConfig} from '../../source/config/read.ts';
import {numberIn} from '../../source/sources/command/printed.ts';
import type {DemandSpec} from '../../source/sources/source.ts';
import {readmeDemand} from './readme.ts';

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-command-'));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  return folder;
}

function specOf(demand: object, folder = tmpdir()): DemandSpec {
  const text = JSON.stringify({
    capacity: 4,
    services: {web: {priority: 1, image: 'busybox', demand: {source: 'command', every: '50ms', timeout: '30s', ...demand}}},
  });
  const resolvePath = (path: string) => join(folder, path);
  const [spec] = readConfig(text, {name: 'shop.yaml', resolvePath, readEnvFile: () => [], found: []}).demands.get('web') ?? [];
  if (!spec) throw new Error('no demand');
  return spec;
}

/** Whether a process is there and has not ended. */
function runs(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
  } catch {
    return false;
  }
}

const pidIn = (path: string) =>
  until(
    'the process to have said its number',
    () => existsSync(path) && Number(readFileSync(path, 'utf8')) > 0 && Number(readFileSync(path, 'utf8')),
  );

describe('the last number of a line', () => {
  test.each([
    ['42', 42],
    ['  4.5  ', 4.5],
    ['1e3', 1000],
    ['+7', 7],
    ['12 /var/log/syslog', 12],
    ['jobs: 42', 42],
    ['jobs:42', 42],
    ['jobs=42', 42],
    ['waiting 3, at work 4', 4],
    ['2026-01-02 10:11:12 backlog 9', 9],
    ['queue v1.2.3 holds 8 jobs.', 8],
    ['0', 0],
    ['\u001b[32m5\u001b[0m', 5],
  ])('%j is %d', (line, value) => {
    expect(numberIn(line)).toBe(value);
  });

  test.each([
    '',
    '  ',
    'many',
    '-3',
    'jobs: -3',
    'NaN',
    '5 NaN',
    'Infinity',
    '-inf',
    '1e999',
    '0x10',
    '10.0.0.1',
    '1,234',
    '2026-01-02',
    '42ms',
    '\u001b[2J',
  ])('%j is none', line => {
    expect(() => numberIn(line)).toThrow(/it printed/);
  });
});

describe('a command', () => {
  test('is run as the README writes it, in the folder of the configuration, again and again', async () => {
    const folder = ownFolder();
    writeFileSync(join(folder, 'backlog.sh'), '#!/bin/sh\necho "backlog of $1:"\ncat ./count\n', {mode: 0o755});
    writeFileSync(join(folder, 'count'), '4\n');
    const demand = parseYaml(readmeDemand('command')) as object;
    const {last} = follow(specOf({...demand, every: '50ms'}, folder));
    await until('the first number', () => last()?.kind === 'value');
    expect(last()).toEqual({kind: 'value', value: 4});
    writeFileSync(join(folder, 'count'), '0\n');
    await until('the next number', () => JSON.stringify(last()) === '{"kind":"value","value":0}');
  });

  test.each<[string, string | readonly string[], RegExp]>([
    [
      'an exit other than 0, with the last of what it complained',
      'echo 5; echo first >&2; echo no way >&2; exit 3',
      /it ended with exit 3: no way$/,
    ],
    ['a signal', 'kill -9 $$', /it ended by SIGKILL/],
    ['nothing printed', 'true', /it printed nothing/],
    ['words', 'echo many', /it printed “many”, which holds no number/],
    ['a negative number', 'echo -3', /it printed -3, which is no demand/],
    ['NaN', 'echo NaN', /it printed NaN, which is no demand/],
    ['a program that is not there', ['/no/such/program'], /there is no program \/no\/such\/program/],
    ['a program without a name', [''], /it can’t be started/],
    ['a program’s name that none can have', ['a\u0000b'], /it can’t be started/],
    ['a program that may not be run', ['/etc/passwd'], /may not be run/],
    ['output without an end', 'yes 5', /it printed more than 64 kB/],
    ['escape sequences', String.raw`printf '\033[2J\033]0;x\007'`, /it printed nothing/],
  ])('tells no number for %s', async (_title, command, says) => {
    const {last, seen} = follow(specOf({command}));
    await until('a reason', () => last()?.kind === 'error');
    expect(reasonOf(last())).toMatch(says);
    expect(reasonOf(last())).toMatch(/^command /);
    expect(reasonOf(last())).not.toMatch(/[\u0000-\u001f]/);
    expect(seen.every(({kind}) => kind === 'error')).toBe(true);
  });

  test('is ended with all that it started when it takes too long', async () => {
    const folder = ownFolder();
    const {last, stop} = follow(specOf({command: 'sleep 1000 & echo $! > inner; echo $$ > outer; wait', timeout: '2s'}, folder));
    const [inner, outer] = [await pidIn(join(folder, 'inner')), await pidIn(join(folder, 'outer'))];
    await until('the reason', () => last()?.kind === 'error');
    expect(reasonOf(last())).toMatch(/no answer within 2s/);
    await until('both to be gone', () => !runs(inner) && !runs(outer));
    stop();
  });

  test('leaves nothing in the background', async () => {
    const folder = ownFolder();
    const {last, stop} = follow(specOf({command: 'sleep 1000 & echo $! > inner; echo 6', every: '1h'}, folder));
    await until('its number', () => last()?.kind === 'value');
    const inner = await pidIn(join(folder, 'inner'));
    await until('it to be gone', () => !runs(inner));
    stop();
  });

  test('is ended when its source ends', async () => {
    const folder = ownFolder();
    const {stop} = follow(specOf({command: 'echo $$ > outer; sleep 1000', timeout: '1h'}, folder));
    const outer = await pidIn(join(folder, 'outer'));
    stop();
    await until('it to be gone', () => !runs(outer));
  });
});

describe('a command that goes on', () => {
  test('gives a number a line, and is ended with its source', async () => {
    const folder = ownFolder();
    writeFileSync(join(folder, 'lines'), '');
    const {last, stop} = follow(specOf({command: 'echo $$ > outer; exec tail -f lines', stream: true}, folder));
    const outer = await pidIn(join(folder, 'outer'));
    expect(last()).toMatchObject({kind: 'stale'});
    expect(reasonOf(last())).toMatch(/it has printed no number yet/);
    for (const [line, value] of [
      ['3\n', 3],
      ['jobs 8\n\n', 8],
      ['1\n2\n9\n', 9],
    ] as const) {
      writeFileSync(join(folder, 'lines'), line, {flag: 'a'});
      await until('the number', () => JSON.stringify(last()) === JSON.stringify({kind: 'value', value}));
    }
    writeFileSync(join(folder, 'lines'), 'broken\n', {flag: 'a'});
    await until('a reason', () => last()?.kind === 'error');
    expect(reasonOf(last())).toMatch(/“broken”, which holds no number/);
    writeFileSync(join(folder, 'lines'), '4\n', {flag: 'a'});
    await until('a number again', () => last()?.kind === 'value');
    stop();
    await until('it to be gone', () => !runs(outer));
  });

  test('is started again when it has ended, and tells no number meanwhile', async () => {
    const folder = ownFolder();
    const {seen} = follow(specOf({command: 'echo x >> starts; wc -l < starts; echo why >&2; exit 2', stream: true}, folder));
    await until('a second start', () => seen.some(reading => reading.kind === 'value' && reading.value === 2));
    const reasons = seen.flatMap(reading => (reading.kind === 'error' ? [reading.reason] : []));
    expect(reasons[0]).toMatch(/it ended with exit 2: why; it is started again/);
  });

  test('that prints a line without an end is ended, and so is one that can’t be started', async () => {
    const endless = follow(specOf({command: 'yes | tr -d "\\n"', stream: true}));
    await until('a reason', () => endless.last()?.kind === 'error');
    expect(reasonOf(endless.last())).toMatch(/a line without an end/);
    endless.stop();
    const missing = follow(specOf({command: ['/no/such/program'], stream: true}));
    await until('a reason', () => missing.last()?.kind === 'error');
    expect(reasonOf(missing.last())).toMatch(/there is no program/);
    missing.stop();
    const nameless = follow(specOf({command: [''], stream: true}));
    await until('a reason', () => nameless.last()?.kind === 'error');
    expect(reasonOf(nameless.last())).toMatch(/it can’t be started/);
  });
});
