import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {explain} from '../../source/scaler/explain.ts';
import {emptyFleet, type Fleet, type Service} from '../../source/scaler/fleet.ts';
import type {DemandRule, Target} from '../../source/scaler/spec.ts';
import {step, wakeAt} from '../../source/scaler/step.ts';
import {createInvariants} from '../../source/simulator/invariants.ts';
import {after, desiredOf, filler, fleetOf, observed, spec, type Timeless} from '../support/fleets.ts';

const value = (number: number, demand = 0, service = 'web'): Timeless => ({
  kind: 'reading',
  service,
  ...(demand > 0 && {demand}),
  reading: {kind: 'value', value: number},
});
const lost = (demand = 0): Timeless => ({kind: 'reading', service: 'web', demand, reading: {kind: 'error', reason: 'gone'}});
const web = (fleet: Fleet): Service => {
  const [service] = fleet.services;
  if (!service) throw new Error('there is no service');
  return service;
};
const wantOf = (fleet: Fleet) => web(fleet).decision?.want;
const why = (fleet: Fleet) => {
  const {decision} = web(fleet);
  return decision ? explain(decision, at => `t${at}`) : '';
};

describe('several demands', () => {
  const perTen: Target = {kind: 'perReplica', value: 10};
  const demands: readonly DemandRule[] = [
    {label: 'redis list jobs', target: null},
    {label: 'prometheus requests', target: perTen},
  ];
  const two = (...more: readonly Timeless[]) => fleetOf([spec('web', {demands}), filler('batch')], 100, more);

  test('the largest want wins, each by its own target, and the reason names it', () => {
    const fleet = two(value(4), value(65, 1));
    expect(wantOf(fleet)).toBe(7);
    expect(why(fleet)).toBe('prometheus requests: demand 65 ÷ 10');
    expect(web(fleet).demand).toEqual({kind: 'live', value: 65});
    const next = after(fleet, 2000, value(9)).fleet;
    expect(wantOf(next)).toBe(9);
    expect(why(next)).toBe('redis list jobs: demand 9');
  });

  test('one that is lost holds what it asked for, and the others still count', () => {
    let {fleet} = after(two(value(4), value(65, 1)), 2000, lost(1));
    expect(wantOf(fleet)).toBe(7);
    expect(why(fleet)).toBe('prometheus requests: source lost (gone), holds');
    ({fleet} = after(fleet, 3000, value(12)));
    expect(wantOf(fleet)).toBe(12);
    expect(why(fleet)).toBe('redis list jobs: demand 12; prometheus requests: source lost (gone), holds');
    // The peak of the others isn't held by the one that is lost.
    ({fleet} = after(fleet, 4000, value(2)));
    expect(wantOf(fleet)).toBe(7);
  });

  test('one that is lost follows its onLost alone', () => {
    const falls = fleetOf([spec('web', {demands, min: 1, onLost: {kind: 'min'}})], 100, [value(4), value(65, 1)]);
    const {fleet, happenings} = after(falls, 2000, lost(1));
    expect(wantOf(fleet)).toBe(4);
    expect(happenings).toContainEqual({kind: 'source-lost', at: 2000, service: 'web', reason: 'prometheus requests: gone'});
  });

  test('one that has not spoken holds what was found, and no more than that', () => {
    let fleet = two(observed('web', {running: 3}), value(8, 0));
    expect(wantOf(fleet)).toBe(8);
    fleet = after(fleet, 2000, value(0)).fleet;
    expect(wantOf(fleet)).toBe(3);
    fleet = after(fleet, 3000, value(0, 1)).fleet;
    expect(wantOf(fleet)).toBe(0);
  });

  test('a reading of one that is no longer followed is left alone', () => {
    const {fleet} = after(two(value(4), value(65, 1)), 2000, value(900, 2));
    expect(wantOf(fleet)).toBe(7);
  });

  test('a configuration with fewer keeps what it knows of those that stay', () => {
    const before = two(value(4), value(65, 1));
    const {fleet} = after(before, 2000, {kind: 'configured', settings: before.settings, services: [spec('web'), filler('batch')]});
    expect(web(fleet)).toMatchObject({demand: {kind: 'live', value: 4}, followed: [], decision: {want: 4}});
  });

  test('hold the invariants, whatever they say', () => {
    const says = fc.array(
      fc.record({demand: fc.integer({min: 0, max: 2}), number: fc.option(fc.integer({min: 0, max: 200}), {nil: null})}),
      {
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(says, given => {
        const check = createInvariants();
        let fleet = two();
        let at = 1000;
        for (const {demand, number} of given) {
          at += 500;
          const before = fleet;
          const result = after(fleet, at, number === null ? lost(demand) : value(number, demand));
          fleet = result.fleet;
          expect(check({before, result, truth: null, holding: null})).toEqual([]);
        }
      }),
    );
  });
});

describe('utilization', () => {
  const target: Target = {kind: 'utilization', ratio: 0.5, tolerance: 0.1};
  const usage = (total: number, replicas: number): Timeless => ({
    kind: 'reading',
    service: 'web',
    reading: {kind: 'usage', total, replicas},
  });
  const running = (count: number, pending = 0) => {
    const found = [observed('web', {running: count, pending}), usage(0.5 * count, count)];
    return fleetOf([spec('web', {target, min: 1})], 100, found);
  };

  test.each([
    ['twice as much as wanted asks for twice as many', 4, 4, 4, 8],
    ['half as much as wanted asks for half as many', 4, 1, 4, 2],
    ['within the tolerance nothing changes', 4, 2.15, 4, 4],
    ['beyond it the answer is rounded up', 4, 2.3, 4, 5],
    ['replicas that aren’t measured count as unused when it would grow', 4, 3, 2, 6],
    ['and as used as wanted when it would shrink', 4, 0.2, 2, 3],
    ['where that turns the answer round nothing changes', 4, 1.3, 2, 4],
  ])('%s', (_title, count, total, measured, want) => {
    expect(wantOf(after(running(count), 2000, usage(total, measured)).fleet)).toBe(want);
  });

  test('a slow start never makes it grow again', () => {
    let fleet = after(running(4), 2000, usage(4, 4)).fleet;
    for (let at = 3000; at < 60_000; at += 1000) {
      fleet = after(fleet, at, observed('web', {running: 4, pending: 4, order: web(fleet).order}), usage(4, 4)).fleet;
      expect(wantOf(fleet)).toBe(8);
    }
  });

  test('an average without a count tells of new replicas only after a while', () => {
    let fleet = after(running(4), 2000, value(1)).fleet;
    expect(wantOf(fleet)).toBe(8);
    // They run, and the average doesn't show it yet.
    fleet = after(fleet, 3000, observed('web', {running: 8, order: web(fleet).order}), value(1)).fleet;
    expect(wantOf(fleet)).toBe(8);
    fleet = after(fleet, 20_000, value(0.5)).fleet;
    expect(wantOf(fleet)).toBe(8);
  });

  test('says how much is used of how many', () => {
    expect(why(after(running(4), 2000, usage(4, 4)).fleet)).toBe('100% used of 4, 50% wanted');
  });
});

describe('proportional-derivative control', () => {
  const target: Target = {kind: 'pd', length: 50, proportional: 0.04, derivative: 1.25};
  const after2 = (fleet: Fleet, everyMs: number, seconds: number, lengthAt: (second: number) => number) => {
    let now = fleet;
    for (let ms = everyMs; ms <= seconds * 1000; ms += everyMs) now = after(now, fleet.at + ms, value(lengthAt(ms / 1000))).fleet;
    return now;
  };
  const start = () => fleetOf([spec('web', {target})], 10_000, [value(50)]);

  test('grows by 0.04 for each item too many and second, and by 1.25 for each item more', () => {
    expect(wantOf(after(start(), 2000, value(60)).fleet)).toBe(Math.floor(0.04 * 10 + 1.25 * 10 + 0.5));
  });

  test('counts by the second and not by the sample', () => {
    const ramp = (second: number) => 50 + 2 * second;
    const [often, seldom] = [after2(start(), 100, 20, ramp), after2(start(), 1000, 20, ramp)];
    expect(Math.abs((wantOf(often) ?? 0) - (wantOf(seldom) ?? 0))).toBeLessThanOrEqual(1);
  });

  test('shrinks only while the queue is shorter than 0.7 of its target', () => {
    const grown = after2(start(), 500, 10, second => 50 + 2 * second);
    const want = wantOf(grown);
    const shorter = after(grown, grown.at + 500, value(40)).fleet;
    expect(wantOf(shorter)).toBe(want);
    expect(wantOf(after(shorter, shorter.at + 500, value(20)).fleet)).toBeLessThan(want ?? 0);
  });

  test('does not ask again and again for what is on its way', () => {
    let fleet = after(start(), 2000, value(60)).fleet;
    const want = wantOf(fleet) ?? 0;
    for (let at = 3000; at < 30_000; at += 1000)
      fleet = after(fleet, at, observed('web', {pending: want, order: web(fleet).order}), value(60)).fleet;
    expect(wantOf(fleet)).toBe(want);
  });
});

describe('a lead', () => {
  const ahead = (rest: Parameters<typeof spec>[1] = {}) =>
    fleetOf([spec('web', {lead: {kind: 'given', ms: 5000}, ...rest})], 1000, [value(10)]);
  const ramp = (fleet: Fleet, seconds: number, slope: number) => {
    let now = fleet;
    for (let second = 1; second <= seconds; second++) now = after(now, fleet.at + second * 1000, value(10 + slope * second)).fleet;
    return now;
  };

  test('looks ahead on a ramp by the time that a replica takes to serve, and shows both', () => {
    const fleet = ramp(ahead(), 60, 2);
    expect(wantOf(fleet)).toBe(140);
    expect(why(fleet)).toBe('demand 130 and 140 ahead');
  });

  test('never says less than what is measured', () => {
    const fleet = ramp(fleetOf([spec('web', {lead: {kind: 'given', ms: 5000}})], 1000, [value(200)]), 60, -1);
    expect(wantOf(fleet)).toBe(0);
    const falling = ramp(ahead(), 5, -1);
    expect(wantOf(falling)).toBe(5);
  });

  test('expects nothing of a source that has fallen silent', () => {
    const fleet = ramp(ahead(), 60, 2);
    const due = wakeAt(fleet);
    expect(due).not.toBeNull();
    expect(wantOf(after(fleet, due ?? 0, {kind: 'tick'}).fleet)).toBe(130);
    expect(wakeAt(after(fleet, due ?? 0, {kind: 'tick'}).fleet)).toBeNull();
  });

  test('auto is as long as its handovers are learned to take', () => {
    let fleet = fleetOf([spec('web', {lead: {kind: 'auto'}})], 1000, [value(1)]);
    expect(web(fleet).serveMs).toBeNull();
    const {order} = web(fleet);
    fleet = after(fleet, 5000, observed('web', {running: 1, order})).fleet;
    expect(web(fleet).serveMs).toBe(4000);
    expect(wantOf(ramp(fleet, 60, 2))).toBe(138);
  });

  test('off, nothing is remembered of it', () => {
    expect(web(fleetOf([spec('web')], 10, [value(3)])).followed).toEqual([]);
  });
});

describe('a tolerance', () => {
  test('keeps a want that moves by no more than that share of itself, and says so', () => {
    const fleet = fleetOf([spec('web', {tolerance: 0.2})], 100, [value(10)]);
    const near = after(fleet, 2000, value(12)).fleet;
    expect(wantOf(near)).toBe(10);
    expect(wantOf(after(near, 3000, value(13)).fleet)).toBe(13);
    expect(wantOf(after(near, 3000, value(8)).fleet)).toBe(10);
    expect(wantOf(after(near, 3000, value(0)).fleet)).toBe(0);
  });
});

describe('a flap guard', () => {
  test('makes shrinking wait longer each time it was followed by growth', () => {
    let fleet = fleetOf([spec('web', {flapGuardMs: 60_000, settleMs: 2000})], 100, [value(10)]);
    let at = 1000;
    const shrinksAfter: number[] = [];
    for (let round = 0; round < 6; round++) {
      at += 1000;
      fleet = after(fleet, at, value(5)).fleet;
      const due = wakeAt(fleet) ?? at;
      shrinksAfter.push(due - at);
      at = due;
      fleet = after(fleet, at, {kind: 'tick'}).fleet;
      expect(desiredOf(fleet)['web']).toBe(5);
      at += 1000;
      fleet = after(fleet, at, value(10)).fleet;
      expect(desiredOf(fleet)['web']).toBe(10);
    }
    expect(shrinksAfter).toEqual([2000, 10_000, 20_000, 40_000, 60_000, 60_000]);
    // Long after the last one it is as it was.
    fleet = after(fleet, at + 1000, value(11)).fleet;
    fleet = after(fleet, at + 400_000, value(12)).fleet;
    fleet = after(fleet, at + 401_000, value(5)).fleet;
    expect((wakeAt(fleet) ?? 0) - (at + 401_000)).toBe(2000);
  });

  test('is for services that ask for it', () => {
    const fleet = fleetOf([spec('web')], 100, [value(10)]);
    expect(web(after(fleet, 2000, value(5)).fleet).flaps).toBeNull();
  });
});

describe('a fixed target', () => {
  test('needs no demand', () => {
    const fleet = fleetOf([spec('web', {target: {kind: 'fixed', replicas: 3}}), filler('batch')], 10);
    expect(desiredOf(fleet)).toEqual({web: 3, batch: 7});
    expect(why(fleet)).toBe('always 3');
  });
});

describe('a target that changes', () => {
  test('is followed from the demand as it was last read', () => {
    const before = fleetOf([spec('web')], 100, [value(30)]);
    const queue: Target = {kind: 'queue', drainWithinMs: 30_000, rate: 0.5, arrivals: 0, tolerance: 0.1};
    const configured = (target: Target) => ({kind: 'configured', settings: before.settings, services: [spec('web', {target})]}) as const;
    const drained = after(before, 2000, configured(queue)).fleet;
    expect(wantOf(drained)).toBe(2);
    // Another time to drain in is another want at once.
    expect(wantOf(after(drained, 3000, configured({...queue, drainWithinMs: 10_000})).fleet)).toBe(6);
    expect(wantOf(after(drained, 3000, configured({kind: 'direct'})).fleet)).toBe(30);
  });

  test('that came together with its first reading is followed all the same', () => {
    const target: Target = {kind: 'queue', drainWithinMs: 30_000, rate: 1, arrivals: 0, tolerance: 0.1};
    const settings = {project: 'test', capacity: 10, nodeSlots: [], overrideMs: null, modes: []};
    const entries = [
      {kind: 'configured', settings, services: [spec('web', {target})]},
      {kind: 'reading', service: 'web', reading: {kind: 'queue', waiting: 90, inFlight: 0, arrived: null}},
      {kind: 'connected'},
      observed('web'),
    ] as const;
    const {fleet} = step(
      emptyFleet('auto'),
      entries.map(entry => ({...entry, at: 1000})),
    );
    expect(wantOf(fleet)).toBe(3);
  });
});
