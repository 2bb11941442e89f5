import {describe, expect, test} from 'vitest';
import type {ConfigError} from '../../source/config/config.ts';
import {parse as parseYaml} from 'yaml';
import {readConfig} from '../../source/config/read.ts';
import {createVirtualClock} from '../../source/simulator/virtual-clock.ts';
import {createSource, type DemandSpec} from '../../source/sources/source.ts';
import {readmeDemand} from './readme.ts';

const hour = 3_600_000;

function specOf(demand: object): DemandSpec {
  const text = `capacity: 4\nservices:\n  web:\n    priority: 1\n    image: busybox\n    demand: ${JSON.stringify(demand)}\n`;
  const [spec] =
    readConfig(text, {name: 'shop.yaml', resolvePath: path => path, readEnvFile: () => [], found: []}).demands.get('web') ?? [];
  if (!spec) throw new Error('no demand');
  return spec;
}

/** What it says in that time, as the moment in UTC and the number. */
function between(demand: object, from: string, forMs: number): readonly string[] {
  const clock = createVirtualClock(Date.parse(from));
  const stop = new AbortController();
  const seen: string[] = [];
  const parts = {clock, chance: Math.random, service: 'web', usage: null, pushes: null};
  createSource(specOf(demand), parts)(reading => {
    seen.push(`${new Date(clock.now()).toISOString().slice(0, 19)} ${reading.kind === 'value' ? reading.value : reading.kind}`);
  }, stop.signal);
  clock.runTo(Date.parse(from) + forMs);
  stop.abort();
  clock.runTo(Date.parse(from) + forMs + 100 * hour);
  return seen;
}

describe('a schedule', () => {
  test('begins and ends by the line that the README gives, working hours from Monday to Friday', () => {
    const demand = {...(parseYaml(readmeDemand('schedule')) as object), timezone: 'UTC'};
    // A Friday.
    expect(between(demand, '2026-03-06T07:00:00Z', 75 * hour)).toEqual([
      '2026-03-06T07:00:00 1',
      '2026-03-06T08:00:00 6',
      '2026-03-06T18:00:00 1',
      '2026-03-09T08:00:00 6',
    ]);
  });

  test('knows in the middle of an entry that it holds', () => {
    const demand = {source: 'schedule', entries: [{cron: '0 22 * * *', for: '4h', demand: 9}], timezone: 'UTC'};
    expect(between(demand, '2026-03-06T01:30:00Z', 2 * hour)).toEqual(['2026-03-06T01:30:00 9', '2026-03-06T02:00:00 0']);
    expect(between(demand, '2026-03-06T22:00:00Z', hour)).toEqual(['2026-03-06T22:00:00 9']);
    expect(between(demand, '2026-03-06T02:00:00Z', hour)).toEqual(['2026-03-06T02:00:00 0']);
  });

  test('takes the largest of what holds at the same time', () => {
    const entries = [
      {cron: '0 8 * * *', for: '10h', demand: 4},
      {cron: '0 12 * * *', for: '1h', demand: 9},
      {cron: '30 12 * * *', for: '1h', demand: 2},
    ];
    expect(between({source: 'schedule', entries, timezone: 'UTC'}, '2026-03-06T00:00:00Z', 24 * hour)).toEqual([
      '2026-03-06T00:00:00 0',
      '2026-03-06T08:00:00 4',
      '2026-03-06T12:00:00 9',
      '2026-03-06T13:00:00 4',
      '2026-03-06T18:00:00 0',
    ]);
  });

  test('an entry that begins again before it has ended goes on', () => {
    const demand = {source: 'schedule', entries: [{cron: '*/10 8 * * *', for: '15m', demand: 3}], timezone: 'UTC'};
    expect(between(demand, '2026-03-06T07:00:00Z', 3 * hour)).toEqual([
      '2026-03-06T07:00:00 0',
      '2026-03-06T08:00:00 3',
      '2026-03-06T09:05:00 0',
    ]);
  });

  test('can count in seconds', () => {
    const demand = {source: 'schedule', entries: [{cron: '*/20 * * * * *', for: '5s', demand: 3}], timezone: 'UTC'};
    expect(between(demand, '2026-03-06T07:00:01Z', 30_000)).toEqual([
      '2026-03-06T07:00:01 3',
      '2026-03-06T07:00:05 0',
      '2026-03-06T07:00:20 3',
      '2026-03-06T07:00:25 0',
    ]);
  });

  test('follows the time zone that it is given, also over a change of the clocks', () => {
    const demand = {source: 'schedule', entries: [{cron: '0 8 * * *', for: '1h', demand: 5}], timezone: 'Europe/Berlin'};
    // The clocks go forward on the 29th.
    expect(between(demand, '2026-03-28T00:00:00Z', 48 * hour)).toEqual([
      '2026-03-28T00:00:00 0',
      '2026-03-28T07:00:00 5',
      '2026-03-28T08:00:00 0',
      '2026-03-29T06:00:00 5',
      '2026-03-29T07:00:00 0',
    ]);
  });

  test.each<[string, object, RegExp]>([
    [
      'four fields',
      {entries: [{cron: '0 8 * *', for: '1h', demand: 1}]},
      /entries\.0\.cron .*“0 8 \* \*”, which is no time: expected minute hour/,
    ],
    ['a minute that there isn’t', {entries: [{cron: '61 8 * * *', for: '1h', demand: 1}]}, /Invalid value for minute: 61/],
    ['a day that never comes', {entries: [{cron: '0 8 30 2 *', for: '1h', demand: 1}]}, /which never comes/],
    [
      'a second entry',
      {
        entries: [
          {cron: '0 8 * * *', for: '1h', demand: 1},
          {cron: 'x', for: '1h', demand: 1},
        ],
      },
      /entries\.1\.cron/,
    ],
    [
      'a time zone that there isn’t',
      {timezone: 'Europe/Entenhausen', entries: [{cron: '0 8 * * *', for: '1h', demand: 1}]},
      /no time zone/,
    ],
  ])('is a mistake of the configuration, with its line: %s', (_title, demand, says) => {
    let problems: readonly string[] = [];
    try {
      specOf({source: 'schedule', ...demand});
    } catch (error) {
      problems = (error as ConfigError).problems;
    }
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(says);
    expect(problems[0]).toMatch(/^shop\.yaml:6 /);
  });
});
