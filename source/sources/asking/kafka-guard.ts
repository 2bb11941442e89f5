/**
 * Keeps what the Kafka client lets slip from ending the program. Its connections say `error` where nobody listens any more, as when
 * a broker goes away while it signs us in; what it can't make sense of, it throws from where its socket is read.
 */
import type {Socket} from 'node:net';
import type {ConnectionPool} from '@platformatic/kafka';
import {SourceError} from './failure.ts';

export interface Guard {
  /**
   * What is answered from here on counts as one answer. What is given rejects once a connection breaks in a way that the client
   * itself doesn't tell of.
   */
  beginQuestion(): Promise<never>;
  destroy(): void;
}

/** What the brokers say to one question, all in all; thousands of partitions fit in it. */
const answerBytesMax = 16 * 1024 * 1024;

export function guardConnections(pool: ConnectionPool): Guard {
  const sockets = new Set<Socket>();
  let over = false;
  let bytes = 0;
  let breakOff: (error: unknown) => void = () => {};

  const guard = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    guardData(
      socket,
      chunk => {
        bytes += chunk.length;
        if (bytes > answerBytesMax) throw new SourceError(`answered with more than ${answerBytesMax / 1024 ** 2} MB`);
      },
      error => {
        breakOff(error);
        end(socket);
      },
    );
    if (over) end(socket);
  };

  pool.on('connecting', ({connection}) => {
    connection.on('error', () => {});
    // The pool says so just before the connection makes its socket.
    queueMicrotask(() => {
      if (connection.socket) guard(connection.socket);
    });
  });

  return {
    beginQuestion: () => {
      bytes = 0;
      const broken = new Promise<never>((_resolve, reject) => {
        breakOff = reject;
      });
      broken.catch(() => {});
      return broken;
    },
    destroy: () => {
      over = true;
      for (const socket of sockets) end(socket);
    },
  };
}

/** From now on, whoever listens for data hears it after `check`, and what either of them throws goes to `failed`. */
function guardData(socket: Socket, check: (chunk: Buffer) => void, failed: (error: unknown) => void): void {
  const on = socket.on.bind(socket) as (event: string, listener: (...heard: unknown[]) => void) => Socket;
  const guarded: typeof on = (event, listener) => {
    if (event !== 'data') return on(event, listener);
    return on('data', chunk => {
      if (socket.destroyed) return;
      try {
        check(chunk as Buffer);
        listener(chunk);
      } catch (error) {
        failed(error);
      }
    });
  };
  socket.on = guarded as Socket['on'];
}

function end(socket: Socket): void {
  socket.on('error', () => {});
  socket.destroy();
}
