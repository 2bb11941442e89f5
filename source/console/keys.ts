/** Every key, in one table: what it does, in words, and why it can't act now. The bar, the help and the README follow it. */
import type {Command} from '../scaler/entry.ts';
import {modeNames} from '../scaler/mode.ts';
import {overrideOf, undoMs} from '../scaler/override.ts';
import {command, event, forSelected, refuse, type Effect} from './effect.ts';
import {move, playAt, screenful, travel, travelBy} from './moving.ts';
import {momentWords, speedLeast, speedMost} from './past.ts';
import {nextOrder} from './sorting.ts';
import {orderedServices, selectedService, type ConsoleState} from './state.ts';

export interface Key {
  readonly keys: readonly string[];
  /** How it is shown. */
  readonly shown: string;
  readonly words: string;
  /** What it is called in the palette; null for what only moves about. */
  readonly name: string | null;
  /** How the key bar has it, such as `+- one`: keys, then a word. Null keeps it to the help. */
  readonly bar: readonly [keys: string, word: string] | null;
  /** How the key bar has it while the past is looked at, where it belongs to that. */
  readonly past?: readonly [keys: string, word: string];
  readonly acts: boolean;
  readonly press: (state: ConsoleState) => Effect;
}

/** One less is refused by the engine where it would empty a priority-1 service; the name is then asked for. */
const less = forSelected((service, state) => {
  const selected = selectedService(state);
  const present = selected ? (overrideOf(selected, 'pin')?.rule.replicas ?? selected.decision?.desired ?? 0) : 0;
  const empties = selected?.spec.priority === 1 && selected.spec.target.kind !== 'fill' && present <= 1;
  if (empties && present === 1) return event({kind: 'prompted', prompt: {kind: 'name', service, typed: '', command: emptying(service)}});
  return command({kind: 'adjust', service, by: -1, lasting: 'default'});
});

export function emptying(service: string): Command {
  return {kind: 'override', service, rule: {kind: 'pin', replicas: 0}, lasting: 'default', sure: true};
}

export const keyTable: readonly Key[] = [
  {keys: ['up', 'k'], shown: '↑ k', words: 'select the service above', name: null, bar: null, acts: false, press: move(-1)},
  {keys: ['down', 'j'], shown: '↓ j', words: 'select the service below', name: null, bar: null, acts: false, press: move(1)},
  {
    keys: ['pageup'],
    shown: 'PgUp',
    words: 'select ten above; scroll in the detail',
    name: null,
    bar: null,
    acts: false,
    press: move(-screenful),
  },
  {
    keys: ['pagedown'],
    shown: 'PgDn',
    words: 'select ten below; scroll in the detail',
    name: null,
    bar: null,
    acts: false,
    press: move(screenful),
  },
  {keys: ['g'], shown: 'g', words: 'select the first', name: null, bar: null, acts: false, press: move('first')},
  {keys: ['G'], shown: 'G', words: 'select the last', name: null, bar: null, acts: false, press: move('last')},
  {
    keys: ['home'],
    shown: 'Home',
    words: 'select the first; in the past, to the oldest moment kept',
    name: null,
    bar: null,
    acts: false,
    press: state => (state.past ? travel(state, state.past.from ?? 0) : move('first')(state)),
  },
  {
    keys: ['end'],
    shown: 'End',
    words: 'select the last; in the past, back to now',
    name: null,
    bar: null,
    past: ['End', 'now'],
    acts: false,
    press: state => (state.past ? travel(state, Number.MAX_SAFE_INTEGER) : move('last')(state)),
  },
  {
    keys: ['enter'],
    shown: 'Enter',
    words: 'the selected service alone: its why, replicas, handovers',
    name: 'detail',
    bar: ['Enter', 'detail'],
    acts: false,
    press: forSelected((_service, state) => event({kind: 'viewed', view: {kind: state.view.kind === 'detail' ? 'all' : 'detail'}})),
  },
  {
    keys: ['l'],
    shown: 'l',
    words: 'its log: what its replicas wrote last; again its replicas',
    name: 'log',
    bar: null,
    acts: false,
    press: forSelected((_service, {view, closeUp}) =>
      event({kind: 'opened', pane: view.kind === 'detail' && closeUp.pane === 'logs' ? 'replicas' : 'logs'}),
    ),
  },
  {
    keys: ['escape'],
    shown: 'Esc',
    words: 'back; never acts',
    name: null,
    bar: null,
    acts: false,
    press: state => (state.view.kind === 'all' ? event({kind: 'sought', find: ''}) : event({kind: 'viewed', view: {kind: 'all'}})),
  },
  {
    keys: ['+'],
    shown: '+',
    words: 'pin one more than now, at once',
    name: 'one more',
    bar: ['+-', 'one'],
    acts: true,
    press: forSelected(service => command({kind: 'adjust', service, by: 1, lasting: 'default'})),
  },
  {keys: ['-'], shown: '-', words: 'pin one less than now, at once', name: 'one less', bar: null, acts: true, press: less},
  {
    keys: ['='],
    shown: '=',
    words: 'pin at a number: asks for it',
    name: 'pin',
    bar: ['=', 'pin'],
    acts: true,
    press: forSelected(service => event({kind: 'prompted', prompt: {kind: 'number', service, typed: ''}})),
  },
  {
    keys: ['z'],
    shown: 'z',
    words: 'hold at the present count; again lets go',
    name: 'hold',
    bar: ['z', 'hold'],
    acts: true,
    press: forSelected(service => command({kind: 'hold', service, lasting: 'default', toggle: true})),
  },
  {
    keys: ['b'],
    shown: 'b',
    words: 'boost ahead of all; again lets go',
    name: 'boost',
    bar: ['b', 'boost'],
    acts: true,
    press: forSelected(service => command({kind: 'boost', service, lasting: 'default', toggle: true})),
  },
  {
    keys: ['.'],
    shown: '.',
    words: 'priority up: served sooner',
    name: 'priority up',
    bar: ['.,', 'prio'],
    acts: true,
    press: forSelected(service => command({kind: 'rank', service, by: -1, lasting: 'default'})),
  },
  {
    keys: [','],
    shown: ',',
    words: 'priority down: served later',
    name: 'priority down',
    bar: null,
    acts: true,
    press: forSelected(service => command({kind: 'rank', service, by: 1, lasting: 'default'})),
  },
  {
    keys: ['t'],
    shown: 't',
    words: 'how long the override lasts: 5m, 30m, 2h, until cleared',
    name: 'time',
    bar: ['t', 'time'],
    acts: true,
    press: forSelected((service, state) =>
      (selectedService(state)?.overrides.length ?? 0) === 0
        ? refuse(`${service} has no override: pin, hold or boost it first`)
        : event({kind: 'prompted', prompt: {kind: 'lasting', service}}),
    ),
  },
  {
    keys: ['x'],
    shown: 'x',
    words: 'clear its overrides',
    name: 'clear',
    bar: ['x', 'clear'],
    acts: true,
    press: forSelected(service => command({kind: 'clear', service})),
  },
  {
    keys: ['X'],
    shown: 'X',
    words: 'clear every override: asks',
    name: 'clear all',
    bar: null,
    acts: true,
    press: state => {
      const count = state.update?.fleet.services.reduce((sum, {overrides}) => sum + overrides.length, 0) ?? 0;
      if (count === 0) return refuse('there is no override to clear');
      const question = count === 1 ? 'Clear the one override?' : `Clear all ${count} overrides?`;
      return event({kind: 'prompted', prompt: {kind: 'confirm', question, answer: 'clear-all'}});
    },
  },
  {
    keys: ['u'],
    shown: 'u',
    words: `undo your last override, for ${undoMs / 1000} s`,
    name: 'undo',
    bar: ['u', 'undo'],
    acts: true,
    press: () => command({kind: 'undo'}),
  },
  {
    keys: ['P'],
    shown: 'P',
    words: 'pause the scaler, at once; again asks, then resumes',
    name: 'pause',
    bar: ['P', 'pause'],
    acts: true,
    press: state =>
      state.update?.fleet.acting === 'paused'
        ? event({kind: 'prompted', prompt: {kind: 'confirm', question: 'Resume the scaler?', answer: 'resume'}})
        : command({kind: 'pause'}),
  },
  {
    keys: ['m'],
    shown: 'm',
    words: 'choose the mode: asks which',
    name: 'mode',
    bar: null,
    acts: true,
    press: state => {
      const modes = state.update?.fleet.settings.modes ?? [];
      if (modes.length === 0) return refuse('the configuration has no modes');
      return event({kind: 'prompted', prompt: {kind: 'mode', modes: modeNames(modes)}});
    },
  },
  {
    keys: ['w'],
    shown: 'w',
    words: 'what if: its demand, or the capacity, were another; acts on nothing',
    name: 'what if',
    bar: ['w', 'what if'],
    acts: false,
    press: forSelected(service => event({kind: 'prompted', prompt: {kind: 'what-if', service, typed: ''}})),
  },
  {
    keys: ['/'],
    shown: '/',
    words: 'find services by a part of their name',
    name: 'find',
    bar: ['/', 'find'],
    acts: false,
    press: state => event({kind: 'prompted', prompt: {kind: 'find', typed: state.find}}),
  },
  {
    keys: ['left'],
    shown: '←',
    words: 'a second back into the past; the last hour is kept',
    name: 'back',
    bar: null,
    past: ['←→', '1s'],
    acts: false,
    press: travelBy(-1000),
  },
  {keys: ['right'], shown: '→', words: 'a second on', name: 'on', bar: null, acts: false, press: travelBy(1000)},
  {
    keys: ['['],
    shown: '[',
    words: 'a minute back into the past',
    name: 'back a minute',
    bar: null,
    past: ['[]', '1m'],
    acts: false,
    press: travelBy(-60_000),
  },
  {keys: [']'], shown: ']', words: 'a minute on', name: 'on a minute', bar: null, acts: false, press: travelBy(60_000)},
  {
    keys: [' '],
    shown: 'Space',
    words: 'play the past from here; again stops',
    name: 'play',
    bar: null,
    past: ['Space', 'play'],
    acts: false,
    press: playAt(({kind, speed}) => ({kind: kind === 'playing' ? 'still' : 'playing', speed})),
  },
  {
    keys: ['>'],
    shown: '>',
    words: 'play the past twice as fast',
    name: 'faster',
    bar: null,
    past: ['<>', 'speed'],
    acts: false,
    press: playAt(({speed}) => ({kind: 'playing', speed: Math.min(speedMost, speed * 2)})),
  },
  {
    keys: ['<'],
    shown: '<',
    words: 'play the past half as fast',
    name: 'slower',
    bar: null,
    acts: false,
    press: playAt(({speed}) => ({kind: 'playing', speed: Math.max(speedLeast, speed / 2)})),
  },
  {
    keys: ['o'],
    shown: 'o',
    words: 'sort by priority, what is missing, demand, replicas, name',
    name: 'sort',
    bar: null,
    acts: false,
    press: state => event({kind: 'ordered', order: nextOrder(state.order)}),
  },
  {
    keys: ['O'],
    shown: 'O',
    words: 'sort the other way round',
    name: 'reverse',
    bar: null,
    acts: false,
    press: state => event({kind: 'ordered', order: {...state.order, reversed: !state.order.reversed}}),
  },
  {
    keys: ['y'],
    shown: 'y',
    words: 'copy the selected service and its why (OSC 52)',
    name: 'copy',
    bar: null,
    acts: false,
    press: forSelected(() => ({kind: 'copy'})),
  },
  {
    keys: ['S'],
    shown: 'S',
    words: 'save the screen, as text and as a picture',
    name: 'save screen',
    bar: null,
    acts: false,
    press: () => ({kind: 'save'}),
  },
  {
    keys: ['?'],
    shown: '?',
    words: 'this help',
    name: 'help',
    bar: ['?', 'help'],
    acts: false,
    press: () => event({kind: 'prompted', prompt: {kind: 'help'}}),
  },
  {
    keys: [':'],
    shown: ':',
    words: 'every action by its name',
    name: null,
    bar: null,
    acts: false,
    press: () => event({kind: 'prompted', prompt: {kind: 'palette', typed: '', at: 0}}),
  },
  {
    keys: ['ctrl-r'],
    shown: 'Ctrl-R',
    words: 'read everything from the host again',
    name: 'read again',
    bar: null,
    acts: false,
    press: ({recording}) => (recording ? refuse('a recording has no host to read') : {kind: 'refresh'}),
  },
  {
    keys: ['ctrl-l'],
    shown: 'Ctrl-L',
    words: 'draw the screen again',
    name: 'redraw',
    bar: null,
    acts: false,
    press: () => ({kind: 'redraw'}),
  },
  {
    keys: ['q'],
    shown: 'q',
    words: 'leave: says what becomes of the containers, and asks',
    name: 'quit',
    bar: ['q', 'quit'],
    acts: false,
    press: state => event({kind: 'prompted', prompt: {kind: 'confirm', question: leaving(state), answer: 'leave'}}),
  },
  {keys: ['ctrl-c'], shown: 'Ctrl-C', words: 'leave at once', name: null, bar: null, acts: false, press: () => ({kind: 'leave'})},
];

function leaving({update, attached, recording}: ConsoleState): string {
  if (!update) return 'Leave?';
  if (recording) return 'Leave? The recording stays as it is.';
  if (attached) return 'Leave? The engine goes on without this console.';
  const counts = orderedServices(update.fleet.services).map(({spec, observed}) => `${spec.name} ${observed?.running ?? 0}`);
  const listed = counts.length > 4 ? `${counts.slice(0, 4).join(', ')} and ${counts.length - 4} more` : counts.join(', ');
  return update.vitals.facts?.kind === 'simulated'
    ? 'Leave? The simulated host ends with the console.'
    : `Leave? Nobody scales then; ${listed} stay as they are.`;
}

const byKey = new Map(keyTable.flatMap(key => key.keys.map(name => [name, key] as const)));

/** Why nothing can be done about the moment that is shown; null where it is now. */
export function whyNotInThePast({past, recording}: ConsoleState): string | null {
  if (recording) return 'this is a recording: nothing can be changed in it';
  return past && `this is the past, ${momentWords(past.shownAt)}: End goes back to now`;
}

/** A key's name in characters that every terminal has. */
export function plainKeys(shown: string): string {
  return shown.replace('↑', 'Up').replace('↓', 'Down').replace('←→', 'Left/Right').replace('←', 'Left').replace('→', 'Right');
}

/** What a key does now. A key that can't act now says why; one that isn't bound does nothing. */
export function press(state: ConsoleState, name: string): Effect | null {
  const key = byKey.get(name);
  if (!key) return null;
  if (key.acts) {
    const reason = whyNotInThePast(state);
    if (reason !== null) return refuse(reason);
    if (state.readOnly) return refuse('read-only: this console watches, and changes nothing');
    if (state.gone !== null) return refuse('the engine is gone: nothing can be changed until one acts again (:takeover)');
    if (!state.update) return refuse('not connected yet');
  }
  return key.press(state);
}
