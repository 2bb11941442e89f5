/** What of a frame is sent now, on a line that would take seconds for all of it: the cheapest rows first, none waiting for ever. */
import type {Pane, Picture} from './picture.ts';
import {rowChange} from './row-change.ts';

export interface Painter {
  /** The rows to be on the screen now. On a line that isn't slow these are the wanted ones. `clears` counts how often the screen was emptied. */
  paint(wanted: Picture, columns: number, clears?: number): readonly string[];
  /** Whether there are rows that have not been painted yet. */
  isBehind(): boolean;
}

/** A row of the screen. */
interface Shown {
  readonly text: string;
  /** What its pane told when it was painted. */
  readonly moment: unknown;
  /** Nothing of this view is in it yet. */
  readonly blank: boolean;
  /** How many frames it has been behind for. */
  readonly waited: number;
}

/** A row that is behind. */
interface Behind {
  readonly row: number;
  readonly bytes: number;
  readonly pane: Pane | null;
  readonly shown: Shown;
}

/** What is painted together: a row, or all of a pane. */
interface Unit {
  readonly rows: readonly Behind[];
  readonly bytes: number;
  readonly waited: number;
  /** From the top on, whatever each row costs. */
  readonly fills: boolean;
}

const headRows = 2;
const footRows = 2;
/** Moving the cursor to a row. */
const rowBytes = 6;
/** What costs less than this, a number or an answer, goes before what is still blank. */
const smallBytes = 40;
/** A pane that costs more than this is sent from the top to the bottom, where its rows don't scroll. */
const paneBytes = 1500;
/** So many frames later a row goes even if what is urgent took all that the line carries. */
const patience = 4;

/** `budget` is how many bytes the line takes without making what comes next wait; `isSelected` knows the row of the selected service. */
export function createPainter(budget: () => number, isSelected: (row: string) => boolean = () => false): Painter {
  let screen: readonly Shown[] = [];
  let last = {columns: 0, clears: 0, layout: ''};
  let behind = false;

  return {
    isBehind: () => behind,
    paint({rows, view, first, panes}, columns, clears = 0) {
      const isEmpty = columns !== last.columns || clears !== last.clears || rows.length !== screen.length;
      const layout = JSON.stringify([view, ...panes.map(({from, to}) => [from, to])]);
      const isOther = isEmpty || layout !== last.layout;
      last = {columns, clears, layout};
      const paneOf = (row: number) => panes.find(({from, to}) => row >= from && row < to) ?? null;
      const least = budget();
      if (!Number.isFinite(least)) {
        screen = rows.map((text, row) => ({text, moment: paneOf(row)?.moment, blank: false, waited: 0}));
        behind = false;
        return rows;
      }
      const before = rows.map((_, row): Shown => {
        const {text, waited, ...rest} = screen[row] ?? nothing;
        if (isEmpty) return nothing;
        return isOther ? {...nothing, text} : {text, waited, ...rest};
      });
      const shown = (row: number) => before[row] ?? nothing;
      const changed = [...rows.keys()]
        .map(row => (row + first) % rows.length)
        .filter(row => rows[row] !== shown(row).text)
        .map(row => ({row, bytes: costOf(shown(row).text, rows[row] ?? '', columns), pane: paneOf(row), shown: shown(row)}));
      const moving = movingPanes(changed);
      // A number or an answer is cheap and goes first; what is dear grows cheaper the longer it has waited, and a pane is never put
      // off twice. The header says whether any of it is true, the selected service and the last rows answer whoever has just
      // pressed a key: they never wait.
      const isUrgent = ({row}: Behind) => row < headRows || row >= rows.length - footRows || isSelected(rows[row] ?? '');
      const weight = (unit: Unit) => {
        if (unit.rows.some(isUrgent)) return urgent;
        if (unit.fills) return smallBytes;
        return unit.rows.length > 1 && unit.waited > 0 ? 0 : unit.bytes / (1 + unit.waited);
      };
      const now = new Set<number>();
      let left = least;
      let isFirst = true;
      for (const unit of unitsOf(changed, moving).toSorted((a, b) => weight(a) - weight(b))) {
        if (weight(unit) !== urgent) {
          // One goes whatever it costs: else what is dear might never.
          const mayOverdraw = isFirst && (left > 0 || unit.waited >= patience);
          isFirst = false;
          if (unit.bytes > left && !mayOverdraw) continue;
        }
        for (const {row} of unit.rows) now.add(row);
        left -= unit.bytes;
      }
      const late = new Set(changed.filter(({row, pane}) => pane && moving.has(pane) && !now.has(row)).map(({pane}) => pane));
      behind = changed.length > now.size;
      screen = rows.map((text, row): Shown => {
        const pane = paneOf(row);
        if (now.has(row)) return {text, moment: pane?.moment, blank: false, waited: 0};
        const {moment, blank, waited, text: old} = shown(row);
        if (text === old) return {text, moment: late.has(pane) ? moment : pane?.moment, blank: false, waited: 0};
        // Clearing a row costs next to nothing.
        return {text: isOther ? '' : old, moment, blank, waited: waited + 1};
      });
      return screen.map(({text}) => text);
    },
  };
}

const urgent = -1;
const nothing: Shown = {text: '', moment: undefined, blank: true, waited: 0};

/** Panes that go on to another moment. */
function movingPanes(changed: readonly Behind[]): ReadonlySet<Pane> {
  return new Set(changed.flatMap(({pane, shown}) => (pane && !shown.blank && shown.moment !== pane.moment ? [pane] : [])));
}

function unitsOf(changed: readonly Behind[], moving: ReadonlySet<Pane>): readonly Unit[] {
  const unit = (rows: readonly Behind[], fills = rows.some(({shown}) => shown.blank)): Unit => ({
    rows,
    bytes: rows.reduce((sum, {bytes}) => sum + bytes, 0),
    waited: Math.max(...rows.map(({shown}) => shown.waited)),
    fills,
  });
  const alone = changed.filter(({pane}) => !pane || !moving.has(pane)).map(each => unit([each]));
  const together = [...moving].flatMap(pane => {
    const rows = changed.filter(each => each.pane === pane);
    const whole = unit(rows, false);
    return pane.scrolls || whole.bytes <= paneBytes ? [whole] : rows.map(each => unit([each], true));
  });
  return [...alone, ...together];
}

/** About what it takes to make one row of the other. */
function costOf(before: string, after: string, columns: number): number {
  return rowBytes + Buffer.byteLength(rowChange(before, after, columns) ?? after);
}
