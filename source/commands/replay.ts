/** `replay`: a recording on the screens of the console, at any speed, or as lines where there is no terminal. */
import {stat} from 'node:fs/promises';
import {basename} from 'node:path';
import {clean} from '../clean.ts';
import type {Session, Update} from '../ports.ts';
import {openRecordedPast, type RecordedPast} from '../recorded-past.ts';
import {readRecording, RecordingError} from '../recording.ts';
import {clockOf} from '../report/words.ts';
import type {ClockWords} from '../scaler/explain.ts';
import {clockWords, elapsedWords, happeningLine, scoreLines} from './lines.ts';
import {momentExamples, parseMoment} from './moment.ts';
import {UsageError, type Options} from './options.ts';
import {refuseUnreadable} from './readable.ts';
import type {Output} from './run.ts';
import {saveScreen} from './saved-screen.ts';
import {endFor, farewell, filedTheme, loadScreen, openScreen} from './screen.ts';

interface Extent {
  readonly from: number;
  /** Null for its end. */
  readonly to: number | null;
}

/** Returns the exit status: 1 for a recording that could only be read in part. */
export async function replayRecording(path: string, options: Options, output: Output, draws: boolean): Promise<number> {
  await refuseUnreadable(path);
  const extent = readExtent(await firstMoment(path), options);
  return draws && !options.json ? showRecording(path, extent, options) : printRecording(path, extent, options, output);
}

/** When the recording begins. Throws `RecordingError` for what is none. */
async function firstMoment(path: string): Promise<number> {
  let begun = false;
  for await (const recorded of readRecording(path)) {
    begun = true;
    const at = recorded.kind === 'entries' ? recorded.entries[0]?.at : undefined;
    if (at !== undefined) return at;
  }
  throw new RecordingError(begun ? `${path} is a recording in which nothing happened` : `${path} is empty: it is no recording`);
}

function readExtent(begins: number, options: Options): Extent {
  const read = (flag: 'from' | 'to') => {
    const text = options[flag];
    if (text === null) return null;
    const at = parseMoment(text, begins);
    if (at === null) throw new UsageError(`--${flag} ${text}: expected ${momentExamples}`);
    return at;
  };
  const from = Math.max(begins, read('from') ?? begins);
  const to = read('to');
  const clock = clockFor(begins);
  if (to !== null && to <= begins) throw new UsageError(`--to ${options.to ?? ''}: the recording begins only at ${clock(begins)}`);
  if (to !== null && from > to) throw new UsageError(`--from ${options.from ?? ''} is after --to ${options.to ?? ''}`);
  return {from, to};
}

function clockFor(at: number): ClockWords {
  return clockOf(at) === 'elapsed' ? elapsedWords : clockWords;
}

function refuseBeyond({from}: Extent, {to}: RecordedPast, {from: given}: Options): void {
  if (from > to) throw new UsageError(`--from ${given ?? ''}: the recording ends at ${clockFor(to)(to)}`);
}

async function showRecording(path: string, extent: Extent, options: Options): Promise<number> {
  const loading = loadScreen();
  const recorded = await readAll(path, extent);
  refuseBeyond(extent, recorded, options);
  const {runConsole, dressed, terminal} = openScreen(await loading, options, await filedTheme(options));
  const leaving = await runConsole({
    session: sessionOn(recorded, clean(basename(path))),
    terminal,
    input: process.stdin,
    ...dressed(clockFor(recorded.from)),
    readOnly: true,
    attached: () => false,
    onExit: () => 'leave',
    spoken: options.screenReader,
    bellMs: null,
    replay: {at: extent.from, speed: options.speed ?? 1},
    save: screen => saveScreen(screen, '.', Date.now()),
    ends: endFor(options.forMs),
  });
  const status = farewell(leaving, recorded.damage ?? `${path} was replayed; nothing was changed`);
  return status === 0 && recorded.damage !== null ? 1 : status;
}

/** From here on it says how far it has come. */
const patienceMs = 1000;
const progressMs = 200;

async function readAll(path: string, {to}: Extent): Promise<RecordedPast> {
  const {size} = await stat(path);
  const began = performance.now();
  let told = 0;
  const tell = (words: string) => process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${words}` : '');
  const recorded = await openRecordedPast(path, {
    until: to ?? Number.POSITIVE_INFINITY,
    progress(bytes) {
      const now = performance.now();
      if (now - began < patienceMs || now - told < progressMs) return;
      told = now;
      tell(`microscale: reading ${clean(basename(path))}: ${Math.floor((100 * bytes) / Math.max(1, size))} %`);
    },
  });
  if (told > 0) tell('');
  return recorded;
}

/** A hold on a recording: its end is all that it ever has to tell, and every moment before can be looked at. */
function sessionOn(recorded: RecordedPast, title: string): Session {
  const {fleet, to, damage} = recorded;
  const update: Update = {
    fleet,
    vitals: {
      facts: {title, kind: 'docker', remark: '', nodes: [], made: [], found: []},
      heardAt: to,
      at: to,
      alarms: damage === null ? [] : [damage],
      you: '',
      session: 0,
      operators: [],
    },
    samples: [],
    happenings: [],
  };
  let told = false;
  const refused = {kind: 'refused', reason: 'this is a recording: nothing can be changed in it'} as const;
  return {
    next() {
      if (told) return new Promise(() => {});
      told = true;
      return Promise.resolve(update);
    },
    past: at => recorded.past(at),
    look: () => Promise.resolve({kind: 'unseen', reason: 'a recording doesn’t hold this'}),
    command: () => Promise.resolve(refused),
    takeOver: () => Promise.resolve(refused),
    refresh: () => {},
    close: () => {},
  };
}

async function printRecording(path: string, extent: Extent, options: Options, output: Output): Promise<number> {
  const {from, to} = extent;
  const clock = clockFor(from);
  const json = (kind: string, value: object) => output.line(JSON.stringify({kind, ...value}));
  const recorded = await openRecordedPast(path, {
    until: to ?? Number.POSITIVE_INFINITY,
    folded({result: {happenings}}) {
      const shown = happenings.filter(({at}) => at >= from);
      return shown.every(happening => (options.json ? json('decision', {happening}) : output.line(happeningLine(happening, clock))));
    },
  });
  refuseBeyond(extent, recorded, options);
  if (options.json) json('score', {score: recorded.fleet.score});
  else for (const text of scoreLines(recorded.fleet)) output.line(text);
  if (recorded.damage === null) return 0;
  process.stderr.write(`microscale: ${clean(recorded.damage)}\n`);
  return 1;
}
