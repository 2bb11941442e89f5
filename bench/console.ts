/** The built program at 140×40 in a pseudo-terminal: first frame, processor, memory, and bytes to the terminal. */
import {spawn as spawnProcess} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {spawn} from '@lydell/node-pty';
import xterm from '@xterm/headless';
import {until} from '../test/support/until.ts';
import {atMost, under, verdict, type Line, type Verdict} from './results.ts';
import {median} from './statistics.ts';

export interface ConsoleResult {
  readonly firstFrameMs: number;
  readonly processorPercent: number;
  readonly memoryMb: number;
  readonly bytesPerSecond: number;
  /** Bytes written in seconds whose end shows the same screen as their beginning. */
  readonly quietBytes: number;
  readonly quietSeconds: number;
}

const program = resolve('dist/cli.js');
const warmUpMs = 10_000;
/** Until what is used all the time has been compiled for speed, which takes a third of the first minute's processor. */
const compiledMs = 60_000;

export async function benchConsole(arguments_: readonly string[], quiet: readonly string[], forMs: number): Promise<ConsoleResult> {
  const frames: number[] = [];
  for (let round = 0; round < 5; round++) frames.push(await firstFrameMs(arguments_));
  const busy = await watch(arguments_, compiledMs, forMs);
  // Demand that stays, once the chart has scrolled to the end of what happened.
  const {quietBytes, quietSeconds} = await watch(quiet, quietAfterMs, 10_000);
  return {...busy, firstFrameMs: median(frames), quietBytes, quietSeconds};
}

/** From the start of the program until its first frame has come. */
export async function firstFrameMs(arguments_: readonly string[]): Promise<number> {
  return (await watch(arguments_, 0, 1)).firstFrameMs;
}

/** The chart at 140 columns reaches back less than this. */
const quietAfterMs = 175_000;

/** Twenty services on a real engine, four of which move. */
export function benchTwenty(arguments_: readonly string[], forMs: number): Promise<ConsoleResult> {
  return watch(arguments_, warmUpMs, forMs);
}

export interface CrowdResult {
  readonly console: ConsoleResult;
  readonly services: number;
  readonly changesPerSecond: number;
  readonly engineProcessorPercent: number;
}

/** A console on an engine of many services, each of the two measured by itself. */
export async function benchCrowd(services: number, changesPerSecond: number, forMs: number): Promise<CrowdResult> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-bench-'));
  const path = join(folder, 'control.sock');
  const engine = spawnProcess(
    process.execPath,
    [fileURLToPath(new URL('crowd-engine.ts', import.meta.url)), path, String(services), String(changesPerSecond)],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  try {
    await until('the engine’s socket', () => existsSync(path));
    const pid = engine.pid ?? 0;
    let before = 0;
    let from = 0;
    const marked = setTimeout(() => {
      before = processorMs(pid);
      from = performance.now();
    }, warmUpMs);
    const result = await watch(['attach', '--socket', path], warmUpMs, forMs);
    clearTimeout(marked);
    return {
      console: result,
      services,
      changesPerSecond,
      engineProcessorPercent: (processorMs(pid) - before) / 10 / ((performance.now() - from) / 1000),
    };
  } finally {
    engine.kill('SIGKILL');
    rmSync(folder, {recursive: true, force: true});
  }
}

async function watch(arguments_: readonly string[], afterMs: number, forMs: number): Promise<ConsoleResult> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-bench-'));
  const startedAt = performance.now();
  const pty = spawn(process.execPath, [program, ...arguments_], {
    cols: 140,
    rows: 40,
    cwd: folder,
    env: {...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', CI: ''},
  });
  const screen = new xterm.Terminal({cols: 140, rows: 40, allowProposedApi: true});
  screen.onData(answer => pty.write(answer));
  let bytes = 0;
  const first = new Promise<number>((seen, missed) => {
    pty.onData(data => {
      bytes += Buffer.byteLength(data);
      screen.write(data, () => {
        // All of it: the chart comes last.
        if (textOf(screen).includes('─now')) seen(performance.now() - startedAt);
      });
    });
    pty.onExit(({exitCode}) => missed(new Error(`the console ended with ${exitCode} before its first frame`)));
  });
  const firstMs = await first;
  await new Promise(done => setTimeout(done, afterMs));
  const [bytesBefore, processorBefore, from] = [bytes, processorMs(pty.pid), performance.now()];
  let quietBytes = 0;
  let quietSeconds = 0;
  for (let second = 0; second < forMs / 1000; second++) {
    const [shown, written] = [textOf(screen), bytes];
    await new Promise(done => setTimeout(done, 1000));
    if (textOf(screen) !== shown) continue;
    quietSeconds++;
    quietBytes += bytes - written;
  }
  const seconds = (performance.now() - from) / 1000;
  const result = {
    firstFrameMs: firstMs,
    processorPercent: (processorMs(pty.pid) - processorBefore) / 10 / seconds,
    memoryMb: memoryMb(pty.pid),
    bytesPerSecond: (bytes - bytesBefore) / seconds,
    quietBytes,
    quietSeconds,
  };
  const gone = new Promise(done => pty.onExit(done));
  pty.kill('SIGTERM');
  await gone;
  rmSync(folder, {recursive: true, force: true});
  return result;
}

function textOf(screen: xterm.Terminal): string {
  return Array.from({length: screen.rows}, (_, row) => screen.buffer.active.getLine(row)?.translateToString()).join('\n');
}

/** All threads' time, from the kernel's own books, in ticks of 10 ms. */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function memoryMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

type Rest = Pick<ConsoleResult, 'quietBytes' | 'quietSeconds'>;

/** Where the screen was never the same for a second, nothing was measured. */
function restVerdict({quietBytes, quietSeconds}: Rest): Verdict {
  const bytes = quietSeconds > 0 ? quietBytes : Number.NaN;
  return verdict(`at rest, in ${quietSeconds} seconds in which the screen stayed the same`, bytes, atMost(0), 'bytes');
}

function busyVerdicts({processorPercent, memoryMb: memory, bytesPerSecond}: ConsoleResult): readonly Verdict[] {
  return [
    verdict('processor, of a core', processorPercent, atMost(3), '%'),
    verdict('memory', memory, atMost(150), 'MB'),
    verdict('to the terminal', bytesPerSecond / 1000, atMost(4), 'kB/s'),
  ];
}

export function consoleLines(result: ConsoleResult): readonly Line[] {
  return [
    'console at 140×40 after a minute, demand that changes every second and moves some two replicas (the whole program, engine included)',
    firstFrameVerdict('first frame', result.firstFrameMs),
    ...busyVerdicts(result),
    restVerdict(result),
  ];
}

export const firstFrameVerdict = (of: string, tookMs: number) => verdict(of, tookMs, under(500), 'ms');

export function twentyLines(result: ConsoleResult): readonly Line[] {
  return [
    'console at 140×40, 20 services on a real engine, four of which move (the whole program, engine included)',
    ...busyVerdicts(result),
  ];
}

export function crowdLines({console: seen, services, changesPerSecond, engineProcessorPercent}: CrowdResult): readonly Line[] {
  return [
    `console at 140×40, attached to ${services} services on a simulated host, ${changesPerSecond} of which change a second`,
    verdict('processor, of a core', seen.processorPercent, atMost(10), '%'),
    `       the engine, in a process of its own, ${engineProcessorPercent.toFixed(1)} %`,
    `       memory ${seen.memoryMb.toFixed(0)} MB, to the terminal ${(seen.bytesPerSecond / 1000).toFixed(2)} kB/s, first frame ${seen.firstFrameMs.toFixed(0)} ms`,
  ];
}
