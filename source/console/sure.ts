/**
 * Rows whose width no terminal doubts. What terminals measure in different ways (emoji, joined letters, piled marks) would
 * shift the rest of its row, and break the next where the row is full: a question mark of the same width stands for it.
 */
import stringWidth from 'string-width';
import {narrow} from './text.ts';

const segmenter = new Intl.Segmenter();
/** Rows of these alone, as nearly all are, need no second look. */
const style = '\u001b\\[[\\d;]*m';
const plainRow = new RegExp(`^[${narrow}]*(?:${style}[${narrow}]*)*$`);
const asciiRow = new RegExp(`^[ -~]*(?:${style}[ -~]*)*$`);
const styles = new RegExp(`(${style})`);
/** One character, and at most two marks on it, of those that every terminal has always drawn over what is before them. */
const shape =
  /^[^\p{M}\p{C}][\u0300-\u034e\u0350-\u036f\u20d0-\u20dc\u0483-\u0486\u0591-\u05bd\u064b-\u0652\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u3099\u309a\uff9e\uff9f]{0,2}$/u;
/** Characters that were narrow in one version of Unicode and wide in the next, and those that only show beside others. */
const doubtful =
  /[\p{Emoji_Presentation}\p{Emoji_Modifier}\p{Regional_Indicator}\p{Default_Ignorable_Code_Point}\u1100-\u11ff\u06de\u2630-\u2637\u3248-\u324f\u268a-\u268f\u4dc0-\u4dff\ua960-\ua97f\ud7b0-\ud7ff\u{10000}-\u{1ffff}\u{30000}-\u{10ffff}]/u;

/**
 * As wide as before, and nothing in it but text and styles: Ink, which takes a frame's rows as they are, takes nothing out. In
 * ASCII everything else is doubtful, since such a terminal may show several characters for it.
 */
export function sureRow(row: string, unicode: boolean): string {
  if ((unicode ? plainRow : asciiRow).test(row)) return row;
  return row
    .split(styles)
    .map((part, index) => (index % 2 === 1 ? part : sureText(part, unicode)))
    .join('');
}

function sureText(text: string, unicode: boolean): string {
  let sure = '';
  for (const {segment} of segmenter.segment(text)) {
    const isSure = unicode ? shape.test(segment) && !doubtful.test(segment) : asciiRow.test(segment);
    sure += isSure ? segment : '?'.padEnd(stringWidth(segment)).slice(0, stringWidth(segment));
  }
  return sure;
}
