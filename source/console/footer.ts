/** The last two lines: a question or the last answer, and the keys that can be pressed. */
import {ruleWords} from '../scaler/explain.ts';
import type {Fleet, Undo} from '../scaler/fleet.ts';
import {undoMs} from '../scaler/override.ts';
import {clean} from '../clean.ts';
import {helpPages} from './help.ts';
import {plainKeys} from './keys/key.ts';
import {keyTable} from './keys/table.ts';
import type {Look} from './look.ts';
import {questionOf} from './questions.ts';
import type {ConsoleState} from './state.ts';
import {fit, line, packed, widthOf} from './text.ts';

export const footerRows = 2;

/** `height` is that of what is above it: the keys of the help go by whether it has pages there. */
export function footerLines(state: ConsoleState, columns: number, look: Look, height: number): readonly [string, string] {
  return [messageLine(state, columns, look), keyBar(state, columns, look, height)];
}

/** A question, or the last answer; an override that can be undone says so, and which one where the answer doesn't. */
function messageLine(state: ConsoleState, columns: number, {style}: Look): string {
  const {symbols} = style;
  const question = questionOf(state);
  if (question) return style.inverse(fit(` ${clean(question.words)}`, columns, symbols));
  const {update} = state;
  const now = update?.vitals.at ?? 0;
  const message = state.message && now <= state.message.at + messageMs ? state.message : null;
  // Beside any other answer it would seem to be that which is undone.
  const undo = message === null || message.undoable ? undoWords(state, now, message === null) : '';
  const text = clean(symbols.unicode ? (message?.text ?? '') : (message?.text ?? '').replaceAll(/[“”]/g, '"'));
  return line(
    [
      {text: text === '' ? '' : ` ${text}  `, paint: message?.refused ? style.danger : style.bold},
      {text: undo === '' ? '' : ` ${undo}`, paint: style.warning},
    ],
    columns,
    symbols,
  );
}

/** An override of this very console alone: the same owner may have another. */
function undoWords({update, past}: ConsoleState, now: number, isNamed: boolean): string {
  const undo = update?.fleet.undo;
  if (!undo || past || undo.owner !== update.vitals.you || undo.session !== update.vitals.session || now >= undo.at + undoMs) return '';
  const what = isNamed ? ` ${undoneWords(update.fleet, undo)}` : '';
  return `u undo${what} (${Math.ceil((undo.at + undoMs - now) / 1000)}s)`;
}

function undoneWords({services}: Fleet, {service, before}: Undo): string {
  const were = before.map(override => JSON.stringify(override));
  const overrides = services.find(({spec}) => spec.name === service)?.overrides ?? [];
  const placed = overrides.filter(override => !were.includes(JSON.stringify(override))).map(({rule}) => ruleWords(rule));
  return `${clean(service)} ${placed.length === 0 ? 'cleared' : placed.join(' and ')}`;
}

/** An answer is read within this time; then the line is calm again. */
const messageMs = 15_000;

const always = () => true;

/** What gets an operator out of any trouble is never cut. */
const first = ['+-', '?', ':', 'q', 'u', 'x', 'P', 'End'];
const firstOfAnswers = ['y', 'n', 'q', 'Enter', 'Esc'];

/** While a question is open its own keys alone: the others would be typed, or mean nothing. */
function keyBar(state: ConsoleState, columns: number, {style}: Look, height: number): string {
  const {symbols, bold, dim} = style;
  const question = questionOf(state);
  const hasPages = state.prompt.kind === 'help' && helpPages(columns, height) > 1;
  const shown = question
    ? question.keys.map(([keys, word]) => [clean(keys), clean(word)] as const)
    : usualKeys(state, hasPages).map(([keys, word]) => [symbols.unicode ? keys : plainKeys(keys), word] as const);
  const importance = ([keys]: readonly [string, string]) => ((question ? firstOfAnswers : first).includes(keys) ? 0 : 1);
  const keep = new Set<string>();
  let used = 1;
  for (const [keys, word] of shown.toSorted((a, b) => importance(a) - importance(b))) {
    const width = widthOf(keys) + 1 + widthOf(word) + 2;
    if (used + width > columns + 2) continue;
    keep.add(keys);
    used += width;
  }
  const groups = shown
    .filter(([keys]) => keep.has(keys))
    .map(([keys, word]) => [
      {text: keys, paint: bold},
      {text: ` ${word}`, paint: dim},
    ]);
  return ` ${packed(groups, '  ', columns - 1, symbols)}`;
}

type Shown = readonly (readonly [keys: string, word: string])[];

const ofPages: Shown = [
  ['Space', 'next page'],
  ['↑', 'page before'],
];
const ofHelp: Shown = [['Esc', 'closes']];
const ofWhatIf: Shown = [
  ['w', 'another'],
  ['Esc', 'back'],
  ['?', 'help'],
  ['q', 'quit'],
];

/** Those that act in what is looked at. */
function usualKeys(state: ConsoleState, hasPages: boolean): Shown {
  const {prompt, view} = state;
  if (prompt.kind === 'help') return hasPages ? [...ofPages, ...ofHelp] : ofHelp;
  if (view.kind === 'what-if') return ofWhatIf;
  const watches = state.readOnly || state.past !== null;
  return keyTable.flatMap(({bar, past, acts, offered = always}) => {
    const given = (past && state.past ? past : null) ?? ((watches && acts) || !offered(state) ? null : bar);
    return given ? [given] : [];
  });
}
