/** Reads what an engine has of a log, for as long and as much as it may. It knows no replica. */
import type Docker from 'dockerode';
import type {IncomingMessage} from 'node:http';
import {cleanUpTo} from '../../clean.ts';
import {createLogReader} from '../log-tail.ts';

/** A hundred lines of the longest pieces that an engine keeps; more is not read. */
const readMax = 4 * 1024 * 1024;

export interface LogRequest {
  /** Such as `/containers/ID/logs`. */
  readonly path: string;
  readonly framed: boolean;
  readonly lines: number;
  /** What else is asked for, such as where each line is from. */
  readonly more?: Readonly<Record<string, boolean>>;
}

/** The lines as they came; what came until it was too much, or the signal spoke, counts. Rejects where there is nothing to read. */
export async function readLogs(
  docker: Docker,
  {path, framed, lines, more = {}}: LogRequest,
  signal: AbortSignal,
): Promise<readonly Buffer[]> {
  const stream = await open(docker, path, {stdout: true, stderr: true, timestamps: true, tail: lines, ...more}, signal);
  const reader = createLogReader(framed, lines);
  return new Promise(resolve => {
    let read = 0;
    const end = () => {
      signal.removeEventListener('abort', end);
      stream.destroy();
      resolve(reader.lines());
    };
    signal.addEventListener('abort', end, {once: true});
    stream.on('data', (chunk: Buffer) => {
      reader.take(chunk);
      read += chunk.length;
      if (read > readMax) end();
    });
    for (const event of ['end', 'close', 'error']) stream.on(event, end);
    if (signal.aborted) end();
  });
}

/** Speaks a little before a call is given up: what was read until then counts. */
export function soon(signal: AbortSignal, limitMs: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(limitMs * 0.9)]);
}

/** Why a log could not be read, in the engine's words where it has some. */
export function unreadWords(error: unknown): string {
  const {json, code, name, message} = error as NodeJS.ErrnoException & {readonly json?: {readonly message?: string}};
  if (code === 'ETIMEDOUT' || code === 'ABORT_ERR' || name === 'AbortError') return 'no answer in time';
  return cleanUpTo(200, json?.message ?? message);
}

/** As a stream: the client would otherwise keep all of it before it hands out any. */
function open(docker: Docker, path: string, options: object, abortSignal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = {path: `${path}?`, method: 'GET', isStream: true, abortSignal, statusCodes: {200: true}, options};
    docker.modem.dial(request, (error, stream) => {
      if (error) reject(error);
      else resolve(stream as IncomingMessage);
    });
  });
}
