/** Each way out of the console, in a real terminal: what the terminal is given back as, what is said, and the exit status. */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {emptyFolder, openShell, type Screen} from '../support/program.ts';
import {until} from '../support/until.ts';

/** Breaks the program at a signal, in the built bundle as it is: when a time is put into words, and outside of any drawing. */
const breaking = `
import {isMainThread} from 'node:worker_threads';
if (!isMainThread) {
  // The engine's thread, some time after it has opened.
  if (process.env.BREAK === 'engine') setTimeout(() => { throw new Error('the engine broke'); }, 1500);
} else {
  process.on('SIGUSR2', () => {
    Date.prototype.toTimeString = () => {
      throw new Error('a component broke');
    };
  });
  process.on('SIGWINCH', () => {
    if (process.env.BREAK === 'timer') setTimeout(() => { throw new Error('a timer broke'); });
    if (process.env.BREAK === 'promise') Promise.reject(new Error('a promise broke'));
  });
}
`;

const demo = '"$NODE" "$MICROSCALE" demo --seed 4';
const up = (screen: Screen) => until('the first frame', () => screen.text().includes('slots') && screen.text().includes('WHY'));

/** The program, the only child of the shell. */
function programOf(screen: Screen): number {
  const {pid} = screen.pty;
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}

const signal = (name: NodeJS.Signals) => (screen: Screen) => void process.kill(programOf(screen), name);
const ended = 'the simulated host has ended';
const broken = (what: string) => `${what}\nThis should not happen. MICROSCALE_DEBUG=1 shows where it did; please report it`;

/** How, the environment, what is done, what stderr then says, and the status. */
const ways: readonly (readonly [
  way: string,
  more: Readonly<Record<string, string>>,
  leave: (screen: Screen) => unknown,
  words: string,
  status: number,
])[] = [
  [
    'q',
    {},
    async screen => {
      screen.press('q');
      await until('the question', () => screen.text().includes('Leave?'));
      screen.press('y');
    },
    ended,
    0,
  ],
  ['Ctrl-C', {}, screen => screen.press('\u0003'), ended, 0],
  ['SIGTERM', {}, signal('SIGTERM'), `ended by SIGTERM. ${ended}`, 143],
  ['SIGINT', {}, signal('SIGINT'), `ended by SIGINT. ${ended}`, 130],
  ['SIGHUP', {}, signal('SIGHUP'), `ended by SIGHUP. ${ended}`, 129],
  ['a component that breaks', {}, signal('SIGUSR2'), broken('a component broke'), 1],
  ['a timer that breaks', {BREAK: 'timer'}, signal('SIGWINCH'), broken('a timer broke'), 1],
  ['a promise that breaks', {BREAK: 'promise'}, signal('SIGWINCH'), broken('a promise broke'), 1],
  [
    'an engine that breaks, and then Ctrl-C',
    {BREAK: 'engine'},
    async screen => {
      await until('what is said of it', () => screen.text().includes('ENGINE GONE'));
      screen.press('\u0003');
    },
    broken('the engine broke'),
    1,
  ],
];

describe('every way out gives the terminal back, says why on stderr, and leaves its status', () => {
  test.each(ways)('%s', async (_way, more, leave, words, status) => {
    const folder = emptyFolder({'breaking.mjs': breaking});
    const screen = openShell(`stty -g > before; ${demo} 2> errors; echo $? > status; stty -g > after`, folder, {
      NODE_OPTIONS: `--import=${join(folder, 'breaking.mjs')}`,
      ...more,
    });
    await up(screen);
    await until(
      'the terminal to be the console’s',
      () => isPasteBracketed(screen) && screen.state().alternate && screen.state().cursorHidden,
    );
    await leave(screen);
    await screen.ended;
    const read = (name: string) => readFileSync(join(folder, name), 'utf8').trim();
    expect(read('errors')).toBe(`microscale: ${words}`);
    expect(read('status')).toBe(String(status));
    expect(screen.state()).toEqual({alternate: false, cursorHidden: false});
    expect(isPasteBracketed(screen)).toBe(false);
    // Raw mode and all else that a terminal can be set to.
    expect(read('after')).toBe(read('before'));
  });

  test('an engine that breaks has another in its place for a y', async () => {
    const folder = emptyFolder({'breaking.mjs': breaking});
    const screen = openShell(demo, folder, {NODE_OPTIONS: `--import=${join(folder, 'breaking.mjs')}`, BREAK: 'engine'});
    await up(screen);
    await until(
      'the question',
      () =>
        screen.text().includes('[NOBODY ACTS]') && screen.text().includes('Start another engine here? This one broke: the engine broke'),
    );
    screen.press('y');
    await until('the other', () => screen.text().includes('[AUTO]'));
  });

  test.each([
    ['with the signal that comes of it', demo],
    // In a session of its own it gets none, and learns of it by reading and writing.
    ['without a signal', `setsid -w ${demo}`],
  ])('a terminal that is closed, %s', async (_way, words) => {
    const folder = emptyFolder();
    const screen = openShell(`trap : HUP; ${words} 2> errors; echo $? > status`, folder);
    await up(screen);
    closeTerminal(screen);
    const status = await until(
      'its status',
      () => existsSync(join(folder, 'status')) && readFileSync(join(folder, 'status'), 'utf8').trim(),
    );
    expect(readFileSync(join(folder, 'errors'), 'utf8').trim()).toBe(`microscale: ended by SIGHUP. ${ended}`);
    expect(status).toBe('129');
  });

  test('kill -9 can’t, and reset mends it', async () => {
    const folder = emptyFolder();
    const read = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').trim() : '');
    const reset = '"$NODE" "$MICROSCALE" reset; echo $? > reset';
    const screen = openShell(`stty -g > before; ${demo} 2> errors; stty -a > raw; ${reset}; stty -a > after; cat`, folder);
    await up(screen);
    process.kill(programOf(screen), 'SIGKILL');
    await until('its end', () => read('after') !== '');
    expect(read('raw')).toContain('-icanon');
    expect(read('reset')).toBe('0');
    for (const mode of ['icanon', 'echo', 'isig', 'icrnl', 'opost']) expect(read('after').split(/\s+/)).toContain(mode);
    await until('the words', () => screen.text().includes('the terminal is as it should be again'));
    expect(screen.state()).toEqual({alternate: false, cursorHidden: false});
    expect(isPasteBracketed(screen)).toBe(false);
    // Ctrl-C is a signal again.
    screen.press('\u0003');
    await screen.ended;
  });
});

function isPasteBracketed(screen: Screen): boolean {
  return screen.sent().lastIndexOf('\u001b[?2004h') > screen.sent().lastIndexOf('\u001b[?2004l');
}

/** As a window that is closed: nobody holds the other end any more. */
function closeTerminal(screen: Screen): void {
  (screen.pty as unknown as {_socket: {destroy(): void}})._socket.destroy();
}
