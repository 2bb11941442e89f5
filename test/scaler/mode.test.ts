import {describe, expect, test} from 'vitest';
import type {Fleet} from '../../source/scaler/fleet.ts';
import type {ModeSpec} from '../../source/scaler/spec.ts';
import {wakeAt} from '../../source/scaler/step.ts';
import {after, desiredOf, filler, fleetOf, observed, reading, spec, type Timeless} from '../support/fleets.ts';

const sale: ModeSpec = {
  name: 'sale',
  say: 'The site stays up; taking payment can wait.',
  when: [],
  until: [],
  services: {web: {max: 9}, pay: {priority: 3, min: 1}},
};
const specs = [spec('web', {max: 4}), spec('pay', {priority: 1, min: 3, max: 4}), filler('batch', {priority: 2})];

/** A shop that has a mode for a sale. */
function shop(): Fleet {
  const settings = {project: 'test', capacity: 10, nodeSlots: [], overrideMs: 60_000, modes: [sale]};
  const fleet = fleetOf(specs, 10, [reading('web', 8), reading('pay', 4)]);
  return after(fleet, 1500, {kind: 'configured', settings, services: specs}).fleet;
}

const choose = (mode: string, lasting: 'default' | 'until-cleared' = 'default'): Timeless => ({
  kind: 'command',
  owner: 'ann@one',
  command: {kind: 'mode', mode, lasting},
});

describe('a mode', () => {
  test('changes priorities and bounds for as long as it holds, and they are back when its time is up', () => {
    expect(desiredOf(shop())).toEqual({web: 4, pay: 4, batch: 2});
    const on = after(shop(), 2000, choose('sale'));
    expect(on.replies).toEqual([{kind: 'accepted', words: 'mode sale: The site stays up; taking payment can wait.'}]);
    expect(desiredOf(on.fleet)).toEqual({web: 8, pay: 2, batch: 0});
    expect(on.fleet.mode).toEqual({name: 'sale', since: 2000, why: {kind: 'chosen', by: 'ann@one', until: 62_000}});
    expect(wakeAt(on.fleet)).toBe(62_000);
    const over = after(on.fleet, 62_000, {kind: 'tick'});
    expect(desiredOf(over.fleet)).toEqual({web: 4, pay: 4, batch: 2});
    expect(over.happenings).toContainEqual(
      expect.objectContaining({kind: 'mode', from: 'sale', to: 'normal', cause: {kind: 'expired', by: 'ann@one'}}),
    );
  });

  test('ends when normal is chosen, and one that holds already is refused', () => {
    const on = after(shop(), 2000, choose('sale', 'until-cleared')).fleet;
    expect(on.chosen?.until).toBeNull();
    const off = after(on, 3000, choose('normal')).fleet;
    expect(off.mode).toBeNull();
    expect(desiredOf(off)).toEqual({web: 4, pay: 4, batch: 2});
    expect(after(off, 3001, choose('normal')).replies).toEqual([{kind: 'refused', reason: 'the mode is normal already'}]);
  });

  test('that isn’t configured is refused with those that are', () => {
    expect(after(shop(), 2000, choose('slae')).replies).toEqual([
      {kind: 'refused', reason: 'there is no mode “slae”: known are normal, sale'},
    ]);
    expect(after(fleetOf(specs, 10), 2000, choose('sale')).replies).toEqual([
      {kind: 'refused', reason: 'there is no mode “sale”: the configuration has no modes'},
    ]);
  });

  test('stays over a new configuration that has it, and ends with one that hasn’t', () => {
    const on = after(shop(), 2000, choose('sale')).fleet;
    const next = specs.map(one => (one.name === 'web' ? {...one, max: 5} : one));
    const reread = after(on, 3000, {kind: 'configured', settings: on.settings, services: next}).fleet;
    expect(reread.services[0]).toMatchObject({spec: {max: 9}, configured: {max: 5}});
    const without = after(on, 3000, {kind: 'configured', settings: {...on.settings, modes: []}, services: next}).fleet;
    expect(without.mode).toBeNull();
    expect(without.services[0]?.spec.max).toBe(5);
  });

  test('is handed on with the lease', () => {
    const on = after(shop(), 2000, choose('sale')).fleet;
    const heir = after(
      shop(),
      2500,
      {kind: 'inherited', legacy: {acting: 'auto', mode: on.chosen, circumstances: [], overrides: []}},
      observed('web', {running: 4}),
    ).fleet;
    expect(heir.chosen).toEqual(on.chosen);
    expect(heir.mode).toEqual(on.mode);
    expect(desiredOf(heir)).toEqual({web: 8, pay: 2, batch: 0});
  });
});
