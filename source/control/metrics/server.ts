/** Metrics and health over HTTP. It says what others read of the fleet, changes nothing, and knows no session. */
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {clean} from '../../clean.ts';
import type {Entry} from '../../scaler/entry.ts';
import type {Step} from '../../scaler/step.ts';
import {healthOf, type Watched} from './health.ts';
import {createMetrics} from './registry.ts';

interface MetricsParts extends Watched {
  /** Such as `127.0.0.1:9180`, `:9180` or `[::1]:9180`; port 0 takes any that is free. */
  readonly address: string;
}

interface MetricsServer {
  /** The port that it listens on. */
  readonly port: number;
  /** To be called after each step. */
  stepped(entries: readonly Entry[], result: Step): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** More than this at once are no scrapers. */
const connectionsMax = 64;
/** A scraper's headers are a few hundred characters. */
const headersMax = 8 * 1024;
/** How long a request may take to arrive, and how often that is looked at. */
const requestLimitMs = 5000;
const requestLookMs = 1000;
/** How long a reader may take nothing of its answer. */
const idleLimitMs = 10_000;

/** Throws an `Error` whose message says what to do when the address can't be had. */
export async function serveMetrics({address, ...watched}: MetricsParts): Promise<MetricsServer> {
  const metrics = createMetrics(watched);
  const server = createServer(
    {maxHeaderSize: headersMax, headersTimeout: requestLimitMs, requestTimeout: requestLimitMs, connectionsCheckingInterval: requestLookMs},
    (request, response) => {
      response.on('error', () => {});
      answer(request)
        .catch(() => plain(500, 'this can’t be told now: it is a fault of microscale'))
        .then(reply => send(response, reply))
        .catch(() => response.destroy());
    },
  );
  server.maxConnections = connectionsMax;
  server.setTimeout(idleLimitMs);

  async function answer({method = '', url = ''}: IncomingMessage): Promise<Answer> {
    if (method !== 'GET' && method !== 'HEAD') return plain(405, 'this is only for reading: use GET');
    switch (url.split('?')[0]) {
      case '/metrics':
        return {status: 200, type: metrics.type, text: await metrics.text()};
      case '/healthz':
        return healthAnswer(watched);
      default:
        return plain(404, 'there is nothing here: see /metrics and /healthz');
    }
  }

  const {host, port} = placeOf(address);
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(new Error(`metrics can't be served at ${address}: ${listenWords(error)}`, {cause: error})));
    server.listen({host, port}, resolve);
  });
  // A connection that can't be taken, as when there are too many open files, is the scraper's loss.
  server.on('error', () => {});
  // Being readable is no reason to live on.
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    stepped: (_entries, result) => metrics.stepped(result),
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function plain(status: number, words: string): Answer {
  return {status, type: 'text/plain; charset=utf-8', text: `${words}\n`};
}

function send(response: ServerResponse, {status, type, text}: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 && {allow: 'GET, HEAD'}),
  });
  response.end(text);
}

function healthAnswer(watched: Watched): Answer {
  const health = healthOf(watched);
  return {status: health.status === 'ok' ? 200 : 503, type: 'application/json', text: `${JSON.stringify(health)}\n`};
}

/** No host stands for every address of the machine. */
function placeOf(address: string): {readonly host: string | undefined; readonly port: number} {
  const [, inBrackets, name, digits] = /^(?:\[([0-9a-f:.]+)\]|([^:\s[\]]+))?:(\d{1,5})$/i.exec(address) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535)
    throw new Error(
      `metrics can't be served at ${clean(address)}: expected an address and a port up to 65535, such as --metrics 127.0.0.1:9180`,
    );
  return {host: inBrackets ?? name, port};
}

function listenWords({code, message}: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'something else listens on that port. Stop it, or name another port with --metrics';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'this machine has no such address. Name one of its own with --metrics, such as 127.0.0.1';
    case 'EACCES':
      return 'this user may not listen on that port. Name one from 1024 up with --metrics';
    default:
      return `${clean(message)}. Name another address with --metrics`;
  }
}
