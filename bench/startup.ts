/** How long each command takes from its start to its end, beside Node's own start. */
import {execFile} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {median} from './statistics.ts';

export interface StartupResult {
  readonly nodeMs: readonly number[];
  readonly commands: readonly {readonly words: string; readonly tookMs: readonly number[]}[];
}

const program = resolve('dist/cli.js');

const config = `
project: startup
capacity: 10
services:
  web: {priority: 1, max: 8, image: busybox, demand: {source: fixed, value: 4}}
  batch: {priority: 2, image: busybox, target: fill}
`;

/** Those that come to an end by themselves; none of them reaches a host. */
const commands: readonly (readonly string[])[] = [
  ['--version'],
  ['--help'],
  ['check', 'microscale.yaml'],
  ['explain', 'microscale.yaml'],
  ['simulate', '--seed', '7', '--for', '10m'],
  ['report', 'day.rec', '--force'],
  ['replay', 'day.rec', '--json'],
  ['status', '--socket', 'nobody.sock'],
];

/** Rounds are interleaved, and the first isn't counted. */
export async function benchStartup(rounds: number): Promise<StartupResult> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-bench-'));
  try {
    writeFileSync(join(folder, 'microscale.yaml'), config);
    await run(folder, [program, 'simulate', '--seed', '7', '--for', '10m', '--record', 'day.rec']);
    const nodeMs: number[] = [];
    const took = commands.map(() => [] as number[]);
    for (let round = 0; round <= rounds; round++) {
      const node = await run(folder, ['-e', '0']);
      if (round > 0) nodeMs.push(node);
      for (const [index, words] of commands.entries()) {
        const ms = await run(folder, [program, ...words]);
        if (round > 0) took[index]?.push(ms);
      }
    }
    return {nodeMs, commands: commands.map((words, index) => ({words: words.join(' '), tookMs: took[index] ?? []}))};
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

/** In milliseconds, whatever it ends with: `status` without an engine is to fail. */
function run(folder: string, words: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  return new Promise(done => {
    execFile(process.execPath, [...words], {cwd: folder}, () => done(performance.now() - startedAt));
  });
}

export function startupLines({nodeMs, commands: measured}: StartupResult): readonly string[] {
  const floor = median(nodeMs);
  return [
    `start-up, from the start to the end of each command, ${nodeMs.length} rounds, medians`,
    `  ${'node -e 0'.padEnd(34)} ${floor.toFixed(0).padStart(5)} ms`,
    ...measured.map(
      ({words, tookMs}) =>
        `  ${words.padEnd(34)} ${median(tookMs).toFixed(0).padStart(5)} ms   ${(median(tookMs) / floor).toFixed(1)} of it`,
    ),
  ];
}
