/** A Redis for the tests alone: its own port, socket and folder, nothing kept, ended by its process. */
import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Redis} from 'ioredis';
import {freePort} from './free-port.ts';
import {programPath} from './needs.ts';
import {until} from './until.ts';

export interface PrivateRedis {
  readonly port: number;
  /** `redis://127.0.0.1:40023` */
  readonly url: string;
  /** The path of its Unix socket. */
  readonly socket: string;
  /** A connection of the test's own, which finds the server again after a restart. */
  readonly client: Redis;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRedis(...more: readonly string[]): Promise<PrivateRedis> {
  const program = programPath('redis-server') ?? 'redis-server';
  const folder = mkdtempSync(join(tmpdir(), 'microscale-redis-'));
  const port = await freePort();
  const socket = join(folder, 'redis.sock');
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--unixsocket', socket, '--dir', folder, '--save', '', ...more];
  const client = new Redis({port, lazyConnect: true, maxRetriesPerRequest: null, retryStrategy: () => 50});
  client.on('error', () => {});
  let child: ChildProcess;
  const start = async () => {
    child = spawn(program, options, {stdio: 'ignore'});
    await until('Redis to answer', async () => {
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
      return (await client.ping()) === 'PONG';
    });
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    socket,
    client,
    kill,
    restart: start,
    async stop() {
      client.disconnect();
      await kill();
      rmSync(folder, {recursive: true, force: true});
    },
  };
}
