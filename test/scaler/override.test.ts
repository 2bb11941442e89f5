import {describe, expect, test} from 'vitest';
import type {Command, Legacy} from '../../source/scaler/entry.ts';
import type {Fleet} from '../../source/scaler/fleet.ts';
import {tell} from '../../source/scaler/explain.ts';
import {comingUp, isOverruled, isUnknown} from '../../source/scaler/score.ts';
import {wakeAt} from '../../source/scaler/step.ts';
import {after, desiredOf, filler, fleetOf, observed, reading, spec, type Timeless} from '../support/fleets.ts';

const box = fleetOf([spec('web', {min: 0, max: 8}), filler('batch', {priority: 2})], 10, [reading('web', 4)]);

function obey(fleet: Fleet, at: number, command: Command, owner = 'ops@here') {
  const {fleet: next, replies, happenings, changed} = after(fleet, at, {kind: 'command', command, owner});
  return {fleet: next, reply: replies[0], happenings, changed};
}

const pin = (service: string, replicas: number, sure = false): Command => ({
  kind: 'override',
  service,
  rule: {kind: 'pin', replicas},
  lasting: 'default',
  sure,
});
const adjust = (service: string, by: number): Command => ({kind: 'adjust', service, by, lasting: 'default'});

describe('an override', () => {
  test('is placed with its owner and the configured time, and is gone when it is over', () => {
    const {fleet, reply} = obey(box, 2000, pin('web', 7));
    expect(reply).toMatchObject({kind: 'accepted', words: 'web: pinned at 7'});
    expect(fleet.services[0]?.overrides).toEqual([
      {rule: {kind: 'pin', replicas: 7}, owner: 'ops@here', placedAt: 2000, until: 62_000, note: ''},
    ]);
    expect(wakeAt(fleet)).toBe(62_000);
    expect(desiredOf(after(fleet, 61_999, {kind: 'tick'}).fleet)['web']).toBe(7);
    const over = after(fleet, 62_000, {kind: 'tick'});
    expect(desiredOf(over.fleet)['web']).toBe(4);
    expect(over.happenings).toContainEqual(expect.objectContaining({kind: 'released', how: 'expired', service: 'web'}));
  });

  test('that is placed while nothing is done says so', () => {
    const dry: Fleet = {...box, acting: 'dry-run'};
    expect(obey(dry, 2000, pin('web', 3)).reply).toMatchObject({kind: 'accepted', words: 'web: pinned at 3 (dry run: nothing is done)'});
    const paused = obey(box, 2000, {kind: 'pause'}).fleet;
    expect(obey(paused, 3000, {kind: 'boost', service: 'web', lasting: 'default', toggle: false}).reply).toMatchObject({
      kind: 'accepted',
      words: 'web: boosted ahead of all (paused: nothing is done until it resumes)',
    });
  });

  test('one more and one less start from what is planned, and go on from the pin', () => {
    let fleet = obey(box, 2000, adjust('web', 1)).fleet;
    expect(desiredOf(fleet)['web']).toBe(5);
    fleet = obey(fleet, 2001, adjust('web', 1)).fleet;
    fleet = obey(fleet, 2002, adjust('web', -1)).fleet;
    expect(desiredOf(fleet)['web']).toBe(5);
  });

  test('three presses that arrive together count three', () => {
    const more = {kind: 'command', owner: 'ops@here', command: adjust('web', 1)} as const;
    expect(desiredOf(after(box, 2000, more, more, more).fleet)['web']).toBe(7);
  });

  test('a pin beyond the bounds is obeyed, and says so', () => {
    const {fleet, reply} = obey(box, 2000, pin('web', 9));
    expect(reply).toMatchObject({words: 'web: pinned at 9 (above its max of 8)'});
    expect(desiredOf(fleet)).toEqual({web: 9, batch: 1});
    expect(fleet.services[0]?.decision?.reasons).toContainEqual(expect.objectContaining({kind: 'override', beyondBounds: true}));
  });

  test('hold and boost let go when they are asked for again', () => {
    for (const kind of ['hold', 'boost'] as const) {
      const on = obey(box, 2000, {kind, service: 'web', lasting: 'default', toggle: true}).fleet;
      expect(on.services[0]?.overrides).toHaveLength(1);
      expect(obey(on, 2001, {kind, service: 'web', lasting: 'default', toggle: true}).fleet.services[0]?.overrides).toEqual([]);
    }
  });

  test('a script that says hold or boost twice means it twice', () => {
    for (const kind of ['hold', 'boost'] as const) {
      const on = obey(box, 2000, {kind, service: 'web', lasting: 'default', toggle: false, note: 'sale'}).fleet;
      const again = obey(on, 2001, {kind, service: 'web', lasting: 'default', toggle: false}).fleet;
      expect(on.services[0]?.overrides[0]?.note).toBe('sale');
      expect(again.services[0]?.overrides).toHaveLength(1);
    }
  });

  test('a hold keeps the count while demand moves', () => {
    const held = obey(box, 2000, {kind: 'hold', service: 'web', lasting: 'default', toggle: true}).fleet;
    expect(desiredOf(after(held, 3000, reading('web', 8)).fleet)['web']).toBe(4);
  });

  test('one that takes the place of another of its kind says so', () => {
    const pinned = obey(box, 2000, pin('web', 3)).fleet;
    const held = obey(pinned, 2001, {kind: 'hold', service: 'web', lasting: 'default', toggle: true});
    expect(held.reply).toMatchObject({kind: 'accepted', words: 'web: held at 3, no longer pinned at 3'});
    expect(obey(pinned, 2001, pin('web', 4)).reply).toMatchObject({kind: 'accepted', words: 'web: pinned at 4'});
  });

  test('a count and a rank stand side by side; two counts replace each other', () => {
    let fleet = obey(box, 2000, pin('batch', 2)).fleet;
    fleet = obey(fleet, 2001, {kind: 'boost', service: 'batch', lasting: 'default', toggle: true}).fleet;
    fleet = obey(fleet, 2002, pin('batch', 3)).fleet;
    expect(fleet.services[1]?.overrides.map(({rule}) => rule.kind).toSorted()).toEqual(['boost', 'pin']);
    const cleared = obey(fleet, 2003, {kind: 'clear', service: 'batch'}).fleet;
    expect(cleared.services[1]?.overrides).toEqual([]);
  });

  test('undo is for the session that it came through, and not for another of the same owner', () => {
    const ask = (fleet: Fleet, at: number, command: Command, session?: number) =>
      after(fleet, at, {kind: 'command', command, owner: 'ops@here', ...(session !== undefined && {session})});
    const {fleet} = ask(box, 2000, pin('web', 7), 1);
    for (const other of [2, undefined])
      expect(ask(fleet, 3000, {kind: 'undo'}, other).replies).toEqual([
        {kind: 'refused', reason: 'the last override was not placed from here: clear it instead', premise: expect.anything()},
      ]);
    expect(desiredOf(ask(fleet, 3000, {kind: 'undo'}, 1).fleet)['web']).toBe(4);
    // As in a recording of before sessions had numbers.
    expect(desiredOf(ask(ask(box, 2000, pin('web', 7)).fleet, 3000, {kind: 'undo'}).fleet)['web']).toBe(4);
  });

  test('undo puts back what was there before, within ten seconds, for its owner', () => {
    const first = obey(box, 2000, pin('web', 7)).fleet;
    const second = obey(first, 3000, pin('web', 2)).fleet;
    expect(obey(second, 4000, {kind: 'undo'}, 'else@where').reply).toMatchObject({kind: 'refused'});
    const undone = obey(second, 4000, {kind: 'undo'});
    expect(desiredOf(undone.fleet)['web']).toBe(7);
    expect(obey(second, 13_001, {kind: 'undo'}).reply).toMatchObject({kind: 'refused'});
    expect(obey(undone.fleet, 4001, {kind: 'undo'}).reply).toMatchObject({kind: 'refused'});
  });

  test('its time can be changed afterwards, also to until cleared', () => {
    const pinned = obey(box, 2000, pin('web', 7)).fleet;
    const longer = obey(pinned, 3000, {kind: 'last', service: 'web', lasting: {ms: 7_200_000}}).fleet;
    expect(longer.services[0]?.overrides[0]?.until).toBe(7_203_000);
    const forever = obey(pinned, 3000, {kind: 'last', service: 'web', lasting: 'until-cleared'}).fleet;
    expect(forever.services[0]?.overrides[0]?.until).toBeNull();
    expect(wakeAt(forever)).toBeNull();
  });

  test('its owner can say why afterwards, and rule, owner and end stay', () => {
    const pinned = obey(box, 2000, pin('web', 7)).fleet;
    const boosted = obey(pinned, 2500, {kind: 'boost', service: 'web', lasting: 'default', toggle: true}, 'else@where').fleet;
    const noted = obey(boosted, 3000, {kind: 'note', service: 'web', note: 'evening rush'});
    expect(noted.reply).toMatchObject({kind: 'accepted', words: 'web: pinned at 7 (evening rush)'});
    const [before, other] = boosted.services[0]?.overrides ?? [];
    expect(noted.fleet.services[0]?.overrides).toEqual([{...before, note: 'evening rush'}, other]);
    expect(noted.happenings).toEqual([
      expect.objectContaining({kind: 'overridden', override: expect.objectContaining({note: 'evening rush'})}),
    ]);
    // What is said in somebody's name is theirs to say.
    expect(noted.fleet.services[0]?.overrides[1]?.note).toBe('');
    expect(obey(boosted, 3000, {kind: 'note', service: 'web', note: 'x'}, 'third@where').reply).toMatchObject({
      kind: 'refused',
      reason: 'web is pinned at 7 by ops@here, whose it is to say why: t makes it yours',
    });
    const taken = obey(noted.fleet, 3001, {kind: 'note', service: 'web', note: ''});
    expect(taken.reply).toMatchObject({kind: 'accepted', words: 'web: pinned at 7, and nobody says why'});
    expect(obey(taken.fleet, 3002, {kind: 'undo'}).fleet.services[0]?.overrides[0]?.note).toBe('evening rush');
    expect(obey(taken.fleet, 3002, {kind: 'note', service: 'web', note: ''}).changed).toBe(false);
  });
});

describe('what is refused changes nothing and says why', () => {
  test.each([
    ['an unknown service', pin('wbe', 3), 'there is no service “wbe”'],
    ['a pin that no host could hold', pin('web', 11), "web can't be pinned at 11: that takes 11 slots and the host has 10"],
    ['a pin that is no whole number', pin('web', 2.5), "web can't have 2.5 replicas: say a whole number from 0 up"],
    [
      'emptying a priority-1 service by a slip',
      pin('web', 0),
      'web is priority 1: for 0 press = and type its name, or say --yes in a shell',
    ],
    ['clearing what is not there', {kind: 'clear', service: 'web'}, 'web has no override to clear'],
    ['clearing all of nothing', {kind: 'clear-all'}, 'there is no override to clear'],
    [
      'a rank above the first',
      {kind: 'rank', service: 'web', by: -1, lasting: 'default'},
      'web is at priority 1 already: use boost to put it ahead of all',
    ],
    ['a note where nothing is overruled', {kind: 'note', service: 'web', note: 'x'}, 'web has no override: pin, hold or boost it first'],
    ['resuming what runs', {kind: 'resume'}, 'the scaler runs already'],
  ] satisfies [string, Command, string][])('%s', (_title, command, reason) => {
    const {fleet, reply, changed} = obey(box, 2000, command);
    expect(reply).toMatchObject({kind: 'refused', reason});
    expect(changed).toBe(false);
    expect(fleet.services).toBe(box.services);
  });

  test('an override without an owner', () => {
    expect(obey(box, 2000, pin('web', 3), ' ').reply).toMatchObject({kind: 'refused'});
  });

  test('a priority-1 service can be emptied by who means it', () => {
    expect(desiredOf(obey(box, 2000, pin('web', 0, true)).fleet)).toEqual({web: 0, batch: 10});
  });
});

describe('pausing', () => {
  test('goes on planning and asks for nothing until it is resumed', () => {
    const paused = obey(box, 2000, {kind: 'pause'}).fleet;
    const moved = after(paused, 3000, reading('web', 8));
    expect(desiredOf(moved.fleet)['web']).toBe(8);
    expect(moved.actions).toEqual([]);
    const resumed = after(moved.fleet, 4000, {kind: 'command', command: {kind: 'resume'}, owner: 'ops@here'});
    expect(resumed.actions.length).toBeGreaterThan(0);
  });

  test('what is decided meanwhile is told as planned, and not as done', () => {
    const paused = obey(box, 2000, {kind: 'pause'}).fleet;
    const [planned] = after(paused, 3000, reading('web', 8)).happenings;
    const [decided] = after(box, 3000, reading('web', 8)).happenings;
    expect(planned && tell(planned, String)).toMatchObject({to: 8, words: 'not done: demand 8'});
    expect(decided && tell(decided, String)).toMatchObject({to: 8, words: 'demand 8'});
    const watching = after(box, 2000, {kind: 'lease', lease: {kind: 'elsewhere', by: 'ann', where: 'there', since: 1, trouble: ''}}).fleet;
    const [watched] = after(watching, 3000, reading('web', 8)).happenings;
    expect(watched && tell(watched, String).words).toBe('not done: demand 8');
  });

  test('a hold and one more begin at what runs, since nothing of the plan is on its way', () => {
    const running = after(box, 1500, observed('web', {running: 4, order: 1})).fleet;
    const paused = obey(running, 2000, {kind: 'pause'}).fleet;
    const moved = after(paused, 3000, reading('web', 8)).fleet;
    expect(obey(moved, 4000, {kind: 'hold', service: 'web', lasting: 'default', toggle: true}).reply).toMatchObject({
      words: 'web: held at 4 (paused: nothing is done until it resumes)',
    });
    expect(obey(moved, 4000, adjust('web', 1)).reply).toMatchObject({words: expect.stringContaining('web: pinned at 5 (paused')});
  });
});

describe('a demand that an override keeps from what it asks for', () => {
  test('is overruled, and no more once it is let go, or where the demand asks for no more', () => {
    const pinned = obey(box, 2000, pin('web', 2)).fleet;
    expect(isOverruled(pinned)).toBe(true);
    expect(isOverruled(box)).toBe(false);
    expect(isOverruled(obey(pinned, 2001, {kind: 'clear', service: 'web'}).fleet)).toBe(false);
    expect(isOverruled(after(pinned, 3000, reading('web', 2)).fleet)).toBe(false);
    expect(isOverruled(obey(box, 2000, pin('batch', 0)).fleet)).toBe(false);
  });
});

describe('whether the best priority has what it asks for', () => {
  const running = (fleet: Fleet, at: number, web: number, pending = 0) =>
    after(fleet, at, observed('web', {running: web, pending, order: 99})).fleet;
  const asked = after(box, 1500, observed('web', {running: 4}), observed('batch', {running: 6})).fleet;

  test('is no alarm while what it was granted is on its way, and one once that takes too long or can’t be', () => {
    const more = after(asked, 3000, reading('web', 6)).fleet;
    expect(comingUp(more)).toBe(2);
    expect(comingUp(running(more, 3300, 5, 1))).toBe(1);
    expect(comingUp(running(more, 5200, 5, 1))).toBeNull();
    expect(
      comingUp(
        after(asked, 3000, reading('web', 6), {
          kind: 'configured',
          settings: {...box.settings, capacity: 5},
          services: box.services.map(({configured}) => configured),
        }).fleet,
      ),
    ).toBeNull();
    expect(comingUp(asked)).toBeNull();
  });

  test('isn’t known while its demand can’t be read', () => {
    expect(isUnknown(asked)).toBe(false);
    expect(isUnknown(after(asked, 3000, {kind: 'reading', service: 'web', reading: {kind: 'error', reason: 'no such file'}}).fleet)).toBe(
      true,
    );
    expect(isUnknown(after(asked, 3000, {kind: 'reading', service: 'batch', reading: {kind: 'error', reason: 'no such file'}}).fleet)).toBe(
      false,
    );
  });
});

describe('overrides of before', () => {
  const override = (owner: string, until: number | null) =>
    ({rule: {kind: 'pin', replicas: 2}, owner, placedAt: 1, until, note: ''}) as const;
  const inherited = (...overrides: Legacy['overrides']): Timeless => ({
    kind: 'inherited',
    legacy: {acting: 'auto', mode: null, circumstances: [], overrides},
  });
  const held: Timeless = {kind: 'lease', lease: {kind: 'held', by: 'ops@here', since: 1}};
  const told = (...entries: readonly Timeless[]) =>
    after(box, 2000, ...entries).happenings.flatMap(happening =>
      happening.kind === 'inherited' ? [tell(happening, at => `t${at}`).words] : [],
    );

  test('are told by the engine that goes on with them, where they are still in force', () => {
    expect(told(held, inherited(['web', [override('ann', 9000)]], ['batch', [override('bob', 1500)]]))).toEqual([
      '1 override of before still stands: web pinned at 2 by ann until t9000',
    ]);
    expect(told(held, inherited())).toEqual([]);
  });

  test('are told in few words, however many there are', () => {
    const [words] = told(held, inherited(['web', Array.from({length: 5}, (_, index) => override(`o${index}`, null))]));
    expect(words).toMatch(/^5 overrides of before still stand: web pinned at 2 by o0 until cleared, .* by o2 until cleared and 2 more$/);
  });

  test('are not told by an engine that only watches', () => {
    const elsewhere: Timeless = {kind: 'lease', lease: {kind: 'elsewhere', by: 'ann', where: 'there', since: 1, trouble: ''}};
    expect(told(elsewhere, inherited(['web', [override('ann', 9000)]]))).toEqual([]);
  });
});
