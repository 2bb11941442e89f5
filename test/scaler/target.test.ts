import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {emptyFleet} from '../../source/scaler/fleet.ts';
import {rememberPeaks, replicasFor} from '../../source/scaler/target.ts';
import {desiredOf, filler, fleetOf, observed, reading, spec, after} from '../support/fleets.ts';

describe('a target turns demand into replicas', () => {
  test.each([
    ['direct', {kind: 'direct'}, 0, 0],
    ['direct rounds up', {kind: 'direct'}, 6.1, 7],
    ['direct keeps whole numbers', {kind: 'direct'}, 7, 7],
    ['perReplica divides and rounds up', {kind: 'perReplica', value: 50}, 101, 3],
    ['perReplica meets its number exactly', {kind: 'perReplica', value: 50}, 100, 2],
    ['perReplica is not fooled by floating-point dust', {kind: 'perReplica', value: 0.1}, 0.1 + 0.1 + 0.1, 3],
  ] as const)('%s', (_title, target, demand, replicas) => {
    expect(replicasFor(target, demand)).toBe(replicas);
  });

  test('serves at least the demand and never one replica more than needed', () => {
    fc.assert(
      fc.property(fc.double({min: 0, max: 1e6, noNaN: true}), fc.double({min: 0.01, max: 1e4, noNaN: true}), (demand, value) => {
        const replicas = replicasFor({kind: 'perReplica', value}, demand);
        expect(replicas * value).toBeGreaterThanOrEqual(demand - value * 1e-6);
        if (replicas > 0) expect((replicas - 1) * value).toBeLessThan(demand + value * 1e-6);
      }),
    );
  });
});

describe('a source that is lost', () => {
  const lost = {kind: 'reading', service: 'web', reading: {kind: 'error', reason: 'gone'}} as const;

  test.each([
    ['holds', {kind: 'hold'}, 6],
    ['falls to its min', {kind: 'min'}, 1],
    ['goes to its max', {kind: 'max'}, 8],
    ['goes to a number', {kind: 'replicas', replicas: 4}, 4],
  ] as const)('%s where onLost says so', (_title, onLost, desired) => {
    const fleet = fleetOf([spec('web', {min: 1, max: 8, onLost}), filler('batch')], 10, [reading('web', 6)]);
    expect(desiredOf(after(fleet, 2000, lost).fleet)['web']).toBe(desired);
  });

  test.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('a reading of %s is a lost source, not a demand', value => {
    const fleet = fleetOf([spec('web'), filler('batch')], 10, [reading('web', 6)]);
    const next = after(fleet, 2000, reading('web', value)).fleet;
    expect(desiredOf(next)['web']).toBe(6);
    expect(next.services[0]?.demand.kind).toBe('lost');
  });

  test('a source that never spoke keeps what was found running', () => {
    const fleet = fleetOf([spec('web'), filler('batch')], 10, [observed('web', {running: 3})]);
    expect(desiredOf(fleet)['web']).toBe(3);
  });

  test('a source that speaks later than the host keeps what was found, although the configuration came first', () => {
    const settings = {project: 'test', capacity: 10, nodeSlots: [], overrideMs: null, modes: []};
    const configured = {kind: 'configured', settings, services: [spec('web'), filler('batch', {priority: 2})]} as const;
    const before = after(emptyFleet('auto'), 1000, configured, {kind: 'connected'}).fleet;
    const {fleet, actions} = after(before, 1001, observed('web', {running: 6}), observed('batch', {running: 4}));
    expect(desiredOf(fleet)).toEqual({web: 6, batch: 4});
    expect(actions.map(({service, replicas}) => [service, replicas])).toEqual([
      ['web', 6],
      ['batch', 4],
    ]);
  });

  test('is told once, and again when it is back', () => {
    const fleet = fleetOf([spec('web')], 10, [reading('web', 6)]);
    const away = after(fleet, 2000, lost);
    expect(away.happenings.map(({kind}) => kind)).toContain('source-lost');
    const still = after(away.fleet, 2500, lost);
    expect(still.happenings).toEqual([]);
    expect(still.changed).toBe(false);
    expect(after(still.fleet, 3000, reading('web', 5)).happenings.map(({kind}) => kind)).toContain('source-found');
  });
});

describe('settling', () => {
  test('growth is at once, and shrinking waits until the window has passed', () => {
    let fleet = fleetOf([spec('web', {settleMs: 5000}), filler('batch')], 10, [reading('web', 3)]);
    fleet = after(fleet, 2000, reading('web', 8)).fleet;
    expect(desiredOf(fleet)['web']).toBe(8);
    fleet = after(fleet, 3000, reading('web', 2)).fleet;
    expect(desiredOf(fleet)['web']).toBe(8);
    expect(fleet.services[0]?.decision?.reasons.map(({kind}) => kind)).toContain('settling');
    fleet = after(fleet, 7999, {kind: 'tick'}).fleet;
    expect(desiredOf(fleet)['web']).toBe(8);
    fleet = after(fleet, 8000, {kind: 'tick'}).fleet;
    expect(desiredOf(fleet)['web']).toBe(2);
  });

  test('remembers exactly the largest want of the window', () => {
    const wants = fc.array(fc.record({want: fc.integer({min: 0, max: 20}), afterMs: fc.integer({min: 1, max: 3000})}), {maxLength: 30});
    fc.assert(
      fc.property(wants, fc.integer({min: 0, max: 6000}), (changes, settleMs) => {
        let at = 0;
        let before: number | null = null;
        let peaks: ReturnType<typeof rememberPeaks> = [];
        const ended: {want: number; endedAt: number}[] = [];
        for (const {want, afterMs} of changes) {
          at += afterMs;
          peaks = rememberPeaks(peaks, before, want, at, settleMs);
          if (before !== null && before !== want) ended.push({want: before, endedAt: at});
          const covered = ended.filter(past => past.endedAt + settleMs > at).map(past => past.want);
          expect(Math.max(want, peaks[0]?.want ?? 0)).toBe(Math.max(want, ...covered));
          before = want;
        }
      }),
    );
  });
});
