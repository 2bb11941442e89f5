/** The built program, run as a user runs it: with pipes, or in a pseudo-terminal whose screen can be read. */
import {spawn, type ChildProcess} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {spawn as spawnPty, type IPty} from '@lydell/node-pty';
import {Terminal} from '@xterm/headless';
import {onTestFinished} from 'vitest';

export const program = resolve('dist/cli.js');

/** A folder of the test's own, so that no configuration is found by chance. */
export function emptyFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-program-'));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Nothing of the surroundings decides which engine is meant. */
const environment = (more: Readonly<Record<string, string>> = {}) => {
  const {DOCKER_HOST: _host, DOCKER_CONTEXT: _context, CI: _ci, FORCE_COLOR: _force, NO_COLOR: _no, ...rest} = process.env;
  return {...rest, HOME: '/nowhere', DOCKER_CONFIG: '/nowhere', TERM: 'xterm-256color', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', ...more};
};

export interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly errors: () => string;
  readonly ended: Promise<number | null>;
}

/** As the user who runs the tests, or as another, whom only root can become. */
export function run(
  arguments_: readonly string[],
  folder: string,
  more: Readonly<Record<string, string>> = {},
  user?: number,
  file = program,
): Run {
  const who = user === undefined ? {} : {uid: user, gid: user};
  const child = spawn(process.execPath, [file, ...arguments_], {
    cwd: folder,
    env: environment(more),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...who,
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  onTestFinished(() => void child.kill('SIGKILL'));
  return {child, output: () => output, errors: () => errors, ended: new Promise(done => child.on('close', done))};
}

export interface Screen {
  readonly pty: IPty;
  /** The screen as text, a line a row. */
  readonly text: () => string;
  readonly rows: () => readonly string[];
  /** Everything the terminal was sent. */
  readonly sent: () => string;
  readonly ended: Promise<number>;
  readonly press: (keys: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  /** Whether the program's own screen is up, and whether the cursor can be seen. */
  readonly state: () => {readonly alternate: boolean; readonly cursorHidden: boolean};
}

/** `background` is what the terminal says of it when it is asked; null for one that says nothing. */
export function open(
  arguments_: readonly string[],
  folder: string,
  columns: number,
  rows: number,
  more: Readonly<Record<string, string>> = {},
  background: string | null = null,
): Screen {
  return openAny(process.execPath, [program, ...arguments_], folder, columns, rows, more, background);
}

/** The words of a shell in a pseudo-terminal; `$NODE` and `$MICROSCALE` are the program's two. */
export function openShell(words: string, folder: string, more: Readonly<Record<string, string>> = {}): Screen {
  return openAny('/bin/sh', ['-c', words], folder, 80, 24, {NODE: process.execPath, MICROSCALE: program, ...more});
}

function openAny(
  file: string,
  arguments_: readonly string[],
  folder: string,
  columns: number,
  rows: number,
  more: Readonly<Record<string, string>>,
  background: string | null = null,
): Screen {
  const pty = spawnPty(file, [...arguments_], {cols: columns, rows, cwd: folder, env: environment(more)});
  const terminal = new Terminal({cols: columns, rows, allowProposedApi: true});
  let sent = '';
  // A terminal answers when it is asked how it is, as any but the dumbest does.
  terminal.onData(answer => pty.write(answer));
  terminal.parser.registerOscHandler(11, asked => {
    if (asked === '?' && background !== null) pty.write(`\u001b]11;${background}\u0007`);
    return true;
  });
  pty.onData(data => {
    sent += data;
    terminal.write(data);
  });
  // What was written last may be read after the end is known: the end is told once all of it is on the screen.
  const exited = new Promise<number>(done => pty.onExit(({exitCode, signal}) => done(signal ? 128 + signal : exitCode)));
  const ended = exited.then(async status => {
    for (let seen = -1; seen !== sent.length;) {
      seen = sent.length;
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    await new Promise<void>(resolve => terminal.write('', resolve));
    return status;
  });
  onTestFinished(() => {
    try {
      pty.kill('SIGKILL');
    } catch {
      // It has ended already.
    }
  });
  // What is right of a screen that has become narrower is kept by this terminal, and can't be seen.
  const lines = () =>
    Array.from({length: terminal.rows}, (_, row) => terminal.buffer.active.getLine(row)?.translateToString(true, 0, terminal.cols) ?? '');
  return {
    pty,
    text: () => lines().join('\n'),
    rows: lines,
    sent: () => sent,
    ended,
    press: keys => pty.write(keys),
    resize(newColumns, newRows) {
      terminal.resize(newColumns, newRows);
      pty.resize(newColumns, newRows);
    },
    state: () => ({
      alternate: terminal.buffer.active.type === 'alternate',
      cursorHidden: sent.lastIndexOf('\u001b[?25l') > sent.lastIndexOf('\u001b[?25h'),
    }),
  };
}
