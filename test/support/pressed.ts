/** A console without a screen: keys go in, and what came of them comes out. */
import {pressKey} from '../../source/console/app.tsx';
import type {Effect} from '../../source/console/keys/effect.ts';
import {questionWords} from '../../source/console/questions.ts';
import type {ConsoleState} from '../../source/console/state.ts';
import {createStore} from '../../source/console/store.ts';
import {shopState} from './screens.ts';

/** Presses keys on a console and gives what came of them. */
export function session(state: ConsoleState = shopState()) {
  const store = createStore(state, async () => {});
  const effects: Effect[] = [];
  const perform = (effect: Effect) => {
    effects.push(effect);
    if (effect.kind === 'event') store.dispatch(effect.event);
  };
  return {
    press(...names: readonly string[]) {
      for (const name of names) pressKey(store, name, perform);
      return this;
    },
    commands: () => effects.flatMap(effect => (effect.kind === 'command' ? [effect.command] : [])),
    refusals: () => effects.flatMap(effect => (effect.kind === 'refuse' ? [effect.reason] : [])),
    left: () => effects.some(({kind}) => kind === 'leave'),
    effects: () => effects,
    state: () => store.latest(),
    question: () => questionWords(store.latest()),
  };
}
