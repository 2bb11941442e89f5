/** A HAProxy for one test file alone, between the tests' own clients and a server that answers nobody. */
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {createConnection, createServer, type AddressInfo, type Socket} from 'node:net';
import {join} from 'node:path';
import {programNeed, programPath} from './needs.ts';
import {quietPort, startOwnServer, type OwnServer} from './own-server.ts';
import {pageLogin} from './page-server.ts';
import {until} from './until.ts';

export const haproxyNeed = programNeed('haproxy', 'Debian: apt-get install haproxy');

export interface PrivateHaproxy extends OwnServer {
  /** `http://ops:…@127.0.0.1:15123/stats` */
  readonly page: string;
  /** The stats socket, by its path and by its port. */
  readonly socket: string;
  readonly socketAt: string;
  /** Holds exactly so many connections open through the backend `web`; what is over its server's limit is queued there. */
  hold(connections: number): Promise<void>;
}

/** `limit` is how many connections HAProxy lets through to the server. */
export async function startHaproxy(limit: number): Promise<PrivateHaproxy> {
  const silent = createServer(socket => void socket.on('error', () => {}).resume());
  await new Promise<void>(resolve => void silent.listen(0, '127.0.0.1', resolve));
  const [frontPort, socketPort] = await Promise.all([quietPort(), quietPort()]);
  const clients = new Set<Socket>();
  const server = await startOwnServer({
    name: 'haproxy',
    command({port, folder}) {
      writeFileSync(join(folder, 'haproxy.cfg'), configOf({port, folder, frontPort, socketPort, limit, serverPort: portOf(silent)}));
      return [programPath('haproxy') ?? 'haproxy', '-db', '-f', join(folder, 'haproxy.cfg')];
    },
    serves: async ({port}) => (await fetch(`http://127.0.0.1:${port}/stats`)).status === 401,
  });
  const letGo = () => {
    for (const client of clients) client.destroy();
    clients.clear();
  };
  const {username, password} = pageLogin;
  return {
    ...server,
    page: `http://${username}:${password}@127.0.0.1:${server.port}/stats`,
    socket: join(server.folder, 'stats.sock'),
    socketAt: `127.0.0.1:${socketPort}`,
    async hold(connections) {
      while (clients.size < connections) clients.add(await connected(frontPort));
      // Those that came last are those that are queued.
      for (const client of [...clients].slice(connections)) {
        client.destroy();
        clients.delete(client);
      }
    },
    async kill() {
      letGo();
      await server.kill();
    },
    async stop() {
      letGo();
      await server.stop();
      silent.close();
    },
  };
}

interface Places {
  readonly port: number;
  readonly folder: string;
  readonly frontPort: number;
  readonly socketPort: number;
  readonly serverPort: number;
  readonly limit: number;
}

function configOf({port, folder, frontPort, socketPort, serverPort, limit}: Places): string {
  return `
global
  stats socket ${join(folder, 'stats.sock')} mode 600 level user
  stats socket ipv4@127.0.0.1:${socketPort} level user
defaults
  mode tcp
  timeout connect 30s
  timeout client 10m
  timeout server 10m
  timeout queue 10m
  option abortonclose
frontend shop
  bind 127.0.0.1:${frontPort}
  default_backend web
backend web
  server web1 127.0.0.1:${serverPort} maxconn ${limit}
backend idle
frontend statistics
  mode http
  bind 127.0.0.1:${port}
  stats enable
  stats uri /stats
  stats auth ${pageLogin.username}:${pageLogin.password}
`;
}

function portOf(server: ReturnType<typeof createServer>): number {
  return (server.address() as AddressInfo).port;
}

async function connected(port: number): Promise<Socket> {
  return until('a connection through HAProxy', async () => {
    const socket = createConnection(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return socket.on('error', () => {}).resume();
  });
}
