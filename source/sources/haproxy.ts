/** Sessions, queue or request rate of a HAProxy backend, from its statistics page or its stats socket. */
import {createConnection} from 'node:net';
import {amountFrom} from './asking/amount.ts';
import {asking, type AskTimes} from './asking/ask.ts';
import {SourceError} from './asking/failure.ts';
import {fetchText, notWords, placeOf} from './asking/http.ts';
import {parse as parseCsv} from 'csv-parse/sync';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface HaproxyDemand extends AskTimes {
  readonly source: 'haproxy';
  readonly at: {readonly kind: 'page'; readonly url: string} | {readonly kind: 'socket'; readonly address: string};
  readonly backend: string;
  readonly read: 'sessions' | 'queue' | 'rate';
  readonly username: string | null;
  readonly password: string | null;
}

/** What HAProxy calls it. For a backend `rate` counts requests in HTTP mode, connections in TCP mode; `req_rate` is a frontend's. */
const columns = {sessions: 'scur', queue: 'qcur', rate: 'rate'} as const;

const bytesMax = 8 * 1024 * 1024;
/** Type 2 of any proxy: its backends alone, and nothing from the configuration in the command. */
const command = 'show stat -1 2 -1\n';

export function haproxySource(demand: HaproxyDemand, {clock}: SourceParts): Source {
  const {at, backend, read, username, password} = demand;
  const what = `haproxy at ${at.kind === 'page' ? placeOf(at.url) : at.address}`;
  return asking(what, demand, clock, () => ({
    async ask(signal) {
      const text =
        at.kind === 'page'
          ? await fetchText({url: csvAddress(at.url), access: {headers: {}, username, password, token: null}, bytesMax}, signal)
          : await askSocket(at.address, signal);
      return {kind: 'value', value: amountFrom(fieldOf(text, backend, columns[read]), `${columns[read]} of the backend ${backend}`)};
    },
    close() {},
  }));
}

function csvAddress(url: string): string {
  const address = new URL(url);
  if (!address.pathname.includes(';csv')) address.pathname += ';csv';
  return address.href;
}

/** One question a connection, which HAProxy closes once it has answered. */
function askSocket(address: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({...socketPlace(address), signal});
    const chunks: Buffer[] = [];
    let bytes = 0;
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.on('connect', () => socket.write(command));
    socket.on('error', fail);
    socket.on('data', chunk => {
      bytes += chunk.byteLength;
      chunks.push(chunk);
      if (bytes > bytesMax) fail(new SourceError(`answered with more than ${bytesMax / 1024 ** 2} MB`));
    });
    socket.on('end', () => {
      socket.destroy();
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
    socket.on('close', () => fail(new SourceError('it broke the connection off')));
  });
}

function socketPlace(address: string): {path: string} | {host: string; port: number} {
  if (address.includes('/')) return {path: address};
  const colon = address.lastIndexOf(':');
  return {host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(colon + 1))};
}

/** The first line names the columns: `# pxname,svname,qcur,…`. Throws `SourceError` where there is no such backend. */
function fieldOf(text: string, backend: string, column: string): string {
  if (!text.startsWith('# pxname,svname,')) throw new SourceError(notWords(text, 'HAProxy’s statistics'));
  if (!text.endsWith('\n')) throw new SourceError('the answer breaks off');
  let rows: readonly Readonly<Record<string, string>>[];
  try {
    rows = parseCsv(text.slice(2), {columns: true, relax_column_count: true, skip_empty_lines: true, max_record_size: 64 * 1024});
  } catch (error) {
    throw new SourceError('answered with statistics that are not whole', {cause: error});
  }
  const backends = rows.filter(({svname}) => svname === 'BACKEND');
  const row = backends.find(({pxname}) => pxname === backend);
  const value = row?.[column];
  if (!row) {
    const others = backends.map(({pxname = ''}) => pxname).toSorted();
    throw new SourceError(`has no backend ${backend}, but ${others.join(', ') || 'none at all'}`);
  }
  if (value === undefined) throw new SourceError(`tells no ${column} of the backend ${backend}`);
  return value;
}
