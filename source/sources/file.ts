/** A number in a file, read the moment it changes, also when the file is replaced by a rename. */
import {watch, type FSWatcher} from 'node:fs';
import {open} from 'node:fs/promises';
import {basename, dirname} from 'node:path';
import type {Reading} from '../scaler/entry.ts';
import type {Source} from '../ports.ts';

export interface FileDemand {
  readonly source: 'file';
  readonly path: string;
}

/** A number needs no more than this; a longer file isn't read to its end. */
const bytesMax = 4096;
/** File systems that tell nothing (network mounts, some containers) are looked at this often. */
const lookMs = 1000;

export function fileSource({path}: FileDemand): Source {
  return (report, signal) => {
    let watcher: FSWatcher | null = null;
    let reading = false;
    let again = false;

    const read = async () => {
      if (reading) {
        again = true;
        return;
      }
      reading = true;
      do {
        again = false;
        const result = await readNumber(path);
        if (!signal.aborted) report(result);
      } while (again && !signal.aborted);
      reading = false;
    };

    const follow = () => {
      try {
        // The folder is watched, not the file: a rename puts another file in its place.
        watcher = watch(dirname(path), {persistent: false}, (_event, name) => {
          if (name === null || name === basename(path)) void read();
        });
        watcher.on('error', () => {
          watcher?.close();
          watcher = null;
        });
      } catch {
        watcher = null;
      }
    };

    const timer = setInterval(() => {
      if (!watcher) follow();
      void read();
    }, lookMs);
    signal.addEventListener('abort', () => {
      clearInterval(timer);
      watcher?.close();
    });
    follow();
    void read();
  };
}

async function readNumber(path: string): Promise<Reading> {
  let text: string;
  try {
    text = await readStart(path);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return {kind: 'error', reason: missing ? `${path} is not there` : `can't read ${path}: ${(error as Error).message}`};
  }
  const trimmed = text.trim();
  // A writer that truncates first leaves the file empty for a moment: that is no zero.
  if (trimmed === '') return {kind: 'stale', reason: `${path} is empty`};
  if (!/^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(trimmed)) {
    return {kind: 'error', reason: `${path} holds ${JSON.stringify(trimmed.slice(0, 24))}, not a number from 0 up`};
  }
  return {kind: 'value', value: Number(trimmed)};
}

async function readStart(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const {buffer, bytesRead} = await file.read(Buffer.alloc(bytesMax), 0, bytesMax, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
