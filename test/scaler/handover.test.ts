import {describe, expect, test} from 'vitest';
import {tell, tellBriefly} from '../../source/scaler/explain.ts';
import type {Fleet} from '../../source/scaler/fleet.ts';
import {after, filler, fleetOf, observed, reading, spec} from '../support/fleets.ts';

const clock = (at: number) => `t${at}`;
const freezing = filler('batch', {priority: 3, preempt: {kind: 'freeze', max: 10, forMs: 60_000, thenStop: false}});
const services = [spec('web'), spec('mail', {priority: 2}), freezing];
const orderOf = (fleet: Fleet, name: string) => fleet.services.find(service => service.spec.name === name)?.order ?? 0;
const seen = (fleet: Fleet, name: string, counts: Parameters<typeof observed>[1]) =>
  observed(name, {...counts, order: orderOf(fleet, name)});
const open = (fleet: Fleet, name: string) => fleet.services.find(service => service.spec.name === name)?.handover;

/** web 2, mail 2 and batch 6 run, as they were asked to. */
function settled(specs = services) {
  const fleet = fleetOf(specs, 10, [reading('web', 2), reading('mail', 2)]);
  return after(fleet, 1100, seen(fleet, 'web', {running: 2}), seen(fleet, 'mail', {running: 2}), seen(fleet, 'batch', {running: 6})).fleet;
}

describe('a handover', () => {
  test('knows who gave, who got, and when each stage was over', () => {
    let {fleet} = after(settled(), 2000, reading('web', 5));
    expect(open(fleet, 'web')).toEqual({
      service: 'web',
      replicas: 3,
      givers: [{service: 'batch', replicas: 3, how: 'frozen'}],
      decidedAt: 2000,
      askedAt: 2000,
      freedAt: null,
      startedAt: null,
    });
    ({fleet} = after(fleet, 2020, seen(fleet, 'batch', {running: 3, frozen: 2, stopping: 1})));
    expect(open(fleet, 'web')?.freedAt).toBeNull();
    ({fleet} = after(fleet, 2030, seen(fleet, 'batch', {running: 3, frozen: 3})));
    expect(open(fleet, 'web')).toMatchObject({freedAt: 2030, startedAt: null});
    ({fleet} = after(fleet, 2060, seen(fleet, 'web', {running: 4, pending: 1, unready: 1})));
    expect(open(fleet, 'web')).toMatchObject({startedAt: 2060});
    const last = after(fleet, 2400, seen(fleet, 'web', {running: 5}));
    expect(open(last.fleet, 'web')).toBeNull();
    expect(last.handovers).toEqual([
      {
        service: 'web',
        replicas: 3,
        givers: [{service: 'batch', replicas: 3, how: 'frozen'}],
        decidedAt: 2000,
        askedAt: 2000,
        freedAt: 2030,
        startedAt: 2060,
        healthyAt: 2400,
        tookMs: 400,
      },
    ]);
    expect(last.fleet.score).toMatchObject({handoverMs: [100, 100, 400], pairs: [{giver: 'batch', heir: 'web', tookMs: [400]}]});
    const happening = last.happenings.find(({kind}) => kind === 'handover');
    expect(happening && tell(happening, clock).words).toBe(
      'got 3 from batch (frozen) in 0.40 s: asked 0.00, free 0.03, started 0.06, serving 0.40',
    );
    expect(happening && tellBriefly(happening, clock).words).toBe('got 3 from batch (frozen) in 0.4 s');
  });

  test('that two services wait for is shared out among them by rank', () => {
    const {fleet} = after(settled(), 2000, reading('web', 4), reading('mail', 5));
    expect(open(fleet, 'web')?.givers).toEqual([{service: 'batch', replicas: 2, how: 'frozen'}]);
    expect(open(fleet, 'mail')?.givers).toEqual([{service: 'batch', replicas: 3, how: 'frozen'}]);
  });

  test('that ends because less is wanted is none', () => {
    let {fleet} = after(settled(), 2000, reading('web', 5));
    const back = after(fleet, 2010, reading('web', 2));
    ({fleet} = back);
    expect(open(fleet, 'web')).toBeNull();
    expect(back.handovers).toEqual([]);
    expect(fleet.score.pairs).toEqual([]);
  });

  test('says that its givers were stopped where they were', () => {
    const {fleet} = after(settled([spec('web'), spec('mail', {priority: 2}), filler('batch', {priority: 3})]), 2000, reading('web', 3));
    expect(open(fleet, 'web')?.givers).toEqual([{service: 'batch', replicas: 1, how: 'stopped'}]);
  });

  const given = (how: 'frozen' | 'stopped', replicas: number) => ({service: 'batch', replicas, how});
  const most = (max: number) => filler('batch', {priority: 3, preempt: {kind: 'freeze', max, forMs: 60_000, thenStop: false}});
  const upTo = (max: number) => settled([spec('web'), spec('mail', {priority: 2}), most(max)]);

  test('tells those of a giver that were frozen from those that were stopped, since no more may be frozen', () => {
    let {fleet} = after(upTo(2), 2000, reading('web', 6));
    expect(open(fleet, 'web')?.givers).toEqual([given('frozen', 2), given('stopped', 2)]);
    ({fleet} = after(fleet, 2040, seen(fleet, 'batch', {running: 2, frozen: 2})));
    const last = after(fleet, 2500, seen(fleet, 'web', {running: 6}));
    expect(last.happenings.map(happening => tell(happening, clock).words)).toContainEqual(
      expect.stringContaining('got 2 from batch (frozen), 2 from batch (stopped) in'),
    );
    // Those are frozen still.
    ({fleet} = after(last.fleet, 3000, reading('web', 7)));
    expect(open(fleet, 'web')?.givers).toEqual([given('stopped', 1)]);
  });

  test('counts those that are about to be frozen, before the host has told of any and while it tells of some', () => {
    let {fleet} = after(upTo(3), 2000, reading('web', 4));
    ({fleet} = after(fleet, 2005, reading('web', 6)));
    expect(open(fleet, 'web')?.givers).toEqual([given('frozen', 3), given('stopped', 1)]);
    ({fleet} = after(upTo(3), 2000, reading('web', 4)));
    ({fleet} = after(fleet, 2005, seen(fleet, 'batch', {running: 4, stopping: 1, frozen: 1})));
    ({fleet} = after(fleet, 2010, reading('web', 6)));
    expect(open(fleet, 'web')?.givers).toEqual([given('frozen', 3), given('stopped', 1)]);
  });

  test('has room for others to be frozen once those are back that were', () => {
    let {fleet} = after(upTo(2), 2000, reading('web', 4));
    ({fleet} = after(fleet, 2040, seen(fleet, 'batch', {running: 4, frozen: 2})));
    ({fleet} = after(fleet, 2050, reading('web', 2)));
    ({fleet} = after(fleet, 2060, seen(fleet, 'web', {running: 2})));
    ({fleet} = after(fleet, 2090, seen(fleet, 'batch', {running: 6})));
    ({fleet} = after(fleet, 3000, reading('web', 4)));
    expect(open(fleet, 'web')?.givers).toEqual([given('frozen', 2)]);
  });

  test('has stopped what its giver gave up of its own accord, what served nobody, and all while memory is short', () => {
    const direct = [spec('web'), spec('batch', {priority: 2, preempt: {kind: 'freeze', max: 10, forMs: 60_000, thenStop: false}})];
    const begun = fleetOf(direct, 10, [reading('web', 2), reading('batch', 8)]);
    const {fleet} = after(begun, 1100, seen(begun, 'web', {running: 2}), seen(begun, 'batch', {running: 8}));
    const givers = (...entries: Parameters<typeof after>[2][]) => open(after(fleet, 2000, ...entries).fleet, 'web')?.givers;
    expect(givers(reading('batch', 6), reading('web', 7))).toEqual([given('frozen', 3), given('stopped', 2)]);
    expect(givers(seen(fleet, 'batch', {running: 7, pending: 1}), reading('web', 5))).toEqual([given('frozen', 2), given('stopped', 1)]);
    const short = {kind: 'memory', memory: {kind: 'short', freeShare: 0.05, since: 2000}} as const;
    expect(givers(short, reading('web', 5))).toEqual([given('stopped', 3)]);
  });

  test('of slots that were free has no giver, and is no news', () => {
    const fleet = fleetOf([spec('web')], 10, [reading('web', 2)]);
    const ended = after(fleet, 1300, seen(fleet, 'web', {running: 2}));
    expect(ended.handovers).toMatchObject([{service: 'web', givers: [], tookMs: 300}]);
    expect(ended.happenings.filter(({kind}) => kind === 'handover')).toEqual([]);
  });
});

describe('who leaves', () => {
  const yieldsOf = (actions: ReturnType<typeof after>['actions']) => actions.find(({service}) => service === 'batch')?.yields;

  test('yields to somebody else, or gives up what it wants no more itself', () => {
    const direct = [spec('web'), spec('batch', {priority: 2, preempt: {kind: 'freeze', max: 10, forMs: 60_000, thenStop: false}})];
    const begun = fleetOf(direct, 10, [reading('web', 2), reading('batch', 8)]);
    const {fleet} = after(begun, 1100, seen(begun, 'web', {running: 2}), seen(begun, 'batch', {running: 8}));
    expect(yieldsOf(after(fleet, 2000, reading('web', 5)).actions)).toBe(3);
    expect(yieldsOf(after(fleet, 2000, reading('batch', 5)).actions)).toBe(0);
    // Two of its own accord, and three for web.
    expect(yieldsOf(after(fleet, 2000, reading('batch', 6), reading('web', 7)).actions)).toBe(3);
  });

  test('is stopped and not frozen while memory is short', () => {
    const {fleet} = after(settled(), 2000, {kind: 'memory', memory: {kind: 'short', freeShare: 0.05, since: 2000}});
    const {actions} = after(fleet, 2100, reading('web', 5));
    expect(actions.find(({service}) => service === 'batch')).toMatchObject({replicas: 3, yields: 0, frozen: 0});
  });

  test('for want of memory is told once, and what was declared holds again after it', () => {
    let {fleet} = after(settled(), 2000, reading('web', 5));
    ({fleet} = after(fleet, 2030, seen(fleet, 'batch', {running: 3, frozen: 3, frozenSince: 2000})));
    const short = (at: number) => after(fleet, at, {kind: 'memory', memory: {kind: 'short', freeShare: 0.05, since: 3000}});
    const first = short(3000);
    expect(first.happenings.map(happening => tell(happening, clock).words)).toEqual([
      'has 5 % of its memory left: what was frozen first ends, and nothing more is kept ready',
    ]);
    expect(first.actions).toMatchObject([{service: 'batch', replicas: 3, frozen: 2}]);
    ({fleet} = first);
    ({fleet} = after(fleet, 3100, seen(fleet, 'batch', {running: 3, frozen: 2, frozenSince: 2000})));
    const second = short(5000);
    expect(second.happenings).toEqual([]);
    expect(second.actions).toMatchObject([{service: 'batch', frozen: 1}]);
    const enough = after(second.fleet, 9000, {kind: 'memory', memory: {kind: 'enough'}});
    expect(enough.actions).toContainEqual(expect.objectContaining({service: 'batch', frozen: 10}));
    expect(enough.happenings.map(({kind}) => kind)).toEqual(['memory']);
  });
});

describe('work that is lost', () => {
  test('adds up over what the host tells, also from a new beginning', () => {
    let fleet = settled();
    ({fleet} = after(fleet, 2000, seen(fleet, 'batch', {running: 6, lostMs: 4000})));
    ({fleet} = after(fleet, 3000, seen(fleet, 'batch', {running: 6, lostMs: 9000})));
    expect(fleet.score.lostMs).toBe(9000);
    ({fleet} = after(fleet, 4000, seen(fleet, 'batch', {running: 6, lostMs: 500})));
    expect(fleet.score.lostMs).toBe(9500);
  });
});
