/** The whole screen as lines, for a size: header and footer, and in the middle what is looked at. */
import {helpLines} from './help.ts';
import {detailPanes} from './detail-panes.ts';
import {footerLines, footerRows} from './footer.ts';
import {headerLines} from './header.ts';
import type {Look} from './look.ts';
import {overview} from './overview.ts';
import {paletteLines} from './palette.ts';
import type {Body, Picture, Span} from './picture.ts';
import type {ConsoleState} from './state.ts';
import {sureRow} from './sure.ts';
import {fit} from './text.ts';
import {whatIfLines} from './what-if.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Below this nothing readable fits. */
export const smallest: Size = {columns: 60, rows: 15};

/** Exactly `rows` lines of exactly `columns` columns. */
export function frame(state: ConsoleState, size: Size, look: Look): readonly string[] {
  return picture(state, size, look).rows;
}

/** The same lines, and what is in them. */
export function picture(state: ConsoleState, size: Size, look: Look): Picture {
  const {columns, rows} = size;
  if (columns < smallest.columns || rows < smallest.rows) return {rows: tooSmall(size, look), view: 'nothing', first: 0, panes: []};
  const header = headerLines(state, columns, look);
  const height = rows - header.length - footerRows;
  const footer = footerLines(state, columns, look, height);
  const {rows: middle, chart, decisions} = body(state, {columns, rows: height}, look);
  const padded = middle.slice(0, height);
  while (padded.length < height) padded.push(' '.repeat(columns));
  const place = ({from, to}: Span) => ({from: header.length + from, to: header.length + Math.min(to, height)});
  const {selected, samples, happenings} = state;
  return {
    rows: [...header, ...padded, ...footer].map(row => sureRow(row, look.style.symbols.unicode)),
    view: viewed(state),
    // Where there are decisions the table is above them or beside them, and the chart can wait.
    first: decisions && chart ? place(chart).to : 0,
    panes: [
      ...(chart ? [{...place(chart), moment: `${selected} ${samples.at(-1)?.at}`, scrolls: false}] : []),
      ...(decisions ? [{...place(decisions), moment: happenings.at(-1) ?? null, scrolls: true}] : []),
    ],
  };
}

function viewed({prompt, view, selected, closeUp}: ConsoleState): string {
  if (prompt.kind === 'help') return `help ${prompt.at}`;
  if (prompt.kind === 'palette') return 'palette';
  return view.kind === 'detail' ? `detail ${closeUp.pane} ${selected}` : view.kind;
}

function tooSmall({columns, rows}: Size, {style}: Look): readonly string[] {
  const words = [`microscale needs ${smallest.columns}x${smallest.rows};`, `this is ${columns}x${rows}.`];
  return Array.from({length: Math.max(1, rows)}, (_, row) => fit(words[row] ?? '', columns, style.symbols));
}

function body(state: ConsoleState, {columns, rows}: Size, look: Look): Body {
  const {prompt, view} = state;
  if (prompt.kind === 'help') return {rows: helpLines(prompt.at, columns, rows, look.style)};
  if (prompt.kind === 'palette') return {rows: paletteLines(prompt.typed, prompt.at, columns, rows, look.style)};
  if (view.kind === 'what-if') return {rows: whatIfLines(view.answer, columns, rows, look)};
  if (!state.update) return {rows: [fit(' waiting for the engine', columns, look.style.symbols)]};
  return view.kind === 'detail' ? detailPanes(state, columns, rows, look) : overview(state, columns, rows, look);
}
