/** Messages as lines of JSON over a stream. A line has an end, or the stream is cut. */
import type {Duplex} from 'node:stream';
import {StringDecoder} from 'node:string_decoder';

export interface JsonLines {
  send(message: unknown): void;
  /** Told each message; `undefined` for a line that is no JSON. */
  receive(listener: (message: unknown) => void): void;
  /** Told once, when the stream is over, with the reason. */
  ended(listener: (reason: string) => void): void;
  /** Says a last word and ends. */
  close(last?: unknown): void;
}

/** `lineMax` is in characters. */
export function jsonLines(stream: Duplex, lineMax: number): JsonLines {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let over: string | null = null;
  let hear: (message: unknown) => void = () => {};
  let tellEnd: (reason: string) => void = () => {};
  const early: unknown[] = [];
  let heard = false;

  function end(reason: string): void {
    if (over !== null) return;
    over = reason;
    rest = '';
    tellEnd(reason);
  }

  function tell(message: unknown): void {
    if (heard) hear(message);
    else early.push(message);
  }

  stream.on('data', (chunk: Buffer) => {
    if (over !== null) return;
    rest += decoder.write(chunk);
    let from = 0;
    for (let at = rest.indexOf('\n'); at >= 0; at = rest.indexOf('\n', from)) {
      const line = rest.slice(from, at);
      from = at + 1;
      if (line.trim() !== '') tell(parse(line));
      if (over !== null) return;
    }
    rest = rest.slice(from);
    if (rest.length <= lineMax) return;
    end('it sent a line without an end');
    stream.destroy();
  });
  stream.on('error', error => end(error.message));
  stream.on('end', () => end('the connection was closed'));
  stream.on('close', () => end('the connection was closed'));

  const write = (message: unknown) => {
    if (over === null && stream.writable) stream.write(`${JSON.stringify(message)}\n`);
  };

  return {
    send: write,
    receive(listener) {
      hear = listener;
      heard = true;
      for (const message of early.splice(0)) listener(message);
    },
    ended(listener) {
      tellEnd = listener;
      if (over !== null) listener(over);
    },
    close(last) {
      if (last !== undefined) write(last);
      stream.end();
      end('closed here');
    },
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
