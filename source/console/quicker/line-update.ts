/** Ink's change of one line, put in its place by the bundler: rows of ours are changed cell by cell, anything else goes Ink's way. */
import inkLineUpdate from 'ink-line-update-itself';
import {rowChange} from '../row-change.ts';

export default function lineUpdate(before: string, after: string, columns: number | undefined): string {
  return (columns === undefined ? null : rowChange(before, after, columns)) ?? inkLineUpdate(before, after, columns);
}
