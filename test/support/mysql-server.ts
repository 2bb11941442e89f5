/** A MariaDB of the test's own: data, socket and port of its own, a reader with a password, one table of jobs. */
import {execFileSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createConnection} from 'mysql2/promise';
import type {RealServer} from '../sources/contract.ts';
import {freePort, giveTo, identityOf, selfSigned, served, startServer, type ServerProcess} from './server-process.ts';

export const readerPassword = 's3cret/of:reader@db';

export interface MysqlServer extends RealServer {
  readonly port: number;
  /** As the reader, with its password in the way of a URL. */
  readonly url: string;
  /** As whoever may do everything; what it gives is rows as arrays. */
  run(...statements: readonly string[]): Promise<unknown>;
}

/** The server's program; null with nothing installed. */
export function mysqlProgram(): string | null {
  return ['/usr/sbin/mariadbd', '/usr/sbin/mysqld'].find(existsSync) ?? null;
}

export async function startMysql(): Promise<MysqlServer> {
  const program = mysqlProgram();
  if (program === null) throw new Error('MariaDB is not installed (Debian: apt-get install mariadb-server)');
  const who = identityOf('mysql', 'nobody');
  const folder = mkdtempSync(join(tmpdir(), 'microscale-mysql-'));
  giveTo(folder, who);
  const data = join(folder, 'data');
  const socketPath = join(folder, 'socket');
  const small = ['--innodb-buffer-pool-size=8M', '--innodb-log-file-size=4M', '--skip-log-bin', '--innodb-flush-log-at-trx-commit=0'];
  execFileSync(
    'mariadb-install-db',
    ['--no-defaults', `--datadir=${data}`, '--skip-test-db', '--auth-root-authentication-method=normal', ...small],
    {cwd: folder, stdio: 'pipe', ...who, env: {...process.env, HOME: folder}},
  );
  const {key, certificate} = selfSigned(folder, who);
  const port = await freePort();
  let server: ServerProcess | null = null;

  async function run(...statements: readonly string[]): Promise<unknown> {
    const connection = await createConnection({socketPath, user: 'root', rowsAsArray: true});
    try {
      let rows: unknown = null;
      for (const sql of statements) [rows] = await connection.query(sql);
      return rows;
    } finally {
      await connection.end();
    }
  }

  async function start(): Promise<void> {
    rmSync(socketPath, {force: true});
    const words = ['--no-defaults', `--datadir=${data}`, `--socket=${socketPath}`, `--port=${port}`, '--bind-address=127.0.0.1'];
    const rest = [
      `--pid-file=${join(folder, 'pid')}`,
      '--skip-name-resolve',
      '--performance-schema=off',
      '--max-connections=20',
      `--ssl-cert=${certificate}`,
      `--ssl-key=${key}`,
    ];
    server = startServer(program ?? '', [...words, ...rest, ...small], who, folder);
    const answers = () =>
      run('select 1').then(
        () => true,
        () => false,
      );
    await served(server, 'MariaDB to serve', answers);
  }

  try {
    await start();
    await run(
      'create database shop',
      'create table shop.jobs (id int, done datetime)',
      `create user reader@'127.0.0.1' identified by '${readerPassword}'`,
      // More than it needs, so that what keeps it from writing is how it is asked and not what it may.
      `grant all on shop.* to reader@'127.0.0.1'`,
      'create function shop.take_one() returns int modifies sql data begin delete from shop.jobs limit 1; return 1; end',
    );
  } catch (error) {
    await (server as ServerProcess | null)?.kill();
    rmSync(folder, {recursive: true, force: true});
    throw error;
  }
  const url = `mysql://reader:${encodeURIComponent(readerPassword)}@127.0.0.1:${port}/shop`;
  return {
    port,
    url,
    run,
    replace: {'mysql://reader@db/shop': url},
    async fill(amount) {
      await run('delete from shop.jobs', ...(amount === 0 ? [] : [`insert into shop.jobs (id) select seq from shop.seq_1_to_${amount}`]));
      return amount;
    },
    async kill() {
      await server?.kill();
    },
    restart: start,
    async stop() {
      await server?.kill('SIGKILL');
      rmSync(folder, {recursive: true, force: true});
    },
  };
}
