import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {createRealClock} from '../../../source/clock.ts';
import type {Clock} from '../../../source/ports.ts';
import type {Reading} from '../../../source/scaler/entry.ts';
import {createVirtualClock} from '../../../source/simulator/virtual-clock.ts';
import {createSource} from '../../../source/sources/source.ts';
import type {ReplayDemand} from '../../../source/sources/replay.ts';
import {emptyFolder} from '../../support/program.ts';
import {until} from '../../support/until.ts';

function play(text: string | null, rest: Partial<ReplayDemand> = {}, clock: Clock = createRealClock()) {
  const path = join(emptyFolder(), 'friday.csv');
  if (text !== null) writeFileSync(path, text);
  const seen: {readonly at: number; readonly reading: Reading}[] = [];
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const demand: ReplayDemand = {source: 'replay', path, column: null, speed: 1, loop: false, ...rest};
  const source = createSource(demand, {clock, chance: () => 0, service: 'web', usage: null, pushes: null});
  source(reading => void seen.push({at: clock.now(), reading}), stop.signal);
  const reasons = () => seen.flatMap(({reading}) => (reading.kind === 'stale' || reading.kind === 'error' ? [reading.reason] : []));
  return {path, seen, stop, reasons, values: () => seen.flatMap(({reading}) => (reading.kind === 'value' ? [reading.value] : []))};
}

/** Lets virtual time go by, a little at a time, so that the file can be read meanwhile. */
async function pass(clock: ReturnType<typeof createVirtualClock>, what: string, reached: () => boolean, stepMs = 10): Promise<void> {
  await until(what, async () => {
    await new Promise(resolve => setImmediate(resolve));
    if (reached()) return true;
    clock.runTo(clock.now() + stepMs);
    return false;
  });
}

const threeSeconds = 'time,web,mail\n0,4,1\n1,5,1\n2,6,1\n3,7,1\n';

test('plays each number at its time, so many times quicker, and at its end is stale, in words, and never zero', async () => {
  const clock = createVirtualClock();
  const {seen, values, reasons, path} = play(threeSeconds, {speed: 10}, clock);
  await pass(clock, 'its end', () => reasons().length > 0);
  expect(values()).toEqual([4, 5, 6, 7]);
  expect(reasons()).toEqual([`${path} is at its end`]);
  // The file is read beside the clock: a number may come a little after its time, and none before it.
  for (const [index, {at}] of seen.entries()) expect(at).toBeGreaterThanOrEqual(index * 100);
});

test('plays in real time too', async () => {
  const {values, reasons} = play(threeSeconds, {speed: 100});
  await until('its end', () => reasons().length > 0);
  expect(values()).toEqual([4, 5, 6, 7]);
});

test('with loop it begins anew, and has no end', async () => {
  const clock = createVirtualClock();
  const {values, reasons, seen} = play(threeSeconds, {loop: true, speed: 20}, clock);
  await pass(clock, 'two rounds', () => values().length >= 9);
  expect(values().slice(0, 9)).toEqual([4, 5, 6, 7, 4, 5, 6, 7, 4]);
  expect(seen[4]?.at).toBeGreaterThanOrEqual(200);
  expect(reasons()).toEqual([]);
});

test('follows the column that is named, the service’s own, or the only one', async () => {
  const named = play(threeSeconds, {column: 'mail', speed: 1000});
  await until('its end', () => named.reasons().length > 0);
  expect(named.values()).toEqual([1, 1, 1, 1]);
  const only = play('time,visitors\n0,3\n', {speed: 1000});
  await until('its end', () => only.reasons().length > 0);
  expect(only.values()).toEqual([3]);
});

test('a column that isn’t there is an error that names those that are', async () => {
  const {reasons, path} = play(threeSeconds, {column: 'wbe'});
  await until('the reason', () => reasons().length > 0);
  expect(reasons()).toEqual([`${path} has no column “wbe”: it has web, mail`]);
});

test('what is wrong in the middle of a file is an error with its line, after what came before it', async () => {
  const {values, reasons, path} = play('time,web\n0,4\n1,5\n2,many\n', {speed: 1000});
  await until('the reason', () => reasons().length > 0);
  expect(values().every(value => value > 0)).toBe(true);
  expect(reasons()).toEqual([`${path}:4  web is “many”: expected a number from 0 up, or nothing where none was measured`]);
});

test('a file that isn’t there is an error, and played once it is', async () => {
  const clock = createVirtualClock();
  const {path, values, reasons} = play(null, {speed: 100}, clock);
  await pass(clock, 'the reason', () => reasons().length > 0);
  expect(reasons()[0]).toBe(`${path} is not there: check the path`);
  writeFileSync(path, threeSeconds);
  await pass(clock, 'its numbers', () => values().length === 4, 100);
  rmSync(path);
});

test('says nothing more once it was stopped', async () => {
  const clock = createVirtualClock();
  const {values, seen, stop} = play(threeSeconds, {loop: true}, clock);
  await pass(clock, 'a number', () => values().length > 0);
  stop.abort();
  const before = seen.length;
  for (let turn = 0; turn < 50; turn++) {
    clock.runTo(clock.now() + 1000);
    await new Promise(resolve => setImmediate(resolve));
  }
  expect(seen.length).toBe(before);
});
