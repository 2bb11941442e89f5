/** One number from a query of MySQL or MariaDB, read only: in a transaction that may change nothing and is rolled back. */
import type {Duplex} from 'node:stream';
import type {Connection as CallbackConnection, ConnectionOptions, RowDataPacket} from 'mysql2';
import type {Connection} from 'mysql2/promise';
import {asking, type AskTimes, type Line} from './asking/ask.ts';
import {loadClient} from './asking/client.ts';
import {SourceError} from './asking/failure.ts';
import {placeOf} from './asking/http.ts';
import {oneNumber} from './asking/one-number.ts';
import type {Source} from '../ports.ts';
import type {Reading} from '../scaler/entry.ts';
import type {SourceParts} from './source.ts';

export interface MysqlDemand extends AskTimes {
  readonly source: 'mysql';
  readonly url: string;
  readonly query: string;
}

/** The server gives no more rows than this: two are too many already. */
const rowsMax = 2;

export function mysqlSource(demand: MysqlDemand, {clock}: SourceParts): Source {
  return asking(`mysql at ${placeOf(demand.url)}`, demand, clock, () => openLine(demand));
}

function openLine({url, query, timeoutMs}: MysqlDemand): Line {
  let connection: CallbackConnection | null = null;
  let closed = false;

  async function connect(): Promise<Connection> {
    const {createConnection} = await loadClient('mysql2', () => import('mysql2'));
    if (closed) throw new SourceError('it was closed');
    connection = createConnection({...placeAndLogin(url), connectTimeout: timeoutMs, rowsAsArray: true, multipleStatements: false});
    // One that breaks between two questions is told of by the next.
    connection.on('error', () => {});
    guardParser(connection);
    await connected(connection);
    const open = connection.promise();
    await limitTime(open, timeoutMs);
    return open;
  }

  let opening: Promise<Connection> | null = null;
  return {
    async ask(): Promise<Reading> {
      const refusal = whyNoRead(query);
      if (refusal !== null) throw new SourceError(refusal);
      opening ??= connect();
      const open = await opening;
      try {
        // Also what a statement does after it has ended the transaction by itself may change nothing.
        await open.query(`set session transaction read only`);
        await open.query(`set session sql_select_limit = ${rowsMax}`);
        await open.query('start transaction read only');
        const [rows] = await open.query<RowDataPacket[][]>({sql: query, rowsAsArray: true, typeCast: field => field.string()});
        await open.query('rollback');
        if (!Array.isArray(rows)) throw new SourceError('the query gives no row: expected one number');
        return oneNumber(rows as unknown as (string | null)[][]);
      } catch (error) {
        throw wordsOf(error);
      }
    },
    close() {
      closed = true;
      connection?.destroy();
    },
  };
}

/** What it can't make sense of must end the connection, and not the program or the screen. TLS comes this way too. */
function guardParser(connection: CallbackConnection): void {
  const inside = connection as unknown as Inside;
  const {packetParser, stream} = inside;
  const take = inside.handlePacket.bind(inside);
  inside.handlePacket = packet => {
    // It would print that on the screen, and go on.
    if (packet && inside._command && packet.sequenceId !== inside.sequenceId) throw new Error('its packets are out of order');
    take(packet);
  };
  const execute = packetParser.execute.bind(packetParser);
  packetParser.execute = data => {
    try {
      execute(data);
    } catch (error) {
      stream.destroy(new Error('answered with something that can’t be read', {cause: error}));
    }
  };
}

/** What of the client has no name outside of it. */
interface Inside {
  handlePacket: (packet?: {readonly sequenceId: number}) => void;
  readonly sequenceId: number;
  readonly _command: unknown;
  readonly packetParser: {execute: (data: Buffer) => void};
  readonly stream: Duplex;
}

function connected(connection: CallbackConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.once('connect', () => resolve());
    connection.once('error', reject);
  });
}

/** MariaDB and MySQL have different names for it; where there is neither, the line is cut when the time is up. */
async function limitTime(connection: Connection, timeoutMs: number): Promise<void> {
  for (const setting of [`max_statement_time = ${timeoutMs / 1000}`, `max_execution_time = ${Math.ceil(timeoutMs)}`]) {
    try {
      await connection.query(`set session ${setting}`);
      return;
    } catch (error) {
      if ((error as {errno?: number}).errno !== unknownVariable) throw error;
    }
  }
}

const unknownVariable = 1193;

/** A transaction that reads only stops what changes tables, and not everything that a server can be told. */
function whyNoRead(query: string): string | null {
  const bare = query.replace(/\/\*(?![!M])[\s\S]*?\*\/|(?:--\s|#)[^\n]*/g, ' ').trim();
  if (!/^(?:\(\s*)*(select|with|values|table|show)\b/i.test(bare)) return 'only reads are allowed: the query must begin with select';
  return /\binto\s+(outfile|dumpfile)\b/i.test(bare) ? 'only reads are allowed: the query writes a file' : null;
}

function wordsOf(error: unknown): unknown {
  const {errno, message = ''} = error as {errno?: number; message?: string};
  switch (errno) {
    case 1792:
      return new SourceError(`only reads are allowed: ${message}`, {cause: error});
    case 1969:
    case 3024:
      return new SourceError('the query took too long, and the server ended it', {cause: error});
    default:
      return error;
  }
}

/** What the client would not know of an address, it would print on the screen: only what is known is taken from it. */
function placeAndLogin(text: string): ConnectionOptions {
  const url = new URL(text);
  const socketPath = url.searchParams.get('socket') ?? url.searchParams.get('socketPath');
  const database = decodeURIComponent(url.pathname.slice(1));
  return {
    ...(socketPath === null ? {host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? 3306 : Number(url.port)} : {socketPath}),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    ...(database !== '' && {database}),
    ...tlsOf((url.searchParams.get('ssl-mode') ?? url.searchParams.get('sslmode') ?? 'preferred').toLowerCase()),
  };
}

/** By the modes of MySQL's own clients; `preferred` is without, since a server in the way could turn it down anyhow. */
function tlsOf(mode: string): Pick<ConnectionOptions, 'ssl'> {
  switch (mode) {
    case 'disabled':
    case 'disable':
    case 'preferred':
      return {};
    case 'required':
    case 'require':
      return {ssl: {rejectUnauthorized: false}};
    case 'verify_ca':
    case 'verify-ca':
      return {ssl: {rejectUnauthorized: true}};
    case 'verify_identity':
    case 'verify-full':
      return {ssl: {rejectUnauthorized: true, verifyIdentity: true}};
    default:
      throw new SourceError('its ssl-mode is not known: expected disabled, preferred, required, verify_ca or verify_identity');
  }
}
