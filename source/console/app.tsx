/** The Ink app: the shown state as a frame, and keys as effects. Everything it shows and decides is pure, next door. */
import {useEffect, useState, useSyncExternalStore} from 'react';
import {Box, Text, Transform, useInput, usePaste, useStdout, useWindowSize, type Key as InkKey} from 'ink';
import {createCalm} from './calm.ts';
import {picture} from './frame.ts';
import type {Effect} from './keys/effect.ts';
import {press} from './keys/table.ts';
import type {Look} from './look.ts';
import {createPainter} from './portion.ts';
import {answer} from './prompt.ts';
import {spokenLines} from './spoken.ts';
import type {Store} from './store.ts';

export interface AppProps {
  readonly store: Store;
  readonly look: Look;
  /** For a screen reader: sentences in the place of a drawing. */
  readonly spoken: boolean;
  readonly perform: (effect: Effect) => void;
  /** How many bytes can be sent at once. */
  readonly budget?: () => number;
  /** How often the screen was emptied. */
  readonly clears?: () => number;
}

export function App({store, look, spoken, perform, budget = unlimited, clears = never}: AppProps) {
  const state = useSyncExternalStore(store.subscribe, store.shown);
  const size = useWindowSize();
  useInput((input, key) => {
    for (const name of keyNames(input, key)) pressKey(store, name, perform);
  });
  // What is pasted is no command: it is taken away before it could be one.
  usePaste(() => {});
  const [painter] = useState(() => createPainter(budget, row => row.includes(`${look.style.symbols.cursor} `)));
  const [calm] = useState(createCalm);
  const lines = spoken
    ? spokenLines(state, look)
    : painter.paint(picture(calm(state, Number.isFinite(budget())), size, look), size.columns, clears());
  // What a slow line had no room for comes with the next frame.
  useEffect(() => {
    if (painter.isBehind()) store.again();
  });
  return spoken ? <Sentences lines={lines} /> : <Frame lines={lines} columns={size.columns} />;
}

const unlimited = () => Number.POSITIVE_INFINITY;
const never = () => 0;

/**
 * Rows that are clean, styled and so many columns wide. Ink is given a text of as many empty lines, and puts the rows in their
 * place: what it would do with forty texts to find out how they lie is most of what a frame costs. Where the terminal is not so
 * wide any more, rows would break, and are left out until there are others.
 */
export function Frame({lines, columns}: {readonly lines: readonly string[]; readonly columns: number}) {
  const terminal = useStdout().stdout as Partial<NodeJS.WriteStream>;
  const row = (index: number) => ((terminal.columns ?? columns) === columns ? (lines[index] ?? '') : '');
  return <Transform transform={(_, index) => row(index)}>{emptyLines(lines.length)}</Transform>;
}

const emptyLines = (count: number) => Array<string>(count).fill(' ').join('\n');

function Sentences({lines}: {readonly lines: readonly string[]}) {
  return (
    <Box flexDirection="column">
      {lines.map((text, row) => (
        // A row's place is its identity.
        <Text key={row} wrap="wrap">
          {text}
        </Text>
      ))}
    </Box>
  );
}

/** One key, looked at with the state as it is, not as it was last drawn: keys come faster than frames. */
export function pressKey(store: Store, name: string, perform: (effect: Effect) => void): void {
  const state = store.latest();
  if (state.prompt.kind !== 'none') {
    for (const effect of answer(state, name)) perform(effect);
    return;
  }
  const effect = press(state, name);
  if (effect) perform(effect);
}

const named: readonly (readonly [keyof InkKey, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
];

/**
 * Held or laggy keys arrive together: each character is a key of its own. Esc and a key that arrive together look like Alt and
 * that key, which is bound to nothing: that is taken for the Esc, which never acts.
 */
export function keyNames(input: string, key: InkKey): readonly string[] {
  if (key.meta && !key.ctrl) return ['escape'];
  for (const [field, name] of named) if (key[field] === true) return [name];
  if (key.ctrl) return [`ctrl-${input}`];
  if (key.tab) return [];
  return [...input].flatMap(character => (character === '\r' || character === '\n' ? ['enter'] : character < ' ' ? [] : [character]));
}
