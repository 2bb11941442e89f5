/** What a JetStream consumer has before it: pending, and delivered without an answer yet. */
import type {JetStreamManager} from '@nats-io/jetstream';
import type {NatsConnection} from '@nats-io/transport-node';
import {asking, type AskTimes, type Line} from './asking/ask.ts';
import {loadClient} from './asking/client.ts';
import {countOf} from './asking/count.ts';
import {SourceError} from './asking/failure.ts';
import {placeOf} from './asking/http.ts';
import {createContained} from './asking/contained.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface NatsDemand extends AskTimes {
  readonly source: 'nats';
  readonly servers: readonly string[];
  readonly stream: string;
  readonly consumer: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly token: string | null;
}

type StreamInfo = Awaited<ReturnType<JetStreamManager['streams']['info']>>;
type ConsumerInfo = Awaited<ReturnType<JetStreamManager['consumers']['info']>>;

export function natsSource(demand: NatsDemand, {clock}: SourceParts): Source {
  return asking(`nats at ${demand.servers.map(placeOf).join(', ')}`, demand, clock, () => openLine(demand));
}

function openLine(demand: NatsDemand): Line {
  const {stream, consumer} = demand;
  const contained = createContained();
  let connecting: Promise<{connection: NatsConnection; manager: JetStreamManager}> | null = null;
  let mayReadStream = true;

  const readStream = async (manager: JetStreamManager): Promise<StreamInfo | null> => {
    if (!mayReadStream) return null;
    try {
      return await manager.streams.info(stream);
    } catch (error) {
      // It may be that only the consumer is open to us: what has arrived is then not known, and the rest is.
      if (!isNamed(error, 'PermissionViolationError')) throw error;
      mayReadStream = false;
      return null;
    }
  };

  return {
    ask: async () => {
      try {
        connecting ??= contained.run(() => connect(demand));
        const {manager} = await connecting;
        const [consumerInfo, streamInfo] = await Promise.all([manager.consumers.info(stream, consumer), readStream(manager)]);
        return {
          kind: 'queue',
          waiting: countOf(consumerInfo.num_pending, `what the consumer ${consumer} has pending`),
          inFlight: countOf(consumerInfo.num_ack_pending, `what the consumer ${consumer} has not answered`),
          arrived:
            streamInfo !== null && hearsAll(consumerInfo, streamInfo) ? countOf(streamInfo.state.last_seq, 'its last message') : null,
        };
      } catch (error) {
        throw inWords(error, demand);
      }
    },
    close: () => {
      contained.destroy();
      connecting?.then(({connection}) => connection.close()).catch(() => {});
    },
  };
}

/** Connects once and never again by itself. */
async function connect({servers, timeoutMs, ...demand}: NatsDemand): Promise<{connection: NatsConnection; manager: JetStreamManager}> {
  const {connect, wsconnect} = await loadClient('@nats-io/transport-node', () => import('@nats-io/transport-node'));
  const {jetstreamManager} = await loadClient('@nats-io/jetstream', () => import('@nats-io/jetstream'));
  const urls = servers.map(server => new URL(server));
  const overWeb = urls.filter(({protocol}) => protocol.startsWith('ws')).length;
  if (overWeb > 0 && overWeb < urls.length) throw new SourceError('some of its addresses are ws:// and some are not: take one kind');
  // Longer than a question may take, so that it is told of in one way only.
  const clientTimeoutMs = timeoutMs + 1000;
  const connection = await (overWeb > 0 ? wsconnect : connect)({
    servers: urls.map(({protocol, host}) => (overWeb > 0 ? `${protocol}//${host}` : host)),
    ...loginOf(urls, demand),
    ...(urls.some(({protocol}) => protocol === 'tls:') ? {tls: {}} : {}),
    name: 'microscale',
    timeout: clientTimeoutMs,
    reconnect: false,
    maxReconnectAttempts: 0,
    ignoreClusterUpdates: true,
  });
  return {connection, manager: await jetstreamManager(connection, {checkAPI: false, timeout: clientTimeoutMs})};
}

/** As NATS has it, a name without a password in the address is a token. */
function loginOf(
  urls: readonly URL[],
  {username, password, token}: Pick<NatsDemand, 'username' | 'password' | 'token'>,
): {user?: string; pass?: string; token?: string} {
  if (token !== null) return {token};
  if (username !== null) return {user: username, pass: password ?? ''};
  const own = urls.find(url => url.username !== '');
  if (!own) return {};
  const name = decodeURIComponent(own.username);
  return own.password === '' ? {token: name} : {user: name, pass: decodeURIComponent(own.password)};
}

/**
 * The stream's last number counts what has arrived for the consumer only if it is given all that the stream holds. For one that
 * is given some of it, no number says how many of those have ever arrived.
 */
function hearsAll({config}: ConsumerInfo, {config: {subjects}}: StreamInfo): boolean {
  const filters = [...(config.filter_subject ? [config.filter_subject] : []), ...(config.filter_subjects ?? [])];
  if (filters.length === 0 || filters.includes('>')) return true;
  return Array.isArray(subjects) && subjects.length > 0 && subjects.every(subject => filters.includes(subject));
}

function inWords(error: unknown, {stream, consumer}: NatsDemand): unknown {
  const words = wordsFor(error, stream, consumer);
  return words === null ? error : new SourceError(words, {cause: error});
}

function wordsFor(error: unknown, stream: string, consumer: string): string | null {
  if (isNamed(error, 'SourceError') || hasCode(error, 'ECONNREFUSED')) return null;
  if (isNamed(error, 'AuthorizationError') || isNamed(error, 'UserAuthenticationExpiredError')) return 'refused the name or password';
  if (isNamed(error, 'ConsumerNotFoundError')) return `the stream ${stream} has no consumer ${consumer}`;
  if (isNamed(error, 'StreamNotFoundError')) return `has no stream ${stream}`;
  if (isNamed(error, 'JetStreamNotEnabled') || isNamed(error, 'NoRespondersError')) return 'has no JetStream for us: is it on there?';
  if (isNamed(error, 'PermissionViolationError'))
    return `does not let us ask: allow it to publish to $JS.API.CONSUMER.INFO.${stream}.${consumer} and to subscribe to _INBOX.>`;
  if (isNamed(error, 'TimeoutError')) return 'no answer';
  if (isNamed(error, 'ClosedConnectionError') || brokenOff.test(messageOf(error))) return 'it broke the connection off';
  if (isNamed(error, 'SyntaxError') || isNamed(error, 'TypeError') || messageOf(error) === 'unexpected response from server')
    return 'answered with something else than NATS';
  return null;
}

/** What the client says where the server went away without a word; refused it is only where the error has a cause with that code. */
const brokenOff = /^(cancelled|connection refused|connection disconnected|error connecting - node provided an undefined error)$/;

/** By name and not by class: the two packages may have brought two versions of what they share. */
function isNamed(error: unknown, name: string): boolean {
  for (let [one, depth] = [error, 0]; one instanceof Error && depth < 10; [one, depth] = [one.cause, depth + 1])
    if (one.name === name) return true;
  return false;
}

function hasCode(error: unknown, code: string): boolean {
  for (let [one, depth] = [error, 0]; one instanceof Error && depth < 10; [one, depth] = [one.cause, depth + 1])
    if ((one as NodeJS.ErrnoException).code === code) return true;
  return false;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
