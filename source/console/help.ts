/** The help: every key of the table in its words, and what each number on the screen means. Where it is long it has pages. */
import {plainKeys} from './keys/key.ts';
import {lookingKeys} from './keys/looking.ts';
import {movingKeys} from './keys/moving.ts';
import {overrulingKeys} from './keys/overruling.ts';
import {pastKeys} from './keys/past.ts';
import {screenKeys} from './keys/screen.ts';
import type {Style} from './style.ts';
import {fit, line, widthOf, type Piece} from './text.ts';

/** What is needed in a hurry comes first. */
const sections = [overrulingKeys, movingKeys, lookingKeys, pastKeys, screenKeys];

/** Every word and number that the screen shows without saying what it is. */
const numbers: readonly (readonly [shown: string, words: string])[] = [
  ['met', 'the share of time in which priority 1 ran all that it wants'],
  ['full', 'how much of all slots, over the time, were in use'],
  ['win', 'the share of time in which both held: met, and nothing idle'],
  ['short', 'replicas that demands ask for, and there is no slot for'],
  ['handover', 'until the heir served: half took p50 or less, 95 % p95'],
  ['lost work', 'time that stopped replicas of a fill had worked, in all'],
  ['age', 'how long ago the host was heard; the screen is that old'],
  ['lease', 'who acts on this host; every other engine only watches'],
  ['WANT', 'replicas that demand asks for, whoever gives them'],
  ['RUN/DES', 'replicas that run, and how many the plan grants'],
  ['OVERRIDE', 'what an operator decided, and how long it still holds'],
  ['slots', 'a letter runs there, + is starting, - is stopping'],
];

export interface HelpRow {
  readonly shown: string;
  /** Null for a title. */
  readonly words: string | null;
}

/** Two columns from here on: each has room for the longest words. */
const columnWidth = 68;
const shownWidth = 10;

/** `at` counts the pages turned, either way: beyond the last comes the first. */
export function helpLines(at: number, width: number, height: number, style: Style): readonly string[] {
  const {symbols} = style;
  const {columns, across, each, pages} = laidOut(width, height, symbols.unicode);
  const page = ((at % pages) + pages) % pages;
  const shown = columns.slice(page * across, (page + 1) * across);
  const turning = pages > 1 ? `page ${page + 1} of ${pages}   (Space turns the page, Esc closes)` : '(Esc closes)';
  const rows = Array.from({length: Math.max(...shown.map(column => column.length))}, (_, row) =>
    line(
      shown.flatMap(column => pieces(column[row], each, style)),
      width,
      symbols,
    ),
  );
  return [style.bold(fit(` Help   ${turning}`, width, symbols)), ...rows].slice(0, height);
}

/** How many pages the help has at a size. */
export function helpPages(width: number, height: number): number {
  return laidOut(width, height, true).pages;
}

function laidOut(width: number, height: number, unicode: boolean) {
  const room = Math.max(2, height - 1);
  const across = Math.max(1, Math.floor(width / columnWidth));
  const each = Math.floor(width / across);
  const wrapped = helpBlocks(unicode).map(rows => rows.flatMap(row => wrap(row, each - shownWidth - 1)));
  const columns = inColumns(wrapped, room);
  return {columns, across, each, pages: Math.ceil(columns.length / across)};
}

/** Each key and each word under the title that it belongs to. */
export function helpBlocks(unicode: boolean): readonly (readonly HelpRow[])[] {
  const ofKeys = sections.map(({title, keys}) => [
    {shown: title, words: null},
    ...keys.map(({shown, words}) => ({shown: unicode ? shown : plainKeys(shown), words})),
  ]);
  return [...ofKeys, [{shown: 'Words and numbers', words: null}, ...numbers.map(([shown, words]) => ({shown, words}))]];
}

/** Words that are too long for their row go on in the next. */
function wrap({shown, words}: HelpRow, room: number): readonly HelpRow[] {
  const rows: string[] = [];
  for (const word of words?.split(' ') ?? []) {
    const last = rows.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) rows[rows.length - 1] = `${last} ${word}`;
    else rows.push(word);
  }
  return words === null ? [{shown, words}] : rows.map((row, index) => ({shown: index === 0 ? shown : '', words: row}));
}

/** A block that fits into what is left of a column isn't cut; one that fits into none goes on in the next. */
function inColumns(parts: readonly (readonly HelpRow[])[], room: number): readonly (readonly HelpRow[])[] {
  const columns: HelpRow[][] = [[]];
  for (const block of parts) {
    const last = columns.at(-1) ?? [];
    const gap = last.length === 0 ? 0 : 1;
    if (last.length + gap + block.length <= room) last.push(...(gap ? [{shown: '', words: null}] : []), ...block);
    else for (let from = 0; from < block.length; from += room) columns.push(block.slice(from, from + room));
  }
  return columns.filter(column => column.length > 0);
}

function pieces(row: HelpRow | undefined, width: number, style: Style): readonly Piece[] {
  const {symbols} = style;
  if (!row) return [{text: ' '.repeat(width)}];
  if (row.words === null) return [{text: fit(` ${row.shown}`, width, symbols), paint: style.dim}];
  const shown = ` ${fit(row.shown, shownWidth, symbols)}`;
  return [{text: shown, paint: style.bold}, {text: fit(row.words, width - widthOf(shown), symbols)}];
}
