/**
 * A Docker engine for the tests alone: its own daemon, folders and socket, an image made from busybox, no registry and
 * no bridge. Where it can't run, tests that need it are left out, or fail where MICROSCALE_TEST_ENGINE=required.
 */
import {execFileSync, spawn, type ChildProcess} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, symlinkSync, copyFileSync} from 'node:fs';
import {once} from 'node:events';
import http from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

export interface PrivateEngine {
  readonly socket: string;
  readonly folder: string;
  /** Ends the daemon as a crash would; its containers may live on. */
  crash(): Promise<void>;
  restart(): Promise<void>;
  stop(): void;
}

export type EngineForTests = {readonly kind: 'here'; readonly socket: string} | {readonly kind: 'missing'; readonly reason: string};

declare module 'vitest' {
  export interface ProvidedContext {
    engine: EngineForTests;
  }
}

export default async function setUp(project: {provide(key: 'engine', value: EngineForTests): void}): Promise<() => void> {
  try {
    const engine = await startPrivateEngine();
    project.provide('engine', {kind: 'here', socket: engine.socket});
    return engine.stop;
  } catch (error) {
    const reason = (error as Error).message;
    if (process.env['MICROSCALE_TEST_ENGINE'] === 'required')
      throw new Error(`MICROSCALE_TEST_ENGINE is required, and ${reason}`, {cause: error});
    project.provide('engine', {kind: 'missing', reason});
    return () => {};
  }
}

const startLimitMs = 30_000;

export async function startPrivateEngine(): Promise<PrivateEngine> {
  if (process.getuid?.() !== 0) throw new Error('a private Docker engine needs root');
  const {dockerd, busybox} = findTools();
  const folder = mkdtempSync(join(tmpdir(), 'microscale-engine-'));
  const socket = join(folder, 'docker.sock');
  let daemon = spawnDaemon(dockerd, socket, folder);
  const stop = () => stopEngine(daemon, folder);
  try {
    await answer(socket, daemon);
    importImage(socket, folder, busybox);
  } catch (error) {
    const tail = logTail(folder);
    stop();
    throw new Error(`the private Docker engine did not start: ${(error as Error).message} ${tail}`, {cause: error});
  }
  return {
    socket,
    folder,
    stop,
    async crash() {
      const gone = once(daemon, 'exit');
      daemon.kill('SIGKILL');
      await gone;
      forgetProcesses(folder);
    },
    async restart() {
      for (const pid of processesNaming(folder)) endAndWait(pid);
      forgetProcesses(folder);
      // What a killed daemon held (locks, mounts) may take a moment to be given back: the first start may fail.
      for (let tries = 3; ; tries--) {
        daemon = spawnDaemon(dockerd, socket, folder);
        try {
          return await answer(socket, daemon);
        } catch (error) {
          if (tries === 1) throw new Error(`${(error as Error).message}: ${logTail(folder)}`, {cause: error});
          forgetProcesses(folder);
        }
      }
    },
  };
}

export function findTools(): {readonly dockerd: string; readonly busybox: string} {
  const dockerd = ['/usr/sbin/dockerd', '/usr/bin/dockerd', '/usr/local/bin/dockerd'].find(existsSync);
  if (!dockerd) throw new Error('dockerd is not installed (Debian: apt-get install docker.io)');
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find(existsSync);
  if (!busybox) throw new Error('busybox is not installed (Debian: apt-get install busybox-static)');
  return {dockerd, busybox};
}

/** What says which processes run: where nobody collects the dead, a new daemon would wait for them to answer. */
export function forgetProcesses(folder: string): void {
  for (const name of ['docker.sock', 'pid', 'exec/containerd/containerd.pid', 'exec/containerd/containerd.sock'])
    rmSync(join(folder, name), {force: true});
}

export function logTail(folder: string): string {
  return readFileSync(join(folder, 'log'), 'utf8').trim().split('\n').slice(-3).join(' · ');
}

function spawnDaemon(dockerd: string, socket: string, folder: string): ChildProcess {
  const log = openSync(join(folder, 'log'), 'a');
  const own = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'pid')];
  return spawn(dockerd, ['-H', `unix://${socket}`, ...own, '--bridge=none', '--iptables=false', '--log-level=warn'], {
    stdio: ['ignore', log, log],
    detached: true,
  });
}

export async function answer(socket: string, daemon: ChildProcess): Promise<void> {
  const until = Date.now() + startLimitMs;
  while (Date.now() < until) {
    if (daemon.exitCode !== null) throw new Error(`dockerd ended with ${daemon.exitCode}`);
    const answered = await new Promise<boolean>(resolve => {
      const request = http.get({socketPath: socket, path: '/_ping'}, response => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      request.on('error', () => resolve(false));
    });
    if (answered) return;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error('it never answered');
}

/** busybox alone, with a link for each of its commands that the tests use. */
export function importImage(socket: string, folder: string, busybox: string): void {
  const root = join(folder, 'image');
  mkdirSync(join(root, 'bin'), {recursive: true});
  for (const name of ['tmp', 'etc', 'proc', 'sys', 'dev']) mkdirSync(join(root, name));
  copyFileSync(busybox, join(root, 'bin', 'busybox'));
  for (const command of ['sh', 'sleep', 'echo', 'true', 'false', 'cat', 'test', 'touch', 'rm'])
    symlinkSync('busybox', join(root, 'bin', command));
  const archive = join(folder, 'image.tar');
  execFileSync('tar', ['-C', root, '-cf', archive, '.']);
  const load = (tag: string, changes: readonly string[]) => {
    const query = changes.map(change => `&changes=${encodeURIComponent(change)}`).join('');
    execFileSync('curl', [
      '-sf',
      '--unix-socket',
      socket,
      '-X',
      'POST',
      '-T',
      archive,
      '-H',
      'Content-Type: application/x-tar',
      `http://docker/images/create?fromSrc=-&repo=${tag}&tag=latest${query}`,
    ]);
  };
  load('busybox', []);
  load('labelled', ['LABEL microscale.priority=4 microscale.target=fill microscale.max=2', 'CMD ["sleep", "3600"]']);
  load('healthy', [
    'HEALTHCHECK --interval=1s --timeout=20s --retries=1 CMD test -e /tmp/healthy',
    'CMD ["sh", "-c", "trap \'exit 0\' TERM; while :; do sleep 1 & wait; done"]',
  ]);
}

/** The daemon, its shims and its mounts. Only processes whose command line names our own folder are ended. */
export function stopEngine(daemon: ChildProcess, folder: string): void {
  if (daemon.pid !== undefined && daemon.exitCode === null) {
    endAndWait(daemon.pid);
  }
  for (const pid of processesNaming(folder)) endAndWait(pid);
  for (const line of readFileSync('/proc/mounts', 'utf8').split('\n').toReversed()) {
    const path = line.split(' ')[1];
    if (path?.startsWith(folder)) tryTo(() => execFileSync('umount', ['-l', path], {stdio: 'ignore'}));
  }
  tryTo(() => rmSync(folder, {recursive: true, force: true}));
}

export function endAndWait(pid: number, signal: NodeJS.Signals = 'SIGTERM'): void {
  tryTo(() => process.kill(pid, signal));
  const until = Date.now() + 10_000;
  while (Date.now() < until && commandLine(pid) !== '') execFileSync('sleep', ['0.05']);
  if (existsSync(`/proc/${pid}`)) tryTo(() => process.kill(pid, 'SIGKILL'));
}

export function processesNaming(folder: string): readonly number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => pid > 1 && pid !== process.pid && commandLine(pid).includes(folder));
}

/** The processes that these have started and not yet seen the end of. */
export function childrenOf(parents: readonly number[]): readonly number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return parents.includes(Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
      } catch {
        return false;
      }
    });
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function tryTo(act: () => unknown): void {
  try {
    act();
  } catch {
    // It is gone already, or was never there.
  }
}
