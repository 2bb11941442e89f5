/** Finds the engine that is meant, on this machine or through ssh on another, and attaches to it. */
import {createConnection} from 'node:net';
import type {Duplex} from 'node:stream';
import {attachThrough, attachTo, type Attached, type Visitor} from '../control/client.ts';
import {findConfig, readProject} from '../config/file.ts';
import {HostError} from '../ports.ts';
import {parseSshTarget, sshStream} from '../ssh.ts';
import {chooseEngine, type RunningEngine} from './engine-choice.ts';
import {UsageError, type Options} from './options.ts';
import {ownerName} from './owner.ts';
import {knownSockets} from './socket-path.ts';

/** An ssh connection asks names, keys and a far program's start before a word is said. */
const farLimitMs = 30_000;

/** Throws `HostError` where no engine is found, or more than one and nobody said which. */
export async function attachToEngine(options: Options, visitor: Visitor): Promise<Attached> {
  const [host] = options.hosts;
  if (host?.startsWith('ssh://')) return attachFar(host, options, visitor);
  return attachTo(await findSocket(options.socket, options.config), visitor);
}

/** Throws `UsageError` for what is no target, `HostError` where it can't be reached. */
export async function attachFar(text: string, {socket, command}: Options, visitor: Visitor): Promise<Attached> {
  const target = parseSshTarget(text);
  if (!target) throw new UsageError(`“${text}” is no machine to attach to: write it as ssh://user@host`);
  const dial = `${command} dial-stdio${socket === null ? '' : ` --socket ${quoted(socket)}`}`;
  return attachThrough(sshStream(target, dial, `${command} --version`), text, visitor, farLimitMs);
}

/** For the far shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Whoever runs here answers at once. */
const nearLimitMs = 2000;

/** The socket of the engine that is meant here, as a path; or the one that was named. `config` is what the project is read from. */
export async function findSocket(named: string | null, config: string | null): Promise<string> {
  if (named !== null) return named;
  const known = knownSockets();
  const found = await Promise.all(known.sockets.map(async path => ({path, state: await stateOf(path)})));
  const open = found.filter(({state}) => state === 'open').map(({path}) => path);
  const [only] = open;
  if (only !== undefined && open.length === 1) return only;
  if (open.length > 1) {
    const path = config ?? findConfig('.');
    const choice = chooseEngine(await Promise.all(open.map(introduced)), path === null ? null : readProject(path));
    if (choice.kind === 'chosen') return choice.path;
    throw new HostError(choice.words);
  }
  const closed = found.find(({state}) => state === 'closed to us');
  if (closed) return closed.path;
  const [folder] = known.closed;
  if (folder !== undefined)
    throw new HostError(`this user may not look into ${folder}, where engines have their sockets: join its group, or use sudo`);
  throw new HostError('no engine runs on this machine: start “microscale run”, or name its socket with --socket');
}

async function introduced(path: string): Promise<RunningEngine> {
  try {
    const {about, close} = await attachTo(path, {owner: ownerName(), readOnly: true}, nearLimitMs);
    close();
    return {path, about};
  } catch {
    return {path, about: null};
  }
}

type SocketState = 'open' | 'closed to us' | 'dead';

function stateOf(path: string): Promise<SocketState> {
  return new Promise(resolve => {
    const socket: Duplex = createConnection(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve('open');
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EACCES' || error.code === 'EPERM' ? 'closed to us' : 'dead'),
    );
  });
}
