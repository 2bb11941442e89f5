import {describe, expect, test} from 'vitest';
import {readCron} from '../source/cron.ts';
import {followModeSchedules} from '../source/mode-schedules.ts';
import type {Window} from '../source/scaler/circumstance.ts';
import type {ModeSpec} from '../source/scaler/spec.ts';
import {createVirtualClock} from '../source/simulator/virtual-clock.ts';

const hour = 3_600_000;

function calendar(pattern: string, timezone: string | null = 'UTC') {
  const read = readCron(pattern, timezone);
  if (read.kind === 'wrong') throw new Error(read.words);
  return read.calendar;
}

describe('a calendar', () => {
  const friday = Date.UTC(2026, 10, 27, 19);

  test('knows the next time, and what is in one', () => {
    const weekly = calendar('0 19 * * 5');
    expect(weekly.next(friday - 1)).toBe(friday);
    expect(weekly.next(friday)).toBe(friday + 7 * 24 * hour);
    expect(weekly.windowAt(friday - 1, 2 * hour)).toBeNull();
    expect(weekly.windowAt(friday, 2 * hour)).toEqual({from: friday, until: friday + 2 * hour});
    expect(weekly.windowAt(friday + 0.5, 2 * hour)).toEqual({from: friday, until: friday + 2 * hour});
    expect(weekly.windowAt(friday + 2 * hour - 1, 2 * hour)).toEqual({from: friday, until: friday + 2 * hour});
    expect(weekly.windowAt(friday + 2 * hour, 2 * hour)).toBeNull();
  });

  test('keeps to its time zone, summer and winter', () => {
    const evening = calendar('0 19 * * *', 'Europe/London');
    expect(new Date(evening.next(Date.UTC(2026, 6, 1)) ?? 0).toISOString()).toBe('2026-07-01T18:00:00.000Z');
    expect(new Date(evening.next(Date.UTC(2026, 11, 1)) ?? 0).toISOString()).toBe('2026-12-01T19:00:00.000Z');
  });

  test('knows that some days never come', () => {
    expect(calendar('0 0 30 2 *').next(0)).toBeNull();
    expect(calendar('0 0 30 2 *').windowAt(friday, hour)).toBeNull();
  });
});

describe('the schedules of modes', () => {
  const mode = (name: string, schedule: string, forMs = 2 * hour): ModeSpec => ({
    name,
    say: '',
    when: [
      {kind: 'demand', service: 'web', demand: 0, side: 'above', value: 1, forMs: 0},
      {kind: 'schedule', schedule, timezone: 'UTC', forMs},
    ],
    until: [],
    services: {},
  });
  const monday = Date.UTC(2026, 10, 23);

  function follow(startAt: number) {
    const clock = createVirtualClock(startAt);
    const told: {at: number; mode: string; when: number; window: Window | null}[] = [];
    const schedules = followModeSchedules(
      {schedule: (name, when, window) => told.push({at: clock.now(), mode: name, when, window})},
      clock,
    );
    return {clock, told, schedules};
  }

  test('are told at once as they are, and each time once, when it begins', () => {
    const {clock, told, schedules} = follow(monday);
    schedules.follow([mode('noon', '0 12 * * *')]);
    clock.runTo(monday + 40 * hour);
    const noon = monday + 12 * hour;
    expect(told).toEqual([
      {at: monday, mode: 'noon', when: 1, window: null},
      {at: noon, mode: 'noon', when: 1, window: {from: noon, until: noon + 2 * hour}},
      {at: noon + 24 * hour, mode: 'noon', when: 1, window: {from: noon + 24 * hour, until: noon + 26 * hour}},
    ]);
  });

  test('are told again as they are with another configuration, and those that are gone are told no more', () => {
    const {clock, told, schedules} = follow(monday + 13 * hour);
    const noon = mode('noon', '0 12 * * *');
    schedules.follow([noon, mode('hourly', '0 * * * *', 1000)]);
    schedules.follow([noon]);
    const window = {from: monday + 12 * hour, until: monday + 14 * hour};
    expect(told.map(({mode: name, window: in_}) => [name, in_])).toEqual([
      ['noon', window],
      ['hourly', {from: monday + 13 * hour, until: monday + 13 * hour + 1000}],
      ['noon', window],
    ]);
    clock.runTo(monday + 30 * hour);
    expect(told).toHaveLength(3);
    schedules.close();
    clock.runTo(monday + 90 * hour);
    expect(told).toHaveLength(3);
  });

  test('of a machine that slept over a beginning are told when it wakes', () => {
    const {told, schedules} = follow(monday);
    const timers: (() => void)[] = [];
    let now = monday;
    const asleep = followModeSchedules(
      {schedule: (name, when, window) => told.push({at: now, mode: name, when, window})},
      {now: () => now, soon: callback => callback(), after: (_delayMs, callback) => (timers.push(callback), () => {})},
    );
    asleep.follow([mode('noon', '0 12 * * *')]);
    now = monday + 13 * hour;
    timers.shift()?.();
    expect(told.at(-1)).toMatchObject({at: now, window: {from: monday + 12 * hour}});
    schedules.close();
    asleep.close();
  });
});
