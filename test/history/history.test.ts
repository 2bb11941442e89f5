import {beforeAll, describe, expect, test} from 'vitest';
import {createHistory, stretchMs, type History, type HistoryLimits} from '../../source/history/history.ts';
import {createReader} from '../../source/history/reader.ts';
import {passTime, sampleOf} from '../../source/history/sample.ts';
import type {Past, Sample} from '../../source/ports.ts';
import type {Happening} from '../../source/scaler/entry.ts';
import {emptyFleet, type Fleet} from '../../source/scaler/fleet.ts';
import {step} from '../../source/scaler/step.ts';
import {seededChance} from '../../source/simulator/chance.ts';
import {noon, recordShop, type Recorded} from '../support/recordings.ts';

const second = 1000;
const minute = 60 * second;
let shop: Recorded;
beforeAll(async () => {
  shop = await recordShop('the import may wait');
});

interface Lived {
  readonly history: History;
  /** The live fleet at each whole second, as an engine that was looked at then would have told it. */
  readonly fleets: ReadonlyMap<number, Fleet>;
  readonly samples: readonly Sample[];
  readonly happenings: readonly Happening[];
  readonly end: number;
}

/** An engine's life: what the shop's recording holds, with a tick each second, as the feed makes them. */
function live(limits?: HistoryLimits): Lived {
  let fleet = emptyFleet('auto');
  const history = createHistory(fleet, limits);
  const fleets = new Map<number, Fleet>();
  const samples: Sample[] = [];
  const happenings: Happening[] = [];
  let next = Math.ceil((shop.entries[0]?.[0]?.at ?? 0) / second) * second;
  const tickUntil = (end: number) => {
    for (; next < end; next += second) {
      const ticked = step(fleet, [{kind: 'tick', at: next}]);
      history.keep([{kind: 'tick', at: next}], ticked);
      fleet = ticked.fleet;
      fleets.set(next, fleet);
      samples.push(sampleOf(fleet, next));
    }
  };
  for (const entries of shop.entries) {
    tickUntil(entries[0]?.at ?? 0);
    const result = step(fleet, entries);
    history.keep(entries, result);
    happenings.push(...result.happenings);
    fleet = result.fleet;
  }
  return {history, fleets, samples, happenings, end: next - second};
}

/** Looks through what a socket would carry. */
function reading({history, end}: Lived) {
  let asked = 0;
  const reader = createReader(
    async at => {
      asked++;
      return JSON.parse(JSON.stringify(history.past(at, end + second))) as Past;
    },
    async () => {},
  );
  const full = async (at: number) => {
    let scene = await reader.look(at);
    for (let wider = await reader.widen(at); wider; wider = await reader.widen(at)) scene = wider;
    return scene;
  };
  return {reader, full, asked: () => asked};
}

const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

describe('the last hour', () => {
  test('gives the live fleet of each moment, byte for byte, in whatever order it is looked at', async () => {
    const lived = live();
    const {reader} = reading(lived);
    const chance = seededChance(3);
    const moments = [...lived.fleets.keys()];
    for (let turn = 0; turn < 150; turn++) {
      const at = moments[Math.floor(chance() * moments.length)] ?? 0;
      const scene = await reader.look(at);
      expect(scene.at).toBe(at);
      expect(JSON.stringify(scene.fleet)).toBe(JSON.stringify(lived.fleets.get(at)));
    }
  });

  test('gives the samples and the happenings of the minutes before, as they were', async () => {
    const lived = live();
    const {full} = reading(lived);
    for (const at of [noon + 90 * second, noon + 11 * minute, noon + 17 * minute + 33 * second]) {
      const {samples, happenings} = await full(at);
      expect(samples).toEqual(plain(lived.samples.filter(sample => sample.at > at - 10 * minute && sample.at <= at)));
      expect(happenings.length).toBeGreaterThan(0);
      const before = lived.happenings.filter(happening => happening.at <= at);
      expect(happenings).toEqual(plain(before.slice(-happenings.length)));
    }
  });

  test('a step back or forth asks for nothing new within the minute, and each stretch is asked for once', async () => {
    const lived = live();
    const {reader, full, asked} = reading(lived);
    await full(noon + 15 * minute);
    const before = asked();
    for (let back = 1; back <= 9 * 60; back++) await reader.look(noon + 15 * minute - back * second);
    expect(asked()).toBe(before);
  });

  test('what isn’t kept is the nearest that is', async () => {
    const lived = live();
    const {reader} = reading(lived);
    const oldest = await reader.look(0);
    expect(oldest.at).toBe(oldest.from);
    expect(oldest.from).toBeGreaterThanOrEqual(noon);
    expect((await reader.look(noon + 1000 * minute)).at).toBe(lived.end + second);
  });

  test('grows with the engine: a moment that has only just been is there', async () => {
    const lived = live();
    let now = noon + 10 * minute;
    const reader = createReader(
      async at => lived.history.past(at, now),
      async () => {},
    );
    await reader.look(now - second);
    now += 30 * second;
    const scene = await reader.look(now - second);
    expect(scene.at).toBe(now - second);
    expect(JSON.stringify(scene.fleet)).toBe(JSON.stringify(lived.fleets.get(now - second)));
  });
});

describe('is bounded', () => {
  test('by age: what is older goes, a whole stretch at a time', async () => {
    const lived = live({ageMs: 5 * minute, bytesMax: Number.POSITIVE_INFINITY});
    const {from, to} = lived.history.past(0, lived.end + second);
    expect(to - from).toBeGreaterThanOrEqual(5 * minute);
    expect(to - from).toBeLessThan(7 * minute);
    const {reader} = reading(lived);
    const {at, fleet} = await reader.look(0);
    expect(JSON.stringify(fleet)).toBe(JSON.stringify(lived.fleets.get(at)));
  });

  test('by bytes: the oldest goes whole, and the rest is as it was', async () => {
    const whole = live();
    const bytesMax = Math.floor(whole.history.bytes() / 2);
    const lived = live({ageMs: Number.POSITIVE_INFINITY, bytesMax});
    expect(lived.history.bytes()).toBeLessThanOrEqual(bytesMax);
    const {from, to} = lived.history.past(0, lived.end);
    expect(to - from).toBeGreaterThan(4 * minute);
    expect(to - from).toBeLessThan(16 * minute);
    const {reader} = reading(lived);
    for (const at of [from, from + 70 * second, to - second]) {
      const scene = await reader.look(at);
      expect(JSON.stringify(scene.fleet)).toBe(JSON.stringify(whole.fleets.get(scene.at)));
    }
  });

  test('an hour of three services is less than a megabyte', () => {
    const lived = live();
    expect((lived.history.bytes() * 60) / 20).toBeLessThan(1024 * 1024);
  });

  test('a quiet engine keeps its hour in one stretch, and its samples stay few', async () => {
    let fleet = emptyFleet('auto');
    const history = createHistory(fleet);
    for (const entries of shop.entries.slice(0, 3)) {
      const result = step(fleet, entries);
      history.keep(entries, result);
      fleet = result.fleet;
    }
    const later = noon + 59 * minute;
    const reader = createReader(
      async at => history.past(at, later),
      async () => {},
    );
    const scene = await reader.look(later - second);
    expect(scene.samples).toHaveLength(600);
    expect(JSON.stringify(scene.fleet)).toBe(JSON.stringify(passTime(fleet, later - second)));
    expect(stretchMs).toBe(minute);
  });
});

describe('says why it can’t be read', () => {
  const refusal = (change: (past: Past) => Past) => {
    const {history, end} = live();
    const reader = createReader(
      async at => change(history.past(at, end)),
      async () => {},
    );
    return reader.look(end);
  };

  test('of another version', async () => {
    await expect(refusal(past => ({...past, format: past.format + 1}))).rejects.toThrow('the engine is another version of microscale');
  });

  test('damaged', async () => {
    const damage = (past: Past): Past => ({...past, stretch: past.stretch && {...past.stretch, lines: ['[1,["o",99,1]]']}});
    await expect(refusal(damage)).rejects.toThrow('can’t be read');
  });

  test('before anything has happened', async () => {
    await expect(refusal(past => ({...past, stretch: null}))).rejects.toThrow('nothing of the past is kept yet');
    await expect(refusal(past => ({...past, from: noon + 100, to: noon + 900}))).rejects.toThrow('nothing of the past is kept yet');
  });
});
