/** What happened, kept as JSON lines: a header, then the entries that were folded together, a line each. */
import {createReadStream, createWriteStream} from 'node:fs';
import {createInterface} from 'node:readline';
import type {Recorder} from './ports.ts';
import type {Entry} from './scaler/entry.ts';
import {emptyFleet, type Acting, type Fleet} from './scaler/fleet.ts';
import {step} from './scaler/step.ts';

const formatVersion = 3;

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
    failed(`the recording ${path} ends here: ${reason}`);
  };
  stream.on('error', error => end(error.message));
  stream.write(`${recordingHeader(acting)}\n`);
  return {
    write(entries) {
      if (ended) return;
      stream.write(`${JSON.stringify(entries)}\n`);
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

/** Folds a recording again. The result is the live fleet, byte for byte. A last line cut short by a crash is left out. */
export async function replay(path: string): Promise<Fleet> {
  let fleet: Fleet | null = null;
  let number = 0;
  let damaged: number | null = null;
  for await (const line of createInterface({input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY})) {
    number++;
    if (damaged !== null) throw new RecordingError(`${path}:${damaged} is damaged: it holds no entries`);
    if (fleet === null) {
      fleet = emptyFleet(readHeader(line, path));
      continue;
    }
    const entries = parse(line);
    if (Array.isArray(entries)) fleet = step(fleet, entries as readonly Entry[]).fleet;
    else damaged = number;
  }
  if (fleet === null) throw new RecordingError(`${path} is empty: it is no recording`);
  return fleet;
}

function readHeader(line: string, path: string): Acting {
  const header = parse(line) as {microscale?: unknown; version?: unknown; acting?: Acting} | null;
  if (header?.microscale !== 'recording') throw new RecordingError(`${path} is no recording: its first line isn't a header`);
  if (header.version !== formatVersion) {
    throw new RecordingError(`${path} was recorded in format ${String(header.version)}; this microscale reads format ${formatVersion}`);
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
