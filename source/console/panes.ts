/** The parts of the screen, each as painted lines of an exact width. Pure: state in, lines out. */
import {durationWords} from '../config/units.ts';
import {clean} from '../clean.ts';
import type {Fleet, Service} from '../scaler/fleet.ts';
import {gist, tell, type ClockWords} from '../scaler/explain.ts';
import {aspect} from '../scaler/override.ts';
import {unbounded} from '../scaler/fleet.ts';
import {sparkline} from './chart.ts';
import {orderedServices, type ConsoleState} from './state.ts';
import type {Style} from './style.ts';
import {fit, fitRight, line, widthOf, type Piece} from './text.ts';

export interface Look {
  readonly style: Style;
  readonly clock: ClockWords;
}

/** Each service's letter and colour, the same in every pane. */
export interface Badges {
  letter(service: string): string;
  paint(service: string): (text: string) => string;
}

/** The first letter of the name that nobody before has taken; else any that is free; with very many, letters are shared. */
export function badgesOf(fleet: Fleet, style: Style): Badges {
  const taken = new Map<string, {letter: string; index: number}>();
  const used = new Set<string>();
  const byPriority = fleet.services.toSorted((a, b) => a.spec.priority - b.spec.priority || (a.spec.name < b.spec.name ? -1 : 1));
  for (const [index, {spec}] of byPriority.entries()) {
    const candidates = [
      ...spec.name.toLowerCase().replaceAll(/[^a-z0-9]/g, ''),
      ...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
    ];
    const letter = candidates.find(candidate => !used.has(candidate)) ?? candidates[0] ?? '?';
    used.add(letter);
    taken.set(spec.name, {letter, index});
  }
  return {
    letter: service => taken.get(service)?.letter ?? '?',
    paint: service => style.service(taken.get(service)?.index ?? 0),
  };
}

/** How large one slot is drawn, and how many slots a cell stands for where the host has more than fit. */
interface CellSize {
  readonly width: number;
  readonly height: number;
  readonly perCell: number;
}

const largestCell = {width: 8, height: 3};
/** The legend's share of the pane at the most: the slots themselves matter more. */
const legendShare = 0.4;

/** One cell a slot: a letter runs, `+` is on its way, `-` is leaving. Few slots are drawn large, many share a cell. */
export function slotLines(fleet: Fleet, badges: Badges, width: number, height: number, {style}: Look): readonly string[] {
  const services = orderedServices(fleet.services);
  const legendMost = Math.max(1, Math.floor(height * legendShare));
  const legendRows = Math.min(legendMost, Math.ceil((services.length + 1) / legendColumns(width)));
  const gridRows = Math.max(1, height - legendRows - (height - legendRows > 4 ? 1 : 0));
  const size = cellSize(fleet.settings.capacity, width, gridRows);
  const cells = cellsOf(fleet, services, badges, size.perCell, style);
  const across = acrossOf(cells.length, size, width, gridRows);
  const lines: string[] = [];
  for (let start = 0; start < cells.length && lines.length + size.height <= gridRows; start += across) {
    const row = cells.slice(start, start + across);
    for (let part = 0; part < size.height; part++)
      lines.push(line(merge(row.map(cell => cellPart(cell, size, part))), width, style.symbols));
  }
  while (lines.length < height - legendRows) lines.push(' '.repeat(width));
  return [...lines, ...legend(fleet, services, badges, size.perCell, width, legendRows, style)].slice(0, height);
}

/** The largest cell with which all slots fit; failing that, several slots a cell. */
function cellSize(capacity: number, width: number, rows: number): CellSize {
  for (let height = largestCell.height; height >= 1; height--) {
    for (let cellWidth = height === 1 ? 4 : largestCell.width; cellWidth >= (height === 1 ? 2 : 4); cellWidth--) {
      const across = Math.floor(width / cellWidth);
      if (across * Math.floor(rows / height) >= capacity) return {width: cellWidth, height, perCell: 1};
    }
  }
  return {width: 2, height: 1, perCell: Math.ceil(capacity / (Math.floor(width / 2) * rows))};
}

/** A few slots fill the pane as a block, not as one row. */
function acrossOf(cells: number, size: CellSize, width: number, rows: number): number {
  const most = Math.max(1, Math.floor(width / size.width));
  const rowsThere = Math.max(1, Math.floor(rows / size.height));
  const even = Math.ceil(cells / Math.min(rowsThere, Math.max(2, Math.ceil(cells / most))));
  return Math.min(most, Math.max(1, even));
}

interface Cell {
  readonly letter: string;
  readonly mark: string;
  readonly paint: (text: string) => string;
  readonly solid: boolean;
}

function cellsOf(fleet: Fleet, services: readonly Service[], badges: Badges, perCell: number, style: Style): readonly Cell[] {
  const cells: Cell[] = [];
  let taken = 0;
  for (const {spec, observed} of services) {
    const letter = badges.letter(spec.name);
    const paint = badges.paint(spec.name);
    const solidPaint = (text: string) => style.inverse(paint(text));
    const dimPaint = (text: string) => style.dim(paint(text));
    // Rounded on the running sum, so that what shares cells adds up to them.
    const add = (replicas: number, cell: Cell) => {
      taken += replicas * spec.slots;
      while (cells.length < Math.round(taken / perCell)) cells.push(cell);
    };
    add(observed?.running ?? 0, {letter, mark: ' ', paint: solidPaint, solid: true});
    add(observed?.pending ?? 0, {letter, mark: '+', paint: dimPaint, solid: false});
    add(observed?.stopping ?? 0, {letter, mark: '-', paint: dimPaint, solid: false});
  }
  const total = Math.ceil(fleet.settings.capacity / perCell);
  const free: Cell = {letter: style.symbols.free, mark: ' ', paint: style.dim, solid: false};
  while (cells.length < total) cells.push(free);
  return cells;
}

/** One row of a cell: the letter in its middle row, on a block of the service's colour where it runs. */
function cellPart({letter, mark, paint, solid}: Cell, {width, height}: CellSize, part: number): Piece {
  if (height === 1 && width < 4)
    return {text: letter + mark + ' '.repeat(width - 2), paint: solid ? text => paint(text.slice(0, 1)) + text.slice(1) : paint};
  const middle = part === Math.floor((height - 1) / 2);
  const inside = width - 1;
  const words = middle ? letter + mark : '';
  const before = Math.floor((inside - words.length + (mark === ' ' ? 1 : 0)) / 2);
  const text = (' '.repeat(Math.max(0, before)) + words).padEnd(inside).slice(0, inside);
  return {text: `${text} `, paint: shown => paint(shown.slice(0, -1)) + shown.slice(-1)};
}

/** Neighbours that are painted alike become one piece. */
function merge(cells: readonly Piece[]): readonly Piece[] {
  const merged: {text: string; paint: Piece['paint']}[] = [];
  for (const {text, paint} of cells) {
    const last = merged.at(-1);
    if (last && last.paint === paint) last.text += text;
    else merged.push({text, paint});
  }
  return merged;
}

function legendColumns(width: number): number {
  return Math.max(1, Math.floor(width / 16));
}

function legend(
  fleet: Fleet,
  services: readonly Service[],
  badges: Badges,
  perCell: number,
  width: number,
  rows: number,
  {symbols, dim}: Style,
): readonly string[] {
  const columns = legendColumns(width);
  const each = Math.floor(width / columns);
  const free = Math.max(0, fleet.settings.capacity - fleet.standing.heldSlots);
  const entries: Piece[] = services.map(({spec, observed}) => ({
    text: `${badges.letter(spec.name)} ${fit(spec.name, each - 6, symbols)}${fitRight(String((observed?.running ?? 0) * spec.slots), 3, symbols)} `,
    paint: badges.paint(spec.name),
  }));
  const most = rows * columns - 1;
  const shown = entries.slice(0, most);
  const more = entries.length > most ? `+${entries.length - most} more  ` : '';
  shown.push({text: `${more}${symbols.free} free ${free}${perCell > 1 ? `  1 cell = ${perCell}` : ''}`, paint: dim});
  return Array.from({length: rows}, (_, row) => line(shown.slice(row * columns, (row + 1) * columns), width, symbols));
}

/** Which services of how many the table shows: those around the selected one. */
export function visibleRows(state: ConsoleState, rows: number): {readonly from: number; readonly to: number; readonly of: number} {
  const services = orderedServices(state.update?.fleet.services ?? []);
  const selectedAt = Math.max(
    0,
    services.findIndex(({spec}) => spec.name === state.selected),
  );
  const from = Math.min(Math.max(0, selectedAt - Math.floor(rows / 2)), Math.max(0, services.length - rows));
  return {from, to: Math.min(services.length, from + rows), of: services.length};
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly right?: boolean;
  readonly cell: (service: Service) => string;
  readonly paint?: (service: Service) => ((text: string) => string) | undefined;
}

/** The table of services: a header, then `rows` of them around the selected one. */
export function serviceLines(state: ConsoleState, badges: Badges, width: number, rows: number, look: Look): readonly string[] {
  const {style, clock} = look;
  const {symbols} = style;
  const fleet = state.update?.fleet;
  if (!fleet) return [];
  const services = orderedServices(fleet.services);
  const columns = columnsFor(state, fleet, badges, width, style);
  const fixed = columns.reduce((sum, column) => sum + column.width + 1, 0);
  const header = columns
    .map(column => (column.right ? fitRight(column.title, column.width, symbols) : fit(column.title, column.width, symbols)))
    .join(' ');
  const lines = [style.dim(fit(`  ${header} WHY`, width, symbols))];
  const {from} = visibleRows(state, rows);
  for (const service of services.slice(from, from + rows)) {
    const chosen = service.spec.name === state.selected;
    const pieces: Piece[] = [{text: chosen ? `${symbols.cursor} ` : '  '}];
    for (const column of columns) {
      const text = clean(column.cell(service));
      pieces.push(
        {text: column.right ? fitRight(text, column.width, symbols) : fit(text, column.width, symbols), paint: column.paint?.(service)},
        {text: ' '},
      );
    }
    const why = clean(gist(service, clock));
    pieces.push({text: fit(why, Math.max(0, width - fixed - 2), symbols), paint: paintWhy(service, style)});
    const painted = line(pieces, width, symbols);
    lines.push(chosen ? style.bold(painted) : painted);
  }
  while (lines.length < rows + 1) lines.push(' '.repeat(width));
  return lines;
}

function columnsFor(state: ConsoleState, fleet: Fleet, badges: Badges, width: number, style: Style): readonly Column[] {
  const {samples} = state;
  const {services, at: now} = fleet;
  const stale = fleet.host.kind === 'lost' || state.gone !== null;
  const wide = width >= 82;
  const longest = Math.max(7, ...services.map(({spec}) => widthOf(spec.name)));
  const nameWidth = Math.min(longest, wide ? 20 : 12);
  const columns: Column[] = [
    {title: '', width: 1, cell: ({spec}) => badges.letter(spec.name), paint: ({spec}) => badges.paint(spec.name)},
    {title: 'SERVICE', width: nameWidth, cell: ({spec}) => spec.name, paint: ({spec}) => badges.paint(spec.name)},
    {
      title: 'PRI',
      width: 3,
      right: true,
      cell: priorityWords,
      paint: ({decision, spec}) => (decision && decision.rank !== spec.priority ? style.warning : undefined),
    },
    {
      title: 'DEMAND',
      width: 7,
      right: true,
      cell: demandWords,
      paint: ({demand}) => (demand.kind === 'lost' ? style.danger : style.demand),
    },
  ];
  if (wide && style.symbols.unicode)
    columns.push({title: 'TREND', width: 8, cell: ({spec}) => sparkline(samples, spec.name, 8, style), paint: () => style.demand});
  columns.push(
    {title: 'WANT', width: 5, right: true, cell: wantWords},
    {
      title: 'RUN/DES',
      width: 7,
      right: true,
      cell: service => countWords(service, stale),
      paint: stale ? () => style.dim : paintCount(style),
    },
    {title: 'MIN-MAX', width: 7, right: true, cell: ({spec}) => `${spec.min}-${spec.max === unbounded ? '' : spec.max}`},
    {title: 'OVERRIDE', width: wide ? 14 : 12, cell: service => overrideWords(service, now), paint: () => style.warning},
  );
  return columns;
}

function priorityWords({spec, decision}: Service): string {
  if (decision?.rank === 0) return 'top';
  return decision && decision.rank !== spec.priority ? `${decision.rank}*` : String(spec.priority);
}

function demandWords({demand, spec}: Service): string {
  if (spec.target.kind === 'fill') return '-';
  switch (demand.kind) {
    case 'live':
      return shortNumber(demand.value);
    case 'waiting':
      return '...';
    case 'lost':
      return demand.value === null ? 'lost' : `${shortNumber(demand.value)}?`;
  }
}

function shortNumber(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)}M`;
  if (value >= 1e5) return `${Math.round(value / 1e3)}k`;
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

function wantWords({decision, spec}: Service): string {
  if (!decision) return '-';
  return decision.fills || (spec.target.kind === 'fill' && decision.want === unbounded) ? 'fill' : String(decision.want);
}

/** A count that nobody can vouch for at this moment has a question mark. */
function countWords({observed, decision}: Service, stale: boolean): string {
  return `${observed?.running ?? '-'}${stale ? '?' : ''}/${decision?.desired ?? '-'}`;
}

function paintCount(style: Style): (service: Service) => ((text: string) => string) | undefined {
  return ({observed, decision}) => {
    if (!observed || !decision) return style.dim;
    if (decision.shortfall > 0 || observed.trouble.kind === 'failing') return style.danger;
    return observed.running === decision.desired ? undefined : style.warning;
  };
}

/** Such as `pin 2 14m`; two of them are joined. */
function overrideWords({overrides}: Service, now: number): string {
  if (overrides.length === 0) return '-';
  const counts = overrides.toSorted((a, b) => (aspect(a.rule) < aspect(b.rule) ? -1 : 1));
  const words = counts.map(({rule}) => {
    switch (rule.kind) {
      case 'boost':
        return 'boost';
      case 'priority':
        return `pri ${rule.priority}`;
      default:
        return `${rule.kind} ${rule.replicas}`;
    }
  });
  const ends = overrides.map(({until}) => until).filter(until => until !== null);
  const left = ends.length === 0 ? '' : ` ${leftWords(Math.min(...ends) - now)}`;
  return words.join('+') + left;
}

/** Whole minutes while there are some, so that the screen doesn't change each second for it. */
function leftWords(ms: number): string {
  if (ms >= 3_600_000) return durationWords(Math.ceil(ms / 60_000) * 60_000);
  return ms >= 60_000 ? `${Math.ceil(ms / 60_000)}m` : `${Math.ceil(ms / 1000)}s`;
}

function paintWhy(service: Service, style: Style): ((text: string) => string) | undefined {
  const {decision, observed, demand} = service;
  if (observed?.trouble.kind === 'failing' || demand.kind === 'lost') return style.danger;
  if (decision && decision.shortfall > 0 && !decision.fills) return style.danger;
  return decision && observed?.running === decision.desired ? style.dim : undefined;
}

/** The latest decisions, newest first. */
export function decisionLines({happenings}: ConsoleState, width: number, rows: number, {style, clock}: Look): readonly string[] {
  const {symbols} = style;
  const nameWidth = width >= 60 ? 10 : 8;
  const lines = happenings
    .slice(-rows)
    .reverse()
    .map(happening => {
      const {about, from, to, words, grave} = tell(happening, clock);
      const change = from === null || to === null ? '' : `${from}${symbols.arrow}${to}`;
      const shown = symbols.unicode ? words : words.replaceAll('÷', '/').replaceAll('→', '>');
      return line(
        [
          {text: `${clock(happening.at)} `, paint: style.dim},
          {text: `${fit(clean(about), nameWidth, symbols)} `},
          {text: `${fitRight(change, 6, symbols)}  `, paint: style.bold},
          {text: clean(shown), paint: grave ? style.danger : undefined},
        ],
        width,
        symbols,
      );
    });
  while (lines.length < rows) lines.push(' '.repeat(width));
  return lines;
}
