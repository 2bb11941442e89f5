/** A slow line: the built console in a pseudo-terminal that is read like a line of 9,600 baud, and how soon it shows what is new. */
import {mkdtempSync, readSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {stripVTControlCharacters} from 'node:util';
import {spawn, type IPty} from '@lydell/node-pty';
import xterm from '@xterm/headless';
import {helpLines} from '../source/console/help.ts';
import type {Update} from '../source/ports.ts';
import {at, crowdState, plainUnicode, updateOf} from '../test/support/screens.ts';
import {serveStates} from '../test/support/state-server.ts';
import {until} from '../test/support/until.ts';
import {atMost, verdict, type Line} from './results.ts';
import {longest, median} from './statistics.ts';

export interface LineResult {
  readonly columns: number;
  readonly rows: number;
  /** From the start until header and footer are on the screen, and until the chart is, which comes last. */
  readonly firstMs: Whole;
  /** From a change at the engine, or a key, until the last byte of the frame that shows it has come through. */
  readonly changeMs: Readonly<Record<Row, readonly number[]>>;
  readonly keyMs: readonly number[];
  /** From `?` until the first rows of the help are on the screen, and until all of it is. */
  readonly helpMs: Whole;
  /** From a key right after Ctrl-L until its effect is on the screen, and from Ctrl-L until all is. */
  readonly redrawMs: Whole;
  /** Bytes that came after the line was quick again, until the latest state was on the screen. */
  readonly backlogBytes: number;
}

interface Whole {
  readonly first: number;
  readonly all: number;
}

/** Whose row a change is in: the one that the operator has chosen, or another on the screen. */
type Row = 'selected' | 'other';

export interface QuickResult {
  /** From a key to its effect, on a terminal that is read as fast as it goes. */
  readonly keyMs: readonly number[];
}

/** 9,600 bits a second, with a start and a stop bit around each eight. */
const bytesPerSecond = 960;
const everyMs = 20;
const settleMs = 20_000;
/** What the header and the footer take of the screen. */
const framingRows = 4;

/** The first is selected when a console opens; the other has the third row, which the smallest screen shows. */
const names: Readonly<Record<Row, string>> = {selected: 'service-000', other: 'service-010'};

const pinRule = {owner: 'ops@mgr-1', until: null, note: ''} as const;

/** An engine that moves by itself once a second, as often as one tells a console of what moves by itself. */
function movingEngine(show: (update: Update) => void) {
  const base = updateOf(crowdState(20));
  let second = 0;
  let pins = 0;
  const pinned = new Map<string, number>();
  const update = (): Update => {
    const now = at + second * 1000;
    const services = base.fleet.services.map((service, index) => {
      // A quarter of them moves each second.
      const value = 3 + Math.round(3 * Math.sin(index + Math.floor((second + index) / 4)));
      const replicas = pinned.get(service.spec.name);
      const demand = {kind: 'live' as const, value, at: now};
      if (replicas === undefined) return {...service, demand, overrides: []};
      return {...service, demand, overrides: [{...pinRule, rule: {kind: 'pin' as const, replicas}, placedAt: now}]};
    });
    const sample = Object.fromEntries(
      services.map(({spec, demand}) => [spec.name, {demand: demand.value, want: demand.value, desired: 2, running: 2}]),
    );
    return {
      ...base,
      fleet: {...base.fleet, at: now, services},
      vitals: {...base.vitals, at: now, heardAt: now - 400},
      samples: [{at: now, services: sample}],
    };
  };
  const timer = setInterval(() => {
    second++;
    show(update());
  }, 1000);
  return {
    first: update(),
    /** What an operator somewhere has done: told at once. Its words are on the screen nowhere else. */
    pin(row: Row) {
      pinned.set(names[row], ++pins);
      show(update());
      return `pin ${pins} `;
    },
    end: () => clearInterval(timer),
  };
}

/** Reads no more than the line carries; its speed can be changed. */
function readSlowly(pty: IPty, heard: (data: Buffer) => void) {
  const {fd} = pty as unknown as {fd: number};
  let speed = bytesPerSecond;
  let due = 0;
  const buffer = Buffer.alloc(65_536);
  const timer = setInterval(() => {
    due = Math.min(due + (speed * everyMs) / 1000, speed === bytesPerSecond ? 20 : buffer.length);
    if (due < 1) return;
    try {
      const read = readSync(fd, buffer, 0, Math.floor(due), null);
      due -= read;
      heard(Buffer.from(buffer.subarray(0, read)));
    } catch (error) {
      // Nothing to read yet, or nobody at the other end yet, or any more.
      if (!['EAGAIN', 'EIO'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }, everyMs);
  return {
    hurry: () => {
      speed = 10_000_000;
    },
    end: () => clearInterval(timer),
  };
}

async function watch<Result>(
  columns: number,
  rows: number,
  slow: boolean,
  look: (parts: {
    pty: IPty;
    text: () => string;
    bytes: () => number;
    startedAt: number;
    hurry: () => void;
    engine: ReturnType<typeof movingEngine>;
    commands: () => number;
  }) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-bench-'));
  let show: (update: Update) => void = () => {};
  const engine = movingEngine(update => show(update));
  const states = await serveStates(join(folder, 'control.sock'), engine.first);
  show = states.show;
  const startedAt = performance.now();
  const pty = spawn(process.execPath, [resolve('dist/cli.js'), ...states.arguments], {
    cols: columns,
    rows,
    cwd: folder,
    env: {...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', CI: ''},
  });
  const screen = new xterm.Terminal({cols: columns, rows, allowProposedApi: true});
  screen.onData(answer => pty.write(answer));
  let bytes = 0;
  const heard = (data: Buffer | string) => {
    bytes += Buffer.byteLength(data);
    screen.write(data);
  };
  let line = {hurry: () => {}, end: () => {}};
  let wake = () => {};
  if (slow) {
    pty.pause();
    // Paused, it would still take what comes first, and keep it.
    const {_handle: handle} = (pty as unknown as {_socket: {_handle: {readStop(): void; readStart?: () => number}}})._socket;
    handle.readStop();
    handle.readStart = () => 0;
    wake = () => void delete handle.readStart;
    line = readSlowly(pty, heard);
  } else pty.onData(heard);
  const text = () => Array.from({length: rows}, (_, row) => screen.buffer.active.getLine(row)?.translateToString()).join('\n');
  try {
    await until('the first frame', () => text().includes('q quit'), 60_000);
    return await look({pty, text, bytes: () => bytes, startedAt, hurry: line.hurry, engine, commands: () => states.commands.length});
  } finally {
    engine.end();
    line.end();
    wake();
    pty.resume();
    const gone = new Promise(done => pty.onExit(done));
    pty.kill('SIGTERM');
    await gone;
    await states.close();
    rmSync(folder, {recursive: true, force: true});
  }
}

export async function benchLine(columns: number, rows: number, rounds: number): Promise<LineResult> {
  return watch(columns, rows, true, async ({pty, text, bytes, startedAt, hurry, engine, commands}) => {
    const first = performance.now() - startedAt;
    // A calm chart ends at a time of day.
    await until('all of the first frame', () => /─(now|\d\d:\d\d:\d\d)/.test(text()), 60_000);
    const firstMs = {first, all: performance.now() - startedAt};
    await new Promise(done => setTimeout(done, settleMs));
    const changeMs: Readonly<Record<Row, number[]>> = {selected: [], other: []};
    const keyMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const row of ['selected', 'other'] as const) {
        // Not in step with what moves by itself.
        await new Promise(done => setTimeout(done, 2300));
        const changedAt = performance.now();
        const words = engine.pin(row);
        await until(`“${words}”`, () => text().includes(words), 60_000);
        changeMs[row].push(performance.now() - changedAt);
      }
      await new Promise(done => setTimeout(done, 2700));
      const before = commands();
      const pressedAt = performance.now();
      pty.write('z');
      await until('the answer', () => text().includes(`did ${before + 1}: hold`), 60_000);
      keyMs.push(performance.now() - pressedAt);
    }
    const help = helpLines(0, columns, rows - framingRows, plainUnicode.style)
      .map(row => stripVTControlCharacters(row).trim())
      .filter(row => row !== '');
    const whole = async (key: string, hasSome: () => boolean, hasAll: () => boolean): Promise<Whole> => {
      const pressedAt = performance.now();
      pty.write(key);
      await until(`something after ${key}`, hasSome, 60_000);
      const first = performance.now() - pressedAt;
      await until(`all after ${key}`, hasAll, 60_000);
      return {first, all: performance.now() - pressedAt};
    };
    const count = () => help.filter(row => text().includes(row)).length;
    // What was said last is no part of it.
    const filled = () =>
      text()
        .split('\n')
        .slice(0, -2)
        .filter(row => row.trim() !== '').length;
    const rowsBefore = filled();
    const helpMs = await whole(
      '?',
      () => count() > 2,
      () => count() === help.length,
    );
    pty.write('\u001b');
    await until('the way back', () => text().includes(names.selected), 60_000);
    await until('all of it', () => filled() >= rowsBefore, 60_000);
    const heldBefore = commands();
    const redrawnAt = performance.now();
    pty.write('\u000c');
    await until('the empty screen', () => filled() < rowsBefore, 60_000);
    // It waits for no more than a portion.
    const redrawMs = await whole(
      'z',
      () => text().includes(`did ${heldBefore + 1}: hold`),
      () => filled() >= rowsBefore,
    );
    const redrawnMs = performance.now() - redrawnAt;
    const words = engine.pin('selected');
    const before = bytes();
    hurry();
    await until(`“${words}”`, () => text().includes(words));
    return {columns, rows, firstMs, changeMs, keyMs, helpMs, redrawMs: {...redrawMs, all: redrawnMs}, backlogBytes: bytes() - before};
  });
}

export async function benchKeys(rounds: number): Promise<QuickResult> {
  return watch(140, 40, false, async ({pty, text, commands}) => {
    const keyMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      // Not in step with the frames.
      await new Promise(done => setTimeout(done, 313));
      const before = commands();
      const pressedAt = performance.now();
      pty.write('z');
      while (!text().includes(`did ${before + 1}: hold`)) await new Promise(done => setTimeout(done, 2));
      keyMs.push(performance.now() - pressedAt);
    }
    return {keyMs};
  });
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

export function lineLines(lines: readonly LineResult[]): readonly Line[] {
  const rowWords: Readonly<Record<Row, string>> = {selected: 'the selected row', other: 'another row on the screen'};
  const seen = (size: string, row: Row, times: readonly number[]) => {
    const words = `${size}, a change of ${rowWords[row]}, until it is seen`;
    return [
      verdict(`${words}, median`, median(times) / 1000, atMost(2), 's'),
      verdict(`${words}, longest`, longest(times) / 1000, atMost(2), 's'),
    ];
  };
  return [
    `a line of 9,600 baud (${bytesPerSecond} bytes a second), 20 services, five of which move each second, ${lines[0]?.keyMs.length ?? 0} rounds`,
    ...lines.flatMap(({columns, rows, firstMs, changeMs, keyMs, helpMs, redrawMs, backlogBytes}) => {
      const size = `${columns}×${rows}`;
      return [
        verdict(`${size}, header, selected service and keys of the first frame`, firstMs.first / 1000, atMost(2), 's'),
        ...seen(size, 'selected', changeMs.selected),
        ...seen(size, 'other', changeMs.other),
        `       ${size}, a key, until it is seen: median ${seconds(median(keyMs))}, longest ${seconds(longest(keyMs))}`,
        `       ${size}, the help: begun after ${seconds(helpMs.first)}, whole after ${seconds(helpMs.all)}; drawn anew (Ctrl-L): a key meanwhile, seen after ${seconds(redrawMs.first)}, whole after ${seconds(redrawMs.all)}`,
        `       ${size}, first frame whole after ${seconds(firstMs.all)}; once the line is quick, ${backlogBytes} bytes until the latest state`,
      ];
    }),
  ];
}

export function keysLines({keyMs}: QuickResult): readonly Line[] {
  return [
    `a terminal that is read as fast as it goes, 140×40, ${keyMs.length} presses`,
    verdict('a key, until it is seen, median', median(keyMs), atMost(50), 'ms'),
    verdict('a key, until it is seen, longest', longest(keyMs), atMost(50), 'ms'),
  ];
}
