/**
 * A recording's file as a past that can be looked at: read once from end to end, with the fleet kept every minute or so, and
 * then read again from the nearest of those. It keeps so many of them at most, however long the recording is.
 */
import {createReadStream} from 'node:fs';
import type {Past} from './ports.ts';
import {formatVersion, recordingLines} from './recording-line.ts';
import {readHeader, RecordingError} from './recording.ts';
import {stretchBytes, stretchMs} from './history/history.ts';
import type {Entry} from './scaler/entry.ts';
import {emptyFleet, type Fleet} from './scaler/fleet.ts';
import {step, type Step} from './scaler/step.ts';

export interface RecordedPast {
  readonly from: number;
  readonly to: number;
  /** At its end. */
  readonly fleet: Fleet;
  /** Why not all of it could be read; null where all was. */
  readonly damage: string | null;
  past(at: number): Promise<Past>;
}

export interface Folded {
  readonly entries: readonly Entry[];
  readonly result: Step;
}

/** A place in the file, before a line, and all that is needed to read on from there. */
interface Place {
  readonly at: number;
  /** In bytes. */
  readonly offset: number;
  readonly saidAt: number;
  readonly names: number;
  readonly before: Fleet;
}

interface Line {
  readonly text: string;
  readonly number: number;
  readonly offset: number;
  readonly next: number;
}

/** A line holds what was folded at once: at most a large configuration. */
const lineMax = 16 * 1024 * 1024;
/** Past twice this many, every second place is let go: then a look reads and folds a little more. */
const placesMax = 256;
/** The last moment that a calendar can say. */
const latestMs = 8_640_000_000_000_000;

/**
 * Reads as far as `until`. `progress` is told how many bytes have been read, and `folded` every line, until it has enough.
 * Throws `RecordingError` for what is no recording, or holds nothing; of a damaged one it gives what is before the damage.
 */
export async function openRecordedPast(
  path: string,
  {
    until = Number.POSITIVE_INFINITY,
    progress = () => {},
    folded = () => true,
  }: {until?: number; progress?: (bytes: number) => void; folded?: (line: Folded) => boolean} = {},
): Promise<RecordedPast> {
  let names: readonly string[] = [];
  /** The first is never let go; the others are thinned. */
  let places: Place[] = [];
  let recent: Place[] = [];
  let damage: string | null = null;
  let readTo = 0;
  let fleet: Fleet | null = null;
  let from = 0;
  let end: number | null = null;
  /** In bytes: what comes after the last line that was read is none of it, whether it is damaged, too late, or newer. */
  let endOffset = Number.POSITIVE_INFINITY;
  const lines = linesOf(path, 0, 1);
  const header = (await lines.next()).value as Line | undefined;
  if (!header) throw new RecordingError(`${path} is empty: it is no recording`);
  const first: Place = {at: 0, offset: header.next, saidAt: 0, names: 0, before: emptyFleet(readHeader(header.text, path))};
  await lines.return(undefined);

  try {
    for await (const {place, line, entries, result, known} of walk(first)) {
      const at = entries[0]?.at ?? 0;
      if (end === null) from = at;
      if (at > until) break;
      if (place) keep(place);
      names = known;
      fleet = result.fleet;
      end = at;
      readTo = line.next;
      progress(line.next);
      if (!folded({entries, result})) break;
    }
  } catch (error) {
    if (end === null)
      throw error instanceof RecordingError ? error : new RecordingError(`${path} can’t be read: ${(error as Error).message}`);
    damage = error instanceof RecordingError ? error.message : `${path} can’t be read to its end: ${(error as Error).message}`;
  }
  if (end === null || !fleet) throw new RecordingError(`${path} is a recording in which nothing happened`);
  const to = Math.ceil(end / 1000) * 1000;
  endOffset = readTo;

  function keep(place: Place): void {
    places.push(place);
    if (places.length > 2 * placesMax) places = places.filter((_, index) => index % 2 === 0);
  }

  /** Each line from a place on, folded, with the place before it where a stretch begins there. */
  async function* walk(start: Place) {
    const decoder = recordingLines({at: start.saidAt, names: names.slice(0, start.names)});
    let before = start.before;
    let begun: Place | null = null;
    let damaged: number | null = null;
    for await (const line of linesOf(path, start.offset, 2, endOffset)) {
      if (damaged !== null) throw new RecordingError(`${path}:${damaged} is damaged: it holds no entries`);
      const known = decoder.known();
      const said = {saidAt: known.at, names: known.names.length};
      const entries = decoder.decode(line.text);
      const at = entries?.[0]?.at;
      if (!entries || at === undefined) {
        damaged = line.number;
        continue;
      }
      if (!(at >= before.at && at <= latestMs)) throw new RecordingError(`${path}:${line.number} is damaged: its time runs backwards`);
      let place: Place | null = null;
      if (!begun || at - begun.at >= stretchMs || line.offset - begun.offset >= stretchBytes)
        begun = place = {at, offset: line.offset, ...said, before};
      const result = foldLine(before, entries, path, line.number);
      before = result.fleet;
      yield {place, line, entries, result, known: known.names};
    }
  }

  /** The place at which the stretch with this moment begins, and the one after it: read again from the nearest that is kept. */
  async function around(at: number): Promise<readonly [Place, Place | null]> {
    const known = [...places, ...recent].sort((a, b) => a.offset - b.offset);
    const near = known.findLast(place => place.at <= at) ?? known[0] ?? first;
    let found = near;
    const passed: Place[] = [];
    for await (const {place} of walk(near)) {
      if (!place || place.offset === near.offset) continue;
      passed.push(place);
      if (place.at > at) {
        remember([near, ...passed]);
        return [found, place];
      }
      found = place;
    }
    remember([near, ...passed]);
    return [found, null];
  }

  /** Those between the places that are kept: whoever looks at one looks at its neighbours next. */
  function remember(passed: readonly Place[]): void {
    const offsets = new Set([...places, ...recent].map(({offset}) => offset));
    recent = [...recent, ...passed.filter(({offset}) => !offsets.has(offset))].slice(-placesMax);
  }

  return {
    from,
    to,
    fleet,
    damage,
    async past(at) {
      const [place, next] = await around(at);
      const lines: string[] = [];
      for await (const {text} of linesOf(path, place.offset, 2, next?.offset ?? endOffset)) lines.push(text);
      const known = {at: place.saidAt, names: names.slice(0, place.names)};
      const stretch = {from: place.at, to: next?.at ?? to + 1000, before: place.before, known, lines};
      return {format: formatVersion, from, to, stretch};
    },
  };
}

function foldLine(before: Fleet, entries: readonly Entry[], path: string, number: number): Step {
  try {
    return step(before, entries);
  } catch {
    // Whatever is thrown comes of entries that nobody can have recorded.
    throw new RecordingError(`${path}:${number} is damaged: its entries can’t be folded`);
  }
}

/** Lines with their places in bytes. Throws `RecordingError` for one without an end. */
async function* linesOf(path: string, start: number, firstNumber: number, end = Number.POSITIVE_INFINITY): AsyncGenerator<Line> {
  let number = firstNumber;
  let offset = start;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, {start, end: end - 1, highWaterMark: 256 * 1024}) as AsyncIterable<Buffer>) {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let to = data.indexOf(10); to >= 0; to = data.indexOf(10, from)) {
      yield {text: data.toString('utf8', from, to), number, offset, next: offset + to - from + 1};
      offset += to - from + 1;
      number++;
      from = to + 1;
    }
    rest = data.subarray(from);
    if (rest.length > lineMax) throw new RecordingError(`${path}:${number} is damaged: the line has no end`);
  }
  if (rest.length > 0) yield {text: rest.toString('utf8'), number, offset, next: offset + rest.length};
}
