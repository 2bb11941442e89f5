import {renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect} from 'vitest';
import {containersOf, engineTest, runningCounts, socket, sweep} from '../support/engine.ts';
import {emptyFolder, run, type Run} from '../support/program.ts';
import {until} from '../support/until.ts';

const project = 'ready';
/** A killed holder's lease is free after ten seconds, and the machine may be busy. */
const longMs = 240_000;

const started: Run[] = [];

afterEach(async () => {
  for (const {child, ended} of started.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  await sweep(project);
});

const made = `image: busybox
    pull: never
    command: [sh, -c, "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"]
    networks: [none]`;
const config = (lease: string) => `
project: ${project}
lease: ${lease}
capacity: 5
services:
  web:
    priority: 1
    standby: {replicas: 2, state: paused}
    demand: {source: file, path: demand}
    ${made}
  batch:
    priority: 2
    target: fill
    preempt: freeze
    ${made}
`;

function start(folder: string, ...more: readonly string[]): Run {
  const running = run(['run', '--host', `unix://${socket}`, ...more], folder);
  started.push(running);
  return running;
}

function demand(folder: string, value: number): void {
  writeFileSync(join(folder, 'demand.new'), String(value));
  renameSync(join(folder, 'demand.new'), join(folder, 'demand'));
}

/** What runs, and what is paused, of each. */
async function counts(): Promise<Readonly<Record<string, number>>> {
  const running = await runningCounts(project);
  const paused = (service: string) => (container: Awaited<ReturnType<typeof containersOf>>[number]) =>
    container.State === 'paused' && container.Labels['microscale.service'] === service;
  const found = await containersOf(project, true);
  return {
    web: running['web'] ?? 0,
    batch: running['batch'] ?? 0,
    waiting: found.filter(paused('web')).length,
    frozen: found.filter(paused('batch')).length,
  };
}

const reaches = (wanted: {readonly web: number; readonly batch: number; readonly waiting: number; readonly frozen: number}) =>
  until(
    JSON.stringify(wanted),
    async () => {
      const found = await counts();
      if (Object.entries(wanted).every(([name, value]) => found[name] === value)) return true;
      throw new Error(JSON.stringify(found));
    },
    90_000,
  );
const batchIds = async () =>
  (await containersOf(project))
    .filter(({Labels: labels}) => labels['microscale.service'] === 'batch')
    .map(({Id: id}) => id)
    .toSorted();

describe('an engine that keeps replicas ready', () => {
  engineTest(
    'hands slots over from frozen to thawed and back, is killed, and goes on where it was',
    async () => {
      const folder = emptyFolder({'microscale.yaml': config('ready-1'), demand: '1'});
      const first = start(folder);
      await reaches({web: 1, batch: 4, waiting: 2, frozen: 0});
      const before = await batchIds();
      demand(folder, 3);
      await reaches({web: 3, batch: 2, waiting: 2, frozen: 2});
      await until('the handover to be told', () => /web +got 2 from batch \(frozen\) in /.test(first.output()));
      first.child.kill('SIGKILL');
      await first.ended;
      const second = start(folder);
      await until(
        'the second to act',
        () => {
          if (second.output().includes('this engine acts')) return true;
          throw new Error(second.output() + second.errors());
        },
        90_000,
      );
      demand(folder, 1);
      await reaches({web: 1, batch: 4, waiting: 2, frozen: 0});
      expect(await batchIds()).toEqual(before);
    },
    longMs,
  );

  engineTest(
    'takes what waits with it when it leaves, leaves what is frozen, and empties all where it is told to',
    async () => {
      const folder = emptyFolder({'microscale.yaml': config('ready-2'), demand: '2'});
      const first = start(folder);
      await reaches({web: 2, batch: 3, waiting: 2, frozen: 0});
      demand(folder, 4);
      await reaches({web: 4, batch: 1, waiting: 2, frozen: 2});
      first.child.kill('SIGTERM');
      expect(await first.ended).toBe(0);
      await reaches({web: 4, batch: 1, waiting: 0, frozen: 2});
      expect(first.output()).toMatch(/work lost +0 container-seconds/);
      expect(first.output()).toMatch(/batch → web +p50/);
      const second = start(folder, '--on-exit', 'drain');
      await reaches({web: 4, batch: 1, waiting: 2, frozen: 2});
      second.child.kill('SIGTERM');
      expect(await second.ended).toBe(0);
      await until('nothing to be left', async () => (await containersOf(project, true)).length === 0);
    },
    longMs,
  );
});
