/** How things look: characters, colours, and how much of both this terminal can show. */
import {Chalk, type ChalkInstance} from 'chalk';

/** asciichart's ten: axis, ends, the line itself, corners, the upright. */
export type LineSymbols = readonly [string, string, string, string, string, string, string, string, string, string];

export interface Symbols {
  readonly unicode: boolean;
  readonly cursor: string;
  readonly arrow: string;
  readonly rule: string;
  readonly column: string;
  readonly corners: readonly [string, string, string, string];
  readonly axis: string;
  readonly tick: string;
  readonly ellipsis: string;
  readonly dot: string;
  readonly free: string;
  readonly sparks: readonly string[];
  readonly demandLine: LineSymbols;
  readonly replicaLine: LineSymbols;
}

const unicodeLine: LineSymbols = ['┼', '┤', '╶', '╴', '─', '╰', '╭', '╮', '╯', '│'];

export const unicodeSymbols: Symbols = {
  unicode: true,
  cursor: '▸',
  arrow: '→',
  rule: '─',
  column: '│',
  corners: ['╭', '╮', '╰', '╯'],
  axis: '┤',
  tick: '┬',
  ellipsis: '…',
  dot: '·',
  free: '·',
  sparks: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  demandLine: unicodeLine,
  replicaLine: ['┿', '┥', '╸', '╺', '━', '┗', '┏', '┓', '┛', '┃'],
};

export const asciiSymbols: Symbols = {
  unicode: false,
  cursor: '>',
  arrow: '>',
  rule: '-',
  column: '|',
  corners: ['+', '+', '+', '+'],
  axis: '|',
  tick: '+',
  ellipsis: '~',
  dot: '.',
  free: '.',
  sparks: ['_', '_', '.', '.', '-', '-', '=', '='],
  demandLine: ['*', '*', '*', '*', '*', '*', '*', '*', '*', '*'],
  replicaLine: ['#', '#', '#', '#', '#', '#', '#', '#', '#', '#'],
};

type Paint = (text: string) => string;

export interface Style {
  readonly symbols: Symbols;
  readonly bold: Paint;
  readonly dim: Paint;
  readonly inverse: Paint;
  readonly demand: Paint;
  readonly good: Paint;
  readonly warning: Paint;
  readonly danger: Paint;
  /** The colour of a service, by its place among the services. Priority 1's first is blue, as on stage. */
  service(index: number): Paint;
}

/** Without colours, bold, dim and inverse stay: they are no colours, and NO_COLOR does not mean them. */
export function createStyle(symbols: Symbols, colorLevel: 0 | 1 | 2 | 3): Style {
  const ink: ChalkInstance = new Chalk({level: colorLevel === 0 ? 1 : colorLevel});
  const colored = (paint: Paint): Paint => (colorLevel === 0 ? text => text : paint);
  const palette: readonly Paint[] = [ink.blueBright, ink.cyan, ink.yellow, ink.magenta, ink.green, ink.blue, ink.whiteBright, ink.gray].map(
    colored,
  );
  return {
    symbols,
    bold: ink.bold,
    dim: colorLevel === 0 ? text => text : ink.dim,
    inverse: ink.inverse,
    demand: colored(ink.red),
    good: colored(ink.green),
    warning: colored(ink.yellow),
    danger: colorLevel === 0 ? ink.bold : ink.redBright,
    service: index => palette[index % palette.length] ?? (text => text),
  };
}

export interface TerminalFacts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly ascii: boolean;
  readonly color: boolean;
  /** What the terminal was found to show. */
  readonly colorLevel: 0 | 1 | 2 | 3;
}

/** Unicode where the locale says UTF-8 and nobody asked for ASCII. */
export function chooseStyle({environment, ascii, color, colorLevel}: TerminalFacts): Style {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  const unicode = !ascii && /utf-?8/i.test(locale) && environment['TERM'] !== 'linux';
  return createStyle(unicode ? unicodeSymbols : asciiSymbols, color ? (colorLevel === 0 ? 1 : colorLevel) : 0);
}
