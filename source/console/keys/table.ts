/** Every key, in one table: the key bar, the help, the README and the docs follow it. What isn't in it is bound to nothing. */
import {momentWords} from '../past.ts';
import type {ConsoleState} from '../state.ts';
import {refuse, type Effect} from './effect.ts';
import type {Key, KeySection} from './key.ts';
import {lookingKeys} from './looking.ts';
import {movingKeys} from './moving.ts';
import {overrulingKeys} from './overruling.ts';
import {pastKeys} from './past.ts';
import {screenKeys} from './screen.ts';

export const keySections: readonly KeySection[] = [movingKeys, overrulingKeys, lookingKeys, pastKeys, screenKeys];

export const keyTable: readonly Key[] = keySections.flatMap(({keys}) => keys);

const byKey = new Map(keyTable.flatMap(key => key.keys.map(name => [name, key] as const)));

/** Why nothing can be done about the moment that is shown; null where it is now. */
function whyNotInThePast({past, recording}: ConsoleState): string | null {
  if (recording) return 'this is a recording: nothing can be changed in it';
  return past && `this is the past, ${momentWords(past.shownAt)}: End goes back to now`;
}

/** While the screen shows what would be, what acts, moves or sorts would do so unseen: these go on. */
const goOnInWhatIf = new Set([
  ...['w', '/', 'enter', 'l', 'escape'],
  ...screenKeys.keys.flatMap(({keys}) => keys).filter(name => name !== 'y'),
]);

/** Why nothing can be done about what is shown; null where it is what is. */
export function whyNotHere(state: ConsoleState): string | null {
  return state.view.kind === 'what-if' ? 'this is what would be, and nothing was done: Esc goes back' : whyNotInThePast(state);
}

/** What a key does now. A key that can't act now says why; one that isn't bound does nothing. */
export function press(state: ConsoleState, name: string): Effect | null {
  const key = byKey.get(name);
  if (!key) return null;
  if (key.acts || (state.view.kind === 'what-if' && !goOnInWhatIf.has(name))) {
    const reason = whyNotHere(state);
    if (reason !== null) return refuse(reason);
    if (state.readOnly) return refuse('read-only: this console watches, and changes nothing');
    if (state.gone !== null) return refuse('the engine is gone: nothing can be changed until one acts again (:takeover)');
    if (!state.update) return refuse('not connected yet');
    if (state.silentMs > 0) return refuse('the engine says nothing: what is pressed now would be done unseen, once it speaks again');
  }
  return key.press(state);
}
