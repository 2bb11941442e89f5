/** A server that does with each connection what a test says: silence, rubbish, a page. */
import {createServer, type AddressInfo, type Socket} from 'node:net';

export interface RawServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function serveRaw(connected: (socket: Socket) => void): Promise<RawServer> {
  const open = new Set<Socket>();
  const server = createServer(socket => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    connected(socket);
  });
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise(resolve => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
