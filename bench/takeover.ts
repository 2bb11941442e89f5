/** How long nobody acts when the engine that does is killed, and how soon an override is on another's screen. */
import {spawn, type ChildProcess} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {attachThrough, attachTo, type Attached} from '../source/control/client.ts';
import {parseSshTarget, sshStream} from '../source/ssh.ts';
import type {PrivateSwarm} from '../test/support/private-swarm.ts';
import {startPrivateSshd} from '../test/support/sshd.ts';
import {until} from '../test/support/until.ts';
import {under, verdict, type Line} from './results.ts';
import {longest, median} from './statistics.ts';

export interface TakeoverResult {
  readonly takeoverMs: readonly number[];
  readonly seenMs: readonly number[];
  /** The same, with the other console at the far end of ssh. */
  readonly seenFarMs: readonly number[];
}

const config = (lease: string) => `
project: takeover
lease: ${lease}
capacity: 4
services:
  web: {priority: 1, image: busybox, pull: never, command: [sleep, "3600"], init: true, stopGrace: 2s, demand: {source: fixed, value: 2}}
`;

export async function benchTakeover(swarm: PrivateSwarm, rounds: number): Promise<TakeoverResult> {
  const takeoverMs: number[] = [];
  const seenMs: number[] = [];
  const seenFarMs: number[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'microscale-bench-'));
  try {
    for (let round = 0; round < rounds; round++) {
      writeFileSync(join(folder, 'microscale.yaml'), config(`round-${round}`));
      const [one, two] = swarm.nodes.slice(0, 2).map(({host}, index) => start(folder, host, `${index}.sock`));
      if (!one || !two) throw new Error('too few managers');
      await until('the first to act', () => one.output().includes('this engine acts') || two.output().includes('this engine acts'));
      const [holder, heir] = one.output().includes('this engine acts') ? [one, two] : [two, one];
      await until('its socket', () => existsSync(join(folder, holder === one ? '0.sock' : '1.sock')));
      await until('the second to watch', () => heir.output().includes('this engine watches'));
      const socket = join(folder, holder === one ? '0.sock' : '1.sock');
      if (round === 0) {
        seenMs.push(...(await seen(socket, await attachTo(socket, {owner: 'bob', readOnly: false}))));
        seenFarMs.push(...(await seenOverSsh(socket)));
      }
      const killedAt = performance.now();
      holder.child.kill('SIGKILL');
      await until('the second to act', () => heir.output().includes('this engine acts'));
      takeoverMs.push(performance.now() - killedAt);
      heir.child.kill('SIGTERM');
      await new Promise(done => heir.child.once('exit', done));
    }
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
  return {takeoverMs, seenMs, seenFarMs};
}

function start(folder: string, host: string, socket: string): {child: ChildProcess; output: () => string} {
  const words = [resolve('dist/cli.js'), 'run', '--host', host, '--socket', join(folder, socket)];
  const child = spawn(process.execPath, words, {cwd: folder, stdio: ['ignore', 'pipe', 'ignore']});
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  return {child, output: () => output};
}

/** From one console's key to another console's update, through the socket. */
async function seen(socket: string, bob: Attached): Promise<readonly number[]> {
  const ann = await attachTo(socket, {owner: 'ann', readOnly: false});
  await Promise.all([ann.session.next(), bob.session.next()]);
  const times: number[] = [];
  for (let press = 0; press < 20; press++) {
    await new Promise(done => setTimeout(done, 300 + 37 * press));
    const pressedAt = performance.now();
    const shown = (async () => {
      for (;;) if ((await bob.session.next()).happenings.some(({kind}) => kind === 'overridden')) return performance.now() - pressedAt;
    })();
    await ann.session.command({kind: 'adjust', service: 'web', by: press % 2 === 0 ? 1 : -1, lasting: 'default'});
    times.push(await shown);
  }
  ann.close();
  bob.close();
  return times;
}

async function seenOverSsh(socket: string): Promise<readonly number[]> {
  const sshd = await startPrivateSshd();
  try {
    process.env['PATH'] = sshd.path;
    const target = parseSshTarget(sshd.url);
    if (!target) throw new Error(`${sshd.url} is no target`);
    const stream = sshStream(target, `${sshd.command} dial-stdio --socket ${socket}`, 'true');
    return await seen(socket, await attachThrough(stream, sshd.url, {owner: 'cyn', readOnly: false}, 30_000));
  } finally {
    sshd.stop();
  }
}

export function takeoverLines({takeoverMs, seenMs, seenFarMs}: TakeoverResult): readonly Line[] {
  const middle = (values: readonly number[]) => `longest, median ${median(values).toFixed(1)} ms`;
  return [
    `an engine killed with SIGKILL, ${takeoverMs.length} rounds`,
    verdict(
      `until the other acts, longest, median ${(median(takeoverMs) / 1000).toFixed(1)} s`,
      longest(takeoverMs) / 1000,
      under(12),
      's',
    ),
    verdict(`an override, until another console has it, ${middle(seenMs)}`, longest(seenMs), under(500), 'ms'),
    verdict(`the same, at the far end of ssh, ${middle(seenFarMs)}`, longest(seenFarMs), under(500), 'ms'),
  ];
}
