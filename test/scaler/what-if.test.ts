import {describe, expect, test} from 'vitest';
import type {Settings} from '../../source/scaler/fleet.ts';
import {planOnCopy, type ExpectedTime} from '../../source/scaler/what-if.ts';
import {after, desiredOf, filler, fleetOf, observed, reading, spec} from '../support/fleets.ts';

describe('a node that is gone', () => {
  const specs = [spec('web', {slots: 3, max: 10}), spec('pay', {priority: 2, max: 6}), filler('batch')];
  const nodes = [4, 5, 3];
  const settingsOf = (nodeSlots: readonly number[]): Settings => ({
    project: 'test',
    capacity: nodeSlots.reduce((sum, slots) => sum + slots, 0),
    nodeSlots: nodeSlots.length > 1 ? nodeSlots : [],
    overrideMs: 60_000,
    modes: [],
  });
  const on = (nodeSlots: readonly number[]) => {
    const fleet = fleetOf(specs, 12, [reading('web', 4), reading('pay', 2)]);
    return after(fleet, 2000, {kind: 'configured', settings: settingsOf(nodeSlots), services: specs}).fleet;
  };
  const planned = (answer: ReturnType<typeof planOnCopy>) => Object.fromEntries(answer.changes.map(({service, to}) => [service, to]));

  test('leaves the plan that is made on the others, with what fits on each of them', () => {
    const fleet = on(nodes);
    for (const [place, slots] of nodes.entries()) {
      const rest = nodes.toSpliced(place, 1);
      const answer = planOnCopy(fleet, {kind: 'node-gone', node: `n${place}`, place, slots});
      expect(planned(answer), `without ${slots} slots`).toEqual(desiredOf(on(rest)));
      // By its number of slots it is the same node.
      expect(planned(planOnCopy(fleet, {kind: 'slots-gone', slots}))).toEqual(desiredOf(on(rest)));
    }
    // 3 and 5 slots hold two replicas of 3 slots, not the two and a half that 8 would make.
    expect(planned(planOnCopy(on(nodes), {kind: 'node-gone', node: 'n0', place: 0, slots: 4}))['web']).toBe(2);
  });

  test('may leave one, or none', () => {
    expect(planned(planOnCopy(on([3, 4]), {kind: 'node-gone', node: 'a', place: 0, slots: 3}))).toEqual(desiredOf(on([4])));
    expect(planned(planOnCopy(on([3, 4]), {kind: 'slots-gone', slots: 99}))).toEqual({web: 0, pay: 0, batch: 0});
  });
});

describe('how long it should take', () => {
  /** Batch has given to web three times, mail to pay once. */
  function learned() {
    const specs = [spec('web', {max: 10}), spec('pay', {priority: 2, max: 9}), spec('mail', {priority: 3, max: 9}), filler('batch')];
    const fleet = fleetOf(specs, 10, [
      reading('web', 2),
      reading('mail', 2),
      observed('web', {running: 2}),
      observed('mail', {running: 2}),
      observed('batch', {running: 6}),
    ]);
    const pairs = [
      {giver: 'batch', heir: 'web', tookMs: [300, 400, 500]},
      {giver: 'mail', heir: 'pay', tookMs: [900]},
    ];
    return {...fleet, score: {...fleet.score, pairs, handoverMs: [300, 400, 500, 900]}};
  }
  const timeOf = (heir: string, value: number, fleet = learned()): ExpectedTime | undefined =>
    planOnCopy(fleet, {kind: 'demand', service: heir, which: {kind: 'only'}, value}).expected.find(each => each.heir === heir)?.time;

  test('is learned from handovers between the same two', () => {
    expect(timeOf('web', 5)).toEqual({kind: 'pairs', givers: ['batch'], count: 3, usualMs: 400, slowMs: 500});
  });

  test('else from what the heir itself has taken, else from all', () => {
    const fleet = learned();
    // Batch gives here, and has never given to pay.
    expect(timeOf('pay', 3, fleet)).toEqual({kind: 'all', count: 4, usualMs: 400, slowMs: 900});
    const services = fleet.services.map(service => (service.spec.name === 'pay' ? {...service, serveMs: 310} : service));
    expect(timeOf('pay', 3, {...fleet, services})).toEqual({kind: 'service', usualMs: 310});
  });

  test('is not known where nothing was seen, and nobody’s where nobody gets more', () => {
    const fleet = learned();
    const nothing = {...fleet, score: {...fleet.score, pairs: [], handoverMs: []}};
    expect(timeOf('web', 5, nothing)).toEqual({kind: 'unknown'});
    expect(planOnCopy(fleet, {kind: 'capacity', slots: 4}).expected).toEqual([]);
  });
});

test('of several demands the one that is meant is supposed, and the others have their say', () => {
  const specs = [
    spec('web', {
      max: 20,
      demands: [
        {label: 'visitors', target: {kind: 'perReplica', value: 10}},
        {label: 'redis list jobs', target: null},
      ],
    }),
  ];
  const fleet = fleetOf(specs, 20, [
    {kind: 'reading', service: 'web', demand: 0, reading: {kind: 'value', value: 40}},
    {kind: 'reading', service: 'web', demand: 1, reading: {kind: 'value', value: 2}},
  ]);
  const suppose = (place: number, value: number) =>
    planOnCopy(fleet, {kind: 'demand', service: 'web', which: {kind: 'said', place, of: 2, label: ''}, value}).changes[0]?.to;
  expect(suppose(0, 70)).toBe(7);
  expect(suppose(1, 7)).toBe(7);
  expect(suppose(1, 1)).toBe(4);
});
