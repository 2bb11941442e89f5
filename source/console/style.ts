/** How things look: characters, colours, and how much of both this terminal can show. */
import {Chalk, type ChalkInstance} from 'chalk';
import type {ThemeChoice} from '../config/themes.ts';
import {paletteOf, themeFor, type Background, type Paint, type Theme} from './theme.ts';

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
  readonly desiredLine: LineSymbols;
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
  desiredLine: ['·', '·', '·', '·', '·', '·', '·', '·', '·', '·'],
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
  desiredLine: ['.', '.', '.', '.', '.', '.', '.', '.', '.', '.'],
  replicaLine: ['#', '#', '#', '#', '#', '#', '#', '#', '#', '#'],
};

export interface Style {
  readonly symbols: Symbols;
  /** What the colours can be read on. */
  readonly paper: Background;
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
export function createStyle(symbols: Symbols, colorLevel: 0 | 1 | 2 | 3, theme: Theme = 'dark'): Style {
  const ink: ChalkInstance = new Chalk({level: colorLevel === 0 ? 1 : colorLevel});
  if (colorLevel === 0 || theme === 'mono') {
    const plain: Paint = text => text;
    const base = {
      symbols,
      paper: 'dark' as const,
      bold: ink.bold,
      dim: plain,
      inverse: ink.inverse,
      demand: plain,
      good: plain,
      warning: plain,
    };
    return {...base, danger: ink.bold, service: () => plain};
  }
  const {services, demand, good, warning, danger} = paletteOf(theme, ink);
  return {
    symbols,
    paper: theme === 'light' ? 'light' : 'dark',
    bold: ink.bold,
    dim: ink.dim,
    inverse: ink.inverse,
    demand,
    good,
    warning,
    danger,
    service: index => services[index % services.length] ?? (text => text),
  };
}

export interface TerminalFacts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly ascii: boolean;
  readonly color: boolean;
  readonly theme: ThemeChoice;
  /** What the terminal was found to show. */
  readonly colorLevel: 0 | 1 | 2 | 3;
}

/** Unicode where the locale says UTF-8 and nobody asked for ASCII. `background` is what the terminal has said of its own. */
export function chooseStyle({environment, ascii, color, theme, colorLevel}: TerminalFacts, background: Background | null = null): Style {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  const unicode = !ascii && /utf-?8/i.test(locale) && environment['TERM'] !== 'linux';
  const level = color ? (colorLevel === 0 ? 1 : colorLevel) : 0;
  return createStyle(unicode ? unicodeSymbols : asciiSymbols, level, themeFor(theme, environment, background));
}

/** Whether a style depends on the background. The Linux console is dark, and older ones write the question out. */
export function goesByBackground({environment, color, theme}: TerminalFacts): boolean {
  return theme === 'auto' && color && environment['TERM'] !== 'linux';
}
