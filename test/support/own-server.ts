/** A server program for one test file alone: its own folder and port, ended by its process, started again where it was. */
import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, mkdtempSync, openSync, readFileSync, rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {until} from './until.ts';

export interface ServerPlace {
  readonly port: number;
  readonly folder: string;
}

export interface OwnServer extends ServerPlace {
  /** Ends it as a crash would, and resolves once it is gone. */
  kill(): Promise<void>;
  /** Starts it again in the same place. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface ServerProgram {
  readonly name: string;
  /** Writes what the program needs into its folder, and says what to run. */
  readonly command: (place: ServerPlace) => readonly [program: string, ...args: readonly string[]];
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether it serves; may throw while it doesn't. */
  readonly serves: (place: ServerPlace) => Promise<boolean>;
}

/** A port may be taken between its choice and its use. */
const triesMax = 3;

export async function startOwnServer(server: ServerProgram): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), `microscale-${server.name}-`));
  for (let tries = 1; ; tries++) {
    const place = {port: await quietPort(), folder};
    try {
      return await startAt(place, server);
    } catch (error) {
      if (tries < triesMax) continue;
      rmSync(folder, {recursive: true, force: true});
      throw error;
    }
  }
}

async function startAt(place: ServerPlace, {name, command, environment = {}, serves}: ServerProgram): Promise<OwnServer> {
  const {folder} = place;
  const logPath = join(folder, 'log');
  const [program, ...args] = command(place);
  let child: ChildProcess;
  const end = () => void child.kill('SIGKILL');
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const kill = async () => {
    process.off('exit', end);
    if (ended()) return;
    const gone = once(child, 'exit');
    end();
    await gone;
  };
  const start = async () => {
    const log = openSync(logPath, 'a');
    child = spawn(program, args, {stdio: ['ignore', log, log], cwd: folder, env: {...process.env, ...environment}});
    closeSync(log);
    process.once('exit', end);
    await once(child, 'spawn');
    const working = await until(`${name} to serve`, async () => (ended() ? 'ended' : (await serves(place)) ? 'serves' : null)).catch(
      async (error: unknown) => {
        await kill();
        throw error;
      },
    );
    if (working === 'ended') throw new Error(`${name} ended: ${readFileSync(logPath, 'utf8').slice(-2000)}`);
  };
  await start();
  return {
    ...place,
    kill,
    restart: start,
    async stop() {
      await kill();
      rmSync(folder, {recursive: true, force: true});
    },
  };
}

/** Below those that the system hands out by itself, so that no connection takes it while the server is down. */
export async function quietPort(): Promise<number> {
  return until('a free port', async () => {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    const server = createServer();
    const free = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (free) await new Promise(resolve => server.close(resolve));
    return free && port;
  });
}
