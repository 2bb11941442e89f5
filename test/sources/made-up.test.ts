import {mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {createRealClock} from '../../source/clock.ts';
import type {Reading} from '../../source/scaler/entry.ts';
import {seededChance} from '../../source/simulator/chance.ts';
import {createVirtualClock} from '../../source/simulator/virtual-clock.ts';
import {createSource, type DemandSpec} from '../../source/sources/source.ts';
import {until} from '../support/until.ts';

/** Reads a made-up source for a while of virtual time. */
function readFor(demand: DemandSpec, forMs: number, seed = 1): readonly {at: number; value: number}[] {
  const clock = createVirtualClock();
  const seen: {at: number; value: number}[] = [];
  createSource(demand, {clock, chance: seededChance(seed), service: 'web', usage: null, pushes: null})(reading => {
    if (reading.kind === 'value') seen.push({at: clock.now(), value: reading.value});
  }, new AbortController().signal);
  clock.runTo(forMs);
  return seen;
}

describe('the random source', () => {
  const demand = {source: 'random', min: 2, max: 9, everyMs: 1000, step: 3, spikes: 0.05} as const;

  test('walks within its bounds, about once a second, by no more than its step but for spikes', () => {
    const seen = readFor({...demand, spikes: 0}, 600_000);
    expect(seen.length).toBeGreaterThan(550);
    expect(seen.length).toBeLessThan(650);
    for (const [index, {value}] of seen.entries()) {
      expect(value).toBeGreaterThanOrEqual(2);
      expect(value).toBeLessThanOrEqual(9);
      const before = seen[index - 1];
      if (before) expect(Math.abs(value - before.value)).toBeLessThanOrEqual(3);
    }
    expect(new Set(seen.map(({value}) => value)).size).toBe(8);
  });

  test('leaps to the top where spikes are asked for', () => {
    const leaps = readFor(demand, 600_000).filter(({value}, index, all) => value === 9 && (all[index - 1]?.value ?? 9) < 6);
    expect(leaps.length).toBeGreaterThan(5);
  });

  test('is the same from the same seed', () => {
    expect(readFor(demand, 60_000, 5)).toEqual(readFor(demand, 60_000, 5));
    expect(readFor(demand, 60_000, 5)).not.toEqual(readFor(demand, 60_000, 6));
  });
});

test('the wave goes from its low to its high and back in its period', () => {
  const seen = readFor({source: 'wave', min: 1, max: 11, periodMs: 60_000, everyMs: 1000}, 60_000);
  expect(seen[0]?.value).toBe(1);
  expect(seen[30]?.value).toBeCloseTo(11);
  expect(seen[60]?.value).toBeCloseTo(1);
});

test('the fixed source says its number once', () => {
  expect(readFor({source: 'fixed', value: 4}, 60_000)).toEqual([{at: 0, value: 4}]);
});

describe('the file source', () => {
  function follow(text: string | null) {
    const folder = mkdtempSync(join(tmpdir(), 'microscale-source-'));
    const path = join(folder, 'demand');
    if (text !== null) writeFileSync(path, text);
    const stop = new AbortController();
    const seen: Reading[] = [];
    createSource({source: 'file', path}, {clock: createRealClock(), chance: Math.random, service: 'web', usage: null, pushes: null})(
      reading => void seen.push(reading),
      stop.signal,
    );
    onTestFinished(() => {
      stop.abort();
      rmSync(folder, {recursive: true, force: true});
    });
    return {
      path,
      seen,
      stop,
      latest: (what: Partial<Reading>) =>
        until(JSON.stringify(what), () =>
          Object.entries(what).every(([key, value]) => (seen.at(-1) as Record<string, unknown> | undefined)?.[key] === value),
        ),
    };
  }

  test('reads the number when it changes, also when the file is replaced by a rename', async () => {
    const {path, latest} = follow('3\n');
    await latest({kind: 'value', value: 3});
    writeFileSync(path, '4.5');
    await latest({kind: 'value', value: 4.5});
    writeFileSync(`${path}.new`, '7');
    renameSync(`${path}.new`, path);
    await latest({kind: 'value', value: 7});
  });

  test('a file that is gone is an error, and read again when it is back', async () => {
    const {path, latest} = follow(null);
    await latest({kind: 'error', reason: `${path} is not there`});
    writeFileSync(path, '2');
    await latest({kind: 'value', value: 2});
    unlinkSync(path);
    await latest({kind: 'error'});
  });

  test.each([
    ['nothing', '', 'stale'],
    ['words', 'many', 'error'],
    ['a negative number', '-3', 'error'],
    ['NaN', 'NaN', 'error'],
    ['infinity', 'Infinity', 'error'],
    ['hex', '0x10', 'error'],
    ['two numbers', '1 2', 'error'],
    ['escape sequences', '\u001b[2J5', 'error'],
  ])('%s is no demand, and never zero', async (_title, text, kind) => {
    const {latest, seen} = follow(text);
    await latest({kind: kind as Reading['kind']});
    expect(seen.every(reading => reading.kind !== 'value')).toBe(true);
  });

  test('a file without an end is read only at its start', async () => {
    const {latest} = follow('9'.repeat(5000));
    await latest({kind: 'value'});
  });

  test('says nothing more once it was stopped', async () => {
    const {path, latest, stop, seen} = follow('1');
    await latest({kind: 'value', value: 1});
    stop.abort();
    const before = seen.length;
    writeFileSync(path, '2');
    const other = follow('5');
    await other.latest({kind: 'value', value: 5});
    expect(seen.length).toBe(before);
  });
});
