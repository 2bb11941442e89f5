/** The demand line against the replicas over time. Lines by asciichart; labels, time and colours here. */
import asciichart from 'asciichart';
import type {Sample} from '../ports.ts';
import type {LineSymbols, Style} from './style.ts';
import {fitRight} from './text.ts';

export interface ChartRequest {
  readonly samples: readonly Sample[];
  readonly service: string;
  readonly width: number;
  readonly height: number;
  /** Milliseconds that one column stands for. */
  readonly columnMs: number;
  readonly now: number;
  /** What the right end of the time is called. */
  readonly end: string;
  readonly paintReplicas: (text: string) => string;
  /** Whether what the plan grants is drawn too. */
  readonly withDesired?: boolean;
}

/** `height` lines of exactly `width` columns, the last of them the time axis. */
export function chartLines(request: ChartRequest, style: Style): readonly string[] {
  const {width, height} = request;
  const labelWidth = 4;
  const columns = width - labelWidth - 1;
  const rows = height - 2;
  if (columns < 8 || rows < 1) return Array.from({length: height}, () => ' '.repeat(width));
  const {demand, replicas, desired} = resample(request, columns);
  const top = Math.max(2, ...demand, ...replicas, ...desired);
  const labels = labelsOf(top, rows);
  const demandGrid = grid(demand, columns, rows, top, style.symbols.demandLine);
  const replicaGrid = grid(replicas, columns, rows, top, style.symbols.replicaLine);
  const desiredGrid = grid(desired, columns, rows, top, style.symbols.desiredLine);
  const lines: string[] = [];
  for (let row = 0; row <= rows; row++) {
    const label = fitRight(labels.get(row) ?? '', labelWidth, style.symbols);
    const layers = [
      {text: replicaGrid[row] ?? '', paint: request.paintReplicas},
      {text: demandGrid[row] ?? '', paint: style.demand},
      {text: desiredGrid[row] ?? '', paint: style.dim},
    ];
    lines.push(style.dim(label + style.symbols.axis) + overlay(layers, columns));
  }
  lines.push(style.dim(timeAxis(request, columns, labelWidth, style)));
  return lines;
}

/** Whole numbers at the rows nearest to them, no closer than every second row. */
function labelsOf(top: number, rows: number): ReadonlyMap<number, string> {
  const most = Math.max(1, Math.floor(rows / 2));
  const step = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000].find(candidate => top / candidate <= most) ?? Math.ceil(top / most);
  const labels = new Map<number, string>();
  for (let value = 0; value <= top; value += step) labels.set(rows - Math.round((value / top) * rows), String(value));
  return labels;
}

/** One value a column, the newest on the right; shorter where less is known. Columns keep still as time goes on. */
function resample(
  {samples, service, columnMs, now, withDesired = false}: ChartRequest,
  columns: number,
): {demand: number[]; replicas: number[]; desired: number[]} {
  const last = Math.floor(now / columnMs);
  const first = last - columns + 1;
  const demandByColumn = new Map<number, number>();
  const replicasByColumn = new Map<number, number>();
  const desiredByColumn = new Map<number, number>();
  for (const {at, services} of samples) {
    const column = Math.floor(at / columnMs);
    const sample = services[service];
    if (!sample || column < first || column > last) continue;
    // A service without a line of its own demand shows what it wants.
    const demanded = sample.want;
    if (demanded !== null) demandByColumn.set(column, Math.max(demandByColumn.get(column) ?? 0, demanded));
    replicasByColumn.set(column, Math.max(replicasByColumn.get(column) ?? 0, sample.running));
    if (withDesired) desiredByColumn.set(column, Math.max(desiredByColumn.get(column) ?? 0, sample.desired));
  }
  return {
    demand: held(demandByColumn, first, last),
    replicas: held(replicasByColumn, first, last),
    desired: held(desiredByColumn, first, last),
  };
}

/** A column without a sample shows what was last known, from the first known one on. */
function held(values: ReadonlyMap<number, number>, first: number, last: number): number[] {
  const line: number[] = [];
  for (let column = first; column <= last; column++) {
    const value = values.get(column) ?? line.at(-1);
    if (value !== undefined) line.push(value);
  }
  return line;
}

/** The line alone, as rows of plain characters, on the right of the columns. */
function grid(series: readonly number[], columns: number, rows: number, top: number, symbols: LineSymbols): readonly string[] {
  if (series.length === 0) return Array.from({length: rows + 1}, () => ' '.repeat(columns));
  // One value more than columns, since asciichart draws the steps between values; what it writes as axis is cut off.
  // What is above zero isn't drawn as nothing, where there is a row for it between that and the top.
  const least = rows >= 2 ? top / rows : 0;
  const values = [series[0] ?? 0, ...series].map(value => (value > 0 ? Math.max(value, least) : value));
  const plotted = asciichart.plot([values], {min: 0, max: top, height: rows, offset: 2, format: () => 'x', symbols: [...symbols]});
  return plotted.split('\n').map((row: string) => row.slice(2, 2 + series.length).padStart(columns));
}

/** The first layer over the others: replicas over demand, where both run together. Runs of one layer are painted together. */
function overlay(layers: readonly {readonly text: string; readonly paint: (text: string) => string}[], width: number): string {
  let painted = '';
  let run = '';
  let top: (typeof layers)[number] | undefined;
  const flush = () => {
    painted += top ? top.paint(run) : run;
    run = '';
  };
  for (let index = 0; index < width; index++) {
    const next = layers.find(({text}) => (text[index] ?? ' ') !== ' ');
    if (next !== top) flush();
    top = next;
    run += next?.text[index] ?? ' ';
  }
  flush();
  return painted;
}

/** `+-60s------40s------20s------now`, ticks at round times. */
function timeAxis({columnMs, end}: ChartRequest, columns: number, labelWidth: number, {symbols}: Style): string {
  const axis = Array.from({length: columns}, () => symbols.rule);
  const spanMs = columns * columnMs;
  const everyMs = [5000, 10_000, 20_000, 60_000, 120_000, 300_000].find(step => spanMs / step <= 4) ?? 600_000;
  for (let backMs = everyMs; backMs < spanMs; backMs += everyMs) {
    const label = backMs % 60_000 === 0 ? `-${backMs / 60_000}m` : `-${backMs / 1000}s`;
    const column = columns - Math.round(backMs / columnMs);
    if (column < 1 || column + label.length > columns - end.length - 1) continue;
    for (const [offset, character] of [...label].entries()) axis[column + offset] = character;
  }
  for (const [offset, character] of [...end].entries()) axis[columns - end.length + offset] = character;
  return `${' '.repeat(labelWidth)}${symbols.unicode ? '┼' : '+'}${axis.join('')}`;
}

/** The last `count` moments of a service's demand as a small line of blocks. */
export function sparkline(samples: readonly Sample[], service: string, count: number, {symbols}: Style): string {
  const values = samples.slice(-count).map(({services}) => services[service]?.demand ?? null);
  const most = Math.max(1, ...values.map(value => value ?? 0));
  const top = symbols.sparks.length - 1;
  return values
    .map(value => (value === null ? ' ' : (symbols.sparks[Math.round((value / most) * top)] ?? ' ')))
    .join('')
    .padStart(count);
}
