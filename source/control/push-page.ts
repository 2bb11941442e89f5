/** `POST /demand/SERVICE` with a plain number: what curl, a cron job or a web hook can say to the control socket. */
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
import {clean} from '../clean.ts';
import type {PushBoard} from './pushes.ts';

export interface PushPage {
  /** Takes a connection on which nothing was read yet. */
  attend(socket: Socket): void;
}

/** A number is shorter. */
const bodyMax = 256;
const headersMax = 8 * 1024;
/** How long one visit may take, from its first byte to its end. */
const visitLimitMs = 5000;
const usage = 'write it as: curl --unix-socket SOCKET -d 42 http://localhost/demand/SERVICE';

/** A plain number from 0 up, or null. */
export function demandNumber(text: string): number | null {
  const value = /^\+?\d{1,300}(\.\d{1,300})?(e[-+]?\d{1,3})?$/i.test(text.trim()) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : null;
}

export function createPushPage(pushes: PushBoard): PushPage {
  const http = createServer({maxHeaderSize: headersMax, keepAlive: false}, (request, response) => {
    void answer(request, pushes).then(({status, text}) => say(response, status, text));
  });
  http.on('clientError', (_error, socket) => socket.destroy());
  return {
    attend(socket) {
      const impatience = setTimeout(() => socket.destroy(), visitLimitMs);
      socket.once('close', () => clearTimeout(impatience));
      http.emit('connection', socket);
    },
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function answer(request: IncomingMessage, pushes: PushBoard): Promise<Answer> {
  const service = serviceOf(request.url ?? '');
  if (service === null) return {status: 404, text: `there is nothing of that name: ${usage}`};
  if (request.method !== 'POST' && request.method !== 'PUT') return {status: 405, text: `numbers are pushed: ${usage}`};
  const body = await readBody(request);
  if (body === null) return {status: 413, text: `that is more than a number: ${usage}`};
  const value = demandNumber(body);
  if (value === null) return {status: 400, text: `that is no demand, expected a number from 0 up: ${usage}`};
  const reply = pushes.push(service, value);
  return reply.kind === 'accepted' ? {status: 200, text: reply.words} : {status: 409, text: `refused: ${reply.reason}`};
}

function serviceOf(url: string): string | null {
  const name = /^\/demand\/([^/?#]{1,600})$/.exec(url)?.[1];
  if (name === undefined) return null;
  try {
    return decodeURIComponent(name);
  } catch {
    return null;
  }
}

/** Null for more than a number needs. */
function readBody(request: IncomingMessage): Promise<string | null> {
  return new Promise(resolve => {
    let text = '';
    request.setEncoding('latin1');
    request.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > bodyMax) resolve(null);
    });
    request.on('end', () => resolve(text));
    request.on('error', () => resolve(null));
    request.on('close', () => resolve(null));
  });
}

function say(response: ServerResponse, status: number, text: string): void {
  if (response.destroyed) return;
  response.writeHead(status, {'content-type': 'text/plain; charset=utf-8', connection: 'close'});
  // What isn't read to its end is cut off once it was answered.
  response.end(`${clean(text)}\n`, () => response.socket?.destroySoon());
}
