/** The configuration as a file: where it is looked for, how it is read, and when it has changed. */
import {closeSync, openSync, readFileSync, readSync, statSync, watch, type FSWatcher} from 'node:fs';
import {basename, dirname, isAbsolute, join, resolve} from 'node:path';
import {homedir} from 'node:os';
import {parseDocument} from 'yaml';
import type {FoundService} from '../ports.ts';
import {ConfigError, type Config} from './config.ts';
import {configSchema} from './schema.ts';
import {themeChoices, type ThemeChoice} from './themes.ts';
import {readConfig, readLabelled, readWhole, type ReadOptions, type Whole} from './read.ts';

/** A configuration has no business being larger. */
const bytesMax = 4 * 1024 * 1024;
const usualNames = ['microscale.yaml', 'microscale.yml', 'microscale.json'];

/** The configuration in this folder, if there is one. */
export function findConfig(folder: string): string | null {
  for (const name of usualNames) {
    const path = join(folder, name);
    if (statSync(path, {throwIfNoEntry: false})?.isFile()) return path;
  }
  return null;
}

/**
 * Reads and checks a file, together with what runs on the host already where that is known. Throws `ConfigError`, whose
 * message says what, where and what to do.
 */
export function loadConfig(path: string, capacity?: number | 'auto', found: readonly FoundService[] | null = null): Config {
  return readConfig(readText(path), {...optionsFor(path, dirname(resolve(path))), capacity, found});
}

/** The same, with what the file says in its own words. What runs on a host is not looked at. */
export function loadWhole(path: string, capacity?: number | 'auto'): Whole {
  return readWhole(readText(path), {...optionsFor(path, dirname(resolve(path))), capacity});
}

/** What the labels on the host say by themselves. Paths in them are relative to the folder. */
export function loadLabelled(name: string, capacity: number | 'auto' | undefined, found: readonly FoundService[]): Config {
  return readLabelled({...optionsFor(name, process.cwd()), capacity, found});
}

/** Whether a text that is not written yet would be right at that path. Throws `ConfigError` with what is wrong. */
export function checkText(path: string, text: string, found: readonly FoundService[] | null): Config {
  return readConfig(text, {...optionsFor(path, dirname(resolve(path))), found});
}

/** Only how the console is to look, also where the rest is wrong; null where nothing is said, or nothing can be read. */
export function readTheme(path: string): ThemeChoice | null {
  try {
    const said: unknown = parseDocument(readText(path)).getIn(['console', 'theme']);
    return themeChoices.find(choice => choice === said) ?? null;
  } catch {
    return null;
  }
}

/** Only whose project it is, also where the rest is wrong; null where nothing can be read. */
export function readProject(path: string): string | null {
  try {
    const said: unknown = parseDocument(readText(path)).getIn(['project']);
    return typeof said === 'string' ? said : configSchema.shape.project.parse(undefined);
  } catch {
    return null;
  }
}

function optionsFor(name: string, folder: string): Pick<ReadOptions, 'name' | 'resolvePath' | 'readEnvFile' | 'secrets'> {
  return {
    name,
    resolvePath: relative => resolvePath(folder, relative),
    readEnvFile: envPath => readText(envPath).split(/\r?\n/),
    secrets: {environment: process.env, readFile: readStart},
  };
}

function readText(path: string): string {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) throw new ConfigError(path, ['it is a folder: name a file in it']);
    if (stats.size > bytesMax)
      throw new ConfigError(path, [`it is ${Math.round(stats.size / 1024 ** 2)} MB: a configuration has at most 4`]);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new ConfigError(path, ['there is no such file: check the path, or see “microscale --help”']);
    if (code === 'EACCES') throw new ConfigError(path, ['it may not be read: check its permissions']);
    throw new ConfigError(path, [(error as Error).message]);
  }
}

/** At most one byte more than `bytesMax`, so that a file without an end is not read to it. */
function readStart(path: string, bytesMax: number): string {
  if (!statSync(path).isFile()) throw new Error('it is no file');
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(bytesMax + 1);
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}

function resolvePath(folder: string, path: string): string {
  if (path === '~' || path.startsWith('~/')) return join(homedir(), path.slice(1));
  return isAbsolute(path) ? path : resolve(folder, path);
}

/** An editor writes in several steps: the file is read once they are over. */
const quietMs = 80;

/** Calls back when the file has changed, also when it was replaced by a rename. Returns what ends it. */
export function watchConfig(path: string, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | null = null;
  let last = stamp(path);
  const look = () => {
    const now = stamp(path);
    if (now === last) return;
    last = now;
    if (now !== null) changed();
  };
  try {
    watcher = watch(dirname(resolve(path)), {persistent: false}, (_event, name) => {
      if (name !== null && name !== basename(path)) return;
      clearTimeout(timer);
      timer = setTimeout(look, quietMs);
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    // Where folders can't be watched, the slower look below serves.
  }
  const interval = setInterval(look, 2000);
  interval.unref();
  return () => {
    clearTimeout(timer);
    clearInterval(interval);
    watcher?.close();
  };
}

function stamp(path: string): string | null {
  const stats = statSync(path, {throwIfNoEntry: false});
  return stats ? `${stats.mtimeMs} ${stats.size} ${stats.ino}` : null;
}
