/** Whether a terminal that stops reading slows handovers: the built program in a pseudo-terminal that nobody reads for a while. */
import {existsSync, mkdtempSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {spawn} from '@lydell/node-pty';
import {attachTo, type Attached} from '../source/control/client.ts';
import type {Update} from '../source/ports.ts';
import {until} from '../test/support/until.ts';
import {atLeast, atMost, verdict, type Line} from './results.ts';
import {longest, median} from './statistics.ts';

export interface StallResult {
  /** From the change of the demand until the last replica serves. */
  readonly readMs: readonly number[];
  readonly stalledMs: readonly number[];
  readonly stalledForMs: number;
}

const few = 2;
const many = 8;
const stallLeastMs = 10_000;

const config = `
project: stall
capacity: 10
services:
  web: {priority: 1, max: 10, image: busybox, pull: never, command: [sleep, "3600"], init: true, networks: [none], standby: {replicas: 8, state: paused}, demand: {source: file, path: demand}}
  batch: {priority: 2, image: busybox, pull: never, command: [sleep, "3600"], init: true, networks: [none], target: fill, preempt: freeze}
`;

export async function benchStall(engineSocket: string, rounds: number): Promise<StallResult> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-bench-'));
  const socket = join(folder, 'control.sock');
  const demand = (value: number) => {
    // Whole or not at all: a reader never sees half of it.
    writeFileSync(join(folder, 'next'), `${value}\n`);
    renameSync(join(folder, 'next'), join(folder, 'demand'));
  };
  demand(few);
  writeFileSync(join(folder, 'microscale.yaml'), config);
  const words = [resolve('dist/cli.js'), '--config', join(folder, 'microscale.yaml'), '--host', `unix://${engineSocket}`];
  const terminal = spawn(process.execPath, [...words, '--socket', socket, '--on-exit', 'drain'], {
    name: 'xterm-256color',
    cols: 140,
    rows: 40,
  });
  const ended = new Promise<void>(done => terminal.onExit(() => done()));
  terminal.onData(() => {});
  let attached: Attached | null = null;
  try {
    await until('its socket', () => existsSync(socket));
    attached = await attachTo(socket, {owner: 'bench', readOnly: true});
    const {session} = attached;
    const readMs: number[] = [];
    const stalledMs: number[] = [];
    // The first warms up.
    await swing(session, demand);
    for (let round = 0; round < rounds; round++) readMs.push(await swing(session, demand));
    terminal.pause();
    const stalledAt = performance.now();
    while (stalledMs.length < rounds || performance.now() - stalledAt < stallLeastMs) stalledMs.push(await swing(session, demand));
    const stalledForMs = performance.now() - stalledAt;
    terminal.resume();
    return {readMs, stalledMs, stalledForMs};
  } finally {
    attached?.close();
    terminal.resume();
    terminal.kill('SIGTERM');
    await ended;
    rmSync(folder, {recursive: true, force: true});
  }
}

/** From few to many, once all is at rest. */
async function swing(session: Attached['session'], demand: (value: number) => void): Promise<number> {
  demand(few);
  await follow(session, update => update.fleet.services.length === 2 && update.fleet.services.every(isAtRest));
  const changedAt = Date.now();
  demand(many);
  const update = await follow(session, ({happenings}) =>
    happenings.some(happening => happening.kind === 'handover' && happening.handover.service === 'web' && happening.at >= changedAt),
  );
  const last = update.happenings.findLast(({kind}) => kind === 'handover');
  return (last?.at ?? Number.NaN) - changedAt;
}

function isAtRest({spec, observed, decision, demand}: Update['fleet']['services'][number]): boolean {
  if (!observed || observed.running !== decision?.desired || observed.pending + observed.stopping > 0) return false;
  return spec.name === 'batch' || (demand.kind === 'live' && demand.value === few && observed.standby === 8);
}

async function follow(session: Attached['session'], test: (update: Update) => boolean): Promise<Update> {
  for (;;) {
    const update = await session.next();
    if (test(update)) return update;
  }
}

/** Handover times don't change: what is left for chance is how far apart the medians of a few rounds of the same thing lie. */
const sameWithin = 1.2;

export function stallLines({readMs, stalledMs, stalledForMs}: StallResult): readonly Line[] {
  const [read, stalled] = [median(readMs), median(stalledMs)];
  return [
    `handover ${few}→${many} of 10, paused and frozen, from the file's change to the last replica, by a console whose terminal`,
    `       is read          median ${read.toFixed(0)} ms, longest ${longest(readMs).toFixed(0)} ms, ${readMs.length} rounds`,
    `       isn't, for ${(stalledForMs / 1000).toFixed(0)} s   median ${stalled.toFixed(0)} ms, longest ${longest(stalledMs).toFixed(0)} ms, ${stalledMs.length} rounds`,
    verdict('one over the other', stalled / read, atMost(sameWithin), ''),
    verdict('it was not read for', stalledForMs / 1000, atLeast(stallLeastMs / 1000), 's'),
  ];
}
