/** Servers that a test starts and ends: free ports, users who are not root, ends by process id. */
import {execFileSync, spawn, type ChildProcess} from 'node:child_process';
import {chmodSync, chownSync} from 'node:fs';
import {createServer, type AddressInfo} from 'node:net';
import {join} from 'node:path';
import {until} from './until.ts';

/** One that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const {port} = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** The first of these users that there is; null where we aren't root, and so are somebody else already. */
export function identityOf(...names: readonly string[]): Identity | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of names) {
    try {
      const number = (flag: string) => Number(execFileSync('id', [flag, name], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}));
      return {uid: number('-u'), gid: number('-g')};
    } catch {
      // There is no such user.
    }
  }
  return null;
}

export function giveTo(path: string, who: Identity | null): void {
  if (who) chownSync(path, who.uid, who.gid);
}

/** A key and a certificate that it has signed itself, for 127.0.0.1. */
export function selfSigned(folder: string, who: Identity | null): {readonly key: string; readonly certificate: string} {
  const [key, certificate] = [join(folder, 'server.key'), join(folder, 'server.crt')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const whose = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...whose, '-keyout', key, '-out', certificate], {stdio: 'pipe'});
  chmodSync(key, 0o600);
  for (const path of [key, certificate]) giveTo(path, who);
  return {key, certificate};
}

export interface ServerProcess {
  readonly child: ChildProcess;
  readonly said: () => string;
  /** As a crash would, and resolves once it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

const saidMax = 20_000;

export function startServer(command: string, words: readonly string[], who: Identity | null, cwd: string): ServerProcess {
  const child = spawn(command, words, {cwd, stdio: ['ignore', 'pipe', 'pipe'], ...who, env: {...process.env, HOME: cwd}});
  let said = '';
  const hear = (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-saidMax);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const gone = new Promise<void>(resolve => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  return {
    child,
    said: () => said,
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      await gone;
    },
  };
}

/** Waits until it serves; says what it said where it ends or never does. */
export async function served(server: ServerProcess, what: string, isThere: () => Promise<boolean>): Promise<void> {
  await until(what, async () => {
    if (server.child.exitCode !== null || server.child.signalCode !== null) return 'ended';
    return isThere();
  }).then(
    result => {
      if (result === 'ended') throw new Error(`${what} ended: ${server.said().slice(-1000)}`);
    },
    (error: unknown) => {
      throw new Error(`${(error as Error).message}: ${server.said().slice(-1000)}`, {cause: error});
    },
  );
}
