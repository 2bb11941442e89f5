/** A file of measured demand, whichever kind it is. */
import {open} from 'node:fs/promises';
import {openCsv} from './csv.ts';
import {MeasuredError, type Measured} from './moment.ts';
import {openRecorded} from './recording.ts';

/** Throws `MeasuredError`, whose message says which file, which line, and what is wrong with it. */
export async function openMeasured(path: string): Promise<Measured> {
  const start = await startOf(path);
  return /^\s*\{\s*"microscale"\s*:\s*"recording"/.test(start) ? openRecorded(path) : openCsv(path);
}

async function startOf(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const stats = await file.stat();
      if (stats.isDirectory()) throw new MeasuredError(`${path} is a folder: name a CSV file or a recording in it`);
      // Only a file can be read twice, from its start.
      if (!stats.isFile()) throw new MeasuredError(`${path} is no file: measured demand is read from a CSV file or a recording`);
      const {buffer, bytesRead} = await file.read(Buffer.alloc(200), 0, 200, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof MeasuredError) throw error;
    const {code, message} = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new MeasuredError(`${path} is not there: check the path`, true);
    if (code === 'EACCES') throw new MeasuredError(`${path} may not be read: check its permissions`, true);
    throw new MeasuredError(`${path} can't be read: ${message}`, true);
  }
}
