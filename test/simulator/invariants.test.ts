import {describe, expect, test} from 'vitest';
import {createInvariants} from '../../source/simulator/invariants.ts';
import type {Fleet, Service} from '../../source/scaler/fleet.ts';
import {filler, fleetOf, observation, observed, reading, spec} from '../support/fleets.ts';

const fleet = fleetOf([spec('web', {min: 1, max: 8}), filler('batch', {priority: 2})], 10, [
  reading('web', 4),
  observed('web', {running: 2}),
  observed('batch', {running: 8}),
]);

function broken(change: (service: Service) => Service, before: Fleet = fleet): readonly string[] {
  const next = {...before, services: before.services.map(change)};
  const check = createInvariants();
  check({
    before: fleet,
    result: {fleet, actions: [], happenings: [], replies: [], handovers: [], changed: true},
    truth: null,
    holding: null,
  });
  return check({
    before,
    result: {fleet: next, actions: [], happenings: [], replies: [], handovers: [], changed: true},
    truth: null,
    holding: null,
  }).map(({invariant}) => invariant);
}

const second = 1000;
const freezing = fleetOf(
  [spec('web', {max: 8}), filler('batch', {priority: 2, preempt: {kind: 'freeze', max: 2, forMs: 5 * second, thenStop: false}})],
  10,
  [reading('web', 4), observed('web', {running: 4}), observed('batch', {running: 6})],
);
const frozen = (counts: Parameters<typeof observation>[0]) => (service: Service) =>
  service.spec.name === 'batch' ? {...service, observed: observation({running: 4, order: 1, ...counts})} : service;

const eased = {name: 'eased', say: '', when: [], until: [], services: {web: {max: 3}}};
const brokenFleet = (change: (before: Fleet) => Fleet) => {
  const check = createInvariants();
  const result = {fleet: change(fleet), actions: [], happenings: [], replies: [], handovers: [], changed: true};
  return check({before: fleet, result, truth: null, holding: null}).map(({detail}) => detail);
};

const web = (change: (service: Service) => Service) => (service: Service) => (service.spec.name === 'web' ? change(service) : service);
const decided = (change: Partial<NonNullable<Service['decision']>>) =>
  web(service => ({...service, decision: service.decision && {...service.decision, ...change}}));

describe('the checkers', () => {
  test('are content with a sound fleet', () => {
    expect(broken(service => service)).toEqual([]);
  });

  test.each([
    ['slots never exceed the capacity, once it held', web(service => ({...service, committed: 9}))],
    ['bounds hold, or a reason says why not', decided({desired: 9, want: 9})],
    ['nobody is short while a lower rank is above its floor', decided({desired: 3, shortfall: 1})],
    ['no slot is free that somebody could use', decided({desired: 3, shortfall: 1})],
    [
      'a lost source never shrinks a service',
      web(service => ({...service, demand: {kind: 'lost', value: 4, reason: 'gone', since: 1}, rawWant: 0})),
    ],
    [
      'an expired override never applies, and each has an owner',
      web(service => ({...service, overrides: [{rule: {kind: 'boost'}, owner: 'ops', placedAt: 1, until: 2, note: ''}]})),
    ],
    [
      'an expired override never applies, and each has an owner',
      web(service => ({...service, overrides: [{rule: {kind: 'boost'}, owner: '', placedAt: 1, until: null, note: ''}]})),
    ],
    ['no count is negative or no number', web(service => ({...service, demand: {kind: 'live', value: Number.NaN}}))],
  ] as const)('see that %s is broken', (invariant, change) => {
    expect(broken(change)).toContain(invariant);
  });

  test('see that one is frozen for longer than it may, or beside too many', () => {
    const invariant = 'nothing is frozen longer than it may, nor more than may be';
    const {at} = freezing;
    expect(broken(frozen({frozen: 2, frozenSince: at - 5 * second}), freezing)).toEqual([]);
    expect(broken(frozen({frozen: 1, frozenSince: at - 7 * second}), freezing)).toEqual([invariant]);
    expect(broken(frozen({frozen: 3, frozenSince: at}), freezing)).toEqual([invariant]);
  });

  test.each([
    [
      'the choice of eased has ended',
      (before: Fleet): Fleet => ({...before, chosen: {name: 'eased', by: 'ann', since: 1, until: before.at}}),
    ],
    [
      'the mode is normal, and eased should hold',
      (before: Fleet): Fleet => ({...before, chosen: {name: 'eased', by: 'ann', since: 1, until: null}}),
    ],
    [
      'web is not as the mode eased says',
      (before: Fleet): Fleet => ({
        ...before,
        settings: {...before.settings, modes: [eased]},
        chosen: {name: 'eased', by: 'ann', since: 1, until: null},
        mode: {name: 'eased', since: 1, why: {kind: 'chosen', by: 'ann', until: null}},
      }),
    ],
    [
      'the time of eased is over',
      (before: Fleet): Fleet => ({
        ...before,
        circumstances: [
          {mode: 'eased', beginnings: [{phase: 'on', since: 1, timer: null, window: {from: 1, until: before.at}}], endings: []},
        ],
      }),
    ],
  ])('see that %s', (detail, change) => {
    expect(brokenFleet(change)).toEqual([detail]);
  });

  test('believe what really runs more than what was told', () => {
    const check = createInvariants();
    const result = {fleet, actions: [], happenings: [], replies: [], handovers: [], changed: true};
    const truth = (running: number) => new Map([['web', observation({running})]]);
    expect(check({before: fleet, result, truth: truth(2), holding: null})).toEqual([]);
    expect(check({before: fleet, result, truth: truth(11), holding: null}).map(({invariant}) => invariant)).toEqual([
      'slots never exceed the capacity, once it held',
    ]);
  });
});
