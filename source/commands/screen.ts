/** The terminal that a console draws on, whatever it shows: opened once, and given back whatever happens. */
import {constants} from 'node:os';
import {setFlagsFromString} from 'node:v8';
import {clean} from '../clean.ts';
import type {ThemeChoice} from '../config/themes.ts';
import type {Leaving} from '../console/console.tsx';
import type {TerminalFacts} from '../console/style.ts';
import type {Background} from '../console/theme.ts';
import type {ClockWords} from '../scaler/explain.ts';
import {explainError} from './errors.ts';
import type {Options} from './options.ts';

/** The screen's libraries, which take a while to load. */
export function loadScreen() {
  return Promise.all([import('../console/console.tsx'), import('../console/style.ts'), import('../console/terminal.ts'), import('chalk')]);
}

export type Screen = Awaited<ReturnType<typeof loadScreen>>;

/** Whoever looks at another's engine, or at a recording, is dressed by their own file: it is their terminal. */
export async function filedTheme(options: Options): Promise<ThemeChoice | null> {
  const {findConfig, readTheme} = await import('../config/file.ts');
  const path = options.config ?? findConfig('.');
  return path === null ? null : readTheme(path);
}

/** `theme` is what a configuration wants; a flag wins over it. */
export function openScreen(
  [{runConsole}, {chooseStyle, goesByBackground}, {openTerminal}, {default: chalk}]: Screen,
  options: Options,
  theme: ThemeChoice | null,
) {
  const facts: TerminalFacts = {
    environment: process.env,
    ascii: options.ascii,
    color: options.color,
    theme: options.theme ?? theme ?? 'auto',
    colorLevel: chalk.level,
  };
  const terminal = openTerminal(
    () => process.stdout.getWindowSize(),
    listener => void process.stdout.on('resize', listener),
  );
  // What a frame is made of is gone with it: a nursery that goes on growing for it is memory that the host keeps. V8 asks for
  // this factor each time that the nursery would grow; the engine's thread is given its bound when it is made.
  setFlagsFromString('--semi-space-growth-factor=1');
  const onCrash = (error: unknown) => {
    terminal.restore();
    process.stderr.write(`microscale: ${explainError(error)}\n`);
    process.exit(1);
  };
  process.on('uncaughtException', onCrash);
  process.on('unhandledRejection', onCrash);
  /** How it looks to whoever sits there, until the terminal says what its background is, and then. */
  const dressed = (clock: ClockWords) => ({
    look: {style: chooseStyle(facts), clock},
    lookOn: goesByBackground(facts) ? (background: Background) => ({style: chooseStyle(facts, background), clock}) : null,
  });
  return {runConsole, dressed, terminal};
}

/**
 * A signal ends a console, and so does its time where it has one, which begins with the console. A signal that comes before
 * there is one is kept for it.
 */
export function endFor(forMs: number | null): (leave: (why: Leaving) => void) => void {
  let early: Leaving | null = null;
  let end = (why: Leaving): void => {
    early ??= why;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end({kind: 'signal', signal}));
  return leave => {
    end = leave;
    if (early) leave(early);
    if (forMs !== null) setTimeout(() => leave({kind: 'time'}), forMs);
  };
}

/** Why the program ended, and the status that it ends with. */
export function farewell(leaving: Leaving, words: string): number {
  const write = (text: string) => process.stderr.write(`microscale: ${clean(text)}\n`);
  switch (leaving.kind) {
    case 'asked':
    case 'time':
      write(words);
      return 0;
    case 'signal':
      write(`ended by ${leaving.signal}. ${words}`);
      return 128 + constants.signals[leaving.signal];
    case 'broken':
      process.stderr.write(`microscale: ${explainError(leaving.error)}\n`);
      return 1;
  }
}
