import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {emptyFolder, run} from '../support/program.ts';
import {until} from '../support/until.ts';

const shop = `
project: shop
capacity: 12
services:
  web: {priority: 1, min: 2, max: 10, image: busybox, target: {perReplica: 10}, demand: {source: file, path: /run/demand/web}}
  mail: {priority: 2, max: 3, image: busybox, demand: {source: wave, min: 0, max: 3, period: 10m}}
  batch: {priority: 3, image: busybox, target: fill}
`;
/** Twenty minutes of a Friday: web rises to 90, falls back, and rises again. */
const friday = ['time,web', ...Array.from({length: 1200}, (_, second) => `${second},${50 + Math.round(40 * Math.sin(second / 95))}`)].join(
  '\n',
);

const files = {'shop.yaml': shop, 'frugal.yaml': shop.replace('max: 10', 'max: 6'), 'friday.csv': friday};

async function finished(arguments_: readonly string[], folder = emptyFolder(files)) {
  const running = run(arguments_, folder);
  const status = await running.ended;
  return {status, output: running.output(), errors: running.errors(), lines: running.output().split('\n')};
}

const onFriday = ['simulate', '--config', 'shop.yaml', '--demand', 'friday.csv', '--seed', '3'];

describe('simulate on measured demand', () => {
  test('plays the whole file through the real engine, and says how each service fared', async () => {
    const {status, output, lines, errors} = await finished(onFriday);
    expect(errors).toBe('');
    expect(status).toBe(0);
    expect(output).toMatch(/^simulated 20m of shop\.yaml on friday\.csv in .*, seed 3/);
    expect(lines.find(line => line.startsWith('SERVICE'))).toMatch(/PRI +MET +SHORT +MISSED +RAN +HELD BACK +STARTS +STOPS/);
    expect(output).toMatch(/^web +1 +\d+\.\d % +\S+ +[\d.]+ \w+ +\d\.\d h +- +\d+ +\d+$/m);
    expect(output).toMatch(/^batch +3 +- +- +- +[\d.]+ \w+ +[\d.]+ \w+ +\d+ +\d+$/m);
  });

  test('--json gives the same for machines, and --for another length, after which the demand is stale and holds', async () => {
    const {output} = await finished([...onFriday, '--json', '--for', '30m']);
    const told = JSON.parse(output) as {
      forMs: number;
      seconds: number;
      violations: unknown[];
      services: {service: string; met: number | null; replicaSeconds: number; heldBackReplicaSeconds: number | null}[];
    };
    expect(told.forMs).toBe(30 * 60_000);
    expect(told.seconds).toBe(1800);
    expect(told.violations).toEqual([]);
    const [web, mail, batch] = told.services;
    expect([web?.service, mail?.service, batch?.service]).toEqual(['web', 'mail', 'batch']);
    expect(web?.met).toBeGreaterThan(0.9);
    // What batch has and what is held back of it make up the day that it would have had by itself, but for web's min.
    const whole = (batch?.replicaSeconds ?? 0) + (batch?.heldBackReplicaSeconds ?? 0);
    expect(whole).toBeGreaterThan(0.98 * 10 * 1800);
    expect(whole).toBeLessThanOrEqual(10 * 1800);
  });

  test('a demand that has no virtual time is refused, with its service and what to do', async () => {
    const {status, errors} = await finished(['simulate', '--config', 'shop.yaml']);
    expect(status).toBe(2);
    expect(errors).toMatch(/web \(file\) asks a server or reads a file, which has no virtual time/);
    expect(errors).toMatch(/give --demand FILE, a CSV with a column for each: time,web/);
  });

  test('a column that is no service is told with its nearest, and one that is missing is refused', async () => {
    const folder = emptyFolder({...files, 'other.csv': 'time,web,mial\n0,5,1\n', 'none.csv': 'time,mail\n0,1\n'});
    const {output, status} = await finished(['simulate', '--config', 'shop.yaml', '--demand', 'other.csv'], folder);
    expect(status).toBe(0);
    expect(output).toContain('note: the column mial is left out: it is no service here; did you mean mail?');
    const refused = await finished(['simulate', '--config', 'shop.yaml', '--demand', 'none.csv'], folder);
    expect(refused.status).toBe(2);
    expect(refused.errors).toContain('none.csv needs a column for each: web');
  });

  test('a file that can’t be meant ends it with the file, the line and the reason', async () => {
    const folder = emptyFolder({...files, 'bad.csv': 'time,web\n0,5\n1,many\n'});
    const {status, errors} = await finished(['simulate', '--config', 'shop.yaml', '--demand', 'bad.csv'], folder);
    expect(status).toBe(2);
    expect(errors).toContain('bad.csv:3  web is “many”: expected a number from 0 up');
    expect(errors).not.toContain('at ');
  });

  test('what a simulation recorded can be the demand of the next', async () => {
    const folder = emptyFolder(files);
    await finished([...onFriday, '--record', 'run.jsonl'], folder);
    const {output, status, errors} = await finished(['simulate', '--config', 'frugal.yaml', '--demand', 'run.jsonl'], folder);
    expect(errors).toBe('');
    expect(status).toBe(0);
    expect(output).toMatch(/^simulated 20m of frugal\.yaml on run\.jsonl/);
  });

  test('a replay in the configuration is played in virtual time, at its speed', async () => {
    const replayed = shop.replace('{source: file, path: /run/demand/web}', '{source: replay, path: friday.csv, speed: 10}');
    const folder = emptyFolder({...files, 'shop.yaml': replayed});
    const {output, status} = await finished(['simulate', '--config', 'shop.yaml', '--for', '10m', '--seed', '3', '--json'], folder);
    expect(status).toBe(0);
    const told = JSON.parse(output) as {services: {service: string; replicaSeconds: number; started: number}[]};
    const web = told.services.find(({service}) => service === 'web');
    // Two minutes of ups and downs, then what was last known: demand 50 or so.
    expect(web?.started).toBeGreaterThan(8);
    expect(web?.replicaSeconds).toBeGreaterThan(600 * 3);
  });
});

describe('two questions of a simulation', () => {
  test('--sweep gives a table, a chart and how much is enough', async () => {
    const {status, output, lines} = await finished([...onFriday, '--sweep', 'capacity=6..16/2']);
    expect(status).toBe(0);
    expect(lines[1]).toMatch(/^CAPACITY +PRI 1 MET +ALL MET +SHORT +MISSED +FILLERS RAN +STARTS +STOPS$/);
    expect(lines.filter(line => /^(6|8|10|12|14|16) +\d/.test(line))).toHaveLength(6);
    expect(output).toContain('all demand met, by capacity');
    expect(output).toMatch(/╭|╮/);
    expect(output).toMatch(/ 6 +8 +10 +12 +14 +16\n/);
    expect(output).toMatch(/^12 slots are enough for this demand: all of it is met 9\d\.\d % of the time/m);
  });

  test('--ascii draws it without other characters', async () => {
    const {output} = await finished([...onFriday, '--sweep', 'capacity=6..16/2', '--ascii']);
    expect(output).toContain('all demand met, by capacity');
    expect(output).toMatch(/^[\u0000-\u007f]*$/);
  });

  test('--compare sets two rules beside each other, and says which is better in what', async () => {
    const {status, lines} = await finished([...onFriday, '--compare', 'frugal.yaml']);
    expect(status).toBe(0);
    expect(lines[1]).toMatch(/^ +shop\.yaml +frugal\.yaml +DIFFERENCE +BETTER$/);
    expect(lines.find(line => line.startsWith('web missed'))).toMatch(/shop\.yaml$/);
    expect(lines.find(line => line.startsWith('batch ran'))).toMatch(/\+[\d.]+ \w+ +frugal\.yaml$/);
    expect(lines.find(line => line.startsWith('shop.yaml is better in: '))).toMatch(/web met \d+\.\d % instead of \d+\.\d %/);
    expect(lines.find(line => line.startsWith('frugal.yaml is better in: '))).toContain('batch ran');
  });

  test.each([
    [['--sweep', 'web=1..3'], 'expected capacity=8..20'],
    [['--sweep', 'capacity=20..8'], 'expected a range that rises'],
    [['--sweep', 'capacity=1..9999'], '100 are the most'],
    [['--sweep', 'capacity=8..9', '--compare', 'frugal.yaml'], 'ask one at a time'],
    [['--sweep', 'capacity=8..9', '--capacity', '8'], 'leave one out'],
    [['--sweep', 'capacity=8..9', '--record', 'x.jsonl'], '--record keeps one run'],
  ])('%j is refused in words', async (more, words) => {
    const {status, errors} = await finished([...onFriday, ...more]);
    expect(status).toBe(2);
    expect(errors).toContain(words);
  });

  test('their flags are refused where they would do nothing', async () => {
    expect((await finished(['run', '--demand', 'friday.csv'])).errors).toContain('--demand is for microscale simulate');
    expect((await finished(['simulate', '--shadow', 'shop.yaml'])).errors).toContain('--shadow is for microscale run');
  });
});

describe('run --shadow', () => {
  const shadow = `
capacity: 24
services:
  checkout: {priority: 1, min: 2, max: 3, image: busybox, demand: {source: file, path: none}}
  search: {priority: 2, min: 2, image: busybox, target: {perReplica: 24}, demand: {source: file, path: none}}
  mail: {priority: 3, max: 2, image: busybox, demand: {source: file, path: none}}
  batch: {priority: 4, image: busybox, target: fill}
`;

  test('says what the other rule would do on the same readings, acts on nothing, and compares both at the end', async () => {
    const folder = emptyFolder({'other.yaml': shadow});
    const running = run(['demo', '--shadow', 'other.yaml', '--seed', '3'], folder);
    await until('a decision of the shadow', () => /^\d\d:\d\d:\d\d {2}shadow: \w+ \d+→\d+ {2}\w/m.test(running.output()));
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
    expect(running.errors()).toBe('');
    const output = running.output();
    expect(output).toContain('shadow: other.yaml follows the same readings from here on, on a simulated host, and acts on nothing');
    expect(output).toMatch(/what other\.yaml would have done meanwhile/);
    expect(output).toMatch(/^ +live +other\.yaml +DIFFERENCE +BETTER$/m);
    expect(output).toMatch(/^checkout met +\d+\.\d % +\d+\.\d %/m);
  });

  test('with --json its decisions and the comparison are lines of their own kind', async () => {
    const folder = emptyFolder({'other.yaml': shadow});
    const running = run(['demo', '--shadow', 'other.yaml', '--seed', '3', '--json'], folder);
    await until('a decision of the shadow', () => running.output().includes('{"kind":"shadow","happening"'));
    running.child.kill('SIGTERM');
    await running.ended;
    const lines = running
      .output()
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as {kind: string; comparison?: unknown[]});
    expect(lines.find(({kind}) => kind === 'shadow-score')?.comparison).toContainEqual(
      expect.objectContaining({measure: 'priority 1 met'}),
    );
    expect(lines.at(-1)?.kind).toBe('score');
  });

  test('a rule that can’t be used is refused before anything is begun', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'other.yaml'), 'capacity: none\nservices: {web: {}}\n');
    const {status, errors, output} = await finished(['demo', '--shadow', 'other.yaml'], folder);
    expect(status).toBe(2);
    expect(errors).toContain('other.yaml:1');
    expect(output).toBe('');
  });
});
