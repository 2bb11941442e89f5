/**
 * What a client does beside what it was asked for, while it is called from here: sockets that it opens and, where it gives up on a
 * server before it was answered, leaves open with no way to reach them; lines that it prints, on what is the console's screen.
 */
import {AsyncLocalStorage} from 'node:async_hooks';
import {subscribe} from 'node:diagnostics_channel';
import type {Socket} from 'node:net';

export interface Contained {
  /** Calls a client: what it opens in its course, also later, is ours, and what it prints is dropped. */
  run<Result>(call: () => Result): Result;
  /** Closes what it opened. */
  destroy(): void;
}

const calls = new AsyncLocalStorage<(socket: Socket) => void>();
let listens = false;

export function createContained(): Contained {
  if (!listens) listen();
  listens = true;
  const sockets = new Set<Socket>();
  let over = false;
  const add = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (over) end(socket);
  };
  return {
    run: call => calls.run(add, call),
    destroy: () => {
      over = true;
      for (const socket of sockets) end(socket);
    },
  };
}

function listen(): void {
  subscribe('net.client.socket', message => calls.getStore()?.((message as {readonly socket: Socket}).socket));
  for (const name of ['log', 'info', 'warn', 'error'] as const) {
    const print = console[name].bind(console);
    console[name] = (...said: unknown[]) => {
      if (calls.getStore() === undefined) print(...said);
    };
  }
}

function end(socket: Socket): void {
  // The client may have stopped listening, and an error that nobody hears would end the program.
  socket.on('error', () => {});
  socket.destroy();
}
