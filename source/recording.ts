/** What happened, kept as lines: a header, then the entries that were folded together, a line each. */
import {closeSync, createReadStream, createWriteStream, openSync, writeSync} from 'node:fs';
import {createInterface} from 'node:readline';
import type {Recorder} from './ports.ts';
import {formatVersion, recordingLines} from './recording-line.ts';
import type {Entry} from './scaler/entry.ts';
import {emptyFleet, type Acting, type Fleet} from './scaler/fleet.ts';
import {step} from './scaler/step.ts';

/** Thrown when a recording can't be read; the message names the line. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

export function recordingHeader(acting: Acting): string {
  return JSON.stringify({microscale: 'recording', version: formatVersion, acting});
}

/** At most this much waits for a slow disk; past it, the recording ends and says so. */
const bufferedMax = 16 * 1024 * 1024;

/**
 * Appends to a new file. Resolves once the file is open; rejects when it can't be made. A write that fails later ends
 * the recording, is told once to `failed`, and what was written stays readable.
 */
export async function openRecording(path: string, acting: Acting, failed: (reason: string) => void): Promise<Recorder> {
  const stream = createWriteStream(path, {flags: 'wx', mode: 0o600});
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', reject);
  });
  let ended = false;
  const end = (reason: string) => {
    if (ended) return;
    ended = true;
    stream.destroy();
    failed(endWords(path, reason));
  };
  const lines = recordingLines();
  stream.on('error', error => end(error.message));
  stream.write(`${recordingHeader(acting)}\n`);
  return {
    write(entries) {
      if (ended) return;
      stream.write(`${lines.encode(entries)}\n`);
      if (stream.writableLength > bufferedMax) end('the disk is too slow');
    },
    close: () =>
      new Promise(resolve => {
        if (ended) return resolve();
        stream.once('close', resolve);
        stream.end();
      }),
  };
}

/** Written in pieces of this many characters: a call each line would take longer than the simulation. */
const pieceLength = 64 * 1024;

/**
 * For the simulator, which never lets go of the thread that a stream would be written by: it waits for the disk instead.
 * Throws when the file can't be made.
 */
export function openSimulatedRecording(path: string, acting: Acting, failed: (reason: string) => void): Recorder {
  const file = openSync(path, 'wx', 0o600);
  const lines = recordingLines();
  let waiting = `${recordingHeader(acting)}\n`;
  let ended = false;
  const flush = () => {
    if (ended) return;
    try {
      writeSync(file, waiting);
    } catch (error) {
      ended = true;
      failed(endWords(path, (error as Error).message));
    }
    waiting = '';
  };
  return {
    write(entries) {
      if (ended) return;
      waiting += `${lines.encode(entries)}\n`;
      if (waiting.length > pieceLength) flush();
    },
    close() {
      flush();
      closeSync(file);
      return Promise.resolve();
    },
  };
}

function endWords(path: string, reason: string): string {
  return `the recording ${path} ends here: ${reason}`;
}

/** Folds a recording again. The result is the live fleet, byte for byte. */
export async function replay(path: string): Promise<Fleet> {
  let fleet: Fleet | null = null;
  for await (const recorded of readRecording(path)) {
    if (recorded.kind === 'begun') fleet = emptyFleet(recorded.acting);
    else if (fleet) fleet = step(fleet, recorded.entries).fleet;
  }
  if (fleet === null) throw new RecordingError(`${path} is empty: it is no recording`);
  return fleet;
}

export type Recorded = {readonly kind: 'begun'; readonly acting: Acting} | {readonly kind: 'entries'; readonly entries: readonly Entry[]};

/**
 * A recording from its beginning: how the engine acted, then what was folded together each time. A last line cut short by
 * a crash is left out. Throws `RecordingError` for what is no recording, and for one that is damaged.
 */
export async function* readRecording(path: string): AsyncGenerator<Recorded> {
  const lines = recordingLines();
  let number = 0;
  let damaged: number | null = null;
  for await (const line of createInterface({input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY})) {
    number++;
    if (damaged !== null) throw new RecordingError(`${path}:${damaged} is damaged: it holds no entries`);
    if (number === 1) {
      yield {kind: 'begun', acting: readHeader(line, path)};
      continue;
    }
    const entries = lines.decode(line);
    if (entries) yield {kind: 'entries', entries};
    else damaged = number;
  }
}

/** How the engine of the recording acted. Throws `RecordingError` for a line that is no header, or that of another format. */
export function readHeader(line: string, path: string): Acting {
  const header = parse(line) as {microscale?: unknown; version?: unknown; acting?: Acting} | null;
  if (header?.microscale !== 'recording') throw new RecordingError(`${path} is no recording: its first line isn't a header`);
  if (header.version !== formatVersion) {
    throw new RecordingError(
      `${path} was recorded in format ${String(header.version)}; this microscale reads format ${formatVersion}: use the version that recorded it`,
    );
  }
  return header.acting ?? 'auto';
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
