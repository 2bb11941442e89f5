import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {
  begun,
  goOn,
  noCircumstances,
  type Circumstance,
  type DemandCircumstance,
  type ScheduleCircumstance,
} from '../../source/scaler/circumstance.ts';
import type {Happening} from '../../source/scaler/entry.ts';
import {tell} from '../../source/scaler/explain.ts';
import type {Fleet} from '../../source/scaler/fleet.ts';
import type {ModeSpec} from '../../source/scaler/spec.ts';
import {wakeAt} from '../../source/scaler/step.ts';
import {after, desiredOf, filler, fleetOf, reading, spec, type Timeless} from '../support/fleets.ts';

const second = 1000;
const minute = 60 * second;

const demand = (service: string, side: 'above' | 'below', value: number, forMs: number): DemandCircumstance => ({
  kind: 'demand',
  service,
  demand: 0,
  side,
  value,
  forMs,
});
const mail: ScheduleCircumstance = {kind: 'schedule', schedule: '0 19 * * 5', timezone: null, forMs: 2 * 60 * minute};
const mode = (name: string, when: readonly Circumstance[], rest: Partial<ModeSpec> = {}): ModeSpec => ({
  name,
  say: '',
  when,
  until: [],
  services: {},
  ...rest,
});

const rush = demand('web', 'above', 40, 10 * second);
const sale = mode('sale', [rush], {until: [demand('web', 'below', 25, minute)], services: {pay: {priority: 3, min: 1}}});
const specs = [spec('web', {max: 6}), spec('pay', {min: 3, max: 4}), filler('batch', {priority: 2})];

/** A shop at 1 s, with these modes, that can then be played on. */
function shop(modes: readonly ModeSpec[], more: readonly Timeless[] = [reading('web', 10), reading('pay', 4)]) {
  const settings = {project: 'test', capacity: 10, nodeSlots: [], overrideMs: minute, modes};
  let fleet: Fleet = after(fleetOf(specs, 10, more), 1000, {kind: 'configured', settings, services: specs}).fleet;
  const told: string[] = [];
  const happenings: Happening[] = [];
  const play = (at: number, ...entries: readonly Timeless[]) => {
    const result = after(fleet, at, ...(entries.length === 0 ? [{kind: 'tick'} as const] : entries));
    fleet = result.fleet;
    const changes = result.happenings.filter(({kind}) => kind === 'mode');
    happenings.push(...changes);
    for (const change of changes) told.push(`${(change.at / second).toString()} s ${tell(change, moment => `${moment / second} s`).words}`);
    return result;
  };
  return {play, told, happenings, fleet: () => fleet, mode: () => fleet.mode?.name ?? 'normal'};
}

const lost = (service: string): Timeless => ({kind: 'reading', service, reading: {kind: 'error', reason: 'gone'}});
const window = (from: number, until: number, when = 0, name = 'friday-mail'): Timeless => ({
  kind: 'scheduled',
  mode: name,
  when,
  window: {from, until},
});
const choose = (name: string, ms?: number): Timeless => ({
  kind: 'command',
  owner: 'ann@one',
  command: {kind: 'mode', mode: name, lasting: ms === undefined ? 'default' : {ms}},
});

describe('a mode with a demand', () => {
  test('begins once the demand has stayed above for as long as it says, and ends once it has stayed below', () => {
    const {play, told, fleet, mode: now} = shop([sale]);
    expect(desiredOf(fleet())).toEqual({web: 6, pay: 4, batch: 0});
    play(2 * second, reading('web', 41));
    expect(wakeAt(fleet())).toBe(12 * second);
    play(11_999);
    expect(now()).toBe('normal');
    play(12 * second);
    expect(fleet().mode).toEqual({name: 'sale', since: 12 * second, why: {kind: 'demand', circumstance: rush}});
    expect(fleet().services[1]?.spec).toMatchObject({priority: 3, min: 1, max: 4});
    play(20 * second, reading('web', 24));
    expect(wakeAt(fleet())).toBe(80 * second);
    play(80 * second);
    expect(now()).toBe('normal');
    expect(fleet().services[1]?.spec).toBe(fleet().services[1]?.configured);
    expect(told).toEqual(['12 s normal → sale, web above 40 for 10 s', '80 s sale → normal, web below 25 for 1 min']);
    expect(wakeAt(fleet())).toBeNull();
  });

  test('counts anew when the demand has been on the other side in between, and the line itself is neither', () => {
    const {play, mode: now} = shop([sale]);
    play(2 * second, reading('web', 50));
    play(11 * second, reading('web', 40));
    play(12 * second, reading('web', 50));
    play(21 * second);
    expect(now()).toBe('normal');
    play(22 * second);
    expect(now()).toBe('sale');
    play(23 * second, reading('web', 25));
    play(200 * second);
    expect(now()).toBe('sale');
  });

  test('begins at once where it says no time', () => {
    const {play, mode: now} = shop([mode('sale', [demand('web', 'above', 40, 0)])]);
    play(2 * second, reading('web', 41));
    expect(now()).toBe('sale');
    play(3 * second, reading('web', 40));
    expect(now()).toBe('normal');
  });

  test('without an until ends when the opposite has been so for as long', () => {
    const {play, told} = shop([mode('sale', [rush])]);
    play(2 * second, reading('web', 50));
    play(12 * second);
    play(20 * second, reading('web', 40));
    play(29 * second, reading('web', 41));
    play(30 * second, reading('web', 39));
    play(39 * second);
    play(40 * second);
    expect(told).toEqual(['12 s normal → sale, web above 40 for 10 s', '40 s sale → normal, web 40 or below for 10 s']);
  });

  test('takes a lost source for neither above nor below: the time stands still, and goes on where nothing has changed', () => {
    const {play, mode: now, fleet} = shop([sale]);
    play(2 * second, reading('web', 50));
    play(6 * second, lost('web'));
    expect(wakeAt(fleet())).toBeNull();
    play(10 * second, reading('web', 50));
    play(15_999);
    expect(now()).toBe('normal');
    play(16 * second);
    expect(now()).toBe('sale');
    play(20 * second, lost('web'));
    play(24 * 60 * minute);
    expect(now()).toBe('sale');
  });

  test('begins anew after a source that was lost for longer than the time itself', () => {
    const {play, mode: now} = shop([sale]);
    play(2 * second, reading('web', 50));
    play(11 * second, lost('web'));
    play(30 * second, reading('web', 50));
    play(39 * second);
    expect(now()).toBe('normal');
    play(40 * second);
    expect(now()).toBe('sale');
  });

  test('begins with any of several circumstances, and ends with the last of them', () => {
    const {play, told} = shop([mode('sale', [rush, demand('pay', 'below', 2, 0)])]);
    play(2 * second, reading('web', 50), reading('pay', 1));
    play(12 * second);
    play(13 * second, reading('pay', 2));
    play(14 * second, reading('web', 2));
    play(24 * second);
    expect(told).toEqual(['2 s normal → sale, pay below 2', '24 s sale → normal, web 40 or below for 10 s']);
  });

  test('that an until of another service has ended begins again only once its own demand has been down', () => {
    const {play, told} = shop([mode('sale', [rush], {until: [demand('pay', 'below', 5, 20 * second)]})]);
    play(2 * second, reading('web', 50));
    play(12 * second);
    // Payments have been below all along; what ends the mode counts from its beginning.
    play(32 * second);
    play(500 * second);
    play(501 * second, reading('web', 10));
    play(502 * second, reading('web', 50));
    play(512 * second);
    expect(told).toEqual([
      '12 s normal → sale, web above 40 for 10 s',
      '32 s sale → normal, pay below 5 for 20 s',
      '512 s normal → sale, web above 40 for 10 s',
    ]);
  });
});

describe('a mode with a schedule', () => {
  const friday = mode('friday-mail', [mail], {say: 'The newsletter goes out.', services: {web: {max: 8}}});

  test('holds for its time and ends by itself', () => {
    const {play, told, fleet} = shop([friday]);
    play(60 * second, window(60 * second, 180 * second));
    expect(wakeAt(fleet())).toBe(180 * second);
    expect(fleet().services[0]?.spec.max).toBe(8);
    play(180 * second);
    expect(told).toEqual([
      '60 s normal → friday-mail, schedule 0 19 * * 5 until 180 s: The newsletter goes out.',
      '180 s friday-mail → normal, schedule 0 19 * * 5 is over',
    ]);
    expect(fleet().services[0]?.spec.max).toBe(6);
    expect(wakeAt(fleet())).toBeNull();
  });

  test('that an until has ended stays so until the next time', () => {
    const {play, mode: now} = shop([{...friday, until: [demand('web', 'below', 5, 0)]}]);
    play(60 * second, window(60 * second, 180 * second));
    play(70 * second, reading('web', 1));
    expect(now()).toBe('normal');
    play(71 * second, reading('web', 20), window(60 * second, 180 * second));
    expect(now()).toBe('normal');
    play(190 * second, window(190 * second, 300 * second));
    expect(now()).toBe('friday-mail');
  });

  test('goes on where the next time begins before the last is over', () => {
    const {play, told} = shop([friday]);
    play(60 * second, window(60 * second, 180 * second));
    play(120 * second, window(120 * second, 240 * second));
    play(180 * second);
    play(240 * second);
    expect(told.map(words => words.split(' ')[0])).toEqual(['60', '240']);
  });

  test('of which the calendar says something that isn’t there is left as it is', () => {
    const {play, fleet} = shop([friday]);
    const before = fleet();
    play(2 * second, window(1, 1e9, 3), window(1, 1e9, 0, 'nobody'), {kind: 'scheduled', mode: 'friday-mail', when: 0, window: null});
    expect(fleet().circumstances).toBe(before.circumstances);
  });
});

describe('of several modes', () => {
  const busy = mode('busy', [demand('web', 'above', 20, 0)], {services: {web: {max: 5}}});
  const friday = mode('friday-mail', [mail], {services: {web: {max: 8}}});

  test('the first in the file’s order holds, and the other one for as long as that one doesn’t', () => {
    const {play, told} = shop([sale, busy, friday]);
    play(10 * second, window(10 * second, 500 * second));
    play(20 * second, reading('web', 50));
    play(30 * second);
    play(40 * second, reading('web', 24));
    play(100 * second);
    play(101 * second, reading('web', 3));
    expect(told).toEqual([
      '10 s normal → friday-mail, schedule 0 19 * * 5 until 500 s',
      '20 s friday-mail → busy, web above 20',
      '30 s busy → sale, web above 40 for 10 s',
      '100 s sale → busy, web below 25 for 1 min',
      '101 s busy → friday-mail, web 20 or below',
    ]);
  });

  test('the one that an operator has chosen wins until its time is up, the normal one too', () => {
    const {play, told, mode: now} = shop([sale, busy]);
    play(2 * second, reading('web', 50));
    play(3 * second, choose('normal', 60_000));
    play(12 * second);
    expect(now()).toBe('normal');
    play(63 * second);
    expect(now()).toBe('sale');
    play(64 * second, choose('busy', 10_000));
    play(74 * second);
    expect(told).toEqual([
      '2 s normal → busy, web above 20',
      '3 s busy → normal, by ann@one until 63 s',
      '63 s normal → sale, ann@one’s time was up',
      '64 s sale → busy, by ann@one until 74 s',
      '74 s busy → sale, ann@one’s time was up',
    ]);
  });

  test('a choice of what holds already keeps it, and it is told when it is over', () => {
    const {play, told, fleet} = shop([busy]);
    play(2 * second, reading('web', 50));
    play(3 * second, choose('busy', 10_000));
    expect(fleet().mode).toEqual({name: 'busy', since: 2 * second, why: {kind: 'chosen', by: 'ann@one', until: 13 * second}});
    play(4 * second, reading('web', 1));
    play(5 * second, reading('web', 50));
    play(13 * second);
    expect(told).toEqual([
      '2 s normal → busy, web above 20',
      '3 s busy stays, by ann@one until 13 s',
      '13 s busy stays, ann@one’s time was up',
    ]);
  });

  test('auto leaves it to the circumstances at once, and is refused where they decide already', () => {
    const {play, told} = shop([busy]);
    play(2 * second, choose('normal'), reading('web', 50));
    const back = play(3 * second, choose('auto'));
    expect(back.replies).toEqual([{kind: 'accepted', words: 'the mode follows the circumstances: busy'}]);
    expect(play(4 * second, choose('auto')).replies).toEqual([{kind: 'refused', reason: 'the mode follows the circumstances already'}]);
    expect(play(4 * second, choose('bsy')).replies).toEqual([
      {kind: 'refused', reason: 'there is no mode “bsy”: known are normal, busy, auto'},
    ]);
    expect(told).toEqual(['2 s normal stays, by ann@one until 62 s', '3 s normal → busy, left to the circumstances by ann@one']);
  });
});

describe('a mode', () => {
  test('may change a target, and the settle window that follows from it', () => {
    const eased = mode('eased', [], {services: {web: {target: {kind: 'perReplica', value: 10}, settleMs: 15_000}}});
    const {play, fleet} = shop([eased], [reading('web', 6), reading('pay', 0)]);
    expect(desiredOf(fleet())).toMatchObject({web: 6});
    play(2 * second, choose('eased'));
    expect(fleet().services[0]?.decision).toMatchObject({
      want: 6,
      reasons: [{kind: 'demand', target: {kind: 'perReplica'}}, {kind: 'settling'}],
    });
    play(20 * second);
    expect(desiredOf(fleet())).toMatchObject({web: 1});
  });

  test('goes on over a new configuration that describes its circumstances as before, and begins anew with others', () => {
    const {play, fleet, mode: now, told} = shop([sale]);
    const again = (modes: readonly ModeSpec[]): Timeless => ({kind: 'configured', settings: {...fleet().settings, modes}, services: specs});
    play(2 * second, reading('web', 50));
    play(12 * second);
    play(13 * second, again([{...sale, services: {web: {max: 1}}}]));
    expect(now()).toBe('sale');
    expect(fleet().services[0]?.spec.max).toBe(1);
    play(14 * second, again([mode('sale', [demand('web', 'above', 45, 10 * second)])]));
    expect(now()).toBe('normal');
    play(24 * second);
    expect(now()).toBe('sale');
    expect(told.slice(1, 2)).toEqual(['14 s sale → normal, by a new configuration']);
  });

  test('is taken over with the lease where it has begun, as the next engine can’t know it', () => {
    const before = shop([sale]);
    before.play(2 * second, reading('web', 50));
    before.play(12 * second);
    before.play(13 * second, reading('web', 30));
    const heir = shop([sale], [reading('web', 30), reading('pay', 4)]);
    expect(heir.mode()).toBe('normal');
    const circumstances = before.fleet().circumstances.map(begun);
    heir.play(20 * second, {kind: 'inherited', legacy: {acting: 'auto', mode: null, circumstances, overrides: []}});
    expect(heir.mode()).toBe('sale');
    heir.play(21 * second, reading('web', 20));
    heir.play(81 * second);
    expect(heir.told).toEqual([
      '20 s normal → sale, as the last holder of the lease left it',
      '81 s sale → normal, web below 25 for 1 min',
    ]);
  });

  test('of another shape than the one that was left is not taken over', () => {
    const own = noCircumstances('sale', sale);
    expect(goOn(own, {mode: 'sale', beginnings: [], endings: []})).toBe(own);
  });
});

test('whatever the readings: following twice changes nothing, no wake is due, and the first mode that wants to hold does', () => {
  const circumstance = fc.record({
    service: fc.constantFrom('web', 'pay'),
    side: fc.constantFrom('above', 'below'),
    value: fc.integer({min: 0, max: 6}),
    forMs: fc.constantFrom(0, 1000, 3000),
  });
  const anyMode = fc.record({when: fc.array(circumstance, {minLength: 1, maxLength: 3}), until: fc.array(circumstance, {maxLength: 2})});
  const event = fc.oneof(
    fc.record({kind: fc.constant('value'), service: fc.constantFrom('web', 'pay'), value: fc.integer({min: 0, max: 7})}),
    fc.record({kind: fc.constant('lost'), service: fc.constantFrom('web', 'pay'), value: fc.constant(0)}),
    fc.record({kind: fc.constant('wait'), service: fc.constant('web'), value: fc.constant(0)}),
  );
  const moves = fc.array(fc.record({event, waitMs: fc.integer({min: 0, max: 4000})}), {maxLength: 40});
  fc.assert(
    fc.property(fc.array(anyMode, {minLength: 1, maxLength: 3}), moves, (given, all) => {
      const modes = given.map(({when, until}, index) =>
        mode(
          `m${index}`,
          when.map(one => demand(one.service, one.side as 'above', one.value, one.forMs)),
          {
            until: until.map(one => demand(one.service, one.side as 'above', one.value, one.forMs)),
            services: {web: {max: index + 1}},
          },
        ),
      );
      const {play, fleet} = shop(modes, []);
      let at = 1000;
      for (const {event: one, waitMs} of all) {
        at += waitMs;
        // The engine wakes when it is due.
        for (let due = wakeAt(fleet()); due !== null && due < at; due = wakeAt(fleet())) play(due);
        if (one.kind === 'value') play(at, reading(one.service, one.value));
        else if (one.kind === 'lost') play(at, lost(one.service));
        else play(at);
        const now = fleet();
        expect(wakeAt(now) ?? Infinity).toBeGreaterThan(at);
        play(at);
        expect(fleet().circumstances).toBe(now.circumstances);
        expect(fleet().mode).toBe(now.mode);
        const first = now.circumstances.find(({beginnings}) => beginnings.some(({phase}) => phase === 'on'));
        expect(now.mode?.name).toBe(first?.mode);
        const place = modes.findIndex(({name}) => name === now.mode?.name);
        expect(now.services[0]?.spec.max).toBe(place < 0 ? 6 : place + 1);
      }
    }),
    {numRuns: 300},
  );
});
