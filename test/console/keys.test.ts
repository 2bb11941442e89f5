import {describe, expect, test} from 'vitest';
import {keyNames} from '../../source/console/app.tsx';
import {frame} from '../../source/console/frame.ts';
import {keyTable, press} from '../../source/console/keys/table.ts';
import {listedServices, reduce, type ConsoleState} from '../../source/console/state.ts';
import type {Fleet} from '../../source/scaler/fleet.ts';
import type {ModeSpec} from '../../source/scaler/spec.ts';
import {session} from '../support/pressed.ts';
import {at, plainUnicode, shopState} from '../support/screens.ts';

const noKey = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
} as Parameters<typeof keyNames>[1];

describe('the key table', () => {
  test('binds each key once, and none of those that other consoles restart, remove or pause with', () => {
    const names = keyTable.flatMap(({keys}) => keys);
    expect(new Set(names).size).toBe(names.length);
    for (const unbound of ['r', 'd', 'e', 'p', 'ctrl-k', 'ctrl-d', 'ctrl-p', 'ctrl-b', 'ctrl-a']) {
      expect(press(shopState(), unbound)).toBeNull();
    }
  });

  test.each(keyTable.map(key => [key.shown, key] as const))('%s does something that can be seen', (_shown, key) => {
    for (const name of key.keys) expect(session().press(name).effects()).toHaveLength(1);
  });

  test.each(keyTable.filter(({acts}) => acts).map(key => [key.shown, key] as const))(
    '%s says why it can’t act when watching only',
    (_shown, key) => {
      for (const name of key.keys) {
        const watching = session(shopState(true)).press(name);
        expect(watching.commands()).toEqual([]);
        expect(watching.refusals()).toEqual(['read-only: this console watches, and changes nothing']);
      }
    },
  );

  test('keys that act say why not when the engine is gone', () => {
    expect(
      session({...shopState(), gone: 'it crashed'})
        .press('+')
        .refusals(),
    ).toEqual(['the engine is gone: nothing can be changed until one acts again (:takeover)']);
  });
});

describe('selecting', () => {
  test.each([
    [['down'], 'pay'],
    [['j', 'j'], 'batch'],
    [['G', 'up'], 'pay'],
    [['end', 'home'], 'web'],
    [['pagedown'], 'batch'],
    [['up'], 'web'],
  ])('%j', (keys, selected) => {
    expect(
      session()
        .press(...keys)
        .state().selected,
    ).toBe(selected);
  });
});

describe('overruling', () => {
  test.each([
    ['+', {kind: 'adjust', service: 'web', by: 1, lasting: 'default'}],
    ['-', {kind: 'adjust', service: 'web', by: -1, lasting: 'default'}],
    ['z', {kind: 'hold', service: 'web', lasting: 'default', toggle: true}],
    ['b', {kind: 'boost', service: 'web', lasting: 'default', toggle: true}],
    ['.', {kind: 'rank', service: 'web', by: -1, lasting: 'default'}],
    [',', {kind: 'rank', service: 'web', by: 1, lasting: 'default'}],
    ['x', {kind: 'clear', service: 'web'}],
    ['u', {kind: 'undo'}],
    ['P', {kind: 'pause'}],
  ])('%s', (key, command) => {
    expect(session().press(key).commands()).toEqual([command]);
  });

  test('characters that arrive together are keys of their own', () => {
    expect(keyNames('+++', noKey)).toEqual(['+', '+', '+']);
    expect(keyNames('=4\r', noKey)).toEqual(['=', '4', 'enter']);
    expect(keyNames('c', {...noKey, ctrl: true})).toEqual(['ctrl-c']);
  });

  test('Esc and a key that arrive together are the Esc, which never acts; Ctrl-C leaves all the same', () => {
    for (const key of ['+', ':', 'P']) expect(keyNames(key, {...noKey, meta: true})).toEqual(['escape']);
    expect(keyNames('', {...noKey, meta: true, return: true})).toEqual(['escape']);
    expect(keyNames('c', {...noKey, meta: true, ctrl: true})).toEqual(['ctrl-c']);
  });

  test('= asks for the number, and pins at it', () => {
    const asked = session().press('=', '1', '2', 'backspace');
    expect(asked.question()).toBe('Pin web for 1m at: 1_  Enter pins  Esc leaves it');
    expect(asked.press('enter').commands()).toEqual([
      {kind: 'override', service: 'web', rule: {kind: 'pin', replicas: 1}, lasting: 'default', sure: false},
    ]);
    expect(asked.question()).toBe('');
  });

  test('= says how long the pin will last', () => {
    const state = shopState();
    const {update} = state;
    const fleet = update && {...update.fleet, settings: {...update.fleet.settings, overrideMs: null}};
    expect(
      session({...state, update: update && fleet && {...update, fleet}})
        .press('=')
        .question(),
    ).toContain('Pin web until cleared at: _');
  });

  test('a question is about the service that was selected when it opened', () => {
    const asked = session().press('=');
    asked.press('j', '3', 'enter');
    expect(asked.commands()).toMatchObject([{service: 'web'}]);
  });

  test('Esc never acts, and Enter on nothing doesn’t either', () => {
    expect(session().press('=', '5', 'escape').commands()).toEqual([]);
    expect(session().press('=', 'enter').commands()).toEqual([]);
    expect(session().press('escape', 'enter', 'escape').commands()).toEqual([]);
  });

  test('= without a number says that one is wanted', () => {
    const asked = session().press('=', 'x', 'y', 'enter');
    expect(asked.refusals()).toEqual(['a number is wanted: web stays as it is']);
    expect(asked.question()).toBe('');
  });

  test('taking a priority-1 service to 0 asks for its name', () => {
    const asked = session().press('=', '0', 'enter');
    expect(asked.question()).toContain('Type its name');
    expect(session().press('=', '0', 'enter', 'w', 'e', 'enter').refusals()).toEqual(['that is not its name: web stays as it is']);
    expect(asked.press('w', 'e', 'b', 'enter').commands()).toEqual([
      {kind: 'override', service: 'web', rule: {kind: 'pin', replicas: 0}, lasting: 'default', sure: true},
    ]);
  });

  test('t asks how long, where there is an override', () => {
    expect(session().press('t').refusals()).toEqual(['web has no override: pin, hold or boost it first']);
    const asked = session().press('j', 't');
    expect(asked.question()).toContain('1 5m  2 30m  3 2h  4 until cleared');
    expect(asked.press('3').commands()).toEqual([{kind: 'last', service: 'pay', lasting: {ms: 7_200_000}}]);
  });

  test.each(['n', 'enter', 'escape'])('X asks, and %s means no', key => {
    const asked = session().press('X');
    expect(asked.question()).toContain('Clear the one override?');
    expect(asked.press(key).commands()).toEqual([]);
    expect(asked.question()).toBe('');
  });

  test('X and y clear all', () => {
    expect(session().press('X', 'y').commands()).toEqual([{kind: 'clear-all'}]);
  });

  test('P asks before it resumes', () => {
    const state = shopState();
    const paused = session({...state, update: state.update && {...state.update, fleet: {...state.update.fleet, acting: 'paused'}}});
    expect(paused.press('P').question()).toContain('Resume the scaler?');
    expect(paused.press('y').commands()).toEqual([{kind: 'resume'}]);
  });
});

describe('m', () => {
  const asked = (modes: readonly ModeSpec[]) => {
    const state = shopState();
    const {fleet} = state.update!;
    return session({...state, update: {...state.update!, fleet: {...fleet, settings: {...fleet.settings, modes}}}}).press('m');
  };
  const mode = (name: string, when: ModeSpec['when'] = []): ModeSpec => ({name, say: '', when, until: [], services: {}});
  const busy = mode('busy', [{kind: 'demand', service: 'web', demand: 0, side: 'above', value: 4, forMs: 0}]);

  test('asks which mode, and says so where there is none', () => {
    expect(asked([]).refusals()).toEqual(['the configuration has no modes']);
    expect(asked([mode('sale')]).question()).toBe('Which mode?  1 normal  2 sale  Esc leaves it as it is');
    expect(
      asked([mode('sale')])
        .press('2')
        .commands(),
    ).toEqual([{kind: 'mode', mode: 'sale', lasting: 'default'}]);
    expect(
      asked([mode('sale')])
        .press('0')
        .commands(),
    ).toEqual([]);
  });

  test('offers to leave it to the circumstances where there are any', () => {
    expect(asked([mode('sale'), busy]).question()).toContain('1 normal  2 sale  3 busy  0 auto');
    expect(
      asked([mode('sale'), busy])
        .press('0')
        .commands(),
    ).toEqual([{kind: 'mode', mode: 'auto', lasting: 'default'}]);
  });
});

describe('leaving', () => {
  test('q says what becomes of the containers, and asks', () => {
    const leaving = session().press('q');
    expect(leaving.left()).toBe(false);
    expect(leaving.question()).toContain('web 5, pay 2, batch 1 stay as they are; nobody scales then.');
    expect(leaving.press('y').left()).toBe(true);
  });

  test.each([
    ['drain', 'web 5, pay 2, batch 1 are stopped;'],
    ['restore', "web 5, pay 2, batch 1 go back to the start's counts;"],
  ] as const)('q says what --on-exit %s will do', (onExit, words) => {
    expect(
      session({...shopState(), onExit})
        .press('q')
        .question(),
    ).toContain(`Leave? ${words}`);
  });

  test('a dry run stops nothing on its way out, whatever was asked for', () => {
    const state = shopState();
    const {update} = state;
    const dry = {...state, onExit: 'drain' as const, update: update && {...update, fleet: {...update.fleet, acting: 'dry-run' as const}}};
    expect(session(dry).press('q').question()).toContain('stay as they are');
  });

  test('the question follows what runs while it is open', () => {
    const leaving = session().press('q').state();
    const {fleet} = leaving.update!;
    const services = fleet.services.map(service =>
      service.observed && service.spec.name === 'web' ? {...service, observed: {...service.observed, running: 7}} : service,
    );
    const update = {...leaving.update!, fleet: {...fleet, services}};
    expect(session(reduce(leaving, {kind: 'updated', update})).question()).toContain('web 7, pay 2, batch 1 stay as they are;');
  });

  test('q leaves an engine that is gone, in the place of taking over, and y then means leaving', () => {
    const gone = session(reduce({...shopState(), attached: true}, {kind: 'gone', reason: 'it crashed'}));
    expect(gone.question()).toContain('Take over from here?');
    expect(gone.press('q').question()).toContain('Leave? Nobody scales then: the engine is gone.');
    expect(gone.left()).toBe(false);
    expect(gone.press('y').left()).toBe(true);
    expect(gone.effects()).not.toContainEqual({kind: 'take-over'});
  });

  test('q that is held, or comes twice over a slow line, is no yes', () => {
    const leaving = session().press('q', 'q', 'q');
    expect(leaving.left()).toBe(false);
    expect(leaving.question()).toContain('Leave?');
  });

  test('Ctrl-C leaves at once, also out of a question', () => {
    expect(session().press('ctrl-c').left()).toBe(true);
    expect(session().press('=', 'ctrl-c').left()).toBe(true);
  });

  test('any key closes the help, save those that turn its pages', () => {
    expect(session().press('?').state().prompt).toEqual({kind: 'help', at: 0});
    expect(session().press('?', 'x').commands()).toEqual([]);
    expect(session().press('?', 'x').state().prompt.kind).toBe('none');
    expect(session().press('?', ' ', 'pagedown', 'up').state().prompt).toEqual({kind: 'help', at: 1});
  });
});

describe('looking', () => {
  test('Enter shows the selected service alone, Esc goes back', () => {
    const looking = session().press('j', 'enter');
    expect(looking.state()).toMatchObject({selected: 'pay', view: {kind: 'detail'}});
    expect(looking.press('escape').state().view).toEqual({kind: 'all'});
  });

  test('Esc leads out of a log to where it was opened: the replicas, or all services', () => {
    const within = session().press('enter', 'l', 'escape');
    expect(within.state()).toMatchObject({view: {kind: 'detail'}, closeUp: {pane: 'replicas'}});
    expect(within.press('escape').state().view.kind).toBe('all');
    expect(session().press('l', 'escape').state().view.kind).toBe('all');
    expect(session().press('enter', 'l', 'l', 'escape').state().view.kind).toBe('all');
  });

  test('/ narrows the list as it is typed, Enter keeps it, Esc shows all again', () => {
    const finding = session().press('/', 'p', 'a');
    expect(listedServices(finding.state()).map(({spec}) => spec.name)).toEqual(['pay']);
    expect(finding.state().selected).toBe('pay');
    finding.press('enter', 'down');
    expect(finding.state()).toMatchObject({find: 'pa', selected: 'pay', prompt: {kind: 'none'}});
    expect(finding.press('escape').state().find).toBe('');
    expect(session().press('/', 'z', 'z', 'enter', 'down').refusals()).toEqual(['no service has “zz” in its name: Esc shows all']);
  });

  test('a name that nobody has is told in the place of the list', () => {
    for (const [columns, rows] of [
      [60, 15],
      [80, 24],
      [140, 40],
    ] as const) {
      const shown = frame(session().press('/', 'z', 'z').state(), {columns, rows}, plainUnicode).join('\n');
      expect(shown).toContain('no service matches “zz”: Esc shows all');
    }
  });

  test('o goes through the orders, O turns one round', () => {
    const names = (state: ConsoleState) => listedServices(state).map(({spec}) => spec.name);
    const sorting = session();
    expect(names(sorting.press('o').state())[0]).toBe('web');
    expect(names(sorting.press('o', 'o', 'o').state())).toEqual(['batch', 'pay', 'web']);
    expect(names(sorting.press('O').state())).toEqual(['web', 'pay', 'batch']);
    expect(names(sorting.press('o').state())).toEqual(['web', 'pay', 'batch']);
  });

  test('w asks the real plan what would be, and does nothing', () => {
    const asking = session().press('w', '9', 'enter');
    expect(asking.commands()).toEqual([]);
    const {view} = asking.state();
    if (view.kind !== 'what-if') throw new Error('the answer is not shown');
    expect(view.answer.changes).toEqual([
      {service: 'web', from: 7, to: 8, shortfall: 1, asked: 9},
      {service: 'pay', from: 2, to: 2, shortfall: 0, asked: 4},
      {service: 'batch', from: 1, to: 0, shortfall: 0, asked: null},
    ]);
    expect(session().press('w', 'c', '5', 'enter').state().view).toMatchObject({
      answer: {
        changes: [
          {service: 'web', to: 3},
          {service: 'pay', to: 2},
          {service: 'batch', to: 0},
        ],
      },
    });
    expect(session().press('w', 'a', 'b', 'c', 'enter').refusals()).toEqual([expect.stringContaining('“abc” is no question')]);
    expect(session().press('w', 'c', 'enter').refusals()).toHaveLength(1);
    expect(session().press('w', 'escape').effects().at(-1)).toMatchObject({kind: 'event'});
  });

  test(': finds an action by a part of its name and does what its key does', () => {
    expect(
      session()
        .press(':', ...'hol', 'enter')
        .commands(),
    ).toMatchObject([{kind: 'hold', service: 'web'}]);
    expect(
      session({...shopState(), attached: true})
        .press(':', ...'takeov', 'enter')
        .question(),
    ).toContain('Take over from');
    expect(
      session(shopState(true))
        .press(':', ...'boost', 'enter')
        .refusals(),
    ).toHaveLength(1);
    expect(
      session()
        .press(':', ...'xyzxyz', 'enter')
        .refusals(),
    ).toEqual(['no action is called “xyzxyz”: : lists them all']);
    const second = session().press(':', 'down').state().prompt;
    expect(second).toMatchObject({kind: 'palette', at: 1});
  });

  test('takeover is refused where this engine acts already', () => {
    const state = shopState();
    const {fleet} = state.update!;
    const lease: Fleet['lease'] = {kind: 'held', by: 'ops@mgr-1', since: at};
    for (const [given, reason] of [
      [fleet.lease, 'there is no lease to take over here'],
      [lease, 'this engine holds the lease already'],
    ] as const) {
      const asked = session({...state, update: {...state.update!, fleet: {...fleet, lease: given}}}).press(':', ...'takeov', 'enter');
      expect(asked.question()).toBe('');
      expect(asked.refusals()).toEqual([reason]);
    }
  });

  const shownOnly = new Set(['w', '/', 'enter', 'l', 'escape', 'S', ':', '?', 'ctrl-r', 'ctrl-l', 'q', 'ctrl-c']);
  test.each(keyTable.flatMap(({keys}) => keys).filter(name => !shownOnly.has(name)))(
    'in a what-if %j is refused: nothing acts or moves unseen',
    key => {
      const looking = session().press('w', '9', 'enter');
      const before = looking.state();
      looking.press(key);
      expect(looking.refusals()).toEqual(['this is what would be, and nothing was done: Esc goes back']);
      expect(looking.state()).toBe(before);
    },
  );

  test('in a what-if another can be asked, and what leads elsewhere goes on', () => {
    const looking = session().press('w', '9', 'enter');
    expect(looking.press('w').question()).toContain('What if: _');
    expect(looking.press('5', 'enter').state().view).toMatchObject({kind: 'what-if', answer: {supposition: {value: 5}}});
    expect(looking.press('/').question()).toContain('a part of a name');
    expect(looking.press('escape', '?').state().prompt.kind).toBe('help');
    expect(looking.press('escape', ':', ...'pin', 'enter').refusals()).toHaveLength(1);
    expect(looking.press(':', ...'takeov', 'enter').refusals()).toHaveLength(2);
    expect(looking.press('q').question()).toContain('Leave?');
    expect(looking.press('n', 'escape').state().view.kind).toBe('all');
    expect(looking.press('+').commands()).toHaveLength(1);
  });

  test.each(['+', '-', '=', 'z', 'b', '.', ',', 't', 'N', 'x', 'y', 'enter', 'l'])(
    'with no service in the table %j, which is about one, is refused',
    key => {
      const finding = session().press('/', 'z', 'z', 'enter', key);
      expect(finding.refusals()).toEqual(['no service is shown: Esc ends the find']);
      expect(finding.state()).toMatchObject({prompt: {kind: 'none'}, view: {kind: 'all'}});
      expect(finding.press('escape', '+').commands()).toMatchObject([{service: 'web'}]);
    },
  );

  test('with no service in the table what is about none goes on', () => {
    expect(session().press('/', 'z', 'z', 'enter', 'P').commands()).toEqual([{kind: 'pause'}]);
    expect(session().press('/', 'z', 'z', 'enter', 'w').question()).toContain('What if');
  });

  test('what is selected is in the table, also when services come that were sought', () => {
    const state = shopState();
    const {fleet} = state.update!;
    const without = {
      ...state,
      update: {...state.update!, fleet: {...fleet, services: fleet.services.filter(({spec}) => spec.name !== 'pay')}},
    };
    const sought = session(without).press('/', 'p', 'a', 'y', 'enter').state();
    expect(sought.selected).toBe('web');
    expect(reduce(sought, {kind: 'updated', update: state.update!}).selected).toBe('pay');
  });

  test('y copies, S saves', () => {
    expect(session().press('y', 'S').effects()).toEqual([{kind: 'copy'}, {kind: 'save'}]);
  });
});

describe('the detail', () => {
  const inDetail = () => session().press('enter');

  test('l opens the log from anywhere, and turns between it and the replicas', () => {
    expect(session().press('l').state()).toMatchObject({view: {kind: 'detail'}, closeUp: {pane: 'logs'}});
    expect(inDetail().state().closeUp.pane).toBe('replicas');
    expect(inDetail().press('l').state().closeUp.pane).toBe('logs');
    expect(inDetail().press('l', 'l').state()).toMatchObject({view: {kind: 'detail'}, closeUp: {pane: 'replicas'}});
    expect(inDetail().press('l', 'escape').state()).toMatchObject({view: {kind: 'detail'}, closeUp: {pane: 'replicas'}});
  });

  test('it can be looked at without the right to change anything', () => {
    expect(session(shopState(true)).press('l').state().closeUp.pane).toBe('logs');
  });

  test('in a log the arrows scroll; beside the replicas they select, and only the pages scroll', () => {
    const inLog = inDetail().press('l', 'up', 'k', 'down', 'pageup', 'pagedown', 'home', 'end');
    expect(inLog.effects().flatMap(effect => (effect.kind === 'scroll' ? [effect.by] : []))).toEqual([-1, -1, 1, -10, 10, 'first', 'last']);
    expect(inLog.state().selected).toBe('web');
    const beside = inDetail().press('down', 'pagedown');
    expect(beside.state()).toMatchObject({selected: 'pay', view: {kind: 'detail'}});
    expect(beside.effects().at(-1)).toEqual({kind: 'scroll', by: 10});
  });
});
