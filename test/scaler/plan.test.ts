import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {plan} from '../../source/scaler/plan.ts';
import type {Rule} from '../../source/scaler/fleet.ts';
import {anyFleet, desiredOf, filler, fleetOf, observed, reading, spec, after, type Timeless} from '../support/fleets.ts';

function override(service: string, rule: Rule): Timeless {
  return {kind: 'command', owner: 'ops@here', command: {kind: 'override', service, rule, lasting: 'default', sure: true}};
}

describe('the plan', () => {
  test.each([
    ['priority 1 gets what it asks for and the filler the rest', [spec('web'), filler('batch')], {web: 7}, {web: 7, batch: 3}],
    ['priority 1 takes all when it asks for more than there is', [spec('web'), filler('batch')], {web: 14}, {web: 10, batch: 0}],
    ['a max bounds the want', [spec('web', {max: 4}), filler('batch')], {web: 9}, {web: 4, batch: 6}],
    ['a min is kept before higher wants', [spec('web'), spec('pay', {priority: 2, min: 2})], {web: 10, pay: 0}, {web: 8, pay: 2}],
    ['a min lifts a lower want', [spec('web', {min: 3}), filler('batch')], {web: 1}, {web: 3, batch: 7}],
    [
      'lower priorities are served in their order',
      [spec('web'), spec('pay', {priority: 2}), spec('mail', {priority: 3})],
      {web: 4, pay: 4, mail: 4},
      {web: 4, pay: 4, mail: 2},
    ],
    ['equals share max-min fair', [spec('a'), spec('b'), spec('c')], {a: 2, b: 9, c: 9}, {a: 2, b: 4, c: 4}],
    ['what whole replicas leave over goes by name', [spec('a'), spec('b'), spec('c')], {a: 9, b: 9, c: 9}, {a: 4, b: 3, c: 3}],
    ['fillers share by weight', [filler('x', {weight: 3}), filler('y', {weight: 1})], {}, {x: 7, y: 3}],
    ['a filler of better priority fills first', [filler('x', {priority: 3, max: 6}), filler('y', {priority: 4})], {}, {x: 6, y: 4}],
    ['a filler never stands before a want', [filler('fill', {priority: 1}), spec('late', {priority: 5})], {late: 6}, {fill: 4, late: 6}],
    ['a replica takes its slots', [spec('big', {slots: 4}), filler('batch')], {big: 2}, {big: 2, batch: 2}],
    ['slots too few for a large replica go to who can use them', [spec('big', {slots: 4}), filler('batch')], {big: 5}, {big: 2, batch: 2}],
  ] as const)('%s', (_title, specs, demands, desired) => {
    const readings = Object.entries(demands).map(([service, value]) => reading(service, value));
    expect(desiredOf(fleetOf(specs, 10, readings))).toEqual(desired);
  });

  test.each([
    ['a pin beats the target', {kind: 'pin', replicas: 2}, {web: 2, batch: 8}],
    ['a pin may break the bounds', {kind: 'pin', replicas: 9}, {web: 9, batch: 1}],
    ['a cap limits the want', {kind: 'cap', replicas: 3}, {web: 3, batch: 7}],
    ['a cap keeps the min', {kind: 'cap', replicas: 0}, {web: 1, batch: 9}],
  ] as const)('%s', (_title, rule, desired) => {
    const fleet = fleetOf([spec('web', {min: 1, max: 6}), filler('batch')], 10, [reading('web', 5)]);
    expect(desiredOf(after(fleet, 2000, override('web', rule)).fleet)).toEqual(desired);
  });

  test('a pin on a lower priority comes before a higher want', () => {
    const fleet = fleetOf([spec('web'), spec('pay', {priority: 2})], 10, [reading('web', 10), reading('pay', 1)]);
    expect(desiredOf(after(fleet, 2000, override('pay', {kind: 'pin', replicas: 4})).fleet)).toEqual({web: 6, pay: 4});
  });

  test('a boost puts a service ahead of all, and a filler that is boosted too', () => {
    const fleet = fleetOf([spec('web'), spec('pay', {priority: 2}), filler('batch', {max: 5})], 10, [
      reading('web', 10),
      reading('pay', 4),
    ]);
    expect(desiredOf(fleet)).toEqual({web: 10, pay: 0, batch: 0});
    expect(desiredOf(after(fleet, 2000, override('pay', {kind: 'boost'})).fleet)).toEqual({web: 6, pay: 4, batch: 0});
    expect(desiredOf(after(fleet, 2000, override('batch', {kind: 'boost'})).fleet)).toEqual({web: 5, pay: 0, batch: 5});
  });

  test('moving a priority changes who waits', () => {
    const fleet = fleetOf([spec('web'), spec('pay', {priority: 2})], 10, [reading('web', 8), reading('pay', 8)]);
    expect(desiredOf(after(fleet, 2000, override('web', {kind: 'priority', priority: 3})).fleet)).toEqual({web: 2, pay: 8});
  });

  test('a service whose replicas fail keeps what runs and one slot to try in; the rest is used', () => {
    const failing = {kind: 'failing', reason: 'no image', failures: 3, retryAt: 9000} as const;
    const fleet = fleetOf([spec('web'), filler('batch')], 10, [reading('web', 7), observed('web', {running: 2, trouble: failing})]);
    expect(desiredOf(fleet)).toEqual({web: 3, batch: 7});
    expect(fleet.services[0]?.decision?.shortfall).toBe(4);
  });

  test('the same fleet always gives the same plan, whatever the order of its services', () => {
    fc.assert(
      fc.property(anyFleet, fc.infiniteStream(fc.nat()), (fleet, order) => {
        const shuffled = {
          ...fleet,
          services: fleet.services
            .map(service => ({service, key: order.next().value}))
            .toSorted((a, b) => a.key - b.key)
            .map(({service}) => service),
        };
        expect(plan(shuffled).decisions).toEqual(plan(fleet).decisions);
      }),
    );
  });

  test('never promises more than there is, and wastes nothing that somebody could use', () => {
    fc.assert(
      fc.property(anyFleet, fleet => {
        const {decisions, free} = plan(fleet);
        const slots = new Map(fleet.services.map(({spec: {name, slots: each}}) => [name, each]));
        const promised = decisions.reduce((sum, {service, desired}) => sum + desired * (slots.get(service) ?? 1), 0);
        expect(promised + free).toBe(fleet.settings.capacity);
        expect(free).toBeGreaterThanOrEqual(0);
        for (const {service, desired, want} of decisions) {
          if (desired < want) expect(slots.get(service)).toBeGreaterThan(free);
        }
      }),
      {numRuns: 500},
    );
  });

  test('nobody waits while a lower rank holds more than its floor', () => {
    fc.assert(
      fc.property(anyFleet, fleet => {
        const {decisions} = plan(fleet);
        const specs = new Map(fleet.services.map(({spec: given}) => [given.name, given]));
        for (const short of decisions.filter(({shortfall}) => shortfall > 0)) {
          const takeable = decisions
            .filter(other => !short.fills && (other.fills || other.rank > short.rank))
            .reduce((sum, {service, desired, want}) => {
              const {min, slots} = specs.get(service) ?? {min: 0, slots: 1};
              return sum + Math.max(0, desired - Math.min(min, want)) * slots;
            }, 0);
          expect(takeable).toBeLessThan(specs.get(short.service)?.slots ?? 1);
        }
      }),
      {numRuns: 500},
    );
  });

  test('equals that both want more differ by less than one replica of either', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({min: 1, max: 30}), {minLength: 2, maxLength: 6}),
        fc.integer({min: 1, max: 60}),
        (demands, capacity) => {
          const specs = demands.map((_, index) => spec(`s${index}`));
          const fleet = fleetOf(
            specs,
            capacity,
            demands.map((value, index) => reading(`s${index}`, value)),
          );
          const unsatisfied = plan(fleet)
            .decisions.filter(({shortfall}) => shortfall > 0)
            .map(({desired}) => desired);
          if (unsatisfied.length > 0) expect(Math.max(...unsatisfied) - Math.min(...unsatisfied)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
