/** A PostgreSQL of the test's own: data, socket and port of its own, a reader with a password, one table of jobs. */
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Client} from 'pg';
import type {RealServer} from '../sources/contract.ts';
import {freePort, giveTo, identityOf, selfSigned, served, startServer, type ServerProcess} from './server-process.ts';

export const readerPassword = 's3cret/of:reader@db';

export interface PostgresServer extends RealServer {
  readonly port: number;
  /** As the reader, with its password in the way of a URL. */
  readonly url: string;
  /** Of the authority that has signed its certificate: itself. */
  readonly certificate: string;
  /** As whoever may do everything. */
  run(sql: string): Promise<readonly Record<string, unknown>[]>;
}

/** Where its programs are; null with nothing installed. */
export function postgresPrograms(): string | null {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return null;
  const versions = readdirSync(root).filter(version => existsSync(join(root, version, 'bin', 'initdb')));
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? null : join(root, newest, 'bin');
}

export async function startPostgres(): Promise<PostgresServer> {
  const programs = postgresPrograms();
  if (programs === null) throw new Error('PostgreSQL is not installed (Debian: apt-get install postgresql)');
  const who = identityOf('postgres', 'nobody');
  const folder = mkdtempSync(join(tmpdir(), 'microscale-postgres-'));
  giveTo(folder, who);
  const data = join(folder, 'data');
  const socket = join(folder, 'socket');
  mkdirSync(socket);
  giveTo(socket, who);
  writeFileSync(join(folder, 'password'), 'owner');
  giveTo(join(folder, 'password'), who);
  const asWho = {cwd: folder, stdio: 'pipe' as const, env: {...process.env, HOME: folder}, ...who};
  execFileSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'owner', '--pwfile', join(folder, 'password'), '-A', 'scram-sha-256', '--no-sync', '-E', 'UTF8', '--locale', 'C'],
    asWho,
  );
  const {key, certificate} = selfSigned(folder, who);
  const tls = ['-c', 'ssl=on', '-c', `ssl_cert_file=${certificate}`, '-c', `ssl_key_file=${key}`];
  const port = await freePort();
  let server: ServerProcess | null = null;

  async function run(sql: string): Promise<readonly Record<string, unknown>[]> {
    const client = new Client({host: '127.0.0.1', port, user: 'owner', password: 'owner', database: 'postgres'});
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async function start(): Promise<void> {
    rmSync(join(data, 'postmaster.pid'), {force: true});
    const words = ['-D', data, '-p', String(port), '-k', socket, '-h', '127.0.0.1', '-c', 'fsync=off', '-c', 'shared_buffers=16MB'];
    server = startServer(join(programs ?? '', 'postgres'), [...words, '-c', 'max_connections=20', '-c', 'jit=off', ...tls], who, folder);
    const answers = () =>
      run('select 1').then(
        () => true,
        () => false,
      );
    await served(server, 'PostgreSQL to serve', answers);
  }

  try {
    await start();
    await run(`create role reader login password '${readerPassword}'`);
    // More than it needs, so that what keeps it from writing is how it is asked and not what it may.
    await run('create table jobs (id int, done timestamptz); grant all on jobs to reader');
  } catch (error) {
    await (server as ServerProcess | null)?.kill();
    rmSync(folder, {recursive: true, force: true});
    throw error;
  }
  const url = `postgres://reader:${encodeURIComponent(readerPassword)}@127.0.0.1:${port}/postgres`;
  return {
    port,
    url,
    certificate,
    run,
    replace: {'postgres://reader@db/shop': url},
    async fill(amount) {
      await run(`truncate jobs; insert into jobs select n from generate_series(1, ${amount}) n`);
      return amount;
    },
    async kill() {
      await server?.kill();
    },
    restart: start,
    async stop() {
      await server?.kill('SIGQUIT');
      rmSync(folder, {recursive: true, force: true});
    },
  };
}
