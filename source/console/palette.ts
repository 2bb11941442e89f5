/** Every action by its name: which fit what was typed, and how the list of them looks. */
import {plainKeys, type Key} from './keys/key.ts';
import {keyTable} from './keys/table.ts';
import type {Style} from './style.ts';
import {fit} from './text.ts';

/** An action that can be called by its name. */
export interface Action {
  readonly name: string;
  /** How its key is shown; empty where it has none. */
  readonly shown: string;
  readonly words: string;
  readonly run: {readonly kind: 'key'; readonly key: Key} | {readonly kind: 'take-over'};
}

const actions: readonly Action[] = [
  ...keyTable.flatMap(key =>
    key.name === null ? [] : [{name: key.name, shown: key.shown, words: key.words, run: {kind: 'key', key} as const}],
  ),
  {name: 'takeover', shown: '', words: 'take the lease over: an engine here acts then', run: {kind: 'take-over'}},
];

/** Those that fit, the best first; all of them while nothing is typed. */
export function fitting(typed: string): readonly Action[] {
  const sought = typed.toLowerCase().replaceAll(/[\s-]+/g, '');
  if (sought === '') return actions;
  return actions
    .map(action => ({action, score: Math.min(closeness(sought, action.name), closeness(sought, action.words) + wordsPenalty)}))
    .filter(({score}) => Number.isFinite(score))
    .toSorted((a, b) => a.score - b.score)
    .map(({action}) => action);
}

/** What fits a name goes before what only fits its explanation. */
const wordsPenalty = 100;

/**
 * How far the letters of what is sought lie apart in the text, in their order: 0 where the text begins with them, infinite
 * where they aren't all there.
 */
function closeness(sought: string, text: string): number {
  const among = text.toLowerCase().replaceAll(/[\s-]+/g, '');
  let at = -1;
  let gaps = 0;
  for (const letter of sought) {
    const next = among.indexOf(letter, at + 1);
    if (next === -1) return Number.POSITIVE_INFINITY;
    gaps += next - at - 1;
    at = next;
  }
  return gaps;
}

/** The list, with the chosen one marked; it scrolls with it. */
export function paletteLines(typed: string, at: number, width: number, height: number, style: Style): readonly string[] {
  const {symbols} = style;
  const found = fitting(typed);
  const room = Math.max(1, height - 1);
  const from = Math.max(0, Math.min(at - Math.floor(room / 2), found.length - room));
  const title = found.length === 0 ? ' Nothing is called that' : ` Actions ${found.length}   (Enter does the marked one, Esc leaves it)`;
  const lines = [style.bold(fit(title, width, symbols))];
  for (const [index, {name, shown, words}] of found.slice(from, from + room).entries()) {
    const chosen = from + index === at;
    const keys = symbols.unicode ? shown : plainKeys(shown);
    const text = fit(`${chosen ? symbols.cursor : ' '} ${fit(name, 16, symbols)} ${fit(keys, 8, symbols)} ${words}`, width, symbols);
    lines.push(chosen ? style.inverse(text) : text);
  }
  return lines;
}
