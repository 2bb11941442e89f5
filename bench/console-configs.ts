/** What a console is started with, for what is to be seen of it: flags, and the files that they name. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

export interface ConsoleWords {
  /** Random demand that moves once a second. */
  readonly box: readonly string[];
  /** Demand that stays. */
  readonly quiet: readonly string[];
  /** One change a second: four of twenty services move, each every four seconds. */
  readonly twenty: readonly string[];
}

const replica = 'image: busybox, pull: never, command: [sleep, "3600"], init: true, networks: [none]';

const quietConfig = `
project: quiet
capacity: 10
services:
  web: {priority: 1, ${replica}, demand: {source: fixed, value: 4}}
  batch: {priority: 2, ${replica}, target: fill}
`;

const twentyConfig = [
  'project: twenty',
  'capacity: 26',
  'services:',
  ...Array.from({length: 20}, (_, index) => {
    const demand = index < 4 ? '{source: random, min: 1, max: 3, every: 4s, step: 1}' : '{source: fixed, value: 1}';
    return `  service-${index}: {priority: ${1 + (index % 4)}, max: 3, ${replica}, stopGrace: 1s, demand: ${demand}}`;
  }),
  '',
].join('\n');

/** The files are gone once the use is over. */
export async function withConfigs<Result>(engineSocket: string, use: (words: ConsoleWords) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-bench-'));
  const host = ['--host', `unix://${engineSocket}`, '--on-exit', 'drain'];
  const configured = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return [...host, '--config', path];
  };
  try {
    return await use({
      box: [...host, '--seed', '5'],
      quiet: configured('quiet.yaml', quietConfig),
      twenty: [...configured('twenty.yaml', twentyConfig), '--seed', '5'],
    });
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}
