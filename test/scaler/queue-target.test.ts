import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Fleet} from '../../source/scaler/fleet.ts';
import type {Target} from '../../source/scaler/spec.ts';
import {step} from '../../source/scaler/step.ts';
import {after, fleetOf, observed, spec, type Timeless} from '../support/fleets.ts';
import {burst, changes, live, stream} from '../support/queue-world.ts';

const queue = (rest: Partial<Extract<Target, {kind: 'queue'}>> = {}): Target => ({
  kind: 'queue',
  drainWithinMs: 30_000,
  rate: null,
  arrivals: null,
  tolerance: 0.1,
  ...rest,
});
const told = (waiting: number, inFlight = 0, arrived: number | null = null): Timeless => ({
  kind: 'reading',
  service: 'jobs',
  reading: {kind: 'queue', waiting, inFlight, arrived},
});
const jobs = (target: Target, more: readonly Timeless[] = []) => fleetOf([spec('jobs', {target})], 1000, more);
const wantOf = (fleet: Fleet) => fleet.services[0]?.decision?.want ?? -1;

describe('with the rate and the arrivals given, it is the formula', () => {
  test.each([
    ['nothing waits and nothing comes', 0, 0, 1, 0],
    ['one item that waits needs one replica', 1, 0, 1, 1],
    ['a backlog is divided by the time and the rate', 300, 0, 2, 5],
    ['arrivals are kept up with', 0, 4, 1.5, 3],
    ['both together', 30, 2, 1, 3],
    ['never more replicas than items, beside those that keep up', 3, 0, 0.001, 3],
  ])('%s', (_title, backlog, arrivals, rate, want) => {
    expect(wantOf(jobs(queue({arrivals, rate}), [told(backlog)]))).toBe(want);
  });

  test('what is being worked on counts, so that a busy replica is not taken for an idle one', () => {
    expect(wantOf(jobs(queue({arrivals: 0, rate: 0.2}), [observed('jobs', {running: 3}), told(0, 3)]))).toBe(1);
    expect(wantOf(jobs(queue({arrivals: 0, rate: 0.01}), [observed('jobs', {running: 3}), told(0, 3)]))).toBe(3);
  });

  test('a plain number is taken for what waits', () => {
    const value = {kind: 'reading', service: 'jobs', reading: {kind: 'value', value: 300}} as const;
    expect(wantOf(jobs(queue({arrivals: 0, rate: 2}), [value]))).toBe(5);
  });

  test('more in the queue never asks for fewer replicas', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 0, max: 5000}),
        fc.integer({min: 0, max: 5000}),
        fc.double({min: 0, max: 50, noNaN: true}),
        fc.double({min: 0.01, max: 50, noNaN: true}),
        (one, other, arrivals, rate) => {
          const [less, more] = [one, other].toSorted((a, b) => a - b);
          const want = (backlog: number) => wantOf(jobs(queue({arrivals, rate}), [told(backlog)]));
          expect(want(less ?? 0)).toBeLessThanOrEqual(want(more ?? 0));
        },
      ),
    );
  });
});

describe('while nobody knows how fast a replica is', () => {
  test('it begins with one, and never asks for more than there are items', () => {
    expect(wantOf(jobs(queue(), [told(1000)]))).toBe(1);
    const {lived} = live({target: queue(), tells: 'length', arrivals: burst(3, 1), rate: 0.05, seconds: 60});
    expect(Math.max(...lived.map(({want}) => want))).toBeLessThanOrEqual(3);
  });

  test('replicas that are slow to start are waited for, not asked for again', () => {
    for (const tells of ['length', 'in-flight', 'arrivals'] as const) {
      const {lived} = live({target: queue(), tells, arrivals: burst(400, 1), rate: 2, startMs: 60_000, seconds: 60});
      expect(new Set(lived.filter(({at}) => at > 1500).map(({want}) => want))).toEqual(new Set([1]));
    }
  });

  test('what runs is left as it is until more is known', () => {
    expect(wantOf(jobs(queue(), [observed('jobs', {running: 4}), told(0, 2)]))).toBe(4);
  });
});

describe('slow starts', () => {
  test('never make a known rate ask for more', () => {
    let fleet = jobs(queue({rate: 1, arrivals: 0}), [told(300)]);
    expect(wantOf(fleet)).toBe(10);
    const order = fleet.services[0]?.order ?? 0;
    for (let second = 1; second <= 60; second++) {
      fleet = after(fleet, 1000 + second * 1000, observed('jobs', {pending: 10, order}), told(300)).fleet;
      expect(wantOf(fleet)).toBe(10);
    }
  });
});

const kinds = ['length', 'in-flight', 'arrivals'] as const;

describe('a burst', () => {
  test.each(kinds)('is drained within the time once the rate is known, from a source that tells %s', tells => {
    const target = queue({rate: 1.5});
    for (const items of [100, 1000]) {
      const {lived} = live({target, tells, arrivals: burst(items, 20), rate: 1.5, even: true, seconds: 120});
      const done = lived.find(({at, backlog}) => at > 20_100 && backlog === 0);
      expect((done?.at ?? Number.POSITIVE_INFINITY) - 20_000).toBeLessThanOrEqual(30_000 + 500);
      expect(Math.max(...lived.map(({want}) => want))).toBeLessThanOrEqual(Math.ceil((items / 30 / 1.5) * 1.5));
    }
  });

  test.each(kinds)('is drained in about that time while the rate is still learned, from a source that tells %s', tells => {
    for (const [items, rate] of [
      [100, 1.5],
      [300, 2],
      [1000, 5],
      [1000, 1.5],
    ] as const) {
      const {lived} = live({target: queue(), tells, arrivals: burst(items, 20), rate, even: true, seconds: 240});
      const done = lived.find(({at, backlog}) => at > 20_100 && backlog === 0);
      expect((done?.at ?? Number.POSITIVE_INFINITY) - 20_000).toBeLessThanOrEqual(33_000);
    }
  });

  test.each(['in-flight', 'arrivals'] as const)(
    'of a server that counts every 5 s is drained without asking again for what was asked for, by %s',
    tells => {
      for (const countsMs of [1000, 5000]) {
        const {lived} = live({target: queue(), tells, arrivals: burst(300, 20), rate: 2, even: true, countsMs, seconds: 240});
        const done = lived.find(({at, backlog}) => at > 20_100 && backlog === 0);
        expect((done?.at ?? Number.POSITIVE_INFINITY) - 20_000).toBeLessThanOrEqual(33_000);
        expect(Math.max(...lived.map(({want}) => want))).toBeLessThanOrEqual(3 * 5);
      }
    },
  );

  test.each(kinds)('leaves nobody behind once it is over, from a source that tells %s', tells => {
    const {lived} = live({target: queue(), tells, arrivals: burst(1000, 20), rate: 1.5, seconds: 400});
    expect(lived.at(-1)).toMatchObject({want: 0, running: 0, backlog: 0});
  });
});

describe('a steady stream', () => {
  test.each(kinds)('changes the want at most once a minute, from a source that tells %s', tells => {
    for (const rate of [1, 1.25, 1.5, 1.75, 2]) {
      const {lived} = live({target: queue(), tells, arrivals: stream(4, true), rate, even: true, seconds: 600});
      expect(changes(lived, 120, 600)).toBeLessThanOrEqual(8);
      const late = lived.filter(({at}) => at > 120_000);
      expect(Math.max(...late.map(({backlog}) => backlog))).toBeLessThan(60);
      expect(Math.max(...late.map(({running}) => running))).toBeLessThanOrEqual(2 * Math.ceil(4 / rate));
    }
  });

  test.each(kinds)('that comes as chance has it is kept up with, from a source that tells %s', tells => {
    let moved = 0;
    for (const seed of [1, 2, 3, 4]) {
      const {lived} = live({target: queue(), tells, arrivals: stream(4), rate: 1.5, seconds: 600, seed});
      moved += changes(lived, 120, 600);
      const late = lived.filter(({at}) => at > 120_000);
      expect(Math.max(...late.map(({backlog}) => backlog))).toBeLessThan(120);
    }
    expect(moved).toBeLessThanOrEqual(4 * 8);
  });

  test('whose replicas are counted is learned: what comes, and what one does', () => {
    const {fleet} = live({target: queue(), tells: 'arrivals', arrivals: stream(4, true), rate: 1.5, even: true, seconds: 300});
    const memory = fleet.services[0]?.followed[0]?.memory;
    if (memory?.kind !== 'queue') throw new Error('nothing is remembered of the queue');
    expect(memory.estimate.arrivals).toBeCloseTo(4, 1);
    expect(memory.estimate.rate).toBeGreaterThan(1.2);
    expect(memory.estimate.rate).toBeLessThan(1.8);
  });

  test('that ends leaves nobody behind, though an empty list never said that its workers were idle', () => {
    const ends = stream(4, true);
    const arrivals = (from: number, to: number, chance: () => number) => (from < 120 ? ends(from, to, chance) : 0);
    const {lived} = live({target: queue(), tells: 'length', arrivals, rate: 1.5, even: true, seconds: 900});
    expect(lived.at(-1)).toMatchObject({want: 0, running: 0});
  });
});

describe('whatever a source says', () => {
  const readings = fc.array(
    fc.record({
      afterMs: fc.constantFrom(0, 1, 100, 500, 1000, 5000, 120_000),
      waiting: fc.oneof(fc.integer({min: 0, max: 50}), fc.constantFrom(0, 1e6, 1e15, Number.MAX_VALUE)),
      inFlight: fc.integer({min: 0, max: 50}),
      arrived: fc.option(fc.integer({min: 0, max: 2000}), {nil: null}),
      running: fc.integer({min: 0, max: 30}),
      pending: fc.integer({min: 0, max: 5}),
    }),
    {maxLength: 40},
  );

  test('the want is a whole number from 0 up, and the same entries give the same fleet byte for byte', () => {
    fc.assert(
      fc.property(readings, given => {
        const first = jobs(queue());
        let [fleet, again] = [first, first];
        let at = first.at;
        for (const {afterMs, waiting, inFlight, arrived, running, pending} of given) {
          at += afterMs;
          const entries = [observed('jobs', {running, pending}), told(waiting, inFlight, arrived)].map(entry => ({...entry, at}));
          fleet = step(fleet, entries).fleet;
          again = step(again, JSON.parse(JSON.stringify(entries)) as typeof entries).fleet;
          const {rawWant} = fleet.services[0] ?? {};
          expect(Number.isSafeInteger(rawWant) && (rawWant ?? -1) >= 0).toBe(true);
          expect(JSON.stringify(fleet)).not.toMatch(/null,"rateVariance"|NaN|Infinity/);
        }
        expect(JSON.stringify(again)).toBe(JSON.stringify(fleet));
      }),
      {numRuns: 200},
    );
  });

  test('an empty queue that nobody works on is remembered no further', () => {
    let fleet = jobs(queue(), [told(0)]);
    for (let at = 1500; at < 6000; at += 500) fleet = after(fleet, at, told(0)).fleet;
    expect(after(fleet, 7000, told(0)).changed).toBe(false);
  });

  test('a counter that begins anew is no stream', () => {
    let fleet = jobs(queue({rate: 1}), [told(0, 0, 1_000_000)]);
    for (let at = 1500; at < 20_000; at += 500) fleet = after(fleet, at, told(0, 0, at < 10_000 ? 1_000_000 : 3)).fleet;
    expect(wantOf(fleet)).toBe(0);
  });
});
