/** Where lines go, whether the terminal can be drawn on, and what ends a run that has no console. */
import type {Output} from './run.ts';

/** A console needs a terminal on both sides, and one that understands more than lines. */
export function canDraw(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY && process.env['TERM'] !== 'dumb';
}

let readerGone = false;
const goneListeners = new Set<() => void>();

export function stdoutLines(): Output {
  process.stdout.on('error', () => {
    readerGone = true;
    for (const listener of goneListeners) listener();
  });
  return {
    line(text) {
      if (!readerGone) process.stdout.write(`${text}\n`);
      return !readerGone;
    },
  };
}

/** Resolves when the time is up, a signal comes, or nobody reads the lines. A hang-up reloads where that is given. */
export function untilTold(forMs: number | null, reload: (() => void) | null): Promise<'time' | 'signal' | 'closed'> {
  return new Promise(resolve => {
    if (forMs !== null) setTimeout(() => resolve('time'), forMs);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve('signal'));
    process.on('SIGHUP', () => (reload ? reload() : resolve('signal')));
    goneListeners.add(() => resolve('closed'));
  });
}
