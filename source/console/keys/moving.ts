/** Through the services, into one of them, and back. */
import {listedServices, type ConsoleState} from '../state.ts';
import {event, forSelected, refuse, type Effect} from './effect.ts';
import type {KeySection} from './key.ts';
import {travel} from './past.ts';

/** How far a page leads. */
const screenful = 10;

export const movingKeys: KeySection = {
  title: 'Move about',
  keys: [
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
      press: back,
    },
  ],
};

function move(by: number | 'first' | 'last'): (state: ConsoleState) => Effect {
  return state => {
    if (scrolls(state, by)) return {kind: 'scroll', by};
    const names = listedServices(state).map(({spec}) => spec.name);
    const at = Math.max(0, names.indexOf(state.selected ?? ''));
    const to = by === 'first' ? 0 : by === 'last' ? names.length - 1 : Math.min(names.length - 1, Math.max(0, at + by));
    const service = names[to];
    return service === undefined
      ? refuse(state.find === '' ? 'there is no service yet' : `no service has “${state.find}” in its name: Esc shows all`)
      : event({kind: 'selected', service});
  };
}

/** In an open log all of them scroll; in the table of replicas, those that take a page. */
function scrolls({view, closeUp}: ConsoleState, by: number | 'first' | 'last'): boolean {
  return view.kind === 'detail' && (closeUp.pane === 'logs' || Math.abs(Number(by)) === screenful);
}

/** A step back: out of a log to the replicas that it was opened from, out of a service to all, and there out of what was sought. */
function back({view, closeUp}: ConsoleState): Effect {
  if (view.kind === 'all') return event({kind: 'sought', find: ''});
  if (view.kind === 'detail' && closeUp.pane === 'logs' && closeUp.nested) return event({kind: 'opened', pane: 'replicas'});
  return event({kind: 'viewed', view: {kind: 'all'}});
}
