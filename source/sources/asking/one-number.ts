/** The one number that a query gave; anything else is said in words and never taken for zero. */
import type {Reading} from '../../scaler/entry.ts';
import {SourceError} from './failure.ts';

/** `rows` hold text as the server wrote it, or null; more than two of them aren't needed to know that it's too many. */
export function oneNumber(rows: readonly (readonly (string | null)[])[]): Reading {
  const [row, another] = rows;
  if (!row) throw new SourceError('the query gives no row: expected one number');
  if (another) throw new SourceError('the query gives several rows: expected one number');
  if (row.length !== 1) throw new SourceError(`the query gives ${row.length} columns: expected one number`);
  const [value] = row;
  if (value === null || value === undefined)
    throw new SourceError('the query gives NULL, which is no number: write coalesce(…, 0) if it means none');
  const number = /^[-+]?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(value.trim()) ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) throw new SourceError(`the query gives “${value.slice(0, 24)}”, which is no number`);
  if (number < 0) throw new SourceError(`the query gives ${value.slice(0, 24)}, which is no demand: expected a number from 0 up`);
  return {kind: 'value', value: number};
}
