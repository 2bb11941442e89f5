/** A program in a process group of its own, so that whatever it started ends with it. */
import {spawn, type ChildProcessByStdio} from 'node:child_process';
import type {Readable} from 'node:stream';
import {StringDecoder} from 'node:string_decoder';

export interface Program {
  /** Null where it ended well, else why not, in words. Never rejects. */
  readonly ended: Promise<string | null>;
  /** Ends it and all that it started, at once. */
  end(): void;
}

/** Of what it complains about, the last line is told. */
const complaintMax = 2000;
/** How long something that left the group may hold the output open once the program itself has ended. */
const lingerMs = 1000;

/** Groups that run: whoever leaves by `process.exit` leaves none behind. */
const groups = new Set<number>();
let isWatched = false;

export function startProgram(command: readonly string[], folder: string, printed: (text: string) => void): Program {
  const [file = '', ...words] = command;
  // Before it is started: it may run for a while before this goes on.
  watchExit();
  let child: ChildProcessByStdio<null, Readable, Readable>;
  try {
    child = spawn(file, words, {cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe']});
  } catch (error) {
    // What can't be a program's name, or is too long for one, isn't even tried.
    return {ended: Promise.resolve(whyNotStarted(error as Error, file)), end() {}};
  }
  const failed = new Promise<string>(resolve => void child.once('error', error => resolve(whyNotStarted(error, file))));
  const group = child.pid;
  if (group === undefined) return {ended: failed, end() {}};
  groups.add(group);
  const decoder = new StringDecoder('utf8');
  let complaint = '';
  let isOver = false;
  child.stdout.on('data', (chunk: Buffer) => {
    if (!isOver) printed(decoder.write(chunk));
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-complaintMax);
  });

  const end = () => {
    if (groups.has(group)) killGroup(group);
  };
  const ended = new Promise<string | null>(resolve => {
    child.once('exit', (code, signal) => {
      // What it left running in the background goes too.
      end();
      groups.delete(group);
      const linger = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, lingerMs);
      child.once('close', () => {
        isOver = true;
        clearTimeout(linger);
        resolve(whyEnded(code, signal, complaint));
      });
    });
  });
  return {ended, end};
}

function whyEnded(code: number | null, signal: NodeJS.Signals | null, complaint: string): string | null {
  if (code === 0) return null;
  const last = complaint.trim().split('\n').at(-1)?.trim() ?? '';
  return `it ended ${signal === null ? `with exit ${code}` : `by ${signal}`}${last === '' ? '' : `: ${last}`}`;
}

function whyNotStarted(error: NodeJS.ErrnoException, file: string): string {
  switch (error.code) {
    case 'ENOENT':
      return `there is no program ${file}`;
    case 'EACCES':
      return `${file} may not be run: check its permissions`;
    default:
      return `it can’t be started: ${error.message}`;
  }
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // All of it has ended already.
  }
}

function watchExit(): void {
  if (isWatched) return;
  isWatched = true;
  process.on('exit', () => groups.forEach(killGroup));
  // While nobody else hears a signal yet, it ends this process without a word.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, endAlone);
}

function endAlone(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  groups.forEach(killGroup);
  process.off(signal, endAlone);
  process.kill(process.pid, signal);
}
