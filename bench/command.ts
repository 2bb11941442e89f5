/** `docker-compose up --scale` of both services at once, which keeps to no slots, beside microscale's handovers of the same size. */
import {execFile} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {workload} from '../test/support/workloads.ts';
import {createBox} from './box.ts';
import {median} from './statistics.ts';

const capacity = 10;
const slots = 6;
const command = '/usr/bin/docker-compose';

export interface CommandResult {
  readonly commandMs: readonly number[];
  readonly coldMs: readonly number[];
  readonly frozenMs: readonly number[];
}

/** Null where the command is not installed. */
export async function benchCommand(socket: string, rounds: number): Promise<CommandResult | null> {
  if (!existsSync(command)) return null;
  const folder = mkdtempSync(join(tmpdir(), 'microscale-bench-'));
  const service = {image: 'busybox', command: workload().command, network_mode: 'none', stop_grace_period: '2s'};
  writeFileSync(join(folder, 'compose.yaml'), JSON.stringify({services: {web: service, batch: service}}));
  const compose = async (...words: readonly string[]) => {
    const startedAt = performance.now();
    const environment = {...process.env, DOCKER_HOST: `unix://${socket}`};
    await promisify(execFile)(command, ['-f', join(folder, 'compose.yaml'), '-p', 'bench-command', ...words], {env: environment});
    return performance.now() - startedAt;
  };
  const scale = (web: number) => compose('up', '-d', '--no-recreate', '--scale', `web=${web}`, '--scale', `batch=${capacity - web}`);
  const result = {commandMs: [] as number[], coldMs: [] as number[], frozenMs: [] as number[]};
  const cold = await createBox(socket, 'cold', capacity);
  const frozen = await createBox(socket, 'frozen', capacity);
  try {
    for (let round = 0; round <= rounds; round++) {
      await scale(0);
      const commandMs = await scale(slots);
      const coldMs = await cold.move(slots);
      await cold.back();
      const frozenMs = await frozen.move(slots);
      await frozen.back();
      // The first warms everything up and isn't counted.
      if (round === 0) continue;
      result.commandMs.push(commandMs);
      result.coldMs.push(coldMs);
      result.frozenMs.push(frozenMs);
    }
  } finally {
    await compose('down', '-t', '2').catch(() => {});
    await cold.close();
    await frozen.close();
    rmSync(folder, {recursive: true, force: true});
  }
  return result;
}

export function commandLines(result: CommandResult | null): readonly string[] {
  if (!result) return [`${command} is not installed: left out`];
  const ms = (values: readonly number[]) => `${median(values).toFixed(0)} ms`;
  return [
    `handover of ${slots} of ${capacity}, ${result.coldMs.length} rounds, medians`,
    `  docker-compose up --scale   ${ms(result.commandMs)}   (keeps to no slots)`,
    `  microscale, cold            ${ms(result.coldMs)}`,
    `  microscale, frozen          ${ms(result.frozenMs)}`,
  ];
}
