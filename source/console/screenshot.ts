/** A frame as plain text, and as a picture (SVG) that any browser shows. It knows only the styles that frames use. */
import {indexedColor, papers, type Paper} from './picture-colors.ts';
import {widthOf} from './text.ts';
import type {Background} from './theme.ts';

const cellWidth = 8.4;
const cellHeight = 18;

/** The frame without its styles. */
export function plainText(lines: readonly string[]): string {
  return `${lines.map(text => text.replaceAll(/\u001b\[[\d;]*m/g, '').trimEnd()).join('\n')}\n`;
}

/** A frame that is kept, and what its colours can be read on. */
export interface SavedScreen {
  readonly lines: readonly string[];
  readonly columns: number;
  readonly paper: Background;
}

interface Ink {
  readonly color: string | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly inverse: boolean;
}

const plain: Ink = {color: null, bold: false, dim: false, inverse: false};
/** Words that stand apart are placed apart, so that another font's widths don't shift what follows. */
export function svgOf(lines: readonly string[], columns: number, background: Background): string {
  const paper = papers[background];
  const [width, height] = [Math.ceil(columns * cellWidth) + 16, lines.length * cellHeight + 16];
  const rows = lines.flatMap((text, row) => runsOf(text, paper).flatMap(run => placed(run, row, paper)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" fill="${paper.paper}"/>`,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="${paper.ink}" xml:space="preserve">`,
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

interface Run {
  readonly text: string;
  readonly column: number;
  readonly ink: Ink;
}

function runsOf(line: string, paper: Paper): readonly Run[] {
  const runs: Run[] = [];
  let column = 0;
  let now = plain;
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    const codes = /^\u001b\[([\d;]*)m$/.exec(part)?.[1];
    if (codes !== undefined) {
      now = styled(now, codes.split(';').map(Number), paper);
      continue;
    }
    if (part === '') continue;
    runs.push({text: part, column, ink: now});
    column += widthOf(part);
  }
  return runs;
}

function styled(before: Ink, codes: readonly number[], paper: Paper): Ink {
  let next = before;
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    if (code === 0) next = plain;
    else if (code === 1) next = {...next, bold: true};
    else if (code === 2) next = {...next, dim: true};
    else if (code === 22) next = {...next, bold: false, dim: false};
    else if (code === 7) next = {...next, inverse: true};
    else if (code === 27) next = {...next, inverse: false};
    else if (code === 39) next = {...next, color: null};
    else if (code === 38 && codes[index + 1] === 2) {
      next = {...next, color: `rgb(${codes.slice(index + 2, index + 5).join(',')})`};
      index += 4;
    } else if (code === 38 && codes[index + 1] === 5) {
      next = {...next, color: indexedColor(codes[index + 2] ?? 0, paper)};
      index += 2;
    } else if (code >= 30 && code <= 37) next = {...next, color: paper.colors[code - 30] ?? null};
    else if (code >= 90 && code <= 97) next = {...next, color: paper.colors[8 + code - 90] ?? null};
  }
  return next;
}

function placed({text, column, ink: {color, bold, dim, inverse}}: Run, row: number, {paper, ink}: Paper): readonly string[] {
  const y = 8 + row * cellHeight;
  const x = (at: number) => (8 + at * cellWidth).toFixed(1);
  const made: string[] = [];
  if (inverse)
    made.push(
      `<rect x="${x(column)}" y="${y}" width="${(widthOf(text) * cellWidth).toFixed(1)}" height="${cellHeight}" fill="${color ?? ink}"/>`,
    );
  const fill = inverse ? paper : color;
  const attributes = `${fill === null ? '' : ` fill="${fill}"`}${bold ? ' font-weight="bold"' : ''}${dim ? ' opacity="0.6"' : ''}`;
  for (const {0: word, index} of text.matchAll(/\S+( \S+)*/g)) {
    made.push(`<text x="${x(column + widthOf(text.slice(0, index)))}" y="${y + 13}"${attributes}>${escaped(word)}</text>`);
  }
  return made;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
