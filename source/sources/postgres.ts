/** One number from a query, read only: in a transaction that may change nothing, and that is always rolled back. */
import type {EventEmitter} from 'node:events';
import {Socket} from 'node:net';
import type {Client as PostgresClient, QueryConfig} from 'pg';
import {asking, type AskTimes, type Line} from './asking/ask.ts';
import {loadClient} from './asking/client.ts';
import {SourceError} from './asking/failure.ts';
import {guarded} from './asking/guard.ts';
import {placeOf} from './asking/http.ts';
import {oneNumber} from './asking/one-number.ts';
import type {Source} from '../ports.ts';
import type {Reading} from '../scaler/entry.ts';
import type {SourceParts} from './source.ts';

export interface PostgresDemand extends AskTimes {
  readonly source: 'postgres';
  readonly url: string;
  readonly query: string;
}

/** What of the client has no name outside of it: its connection, and the stream under it, which TLS puts another in the place of. */
interface Inside {
  readonly connection: EventEmitter & {readonly stream: Socket};
}

/** More rows than one are an error, and aren't waited for. */
const rowsMax = 2;

export function postgresSource(demand: PostgresDemand, {clock}: SourceParts): Source {
  return asking(`postgres at ${placeOf(demand.url)}`, demand, clock, () => openLine(demand));
}

function openLine({url, query, timeoutMs}: PostgresDemand): Line {
  let client: PostgresClient | null = null;
  let closed = false;
  const close = () => {
    closed = true;
    // An orderly end waits for the server, which may be silent.
    (client as unknown as Inside | null)?.connection.stream.destroy();
  };

  async function connect(): Promise<PostgresClient> {
    const {Client} = (await loadClient('pg', () => import('pg'))).default;
    if (closed) throw new SourceError('it was closed');
    client = new Client({connectionString: plainUrl(url), application_name: 'microscale', stream: () => guarded(new Socket())});
    const {connection} = client as unknown as Inside;
    connection.once('sslconnect', () => guarded(connection.stream));
    // One that breaks between two questions is told of by the next.
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  let connected: Promise<PostgresClient> | null = null;
  return {
    async ask(): Promise<Reading> {
      connected ??= connect();
      const open = await connected;
      try {
        await open.query(`begin transaction read only; set local statement_timeout = ${Math.ceil(timeoutMs)}`);
        const rows = await readRows(open, query);
        await open.query('rollback');
        return oneNumber(rows);
      } catch (error) {
        throw wordsOf(error);
      }
    },
    close,
  };
}

async function readRows(client: PostgresClient, text: string): Promise<readonly (readonly (string | null)[])[]> {
  const {Query} = (await import('pg')).default;
  const asText = {getTypeParser: () => (value: string) => value};
  // One statement and no more: what would end the transaction can't be followed by anything.
  const config = {text, rowMode: 'array', queryMode: 'extended', types: asText} as unknown as QueryConfig;
  return new Promise((resolve, reject) => {
    const rows: (string | null)[][] = [];
    const query = client.query(new Query<(string | null)[]>(config));
    // With a listener the rows aren't gathered: a query that gives a million takes no memory.
    query.on('row', row => {
      if (rows.length >= rowsMax) return;
      rows.push(row);
      if (rows.length === rowsMax) reject(new SourceError('the query gives several rows: expected one number'));
    });
    query.on('error', reject);
    query.on('end', () => resolve(rows));
  });
}

function wordsOf(error: unknown): unknown {
  const {code, message} = error as {code?: string; message?: string};
  switch (code) {
    case '25006':
      return new SourceError(`only reads are allowed: ${message ?? ''}`, {cause: error});
    case '42601':
      return new SourceError(`the query can’t be read: ${message ?? ''}`, {cause: error});
    case '57014':
      return new SourceError('the query took too long, and the server ended it', {cause: error});
    default:
      return error;
  }
}

/** pg takes these modes for verify-full already, and says so on the screen. */
function plainUrl(url: string): string {
  if (url.includes('uselibpqcompat=')) return url;
  return url.replace(/([?&]sslmode=)(prefer|require|verify-ca)(?=&|$)/, '$1verify-full');
}
