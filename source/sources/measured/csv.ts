/**
 * Measured demand as CSV: a time column, then one column a service, named by the header. Read as a stream, a bounded line
 * at a time; what can't be meant ends it with the file, the line and the reason.
 */
import {createReadStream} from 'node:fs';
import {CsvError, parse} from 'csv-parse';
import {clean} from '../../clean.ts';
import {MeasuredError, type MeasuredReading, type Measured, type Moment} from './moment.ts';
import {readTime, timeKindOf, timeWords, type TimeKind} from './times.ts';

/** A line of more characters than this is no line of numbers. */
const lineMax = 1_000_000;
const columnsMax = 10_000;
const delimiters = [',', ';', '\t'];
const number = /^\d+(?:\.\d*)?(?:e[+-]?\d{1,3})?$/i;

interface Header {
  readonly columns: readonly string[];
}

interface Row {
  readonly at: number;
  readonly readings: readonly MeasuredReading[];
}

/** Reads as far as the first line of numbers. Throws `MeasuredError`. */
export async function openCsv(path: string): Promise<Measured> {
  const rows = readRows(path);
  const header = (await rows.next()).value as Header | undefined;
  if (!header) throw new MeasuredError(`${path} is empty: its first line must name the columns, such as time,web,mail`);
  const first = (await rows.next()).value as Row | undefined;
  if (!first) throw new MeasuredError(`${path} has a header and no line of numbers under it`);
  return {path, columns: header.columns, startAt: first.at, moments: momentsOf(first, rows as AsyncGenerator<Row>)};
}

async function* momentsOf(first: Row, rows: AsyncGenerator<Row>): AsyncGenerator<Moment> {
  yield {atMs: 0, readings: first.readings};
  for await (const {at, readings} of rows) yield {atMs: at - first.at, readings};
}

async function* readRows(path: string): AsyncGenerator<Header | Row> {
  const read = rowReader(path);
  const input = createReadStream(path);
  const parser = parse({
    bom: true,
    delimiter: delimiters,
    max_record_size: lineMax,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    // The parser's types know only cells; what this makes of them is what comes out.
    on_record: (cells: readonly string[], {lines}) => read(cells, lines) as unknown as string[],
  });
  input.on('error', error => parser.destroy(error));
  try {
    yield* input.pipe(parser) as AsyncIterable<Header | Row>;
  } catch (error) {
    throw explained(error, path, parser.info.lines);
  } finally {
    input.destroy();
    parser.destroy();
  }
}

/** Turns a line's cells into numbers; it remembers the header and the line before. */
function rowReader(path: string): (cells: readonly string[], line: number) => Header | Row {
  let columns: readonly string[] | null = null;
  let kind: TimeKind | null = null;
  let before = Number.NEGATIVE_INFINITY;
  return (cells, line) => {
    const fail = (words: string): never => {
      throw new MeasuredError(`${path}:${line}  ${words}`);
    };
    if (columns === null) {
      columns = readHeader(cells, fail);
      return {columns};
    }
    const [time = ''] = cells;
    kind ??= timeKindOf(time);
    if (kind === null) {
      return fail(`${quoted(time)} is no time: expected ${Object.values(timeWords).join(', ')}`);
    }
    const at = readTime(time, kind) ?? fail(`${quoted(time)} is not ${timeWords[kind]}, as on the lines before it`);
    if (at < before) fail(`its time ${quoted(time)} is before that of the line above: sort the lines by time`);
    before = at;
    if (cells.length !== columns.length + 1) fail(`it has ${cells.length} cells, and the header has ${columns.length + 1}`);
    const readings: MeasuredReading[] = [];
    for (let index = 0; index < columns.length; index++) {
      const cell = cells[index + 1] ?? '';
      // Nothing was measured then: what was last known holds.
      if (cell === '') continue;
      const column = columns[index] ?? '';
      if (!number.test(cell)) fail(`${column} is ${quoted(cell)}: expected a number from 0 up, or nothing where none was measured`);
      const value = Number(cell);
      if (!Number.isFinite(value)) fail(`${column} is ${quoted(cell)}, which is without end`);
      readings.push({column, demand: 0, reading: {kind: 'value', value}});
    }
    return {at, readings};
  };
}

function readHeader(cells: readonly string[], fail: (words: string) => never): readonly string[] {
  const [time = '', ...columns] = cells;
  const example = 'such as time,web,mail';
  if (cells.length > columnsMax) fail(`its header names ${cells.length} columns, and ${columnsMax} are the most`);
  if (timeKindOf(time) !== null && columns.every(name => name === '' || number.test(name)))
    fail(`it has no header: the first line must name the columns, ${example}`);
  if (columns.length === 0) fail(`its header names no service beside the time: the first line must name the columns, ${example}`);
  const seen = new Set<string>();
  for (const name of columns) {
    if (name === '') fail(`its header has a column without a name: name each, ${example}`);
    if (clean(name) !== name || name.length > namesMax) fail(`its header has a name that is none: ${quoted(name)}`);
    if (seen.has(name)) fail(`its header names ${quoted(name)} twice`);
    seen.add(name);
  }
  return columns;
}

/** A service's name has 63 characters at most, and a demand's place may follow it. */
const namesMax = 80;

function quoted(text: string): string {
  const harmless = clean(text);
  return `“${harmless.slice(0, 24)}”${harmless === text ? '' : ', with control characters in it'}`;
}

function explained(error: unknown, path: string, line: number): Error {
  if (error instanceof MeasuredError) return error;
  if (error instanceof CsvError) {
    if (error.code === 'CSV_MAX_RECORD_SIZE')
      return new MeasuredError(`${path}:${line}  the line has over ${lineMax / 1e6} million characters, or a quote that never ends`);
    if (error.code === 'CSV_QUOTE_NOT_CLOSED') return new MeasuredError(`${path}:${line}  a quote is opened and never closed`);
    return new MeasuredError(`${path}:${line}  it isn't CSV: ${clean(error.message)}`);
  }
  return error as Error;
}
