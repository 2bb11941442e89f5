/** The boxes: every slot of the host as a cell, in the colour of whoever runs in it. */
import {clean} from '../clean.ts';
import type {Fleet, Service} from '../scaler/fleet.ts';
import {sharedLetter, type Badges, type Look} from './look.ts';
import {orderedServices} from './state.ts';
import type {Style} from './style.ts';
import {fit, fitRight, line, widthOf, type Piece} from './text.ts';

/** How large one slot is drawn, and how many slots a cell stands for where the host has more than fit. */
interface CellSize {
  readonly width: number;
  readonly height: number;
  readonly perCell: number;
}

const largestCell = {width: 8, height: 3};
/** The legend's share of the pane at the most: the slots themselves matter more. */
const legendShare = 0.5;

/** One cell a slot: a letter runs, `+` is on its way, `-` is leaving. Few slots are drawn large, many share a cell. */
export function slotLines(fleet: Fleet, badges: Badges, width: number, height: number, {style}: Look): readonly string[] {
  const services = orderedServices(fleet.services);
  const legendMost = Math.max(1, Math.floor(height * legendShare));
  const across = legendColumns(services, width, legendMost);
  const legendRows = Math.min(legendMost, Math.ceil((services.length + 1) / across));
  const gridRows = Math.max(1, height - legendRows - (height - legendRows > 4 ? 1 : 0));
  const size = cellSize(fleet.settings.capacity, width, gridRows);
  const cells = cellsOf(fleet, services, badges, size.perCell, style);
  const cellsAcross = acrossOf(cells.length, size, width, gridRows);
  const lines: string[] = [];
  for (let start = 0; start < cells.length && lines.length + size.height <= gridRows; start += cellsAcross) {
    const row = cells.slice(start, start + cellsAcross);
    for (let part = 0; part < size.height; part++)
      lines.push(line(merge(row.map(cell => cellPart(cell, size, part))), width, style.symbols));
  }
  while (lines.length < height - legendRows) lines.push(' '.repeat(width));
  return [...lines, ...legend(fleet, services, badges, {perCell: size.perCell, width, rows: legendRows, columns: across}, style)].slice(
    0,
    height,
  );
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

/** Besides the name: the letter, the count, and what keeps them apart. */
const legendSigns = 6;
const legendNameLeast = 10;

/** As many columns as leave the names whole where their rows fit, and never more than leave them readable. */
function legendColumns(services: readonly Service[], width: number, rowsMost: number): number {
  const most = Math.max(1, Math.floor(width / (legendNameLeast + legendSigns)));
  const longest = Math.max(legendNameLeast, ...services.map(({spec}) => widthOf(clean(spec.name))));
  const whole = Math.max(1, Math.min(most, Math.floor(width / (longest + legendSigns))));
  return Math.ceil((services.length + 1) / whole) <= rowsMost ? whole : most;
}

function legend(
  fleet: Fleet,
  services: readonly Service[],
  badges: Badges,
  {perCell, width, rows, columns}: {readonly perCell: number; readonly width: number; readonly rows: number; readonly columns: number},
  {symbols, dim}: Style,
): readonly string[] {
  const each = Math.floor(width / columns);
  const free = Math.max(0, fleet.settings.capacity - fleet.standing.heldSlots);
  const entry = (letter: string, name: string, count: number): string =>
    `${letter} ${fit(clean(name), each - legendSigns, symbols)}${fitRight(String(count), 3, symbols)} `;
  const heldBy = ({spec, observed}: Service) => (observed?.running ?? 0) * spec.slots;
  const own = services.filter(({spec}) => badges.letter(spec.name) !== sharedLetter);
  const entries: Piece[] = own.map(service => ({
    text: entry(badges.letter(service.spec.name), service.spec.name, heldBy(service)),
    paint: badges.paint(service.spec.name),
  }));
  const rest: Piece[] = [
    {text: fit(`${symbols.free} free ${free}`, each, symbols), paint: dim},
    ...(perCell > 1 ? [{text: fit(`1 cell = ${perCell}`, each, symbols), paint: dim}] : []),
  ];
  const places = rows * columns;
  const all = own.length === services.length && entries.length + rest.length <= places;
  // Where not all have a place of their own, the rest is one of them, and what the map means comes first.
  const shown = all ? entries : entries.slice(0, Math.max(1, places - rest.length - 1));
  const others = services.filter(service => !own.slice(0, shown.length).includes(service));
  const more = `+${others.length} more ${others.reduce((sum, service) => sum + heldBy(service), 0)}`;
  const legendEntries = all ? [...shown, ...rest] : [...rest, ...shown, {text: fit(more, each, symbols), paint: dim}];
  return Array.from({length: rows}, (_, row) => line(legendEntries.slice(row * columns, (row + 1) * columns), width, symbols));
}
