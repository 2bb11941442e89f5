/** Text in columns: cut and padded by what a terminal shows, not by what a string counts. */
import stringWidth from 'string-width';
import type {Symbols} from './style.ts';

const segmenter = new Intl.Segmenter();
const plain = /^[\x20-\x7e]*$/;
/** Characters of one column wherever they stand, as what is inside the brackets of a regular expression: nearly all that we write. */
export const narrow =
  '\u0020-\u007e\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0377\u037b-\u0482\u2010-\u2027\u2030-\u205e\u2190-\u21ff\u2500-\u25fc';
const narrowText = new RegExp(`^[${narrow}]*$`);

export function widthOf(text: string): number {
  return narrowText.test(text) ? text.length : stringWidth(text);
}

/** Exactly `width` columns: cut with an ellipsis, or padded on the right. The text carries no styling yet. */
export function fit(text: string, width: number, symbols: Symbols): string {
  if (width <= 0) return '';
  // A text without an end is not measured to it; marks take no columns, and more of them than this aren't shown.
  const most = 4 * width + 16;
  if (text.length > most) return fit(text.slice(0, most), width, symbols);
  const columns = widthOf(text);
  if (columns <= width) return text + ' '.repeat(width - columns);
  if (plain.test(text)) return text.slice(0, width - 1) + symbols.ellipsis;
  let kept = '';
  let used = 0;
  for (const {segment} of segmenter.segment(text)) {
    const columnsMore = stringWidth(segment);
    if (used + columnsMore > width - 1) break;
    kept += segment;
    used += columnsMore;
  }
  return kept + symbols.ellipsis + ' '.repeat(width - 1 - used);
}

export function fitRight(text: string, width: number, symbols: Symbols): string {
  const columns = widthOf(text);
  return columns > width ? fit(text, width, symbols) : ' '.repeat(width - columns) + text;
}

/** As the set of characters has it: without Unicode, what is not plain is a question mark for each sign. */
export function plainly(text: string, {unicode}: Symbols): string {
  if (unicode || plain.test(text)) return text;
  const near = text.replaceAll('÷', '/').replaceAll('→', '>').replaceAll(/[“”]/g, '"').replaceAll('’', "'").replaceAll('…', '...');
  return [...segmenter.segment(near)].map(({segment}) => (plain.test(segment) ? segment : '?')).join('');
}

/** Lines of words, none wider than `width`; a word that is wider is cut. */
export function wrapped(text: string, width: number, symbols: Symbols): readonly string[] {
  const lines: string[] = [];
  let present = '';
  for (const word of text.split(' ')) {
    const longer = present === '' ? word : `${present} ${word}`;
    if (widthOf(longer) <= width) {
      present = longer;
      continue;
    }
    if (present !== '') lines.push(present);
    present = widthOf(word) > width ? fit(word, width, symbols) : word;
  }
  if (present !== '' || lines.length === 0) lines.push(present);
  return lines;
}

/** A part of a line, with how it is painted. */
export interface Piece {
  readonly text: string;
  readonly paint?: ((text: string) => string) | undefined;
}

/** Pieces as one painted line of exactly `width` columns; what doesn't fit is cut. */
export function line(pieces: readonly Piece[], width: number, symbols: Symbols): string {
  let painted = '';
  let left = width;
  for (const {text, paint} of pieces) {
    if (left <= 0) break;
    const columns = widthOf(text);
    const shown = columns <= left ? text : fit(text, left, symbols);
    painted += paint ? paint(shown) : shown;
    left -= Math.min(columns, left);
  }
  return painted + ' '.repeat(Math.max(0, left));
}

/** Whole pieces only, with a gap between them, for as long as there is room: a header that loses its least first. */
export function packed(groups: readonly (readonly Piece[])[], gap: string, width: number, symbols: Symbols): string {
  const kept: Piece[] = [];
  let used = 0;
  for (const group of groups) {
    const columns = group.reduce((sum, {text}) => sum + widthOf(text), 0);
    const needed = columns + (kept.length === 0 ? 0 : gap.length);
    if (columns === 0 || used + needed > width) continue;
    if (kept.length > 0) kept.push({text: gap});
    kept.push(...group);
    used += needed;
  }
  return line(kept, width, symbols);
}
