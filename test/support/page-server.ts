/** A web server that says what a test wants, to those who know the password: gone and back on the same port. */
import {createServer, type Server, type ServerResponse} from 'node:http';
import {quietPort} from './own-server.ts';

export interface PageServer {
  readonly port: number;
  /** `127.0.0.1:15123` with the name and the password before it, where there is one. */
  readonly place: string;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

export interface PageLogin {
  readonly username: string;
  readonly password: string;
}

export const pageLogin: PageLogin = {username: 'ops', password: 'the-password'};

export async function servePages(
  login: PageLogin | null,
  answer: (path: string, response: ServerResponse) => void | Promise<void>,
): Promise<PageServer> {
  const expected = login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
  const port = await quietPort();
  let server: Server;
  const restart = () =>
    new Promise<void>((resolve, reject) => {
      server = createServer((request, response) => {
        if (expected !== null && request.headers.authorization !== expected) response.writeHead(401).end('who are you?');
        else void answer(request.url ?? '', response);
      });
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  await restart();
  return {
    port,
    place: `${login ? `${login.username}:${login.password}@` : ''}127.0.0.1:${port}`,
    restart,
    kill: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
