/** What makes one painted row of another: of a row on the screen only the cells that differ are sent. */
import stringWidth from 'string-width';
import {apply, between, plainPen, styleCode, type Pen} from './pen.ts';
import {remember} from './quicker/remember.ts';

/** One column of a row. The second column of a wide letter has no text. */
interface Cell {
  readonly text: string;
  readonly pen: Readonly<Pen>;
}

const blank: Cell = {text: ' ', pen: plainPen};
const styled = new RegExp(`\\u001b\\[(${styleCode})m`);
const segmenter = new Intl.Segmenter();
/** One column each, and never joined with what is beside them. */
const narrow = /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u21ff\u2500-\u25fc]*$/;
const control = /\p{Control}/u;
/** Going on over cells that stay costs less than jumping over so many of them. */
const bridge = 4;
/** Blanks are erased rather than written from so many on. */
const eraseLeast = 4;

/**
 * The sequence that changes the cursor's row, which shows `before`, into `after`; empty where nothing changes. The styles are
 * off when it begins and when it ends. Null where a row has anything in it but text and the console's own styles, or is wider
 * than `columns`.
 */
export function rowChange(before: string, after: string, columns: number): string | null {
  const [from, to] = [cellsOf(before), cellsOf(after)];
  if (from === null || to === null || from.length > columns || to.length > columns) return null;
  const differs = (column: number) => !isSame(from[column] ?? blank, to[column] ?? blank);
  let end = Math.max(from.length, to.length);
  while (end > 0 && !differs(end - 1)) end--;
  // Only what is blank to the very end of the row can be erased.
  let filled = to.length;
  while (filled > 0 && isSame(to[filled - 1] ?? blank, blank)) filled--;
  const erases = end - filled >= eraseLeast;
  const writeEnd = erases ? Math.min(filled, end) : end;

  let sequence = '';
  let pen = plainPen;
  const switchTo = (next: Readonly<Pen>) => {
    for (const code of between(pen, next)) sequence += `\u001b[${code}m`;
    pen = next;
  };
  let at = -1;
  for (let column = 0; column < writeEnd; column++) {
    if (!differs(column)) continue;
    const isNear = at !== -1 && column - at <= bridge && cellsBetween(to, at, column).every(cell => cell.pen === pen);
    if (isNear) for (const cell of cellsBetween(to, at, column)) sequence += cell.text;
    else if (at !== column) sequence += cursorTo(column);
    const cell = to[column] ?? blank;
    switchTo(cell.pen);
    sequence += cell.text;
    at = column + 1;
  }
  switchTo(plainPen);
  if (erases) sequence += `${at === filled ? '' : cursorTo(filled)}\u001b[K`;
  return sequence;
}

function cellsBetween(cells: readonly Cell[], from: number, to: number): readonly Cell[] {
  return Array.from({length: to - from}, (_, index) => cells[from + index] ?? blank);
}

function cursorTo(column: number): string {
  return column === 0 ? '\u001b[G' : `\u001b[${column + 1}G`;
}

/** Pens are shared: the same styles are the same object. */
function isSame(a: Cell, b: Cell): boolean {
  return a.text === b.text && a.pen === b.pen;
}

const pens = new Map<string, Readonly<Pen>>([[keyOf(plainPen), plainPen]]);

function keyOf({bold, dim, inverse, color}: Readonly<Pen>): string {
  return `${bold} ${dim} ${inverse} ${color}`;
}

function shared(pen: Readonly<Pen>): Readonly<Pen> {
  const key = keyOf(pen);
  const known = pens.get(key);
  if (known) return known;
  const kept = {...pen};
  pens.set(key, kept);
  return kept;
}

/** A frame's rows are each looked at twice: as what is to be, and as what was. */
const cellsOf = remember((row: string): readonly Cell[] | null => {
  const pen = {...plainPen};
  const cells: Cell[] = [];
  for (const [index, part] of row.split(styled).entries()) {
    if (index % 2 === 1) apply(pen, part);
    else if (!write(cells, part, shared(pen))) return null;
  }
  return cells;
}, 256);

function write(cells: Cell[], text: string, pen: Readonly<Pen>): boolean {
  if (narrow.test(text)) {
    // A blank shows no style but the inverse.
    for (const letter of text) cells.push(letter === ' ' && !pen.inverse ? blank : {text: letter, pen});
    return true;
  }
  if (control.test(text)) return false;
  for (const {segment} of segmenter.segment(text)) {
    const width = stringWidth(segment);
    if (width !== 1 && width !== 2) return false;
    cells.push(segment === ' ' && !pen.inverse ? blank : {text: segment, pen});
    if (width === 2) cells.push({text: '', pen});
  }
  return true;
}
