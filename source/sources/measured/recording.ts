/** The readings in one of microscale's recordings, as measured demand. It knows the lines and not what came of them. */
import {createReadStream} from 'node:fs';
import {clean} from '../../clean.ts';
import {readHeader} from '../../recording.ts';
import {recordingLines} from '../../recording-line.ts';
import type {Reading} from '../../scaler/entry.ts';
import {MeasuredError, type Measured, type MeasuredReading, type Moment} from './moment.ts';

/** A line holds what was folded at once: at most a large configuration. */
const lineMax = 16 * 1024 * 1024;

interface Line {
  readonly at: number;
  readonly readings: readonly MeasuredReading[];
}

/** Reads as far as the first entries. Throws `MeasuredError`. */
export async function openRecorded(path: string): Promise<Measured> {
  const lines = readLines(path);
  const first = (await lines.next()).value as Line | undefined;
  if (!first) throw new MeasuredError(`${path} is a recording in which nothing happened`);
  return {path, columns: null, startAt: first.at, moments: momentsOf(first, lines)};
}

async function* momentsOf(first: Line, lines: AsyncGenerator<Line>): AsyncGenerator<Moment> {
  yield {atMs: 0, readings: first.readings};
  for await (const {at, readings} of lines) yield {atMs: Math.max(0, at - first.at), readings};
}

async function* readLines(path: string): AsyncGenerator<Line> {
  const lines = recordingLines();
  let number = 0;
  let damaged: number | null = null;
  for await (const text of boundedLines(path)) {
    if (++number === 1) {
      checkHeader(text, path);
      continue;
    }
    // A last line that a crash has cut short is left out.
    if (damaged !== null) throw new MeasuredError(`${path}:${damaged}  it is damaged: it holds no entries`);
    const entries = lines.decode(text);
    const [first] = entries ?? [];
    if (!entries || !first) damaged = number;
    else yield {at: first.at, readings: entries.flatMap(entry => readingIn(entry) ?? [])};
  }
}

function checkHeader(text: string, path: string): void {
  try {
    readHeader(text, path);
  } catch (error) {
    throw new MeasuredError((error as Error).message);
  }
}

function readingIn(entry: unknown): MeasuredReading | null {
  const {kind, service, demand = 0, reading} = (entry ?? {}) as {kind?: unknown; service?: unknown; demand?: unknown; reading?: unknown};
  if (kind !== 'reading' || typeof service !== 'string' || typeof reading !== 'object' || reading === null) return null;
  if (typeof demand !== 'number' || !Number.isSafeInteger(demand) || demand < 0) return null;
  const sound = soundShape(reading as Readonly<Record<string, unknown>>);
  return sound && {column: clean(service), demand, reading: sound};
}

function soundShape(given: Readonly<Record<string, unknown>>): Reading | null {
  const {kind, value, waiting, inFlight, arrived, total, replicas, reason} = given;
  const count = (number: unknown): number is number => typeof number === 'number';
  switch (kind) {
    case 'value':
      return count(value) ? {kind, value} : null;
    case 'queue':
      return count(waiting) && count(inFlight) ? {kind, waiting, inFlight, arrived: count(arrived) ? arrived : null} : null;
    case 'usage':
      return count(total) && count(replicas) ? {kind, total, replicas} : null;
    case 'stale':
    case 'error':
      return {kind, reason: typeof reason === 'string' ? clean(reason) : ''};
    default:
      return null;
  }
}

async function* boundedLines(path: string): AsyncGenerator<string> {
  let rest = '';
  let number = 1;
  for await (const chunk of createReadStream(path, {encoding: 'utf8'}) as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      number++;
      yield line;
    }
    if (rest.length > lineMax) throw new MeasuredError(`${path}:${number}  the line has over ${lineMax / 1024 ** 2} million characters`);
  }
  if (rest.trim() !== '') yield rest;
}
