/** The control socket: consoles and scripts of this machine's operators on an engine. The file's permissions let them in. */
import {chmodSync, lstatSync, mkdirSync, renameSync, rmSync, statSync} from 'node:fs';
import {createConnection, createServer, type Socket} from 'node:net';
import {basename, dirname, join} from 'node:path';
import {clean} from '../clean.ts';
import type {Reply} from '../scaler/entry.ts';
import {serveSession} from './channel.ts';
import type {Feed} from './feed.ts';
import {jsonLines} from './json-lines.ts';
import {protocolVersion, readHello, readRequest, type About, type Hello, type Request, type Welcome} from './protocol.ts';
import {createPushPage} from './push-page.ts';
import type {PushBoard} from './pushes.ts';

/** More than this at once are not operators. */
const connectionsMax = 64;
/** A request is a few hundred characters. */
const lineMax = 64 * 1024;
const helloLimitMs = 5000;
/** Lines that make no sense are forgiven this often. */
const nonsenseMax = 10;
/** What a console asked for and hasn't taken yet, in bytes: some stretches of a large fleet's past. */
const untakenMax = 8 * 1024 * 1024;
/** Owner and group. */
const socketMode = 0o660;

export interface ControlServer {
  close(): Promise<void>;
}

export interface ControlParts {
  readonly path: string;
  readonly feed: Feed;
  readonly pushes: PushBoard;
  readonly about: () => About;
}

/** Throws an `Error` whose message says what to do when the socket can't be made. */
export async function serveControl({path, feed, pushes, about}: ControlParts): Promise<ControlServer> {
  const open = new Set<Socket>();
  await clearPath(path);
  const server = createServer(socket => {
    if (open.size >= connectionsMax) {
      socket.end(unwelcome(`${connectionsMax} are connected already`));
      return;
    }
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    const silent = setTimeout(() => socket.end(unwelcome('nothing was said')), helloLimitMs);
    socket.once('close', () => clearTimeout(silent));
    socket.on('error', () => socket.destroy());
    // A greeting is JSON; a request of HTTP begins with its method.
    socket.once('data', (first: Buffer) => {
      clearTimeout(silent);
      socket.pause();
      socket.unshift(first);
      if (/^[A-Za-z]/.test(first.toString('latin1', 0, 1))) web.attend(socket);
      else attend(socket);
      socket.resume();
    });
  });
  const web = createPushPage(pushes);

  function push({readOnly}: Hello, {service, value}: Extract<Request, {kind: 'push'}>): Reply {
    return readOnly ? {kind: 'refused', reason: 'this session is read-only'} : pushes.push(service, value);
  }

  function attend(socket: Socket): void {
    const lines = jsonLines(socket, lineMax);
    const impatience = setTimeout(() => lines.close({kind: 'unwelcome', reason: 'nothing was said'} satisfies Welcome), helloLimitMs);
    const refuse = (reason: string) => lines.close({kind: 'unwelcome', reason} satisfies Welcome);
    let nonsense = 0;
    lines.ended(() => {
      clearTimeout(impatience);
      socket.destroySoon();
    });
    lines.receive(first => {
      clearTimeout(impatience);
      const hello = readHello(first);
      if (!hello) return refuse('this is microscale’s control socket, and that was no greeting of a microscale');
      if (hello.version > protocolVersion)
        return refuse(
          `this engine speaks version ${protocolVersion} of the protocol, and that was version ${hello.version}: update the engine`,
        );
      const session = feed.session(hello.owner, hello.readOnly);
      lines.ended(() => {
        session.close();
        socket.destroySoon();
      });
      lines.send({kind: 'welcome', version: protocolVersion, about: about()} satisfies Welcome);
      serveSession(session, {
        send: lines.send,
        receive: listener =>
          lines.receive(message => {
            const request = readRequest(message);
            if (request?.kind === 'push') return lines.send({id: request.id, kind: 'reply', reply: push(hello, request)});
            if (request?.kind === 'past' && socket.writableLength > untakenMax)
              return lines.send({
                id: request.id,
                kind: 'gone',
                reason: 'too much is asked for at once: what was sent before isn’t read yet',
              });
            if (request) return listener(request);
            if (++nonsense > nonsenseMax) return refuse('too much that makes no sense');
            const id = (message as {id?: unknown} | null | undefined)?.id;
            lines.send({id: typeof id === 'number' ? id : null, kind: 'reply', reply: {kind: 'refused', reason: 'that is no request'}});
          }),
      });
    });
  }

  await new Promise<void>((resolve, reject) => {
    // Made under another name until its permissions are right: nobody gets in between.
    const making = join(dirname(path), `.${basename(path)}.${process.pid}`);
    server.once('error', error => reject(socketError(path, error)));
    server.listen(making, () => {
      try {
        chmodSync(making, socketMode);
        renameSync(making, path);
        resolve();
      } catch (error) {
        server.close();
        reject(socketError(path, error as Error));
      }
    });
  });
  const mine = statSync(path).ino;

  return {
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise<void>(resolve => server.close(() => resolve()));
      // Another engine may have put its own there meanwhile.
      if (statSync(path, {throwIfNoEntry: false})?.ino === mine) rmSync(path, {force: true});
    },
  };
}

function unwelcome(reason: string): string {
  return `${JSON.stringify({kind: 'unwelcome', reason} satisfies Welcome)}\n`;
}

/** What a crash left is taken away; what lives, or belongs to somebody else, is left. */
async function clearPath(path: string): Promise<void> {
  try {
    mkdirSync(dirname(path), {recursive: true, mode: 0o755});
    const stats = lstatSync(path, {throwIfNoEntry: false});
    if (!stats) return;
    if (!stats.isSocket()) throw new Error('something that is no socket is there');
    const self = process.getuid?.();
    if (self !== undefined && self !== 0 && stats.uid !== self) throw new Error(`a socket of user ${stats.uid} is there`);
    if (await answers(path)) throw new Error('another microscale listens there');
    rmSync(path);
  } catch (error) {
    throw socketError(path, error as Error);
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function socketError(path: string, error: Error): Error {
  return new Error(`the control socket ${path} can't be made: ${clean(error.message)}. Name another with --socket`, {cause: error});
}
