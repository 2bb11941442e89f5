/** A session on an engine in another process, through its control socket or whatever leads there. */
import {lstatSync} from 'node:fs';
import {createConnection} from 'node:net';
import type {Duplex} from 'node:stream';
import {clean} from '../clean.ts';
import {HostError} from '../ports.ts';
import {openSession, type FarSession} from './channel.ts';
import {jsonLines} from './json-lines.ts';
import {readSight} from './read-sight.ts';
import {protocolVersion, readWelcome, type About, type Hello} from './protocol.ts';

/** A first update carries ten minutes of a large fleet. */
const lineMax = 64 * 1024 * 1024;
const welcomeLimitMs = 5000;

export interface Attached {
  readonly session: FarSession;
  readonly about: About;
  close(): void;
}

export type Visitor = Pick<Hello, 'owner' | 'readOnly'>;

/** Throws `HostError` when nobody answers, or whoever does won't have us. `where` is how messages name the other end. */
export function attachThrough(stream: Duplex, where: string, {owner, readOnly}: Visitor, limitMs = welcomeLimitMs): Promise<Attached> {
  return new Promise((resolve, reject) => {
    const lines = jsonLines(stream, lineMax);
    let session: FarSession | null = null;
    const fail = (reason: string) => {
      clearTimeout(timer);
      stream.destroy();
      reject(new HostError(`can't attach to ${where}: ${clean(reason)}`));
    };
    const timer = setTimeout(() => fail(`no answer within ${limitMs / 1000} s`), limitMs);
    lines.ended(reason => {
      if (session) session.end(`the engine at ${where} is gone: ${clean(reason)}`);
      else fail(reason);
    });
    lines.receive(message => {
      const welcome = readWelcome(message);
      if (!welcome) return fail('what answers there is no microscale');
      if (welcome.kind === 'unwelcome') return fail(welcome.reason);
      clearTimeout(timer);
      session = openSession(lines, readSight);
      resolve({session, about: welcome.about, close: () => lines.close()});
    });
    lines.send({microscale: 'control', version: protocolVersion, owner, readOnly} satisfies Hello);
  });
}

/** Throws `HostError` with what to do. */
export async function attachTo(path: string, visitor: Visitor, limitMs?: number): Promise<Attached> {
  const stream = createConnection(path);
  try {
    await new Promise<void>((resolve, reject) => {
      stream.once('connect', resolve);
      stream.once('error', reject);
    });
  } catch (error) {
    throw new HostError(`can't attach to ${path}: ${connectWords(path, error as NodeJS.ErrnoException)}`, {cause: error});
  }
  return attachThrough(stream, path, visitor, limitMs);
}

function connectWords(path: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EACCES':
    case 'EPERM': {
      const owner = lstatSync(path, {throwIfNoEntry: false});
      const whose = owner ? `it belongs to user ${owner.uid}, group ${owner.gid}` : 'it belongs to somebody else';
      return `${whose}, and lets only them in. Join the group, or use sudo`;
    }
    case 'ENOENT':
      return 'there is no such socket: no engine runs here, or it was given another with --socket';
    case 'ECONNREFUSED':
      return 'nobody listens there any more: the engine has ended. Start “microscale run”';
    case 'ENOTSOCK':
      return 'it is no socket';
    default:
      return error.message;
  }
}
