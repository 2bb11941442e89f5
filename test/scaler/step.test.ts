import {describe, expect, test} from 'vitest';
import {emptyFleet} from '../../source/scaler/fleet.ts';
import {step} from '../../source/scaler/step.ts';
import {after, filler, fleetOf, observation, observed, reading, scaling, spec} from '../support/fleets.ts';

const specs = [spec('web'), filler('batch', {priority: 2})];
/** web 2 and batch 8 run, as they were asked to. */
function settled() {
  const fleet = fleetOf(specs, 10, [reading('web', 2)]);
  return after(fleet, 1100, observed('web', {running: 2, order: 1}), observed('batch', {running: 8, order: 1})).fleet;
}

test('what is decided is told from what is there, once it has been seen', () => {
  const configured = {kind: 'configured', settings: fleetOf([], 10).settings, services: [spec('web')]} as const;
  const unseen = after(emptyFleet('auto'), 1000, configured, reading('web', 5));
  expect(unseen.happenings.filter(({kind}) => kind === 'decided')).toEqual([]);
  expect(unseen.fleet.services[0]?.decision?.desired).toBe(5);
  const found = after(unseen.fleet, 1001, observed('web', {running: 7}));
  expect(found.happenings.find(({kind}) => kind === 'decided')).toMatchObject({from: 7, decision: {desired: 5}});
  const same = after(unseen.fleet, 1001, observed('web', {running: 5}));
  expect(same.happenings.filter(({kind}) => kind === 'decided')).toEqual([]);
});

describe('a handover', () => {
  test('asks the victim to shrink at once and the heir to make ready what it waits for', () => {
    const {actions} = after(settled(), 2000, reading('web', 8));
    expect(actions).toEqual([
      scaling('web', 2, {from: 2, ahead: 6, order: 2}),
      scaling('batch', 2, {from: 8, yields: 6, rank: 2, order: 2}),
    ]);
  });

  test('gives each slot to the heir the moment it is free, not before', () => {
    let {fleet} = after(settled(), 2000, reading('web', 8));
    ({fleet} = after(
      fleet,
      2001,
      observed('web', {running: 2, standby: 6, order: 2}),
      observed('batch', {running: 2, stopping: 6, order: 2}),
    ));
    expect(fleet.services[0]?.asked).toBe(2);
    const one = after(fleet, 2200, observed('batch', {running: 2, stopping: 5, order: 2}));
    expect(one.actions).toEqual([scaling('web', 3, {from: 2, ahead: 5, order: 3})]);
    const rest = after(one.fleet, 2300, observed('batch', {running: 2, stopping: 0, order: 2}));
    expect(rest.actions).toEqual([scaling('web', 8, {from: 3, order: 4})]);
  });

  test('a freed slot is earmarked: a lower service that wants it too does not get it', () => {
    const three = [spec('web'), spec('mail', {priority: 2}), filler('batch', {priority: 3})];
    let fleet = fleetOf(three, 10, [reading('web', 2), reading('mail', 0)]);
    fleet = after(
      fleet,
      1100,
      observed('web', {running: 2, order: 1}),
      observed('mail', {}),
      observed('batch', {running: 8, order: 1}),
    ).fleet;
    fleet = after(fleet, 2000, reading('web', 6), reading('mail', 4)).fleet;
    const freed = after(fleet, 2100, observed('batch', {running: 0, stopping: 5, order: 2}));
    expect(freed.actions.filter(({replicas}) => replicas > 0).map(({service, replicas}) => [service, replicas])).toEqual([['web', 5]]);
  });

  test('an older observation frees nothing: what was asked since may be there already', () => {
    // web is asked down and up again before the host has said anything: two may be leaving while two more come.
    let {fleet} = after(settled(), 2000, reading('web', 0));
    ({fleet} = after(fleet, 2001, reading('web', 2)));
    expect(fleet.services[0]).toMatchObject({asked: 0, committed: 2});
    ({fleet} = after(fleet, 2002, observed('web', {stopping: 1, order: 3})));
    expect(fleet.services[0]).toMatchObject({asked: 1, committed: 1});
  });

  test('names who took the slots, for as long as it is so', () => {
    const decided = after(settled(), 2000, reading('web', 5));
    let {fleet} = decided;
    expect(decided.happenings.map(happening => happening.kind)).toEqual(['decided', 'decided']);
    expect(fleet.services[1]?.decision?.reasons).toContainEqual({kind: 'preempted', by: 'web', priority: 1});
    ({fleet} = after(fleet, 3000, observed('web', {running: 5, order: 3}), observed('batch', {running: 5, order: 2})));
    expect(fleet.services[1]?.decision?.reasons.map(({kind}) => kind)).toEqual(['fill']);
  });

  test('is timed from the moment it was decided to the moment the last replica serves', () => {
    let {fleet} = after(settled(), 2000, reading('web', 3));
    ({fleet} = after(fleet, 2050, observed('batch', {running: 7, order: 2})));
    ({fleet} = after(fleet, 2340, observed('web', {running: 3, order: 3})));
    expect(fleet.score.handoverMs.at(-1)).toBe(340);
  });
});

describe('nothing is asked for on guesses', () => {
  test('before every service has been seen', () => {
    const settings = {project: 'test', capacity: 10, nodeSlots: [], overrideMs: null, modes: []};
    const entries = [
      {at: 1, kind: 'configured', settings, services: specs},
      {at: 1, kind: 'connected'},
      {
        at: 1,
        kind: 'observed',
        service: 'web',
        observation: observation(),
      },
    ] as const;
    expect(step(emptyFleet('auto'), entries).actions).toEqual([]);
  });

  test('while the host is out of reach, and everything once it is back', () => {
    const lost = after(settled(), 2000, {kind: 'disconnected', reason: 'gone'}, reading('web', 8));
    expect(lost.actions).toEqual([]);
    expect(after(lost.fleet, 3000, {kind: 'connected'}).actions.length).toBe(2);
  });

  test('in a dry run', () => {
    const fleet = {...settled(), acting: 'dry-run'} as const;
    const {actions, fleet: next} = after(fleet, 2000, reading('web', 8));
    expect(actions).toEqual([]);
    expect(next.services[0]?.decision?.desired).toBe(8);
  });
});

describe('entries', () => {
  test('that say nothing new change nothing and need no recording', () => {
    const fleet = settled();
    expect(
      after(fleet, 5000, reading('web', 2), observed('web', {running: 2, order: fleet.services[0]?.order ?? 0}), {kind: 'tick'}).changed,
    ).toBe(false);
  });

  test('about a service that is not configured are left alone', () => {
    const {fleet, changed} = after(settled(), 2000, reading('nobody', 5), observed('nobody', {running: 5}));
    expect(changed).toBe(false);
    expect(fleet.services.map(service => service.spec.name)).toEqual(['web', 'batch']);
  });
});

describe('a new configuration', () => {
  const configured = (services: typeof specs, capacity = 10) =>
    ({kind: 'configured', settings: {project: 'test', capacity, nodeSlots: [], overrideMs: null, modes: []}, services}) as const;

  test('keeps what is known of a service that stays', () => {
    const {fleet} = after(settled(), 2000, configured([spec('web', {max: 1}), filler('batch', {priority: 2})]));
    expect(fleet.services[0]).toMatchObject({demand: {kind: 'live', value: 2}, observed: {running: 2}, decision: {desired: 1}});
  });

  test('empties a service that is gone, then forgets it', () => {
    const removed = after(settled(), 2000, configured([spec('web')]));
    let {fleet} = removed;
    expect(removed.actions).toContainEqual(expect.objectContaining({service: 'batch', replicas: 0}));
    ({fleet} = after(fleet, 2500, observed('batch', {stopping: 3, order: 2})));
    expect(fleet.services.map(service => service.spec.name)).toEqual(['web', 'batch']);
    ({fleet} = after(fleet, 2600, observed('batch', {order: 2})));
    expect(fleet.services.map(service => service.spec.name)).toEqual(['web']);
  });

  test('with less capacity takes from the least important first', () => {
    const {fleet} = after(settled(), 2000, configured(specs, 4));
    expect(fleet.services.map(({decision}) => decision?.desired)).toEqual([2, 2]);
  });
});
