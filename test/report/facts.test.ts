import {beforeAll, expect, test} from 'vitest';
import {createCollector} from '../../source/report/collect.ts';
import type {Facts} from '../../source/report/facts.ts';
import {createTimeline} from '../../source/report/timeline.ts';
import {momentsOf, spanWords} from '../../source/report/words.ts';
import {percentile} from '../../source/scaler/score.ts';
import {step} from '../../source/scaler/step.ts';
import {emptyFleet} from '../../source/scaler/fleet.ts';
import {noon, recordShop, type Recorded} from '../support/recordings.ts';

let recorded: Recorded;
let facts: Facts;
beforeAll(async () => {
  recorded = await recordShop('the import may wait');
  const collector = createCollector('auto', 'UTC');
  for (const entries of recorded.entries) collector.fold(entries);
  facts = collector.facts('shop.rec', null);
});

const minutes = (at: number | null) => (at === null ? null : Math.round((at - noon) / 6000) / 10);
const service = (name: string) => facts.services.find(service => service.name === name);

test('the score is that of the fleet itself', () => {
  const {handoverMs: _latest, ...score} = recorded.fleet.score;
  expect(facts.score).toEqual(score);
  expect(facts).toMatchObject({project: 'shop', capacity: 12, from: noon, clock: 'calendar', damage: null});
});

test('every override is told with its owner, its note, its time and how it ended', () => {
  expect(facts.overrides.items.map(({from, to, ...one}) => ({...one, from: minutes(from), to: minutes(to)}))).toEqual([
    {service: 'batch', rule: 'capped at 1', owner: 'ann@ops', note: 'the import may wait', from: 2, to: 3, ended: 'expired'},
    {service: 'mail', rule: 'boosted ahead of all', owner: 'bob@ops', note: '', from: 4, to: 5, ended: 'cleared by ann@ops'},
    {service: 'web', rule: 'pinned at 9', owner: 'dan@ops', note: '', from: 19, to: null, ended: ''},
  ]);
});

test('modes, pauses and losses are told from their beginning to their end', () => {
  expect(facts.modes.items.map(({name, from, to}) => [name, minutes(from), minutes(to)])).toEqual([['sale', 6, 8]]);
  expect(facts.pauses.items.map(({by, from, to}) => [by, minutes(from), minutes(to)])).toEqual([['cleo@ops', 15.2, 17]]);
  expect(facts.losses.items).toContainEqual(expect.objectContaining({kind: 'host', reason: 'the line was cut', from: noon + 600_000}));
  expect(facts.losses.items).toContainEqual(expect.objectContaining({kind: 'source', about: 'mail', reason: 'unreachable'}));
});

test('the worst moments say what led to them', () => {
  const causes = (minute: number) =>
    facts.shortages.worst
      .filter(({from, to}) => from < noon + minute * 60_000 && (to ?? Infinity) >= noon + minute * 60_000)
      .flatMap(({causes}) => causes);
  expect(causes(10.9).join('\n')).toMatch(/the host wasn’t reached: the line was cut/);
  expect(causes(16.9).join('\n')).toMatch(/the scaler was paused/);
  expect(causes(16.9).join('\n')).toMatch(/demand rose from/);
  const sums = facts.shortages.worst.map(({replicaMs}) => replicaMs);
  expect(sums).toEqual(sums.toSorted((a, b) => b - a));
  expect(facts.shortages.worst.every(({missing, want, running}) => missing === want - running)).toBe(true);
});

test('the times of the shortages agree with the score where one service alone is of priority 1', () => {
  expect(facts.shortages.ms).toBe(service('web')?.shortMs);
  expect(facts.score.ms - facts.score.metMs).toBe(facts.shortages.ms);
});

test('handover times are those that the fold tells', () => {
  let fleet = emptyFleet('auto');
  const took: number[] = [];
  for (const entries of recorded.entries) {
    const result = step(fleet, entries);
    took.push(...result.handovers.map(({tookMs}) => tookMs));
    fleet = result.fleet;
  }
  expect(facts.handovers).toEqual({
    count: took.length,
    p50Ms: percentile(took, 0.5),
    p95Ms: percentile(took, 0.95),
    mostMs: Math.max(...took),
  });
});

test('work held back is what fillers ran less than the most that they were given', () => {
  expect(service('web')?.heldBackMs).toBe(0);
  expect(service('batch')?.heldBackMs).toBeGreaterThan(0);
  expect(facts.heldBackMs).toBe(service('batch')?.heldBackMs);
});

test('the curves give the same averages as the sums, and share their moments', () => {
  const curve = service('web')?.curves.running.filter(value => value !== null) ?? [];
  expect(curve.reduce((sum, value) => sum + value, 0) / curve.length).toBeCloseTo(service('web')?.runningMean ?? 0, 1);
  for (const {curves} of facts.services) for (const values of Object.values(curves)) expect(values).toHaveLength(facts.series.at.length);
  expect(service('batch')?.curves.want.every(value => value === null)).toBe(true);
});

test('a curve of any length stays small, keeps what is rare, and leaves out what wasn’t known', () => {
  const timeline = createTimeline(0);
  const mean = timeline.curve('mean');
  const most = timeline.curve('most');
  const dayMs = 86_400_000;
  mean.set(0, 2);
  most.set(0, 0);
  most.set(dayMs / 2, 7);
  most.set(dayMs / 2 + 1, 0);
  mean.set(dayMs * 10, null);
  mean.set(dayMs * 20, 4);
  timeline.close(dayMs * 30);
  const values = mean.values();
  expect(values.length).toBeLessThanOrEqual(720);
  expect(values.length).toBeGreaterThan(300);
  expect([values[0], values[Math.floor(values.length / 2)], values.at(-1)]).toEqual([2, null, 4]);
  expect(Math.max(...most.values().map(value => value ?? 0))).toBe(7);
});

test.each([
  ['before any time', -1],
  ['after any time', Number.POSITIVE_INFINITY],
  ['at no time', Number.NaN],
])('an entry %s is refused, and what was before stays', (_title, at) => {
  const collector = createCollector('auto', 'UTC');
  collector.fold([{at: noon, kind: 'connected'}]);
  expect(() => collector.fold([{at, kind: 'tick'}])).toThrow(RangeError);
  expect(collector.facts('x', null)).toMatchObject({from: noon, to: noon, entries: 1});
});

test('a day is said once where a time has only one, and never where the whole recording has', () => {
  const [from, to] = [noon, noon + 90_000];
  const dayMs = 86_400_000;
  const oneDay = momentsOf({clock: 'calendar', timeZone: 'UTC', from, to});
  const days = momentsOf({clock: 'calendar', timeZone: 'UTC', from, to: noon + dayMs});
  expect(spanWords({from, to}, oneDay)).toBe('12:00:00 to 12:01:30');
  expect(spanWords({from, to}, days)).toBe('2026-11-24 12:00:00 to 12:01:30');
  expect(spanWords({from, to: noon + dayMs}, days)).toBe('2026-11-24 12:00:00 to 2026-11-25 12:00:00');
  expect(spanWords({from, to: null}, days)).toBe('2026-11-24 12:00:00 to the end');
  expect(momentsOf({clock: 'elapsed', timeZone: 'UTC', from: 0, to: dayMs}).moment(dayMs + 61_000)).toBe('1d 00:01:01');
});
