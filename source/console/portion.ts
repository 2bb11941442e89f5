/** What of a frame is sent now, on a line that would take seconds for all of it: the cheapest rows first, none waiting for ever. */
import {rowChange} from './row-change.ts';

export interface Painter {
  /** The rows to be on the screen now. On a line that isn't slow these are the wanted ones. */
  paint(wanted: readonly string[], columns: number): readonly string[];
  /** Whether there are rows that have not been painted yet. */
  isBehind(): boolean;
}

const headRows = 2;
const footRows = 2;
/** Moving the cursor to a row. */
const rowBytes = 6;

/** `budget` is how many bytes the line takes without making what comes next wait; `isSelected` knows the row of the selected service. */
export function createPainter(budget: () => number, isSelected: (row: string) => boolean = () => false): Painter {
  let screen: readonly string[] = [];
  let waited: readonly number[] = [];
  let width = 0;
  let behind = false;

  return {
    isBehind: () => behind,
    paint(wanted, columns) {
      const fresh = columns !== width || wanted.length !== screen.length;
      width = columns;
      const least = budget();
      if (fresh || !Number.isFinite(least)) {
        [screen, waited, behind] = [wanted, wanted.map(() => 0), false];
        return screen;
      }
      const changed = wanted.flatMap((text, row) => (text === screen[row] ? [] : [{row, bytes: costOf(screen[row] ?? '', text, columns)}]));
      // A number or an answer is cheap and goes first; a chart grows cheaper the longer it has waited.
      // The header says whether any of it is true, the selected service and the last rows answer whoever has just pressed a key:
      // they never wait.
      const isUrgent = (row: number) => row < headRows || row >= wanted.length - footRows || isSelected(wanted[row] ?? '');
      const weight = ({row, bytes}: (typeof changed)[number]) => (isUrgent(row) ? 0 : bytes / (1 + (waited[row] ?? 0)));
      const now = new Set<number>();
      let left = least;
      for (const {row, bytes} of changed.toSorted((a, b) => weight(a) - weight(b))) {
        if (now.size > 0 && bytes > left) continue;
        now.add(row);
        left -= bytes;
      }
      waited = wanted.map((text, row) => (now.has(row) || text === screen[row] ? 0 : (waited[row] ?? 0) + 1));
      behind = changed.length > now.size;
      screen = wanted.map((text, row) => (now.has(row) ? text : (screen[row] ?? '')));
      return screen;
    },
  };
}

/** About what it takes to make one row of the other. */
function costOf(before: string, after: string, columns: number): number {
  return rowBytes + Buffer.byteLength(rowChange(before, after, columns) ?? after);
}
