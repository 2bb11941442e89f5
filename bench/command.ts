/** `up --scale` of both services at once by Compose, which keeps to no slots, beside microscale's handovers of the same size. */
import {execFile} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {workload} from '../test/support/workloads.ts';
import {createBox} from './box.ts';
import type {Line} from './results.ts';
import {median} from './statistics.ts';

const capacity = 10;
const sizes = [1, 6, 10] as const;
const run = promisify(execFile);

/** The command of its own, and the plugin. */
const composes: readonly (readonly [file: string, ...words: string[]])[] = [['docker-compose'], ['docker', 'compose']];

export interface CommandResult {
  readonly words: string;
  /** By the number of slots; null where it isn't installed. */
  readonly tookMs: ReadonlyMap<number, readonly number[]> | null;
}

type Move = (slots: number) => Promise<number>;

/** Sizes and all who move take turns, and the first round isn't counted: it warms everything up. */
export async function benchCommand(socket: string, rounds: number): Promise<readonly CommandResult[]> {
  const cold = await createBox(socket, 'cold', capacity);
  const frozen = await createBox(socket, 'frozen', capacity);
  const ours =
    (box: typeof cold): Move =>
    async slots => {
      const tookMs = await box.move(slots);
      await box.back();
      return tookMs;
    };
  const known = await Promise.all(composes.map(compose => composeOn(socket, compose)));
  try {
    const movers = [...known, {words: 'microscale, cold', move: ours(cold)}, {words: 'microscale, frozen', move: ours(frozen)}];
    const results = movers.map(({words, move}) => ({words, move, tookMs: new Map(sizes.map(slots => [slots as number, [] as number[]]))}));
    for (let round = 0; round <= rounds; round++) {
      for (const slots of sizes) {
        for (const {move, tookMs} of results) {
          const ms = await move?.(slots);
          if (round > 0 && ms !== undefined) tookMs.get(slots)?.push(ms);
        }
      }
    }
    return results.map(({words, move, tookMs}) => ({words, tookMs: move ? tookMs : null}));
  } finally {
    for (const {close} of known) await close();
    await cold.close();
    await frozen.close();
  }
}

interface Compose {
  readonly words: string;
  /** Null where it isn't installed. */
  readonly move: Move | null;
  close(): Promise<void>;
}

async function composeOn(socket: string, [file, ...before]: readonly [string, ...string[]]): Promise<Compose> {
  const words = `${[file, ...before].join(' ')} up --scale`;
  const isInstalled = await run(file, [...before, 'version']).then(
    () => true,
    () => false,
  );
  if (!isInstalled) return {words, move: null, close: async () => {}};
  const folder = mkdtempSync(join(tmpdir(), 'microscale-bench-'));
  const service = {image: 'busybox', command: workload().command, network_mode: 'none', stop_grace_period: '2s'};
  writeFileSync(join(folder, 'compose.yaml'), JSON.stringify({services: {web: service, batch: service}}));
  const project = `bench-${[file, ...before].join('-')}`;
  const compose = async (...asked: readonly string[]) => {
    const startedAt = performance.now();
    const env = {...process.env, DOCKER_HOST: `unix://${socket}`};
    await run(file, [...before, '-f', join(folder, 'compose.yaml'), '-p', project, ...asked], {env});
    return performance.now() - startedAt;
  };
  const scale = (web: number) => compose('up', '-d', '--no-recreate', '--scale', `web=${web}`, '--scale', `batch=${capacity - web}`);
  return {
    words,
    async move(slots) {
      await scale(0);
      return scale(slots);
    },
    async close() {
      await compose('down', '-t', '2').catch(() => {});
      rmSync(folder, {recursive: true, force: true});
    },
  };
}

export function commandLines(results: readonly CommandResult[]): readonly Line[] {
  const rounds = results.at(-1)?.tookMs?.get(sizes[0])?.length ?? 0;
  const row = (title: string, cells: readonly string[]) => `  ${title.padEnd(28)}${cells.map(cell => cell.padStart(12)).join('')}`;
  const ms = (values: readonly number[]) => `${median(values).toFixed(0)} ms`;
  return [
    `handover of slots of ${capacity}, ${rounds} rounds, medians; the commands keep to no slots`,
    row(
      '',
      sizes.map(slots => `${slots} of ${capacity}`),
    ),
    ...results.map(({words, tookMs}) =>
      tookMs
        ? row(
            words,
            sizes.map(slots => ms(tookMs.get(slots) ?? [])),
          )
        : `  ${words}: not installed, left out`,
    ),
  ];
}
