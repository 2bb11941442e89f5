/** What a key is: how it is shown, what it does, in words, and what a press comes to. */
import type {ConsoleState} from '../state.ts';
import type {Effect} from './effect.ts';

export interface Key {
  readonly keys: readonly string[];
  /** How it is shown. */
  readonly shown: string;
  readonly words: string;
  /** What it is called in the palette; null for what only moves about. */
  readonly name: string | null;
  /** How the key bar has it, such as `+- one`: keys, then a word. Null keeps it to the help. */
  readonly bar: readonly [keys: string, word: string] | null;
  /** Whether the key bar offers it at this moment; always, where nothing is said. */
  readonly offered?: (state: ConsoleState) => boolean;
  /** How the key bar has it while the past is looked at, where it belongs to that. */
  readonly past?: readonly [keys: string, word: string];
  readonly acts: boolean;
  readonly press: (state: ConsoleState) => Effect;
}

/** Keys that belong together, under a title that the help and the docs show. */
export interface KeySection {
  readonly title: string;
  readonly keys: readonly Key[];
}

/** A key's name in characters that every terminal has. */
export function plainKeys(shown: string): string {
  return shown.replace('↑', 'Up').replace('↓', 'Down').replace('←→', 'Left/Right').replace('←', 'Left').replace('→', 'Right');
}
