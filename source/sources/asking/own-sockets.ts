/**
 * The sockets that a client opens while it is called from here. Clients that give up on a server before it has answered may
 * leave their socket open and have no way to reach it: whoever called them closes it.
 */
import {AsyncLocalStorage} from 'node:async_hooks';
import {subscribe} from 'node:diagnostics_channel';
import type {Socket} from 'node:net';

export interface OwnSockets {
  /** Calls a client; what it opens in its course, also later, is ours. */
  run<Result>(call: () => Result): Result;
  destroy(): void;
}

const opened = new AsyncLocalStorage<(socket: Socket) => void>();
let listens = false;

export function createOwnSockets(): OwnSockets {
  if (!listens) subscribe('net.client.socket', message => opened.getStore()?.((message as {readonly socket: Socket}).socket));
  listens = true;
  const sockets = new Set<Socket>();
  let over = false;
  const add = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (over) end(socket);
  };
  return {
    run: call => opened.run(add, call),
    destroy: () => {
      over = true;
      for (const socket of sockets) end(socket);
    },
  };
}

function end(socket: Socket): void {
  // The client may have stopped listening, and an error that nobody hears would end the program.
  socket.on('error', () => {});
  socket.destroy();
}
