/** The whole screen as lines, for a size: header and footer, and in the middle what is looked at. */
import {helpLines} from './help.ts';
import {detailPanes} from './detail-panes.ts';
import {footerLines, footerRows} from './footer.ts';
import {headerLines} from './header.ts';
import type {Look} from './look.ts';
import {overview} from './overview.ts';
import {paletteLines} from './palette.ts';
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
  const {columns, rows} = size;
  if (columns < smallest.columns || rows < smallest.rows) return tooSmall(size, look);
  const header = headerLines(state, columns, look);
  const height = rows - header.length - footerRows;
  const footer = footerLines(state, columns, look, height);
  const padded = [...body(state, {columns, rows: height}, look).slice(0, height)];
  while (padded.length < height) padded.push(' '.repeat(columns));
  return [...header, ...padded, ...footer].map(row => sureRow(row, look.style.symbols.unicode));
}

function tooSmall({columns, rows}: Size, {style}: Look): readonly string[] {
  const words = [`microscale needs ${smallest.columns}x${smallest.rows};`, `this is ${columns}x${rows}.`];
  return Array.from({length: Math.max(1, rows)}, (_, row) => fit(words[row] ?? '', columns, style.symbols));
}

function body(state: ConsoleState, {columns, rows}: Size, look: Look): readonly string[] {
  const {prompt, view} = state;
  if (prompt.kind === 'help') return helpLines(prompt.at, columns, rows, look.style);
  if (prompt.kind === 'palette') return paletteLines(prompt.typed, prompt.at, columns, rows, look.style);
  if (view.kind === 'what-if') return whatIfLines(view.answer, columns, rows, look);
  if (!state.update) return [fit(' waiting for the engine', columns, look.style.symbols)];
  return view.kind === 'detail' ? detailPanes(state, columns, rows, look) : overview(state, columns, rows, look);
}
