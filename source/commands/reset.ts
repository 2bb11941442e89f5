/** `reset`: gives the terminal back after a console that could not do it itself, such as one that was killed with -9. */
import {spawnSync} from 'node:child_process';
import {closeSync, openSync, writeSync} from 'node:fs';
import {restoreSequence} from '../console/terminal.ts';
import {UsageError} from './options.ts';

/** Longer than `stty` needs on any machine that isn't stuck. */
const limitMs = 5000;

/** Throws where there is no terminal, or no `stty` to set it with. Ends with the standard streams on nothing. */
export function resetTerminal(): void {
  let terminal: number;
  try {
    terminal = openSync('/dev/tty', 'r+');
  } catch {
    throw new UsageError('there is no terminal here to reset: run it in the one that is in a mess');
  }
  writeSync(terminal, restoreSequence);
  const {error, status} = spawnSync('stty', ['sane'], {stdio: [terminal, 'ignore', 'ignore'], timeout: limitMs});
  if (error || status !== 0) throw new UsageError('the screen is back; its keys need “stty sane”, which could not be run from here');
  writeSync(terminal, 'microscale: the terminal is as it should be again\r\n');
  closeSync(terminal);
  keepAsItIs();
}

/**
 * As it ends, Node sets the terminal behind its standard streams to what it was when it began, which is the mess. It leaves
 * streams alone that have become something else.
 */
function keepAsItIs(): void {
  for (const stream of [0, 1, 2]) {
    closeSync(stream);
    openSync('/dev/null', 'r+');
  }
}
