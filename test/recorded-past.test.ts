import {appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {parseMoment} from '../source/commands/moment.ts';
import {createReader} from '../source/history/reader.ts';
import {passTime} from '../source/history/sample.ts';
import {openRecordedPast, type RecordedPast} from '../source/recorded-past.ts';
import {emptyFleet, type Fleet} from '../source/scaler/fleet.ts';
import {step} from '../source/scaler/step.ts';
import {noon, recordShop, type Recorded} from './support/recordings.ts';

const second = 1000;
const minute = 60 * second;
let folder = '';
let shop: Recorded;
const path = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'microscale-replay-'));
  shop = await recordShop('the import may wait', path('shop.rec'));
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

/** The fleet at a moment, folded from the very beginning. */
function fleetAt(at: number): Fleet {
  let fleet = emptyFleet('auto');
  for (const entries of shop.entries) {
    if ((entries[0]?.at ?? 0) > at) break;
    fleet = step(fleet, entries).fleet;
  }
  return passTime(fleet, at);
}

const readerOn = (recorded: RecordedPast) => createReader(recorded.past, async () => {});

describe('a recording’s past', () => {
  test('is the live fleet at each moment, byte for byte, wherever it is entered', async () => {
    const recorded = await openRecordedPast(path('shop.rec'));
    expect(JSON.stringify(recorded.fleet)).toBe(JSON.stringify(shop.fleet));
    const reader = readerOn(recorded);
    for (const minutes of [19.5, 3, 12.25, 0.1, 12, 7, 20, 1]) {
      const scene = await reader.look(noon + minutes * minute);
      expect(JSON.stringify(scene.fleet)).toBe(JSON.stringify(fleetAt(scene.at)));
    }
    const end = await reader.look(recorded.to);
    expect(JSON.stringify(end.fleet.services)).toBe(JSON.stringify(shop.fleet.services));
    for (let wider = await reader.widen(recorded.to); wider; wider = await reader.widen(recorded.to))
      expect(wider.samples.length).toBeLessThanOrEqual(600);
  });

  test('ends where it was told to', async () => {
    const recorded = await openRecordedPast(path('shop.rec'), {until: noon + 5 * minute});
    expect(recorded.to).toBeLessThanOrEqual(noon + 5 * minute);
    const scene = await readerOn(recorded).look(noon + 20 * minute);
    expect(scene.at).toBe(recorded.to);
    expect(JSON.stringify(scene.fleet)).toBe(JSON.stringify(fleetAt(recorded.to)));
  });

  test('goes as far as it can be read, and says why no further', async () => {
    const lines = readFileSync(path('shop.rec'), 'utf8').trimEnd().split('\n');
    const broken = Math.floor(lines.length / 2);
    for (const [name, bad, words] of [
      ['half', '{"half":', `:${broken + 1} is damaged: it holds no entries`],
      ['fold', '[1,{"kind":"configured"}]', `:${broken + 1} is damaged: its entries can’t be folded`],
      ['back', '[-99999999,0]', `:${broken + 1} is damaged: its time runs backwards`],
    ] as const) {
      writeFileSync(path(name), lines.with(broken, bad).join('\n'));
      const recorded = await openRecordedPast(path(name));
      expect(recorded.damage).toBe(path(name) + words);
      expect(recorded.to).toBeGreaterThan(noon + 5 * minute);
      const scene = await readerOn(recorded).look(recorded.to);
      expect(JSON.stringify(scene.fleet)).toBe(JSON.stringify(fleetAt(recorded.to)));
    }
  });

  test('leaves out a last line that a crash has cut short', async () => {
    writeFileSync(path('cut'), readFileSync(path('shop.rec')));
    appendFileSync(path('cut'), '[12,["o",0,');
    const recorded = await openRecordedPast(path('cut'));
    expect(recorded.damage).toBeNull();
    expect(JSON.stringify(recorded.fleet)).toBe(JSON.stringify(shop.fleet));
    expect((await readerOn(recorded).look(recorded.to)).at).toBe(recorded.to);
  });

  test.each([
    ['empty', '', 'is empty: it is no recording'],
    ['foreign', '{"some":"json"}\n', 'is no recording: its first line isn’t a header'.replace('’', "'")],
    ['old', '{"microscale":"recording","version":1}\n', 'was recorded in format 1'],
    ['quiet', readHeaderOnly(), 'is a recording in which nothing happened'],
  ])('of what is %s says so', async (name, text, words) => {
    writeFileSync(path(name), text);
    await expect(openRecordedPast(path(name))).rejects.toThrow(words);
  });

  test('of a long recording reads again from the nearest of a bounded number of places', async () => {
    // Sixty days of one service whose demand changes every two minutes: many more stretches than places are kept.
    const begin = readFileSync(path('shop.rec'), 'utf8').split('\n').slice(0, 3).join('\n');
    const changes = Array.from({length: 60 * 24 * 30}, (_, index) => `[120000,["r",0,${1 + (index % 9)}]]`);
    writeFileSync(path('long'), `${begin}\n${changes.join('\n')}\n`);
    const recorded = await openRecordedPast(path('long'));
    const reader = readerOn(recorded);
    for (const days of [59.5, 2, 30.01, 30, 1]) {
      const {fleet, at} = await reader.look(noon + days * 24 * 60 * minute);
      const changed = Math.floor((at - recorded.from) / (2 * minute));
      const web = fleet.services.find(({spec}) => spec.name === 'web')?.demand;
      expect(web).toEqual({kind: 'live', value: 1 + ((changed - 1) % 9)});
    }
  });
});

function readHeaderOnly(): string {
  return '{"microscale":"recording","version":3,"acting":"auto"}\n';
}

describe('a moment', () => {
  const begins = Date.UTC(2026, 10, 24, 12, 0, 30, 400);
  test.each([
    ['10m', begins + 10 * minute],
    ['0s', begins],
    ['12:04', Date.UTC(2026, 10, 24, 12, 4)],
    ['12:04:30', Date.UTC(2026, 10, 24, 12, 4, 30)],
    // The minute, and the second, in which it begins.
    ['12:00', Date.UTC(2026, 10, 24, 12)],
    ['12:00:30', Date.UTC(2026, 10, 24, 12, 0, 30)],
    // Over midnight.
    ['00:10', Date.UTC(2026, 10, 25, 0, 10)],
    ['2026-11-24T12:04:30Z', Date.UTC(2026, 10, 24, 12, 4, 30)],
    ['2026-11-24 12:04:30', Date.UTC(2026, 10, 24, 12, 4, 30)],
    ['2026-11-24T14:04+02:00', Date.UTC(2026, 10, 24, 12, 4)],
    ['2026-11-25', Date.UTC(2026, 10, 25)],
  ])('%s', (text, at) => {
    expect(parseMoment(text, begins)).toBe(at);
  });

  test.each(['', 'noon', '24:00', '12:60', '12', '2026-13-01', '10 minutes', '-5m', '12:04:30.5.5'])('%j is none', text => {
    expect(parseMoment(text, begins)).toBeNull();
  });

  test('of a simulated recording counts from its beginning, past a day too', () => {
    expect(parseMoment('30:10', 0)).toBe(30 * 60 * minute + 10 * minute);
  });
});
