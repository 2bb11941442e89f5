/** How long each command takes from its start to its end, beside Node's own start; and a console until its first frame. */
import {execFile} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {crowdState, updateOf} from '../test/support/screens.ts';
import {serveStates} from '../test/support/state-server.ts';
import {firstFrameMs, firstFrameVerdict} from './console.ts';
import type {Line} from './results.ts';
import {median} from './statistics.ts';

export interface StartupResult {
  readonly nodeMs: readonly number[];
  readonly commands: readonly (Command & {readonly tookMs: readonly number[]})[];
  readonly consoleMs: readonly number[];
  readonly attachMs: readonly number[];
}

interface Command {
  readonly words: string;
  /** What it ends with here; null where that depends on the machine. */
  readonly status: number | null;
  /** How long it was told to go on for, which is no part of its start. */
  readonly lessMs: number;
}

const program = resolve('dist/cli.js');

const config = `
project: startup
capacity: 10
services:
  web: {priority: 1, max: 8, image: busybox, demand: {source: fixed, value: 4}}
  batch: {priority: 2, image: busybox, target: fill}
`;

const first = 'first.yaml';
const runsMs = 1000;

/** Those that come to an end by themselves, the last ones on the host that the environment names. Nothing is started there. */
const commands: readonly Command[] = [
  ...[
    '--version',
    '--help',
    'check microscale.yaml',
    'explain microscale.yaml',
    'simulate --seed 7 --for 10m',
    'report day.rec --force',
    'replay day.rec --json',
    'plan',
    `init --yes --output ${first}`,
  ].map(words => ({words, status: 0, lessMs: 0})),
  {words: 'doctor', status: null, lessMs: 0},
  {words: 'status --socket nobody.sock', status: 3, lessMs: 0},
  {words: `run --dry-run --for ${runsMs / 1000}s`, status: 0, lessMs: runsMs},
];

/** Rounds are interleaved, and the first isn't counted. */
export async function benchStartup(engineSocket: string, rounds: number): Promise<StartupResult> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-bench-'));
  const host = `unix://${engineSocket}`;
  // An engine that only shows: what is measured is the console alone.
  const states = await serveStates(join(folder, 'control.sock'), updateOf(crowdState(20)));
  const start = (words: readonly string[], status: number | null = 0) => run(folder, host, words, status);
  try {
    writeFileSync(join(folder, 'microscale.yaml'), config);
    await start([program, 'simulate', '--seed', '7', '--for', '10m', '--record', 'day.rec']);
    const result = {nodeMs: [] as number[], consoleMs: [] as number[], attachMs: [] as number[]};
    const measured = commands.map(command => ({...command, tookMs: [] as number[]}));
    for (let round = 0; round <= rounds; round++) {
      const nodeMs = await start(['-e', '0']);
      const tookMs: number[] = [];
      for (const {words, status, lessMs} of commands) {
        // What is there already is not written over.
        rmSync(join(folder, first), {force: true});
        tookMs.push((await start([program, ...words.split(' ')], status)) - lessMs);
      }
      const consoleMs = await firstFrameMs(['--dry-run', '--config', join(folder, 'microscale.yaml'), '--host', host]);
      const attachMs = await firstFrameMs(states.arguments);
      if (round === 0) continue;
      result.nodeMs.push(nodeMs);
      result.consoleMs.push(consoleMs);
      result.attachMs.push(attachMs);
      for (const [index, {tookMs: all}] of measured.entries()) all.push(tookMs[index] ?? Number.NaN);
    }
    return {...result, commands: measured};
  } finally {
    await states.close();
    rmSync(folder, {recursive: true, force: true});
  }
}

/** In milliseconds. What ends otherwise than it should is no start: to refuse is quick. */
function run(folder: string, host: string, words: readonly string[], status: number | null): Promise<number> {
  const startedAt = performance.now();
  return new Promise((done, failed) => {
    const options = {cwd: folder, env: {...process.env, DOCKER_HOST: host}};
    const child = execFile(process.execPath, [...words], options, (_error, _stdout, stderr) => {
      const tookMs = performance.now() - startedAt;
      if (status === null || child.exitCode === status) done(tookMs);
      else failed(new Error(`${words.slice(1).join(' ')} ended with ${child.exitCode}, not ${status}: ${stderr.trim()}`));
    });
  });
}

export function startupLines({nodeMs, commands: measured, consoleMs, attachMs}: StartupResult): readonly Line[] {
  const floor = median(nodeMs);
  return [
    `start-up, from the start to the end of each command, ${nodeMs.length} rounds, medians`,
    `  ${'node -e 0'.padEnd(34)} ${floor.toFixed(0).padStart(5)} ms`,
    ...measured.map(({words, lessMs, tookMs}) => {
      const less = lessMs > 0 ? `, less the ${lessMs / 1000} s` : '';
      return `  ${words.padEnd(34)} ${median(tookMs).toFixed(0).padStart(5)} ms   ${(median(tookMs) / floor).toFixed(1)} of it${less}`;
    }),
    firstFrameVerdict('a console on an engine, until its first frame', median(consoleMs)),
    firstFrameVerdict('attach, until its first frame', median(attachMs)),
  ];
}
