/** What the tests of NATS, NSQ and Kafka share: finding their servers, starting one in private, and ending just that one. */
import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, existsSync, openSync, readFileSync} from 'node:fs';
import {createConnection, createServer, type AddressInfo} from 'node:net';
import {homedir} from 'node:os';
import {delimiter, join} from 'node:path';
import {test} from 'vitest';

/** What the install scripts beside this file fetch is kept from one run to the next. */
export const cacheFolder = process.env['MICROSCALE_TEST_CACHE'] ?? join(homedir(), '.cache', 'microscale-test');

/** The path of a program, or null. */
export function findProgram(name: string, folders: readonly string[] = []): string | null {
  const all = [...folders, ...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin'];
  return all.map(folder => join(folder, name)).find(existsSync) ?? null;
}

/** Declares tests that need a server; where it is missing they are left out with the reason, or fail where engines are required. */
export function whereThereIs(server: string, missing: string | null, declare: () => void): void {
  if (missing === null) return declare();
  test(`the source ${server}, against a real server`, ({skip}) => {
    if (process.env['MICROSCALE_TEST_ENGINE'] === 'required') throw new Error(`MICROSCALE_TEST_ENGINE is required, and ${missing}`);
    skip(`needs a real server for ${server}, and ${missing}`);
  });
}

export interface RunningProgram {
  /** Ends it by a signal and resolves once it is gone. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** What it said last, for a test that waits for it in vain. */
  tail(): string;
  readonly hasEnded: () => boolean;
}

export interface ProgramPlace {
  readonly folder: string;
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function startServerProgram(program: string, args: readonly string[], {folder, log, env = {}}: ProgramPlace): RunningProgram {
  const output = openSync(log, 'a');
  const child: ChildProcess = spawn(program, args, {cwd: folder, stdio: ['ignore', output, output], env: {...process.env, ...env}});
  closeSync(output);
  child.on('error', () => {});
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  return {
    end: async signal => {
      if (hasEnded()) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
    tail: () => readFileSync(log, 'utf8').slice(-2000),
    hasEnded,
  };
}

/** Ports that nobody listens on now; all of them differ. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({length: count}, () => createServer().listen(0, '127.0.0.1'));
  const ports: number[] = [];
  for (const server of servers) {
    if (!server.listening) await once(server, 'listening');
    ports.push((server.address() as AddressInfo).port);
  }
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return ports;
}

export function canConnect(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
