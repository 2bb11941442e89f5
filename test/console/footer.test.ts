import {stripVTControlCharacters} from 'node:util';
import {describe, expect, test} from 'vitest';
import {footerLines} from '../../source/console/footer.ts';
import {frame} from '../../source/console/frame.ts';
import {reduce, type ConsoleEvent, type ConsoleState} from '../../source/console/state.ts';
import {after, type Timeless} from '../support/fleets.ts';
import {session} from '../support/pressed.ts';
import {at, crowdState, plainUnicode, shopState} from '../support/screens.ts';

const footer = (keys: readonly string[], columns = 80, state = shopState()) => {
  const pressed = session(state).press(...keys);
  return footerLines(pressed.state(), columns, plainUnicode, 20).map(row => stripVTControlCharacters(row).trim());
};

describe('the last line while a question is open', () => {
  test.each([
    [['='], 'Enter pins  Esc leaves it'],
    [['q'], 'y yes  n no'],
    [['j', 't'], '1 5m  2 30m  3 2h  4 until cleared  Esc leaves it'],
    [['/'], 'Enter keeps it  Esc shows all'],
    [['w'], '12 a demand  c8 8 slots  n2 2 slots gone  n NAME a node gone  Esc leaves it'],
  ])('%j has the keys that answer it, and no others', (keys, bar) => {
    expect(footer(keys)[1]).toBe(bar);
  });

  test('how it is left is never cut', () => {
    expect(footer(['w'], 60)[1]).toContain('Esc leaves it');
  });

  test('the usual keys are back when it is closed', () => {
    expect(footer(['=', 'escape'])).toEqual(footer([]));
  });
});

describe('the last line offers what acts in what is shown', () => {
  test('in the help what turns its pages, where it has any, and what closes it', () => {
    expect(footer(['?'])[1]).toBe('Space next page  ↑ page before  Esc closes');
    expect(footer(['?'], 200)[1]).toContain('Space next page');
    const wide = frame(session().press('?').state(), {columns: 200, rows: 60}, plainUnicode).map(row =>
      stripVTControlCharacters(row).trim(),
    );
    expect(wide.at(-1)).toBe('Esc closes');
  });

  test('in a what-if what asks another and what leads back', () => {
    expect(footer(['w', '9', 'enter'])[1]).toBe('w another  Esc back  ? help  q quit');
    expect(footer(['w', '9', 'enter', 'escape'])).toEqual(footer([]));
  });
});

describe('a question fits into 80 columns with what it is about', () => {
  const named = (state: ConsoleState): ConsoleState => {
    const {update} = state;
    const counts: readonly (readonly [name: string, running: number])[] = [
      ['checkout', 9],
      ['search', 12],
    ];
    const services = update!.fleet.services.slice(0, 2).map((service, index) => {
      const [name, running] = counts[index]!;
      return {...service, spec: {...service.spec, name, priority: index + 1}, observed: {...service.observed!, running}};
    });
    return {...state, selected: 'checkout', update: {...update!, fleet: {...update!.fleet, services}}};
  };

  test.each([
    ['leave', 'Leave? checkout 9, search 12 stay as they are; nobody scales then.'],
    ['restore', "Leave? checkout 9, search 12 go back to the start's counts; nobody scales then."],
    ['drain', 'Leave? checkout 9, search 12 are stopped; nobody scales then.'],
  ] as const)('leaving with --on-exit %s', (onExit, words) => {
    expect(footer(['q'], 80, named({...shopState(), onExit}))[0]).toBe(words);
  });

  test('leaving many: what becomes of them is not cut', () => {
    expect(footer(['q'], 80, {...crowdState(20), onExit: 'restore'})[0]).toContain("and 18 more go back to the start's counts");
  });

  test('taking over', () => {
    const [question] = footer([':', ...'takeover', 'enter'], 80, {...shopState(), attached: true});
    expect(question).toMatch(/^Take over from .*\? An engine here acts then; overrides stand\.$/);
  });
});

test('why a what-if is refused fits into 80 columns', () => {
  const [reason = ''] = session().press('w', 'a', 'b', 'c', 'enter').refusals();
  expect(reason.length).toBeLessThan(80);
});

describe('what was said last', () => {
  const shownTo = (session: number, ...events: readonly ConsoleEvent[]) => {
    const state = shopState();
    const {update} = state;
    const command = {kind: 'override', service: 'pay', rule: {kind: 'pin', replicas: 2}, lasting: 'default', sure: false} as const;
    const placed = update && after(update.fleet, at, {kind: 'command', command, owner: update.vitals.you, session: 1}).fleet;
    const fleet = placed && {...placed, undo: placed.undo && {...placed.undo, at: at - 1000}};
    const told = events.reduce(reduce, {...state, update: update && fleet && {...update, fleet, vitals: {...update.vitals, session}}});
    return stripVTControlCharacters(footerLines(told, 80, plainUnicode, 20)[0]).trim();
  };
  const shown = (...events: readonly ConsoleEvent[]) => shownTo(1, ...events);
  const pinned: ConsoleEvent = {kind: 'replied', reply: {kind: 'accepted', words: 'pay: pinned at 2'}, overrules: true, at};
  const refused: ConsoleEvent = {
    kind: 'replied',
    reply: {kind: 'refused', reason: 'this is a dry run: it never acts'},
    overrules: false,
    at,
  };

  test('an override’s answer has its undo beside it, another answer has none', () => {
    expect(shown(pinned)).toBe('pay: pinned at 2   u undo (9s)');
    expect(shown(pinned, refused)).toBe('this is a dry run: it never acts');
    expect(shown()).toBe('u undo pay pinned at 2 (9s)');
  });

  test('is gone once a question was asked after it', () => {
    expect(shown(refused, {kind: 'prompted', prompt: {kind: 'leave'}}, {kind: 'prompted', prompt: {kind: 'none'}})).toBe(
      'u undo pay pinned at 2 (9s)',
    );
  });

  test('another console of the same owner is not offered to undo it', () => {
    expect(shownTo(2)).toBe('');
  });
});

describe('an answer that the screen contradicts', () => {
  const you = 'ops@mgr-1';
  const pin = (replicas: number, owner = you): Timeless => ({
    kind: 'command',
    command: {kind: 'override', service: 'pay', rule: {kind: 'pin', replicas}, lasting: 'default', sure: false},
    owner,
  });
  const own = (kind: 'undo' | 'clear-all'): Timeless => ({kind: 'command', command: {kind}, owner: you});

  /** A console that is told of every step but those that are kept from it for now; it sends the commands of its own. */
  function watching() {
    let state = shopState();
    let fleet = state.update?.fleet;
    let now = at;
    const tell = () => {
      if (fleet && state.update) state = reduce(state, {kind: 'updated', update: {...state.update, fleet, samples: [], happenings: []}});
    };
    return {
      /** The answer comes before the update with what it tells of. */
      ask(entry: Timeless) {
        if (!fleet) throw new Error('there is no fleet');
        const result = after(fleet, ++now, entry);
        tell();
        const [reply] = result.replies;
        if (reply) state = reduce(state, {kind: 'replied', reply, overrules: false, at});
        tell();
        fleet = result.fleet;
        return this;
      },
      happen(...entries: readonly Timeless[]) {
        if (fleet) ({fleet} = after(fleet, ++now, ...entries));
        tell();
        return this;
      },
      said: () => state.message?.text ?? '',
    };
  }

  test('stays through the very change that it tells of, and whatever else happens', () => {
    const console = watching().ask(pin(1));
    expect(console.said()).toBe('pay: pinned at 1');
    expect(console.happen({kind: 'tick'}).said()).toBe('pay: pinned at 1');
    expect(console.happen({kind: 'reading', service: 'web', reading: {kind: 'value', value: 2}}).said()).toBe('pay: pinned at 1');
  });

  test('is gone once somebody else has overruled the service, also where both changes are told at once', () => {
    expect(watching().ask(pin(1)).happen({kind: 'tick'}).happen(pin(3, 'ann@there')).said()).toBe('');
    expect(watching().ask(pin(1)).happen(pin(3, 'ann@there')).said()).toBe('');
  });

  test('of an undo is gone once all is cleared', () => {
    const console = watching().ask(pin(2)).ask(pin(1)).ask(own('undo'));
    expect(console.happen({kind: 'tick'}).said()).toBe('pay: undone, pinned at 2 again');
    expect(console.happen(own('clear-all')).said()).toBe('');
  });

  test('that there is no lease is gone when this engine acts', () => {
    const console = watching()
      .happen({kind: 'lease', lease: {kind: 'lapsed', reason: 'it was cut'}})
      .ask(pin(1));
    expect(console.happen({kind: 'tick'}).said()).toBe('this engine has no lease to act: nothing can be changed here now');
    expect(console.happen({kind: 'lease', lease: {kind: 'held', by: you, since: 1}}).said()).toBe('');
  });
});
