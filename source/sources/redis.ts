/** What waits in a list, stream, set, sorted set or BullMQ queue in Redis, asked over one connection. */
import type {Redis, RedisOptions} from 'ioredis';
import {asking, type AskTimes, type Line} from './asking/ask.ts';
import {loadClient} from './asking/client.ts';
import {SourceError} from './asking/failure.ts';
import {redisPlace, whereAndWho} from './redis-address.ts';
import {count, countOrNone, pairs} from './redis-replies.ts';
import type {Source} from '../ports.ts';
import type {Reading} from '../scaler/entry.ts';
import type {SourceParts} from './source.ts';

/** What is counted. */
export type RedisThing =
  | {readonly kind: 'list'; readonly key: string; readonly processing: string | null}
  | {readonly kind: 'stream'; readonly key: string; readonly group: string | null}
  | {readonly kind: 'sortedSet'; readonly key: string}
  | {readonly kind: 'set'; readonly key: string}
  | {readonly kind: 'bullmq'; readonly queue: string; readonly prefix: string};

export interface RedisDemand extends AskTimes {
  readonly source: 'redis';
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly thing: RedisThing;
}

export function redisSource(demand: RedisDemand, {clock}: SourceParts): Source {
  return asking(`redis at ${redisPlace(demand.url)}`, demand, clock, () => openLine(demand));
}

/** Asks all of the commands at once, so that an item which moves from one key to the next isn't missed between. */
type Ask = (...commands: readonly (readonly string[])[]) => Promise<readonly unknown[]>;

function openLine(demand: RedisDemand): Line {
  let redis: Redis | null = null;
  let closed = false;
  /** What broke the connection: the client's own rejections say only that it is closed. */
  let broken: Error | null = null;

  const connect = async () => {
    const {Redis: Client} = await loadClient('ioredis', () => import('ioredis'));
    if (closed) throw new SourceError('it is closed');
    const {address, logIn} = whereAndWho(demand);
    const client = new Client({...address, ...withoutRetries, connectTimeout: demand.timeoutMs});
    redis = client;
    client.on('error', (error: Error) => (broken ??= error));
    await client.connect();
    // The client would write to the console where a password is given that isn't needed: it isn't told of it.
    for (const [name = '', ...words] of logIn) await client.call(name, ...words);
    return client;
  };

  let connected: Promise<Redis> | null = null;
  return {
    async ask() {
      try {
        connected ??= connect();
        const client = await connected;
        return await read(demand.thing, async (...commands) => {
          const replies = await Promise.all(commands.map(async ([name = '', ...words]) => client.call(name, ...words)));
          return replies;
        });
      } catch (error) {
        throw inWords(error instanceof SourceError ? error : (broken ?? error), demand.thing);
      }
    },
    close() {
      closed = true;
      redis?.disconnect();
      // A server that is silent wouldn't close its side: nothing waits for it.
      redis?.stream?.destroy();
    },
  };
}

/** Whoever asks tries again: the client neither reconnects nor keeps commands, and speaks to servers of any age. */
const withoutRetries = {
  lazyConnect: true,
  retryStrategy: null,
  reconnectOnError: null,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  enableReadyCheck: false,
  disableClientInfo: true,
  protocol: 2,
} as const satisfies RedisOptions;

async function read(thing: RedisThing, ask: Ask): Promise<Reading> {
  switch (thing.kind) {
    case 'list': {
      const [waiting, inFlight] = await ask(['LLEN', thing.key], ...(thing.processing === null ? [] : [['LLEN', thing.processing]]));
      return queue(count(waiting, thing.key), inFlight === undefined ? 0 : count(inFlight, thing.processing ?? ''));
    }
    case 'sortedSet': {
      const [members] = await ask(['ZCARD', thing.key]);
      return queue(count(members, thing.key));
    }
    case 'set': {
      const [members] = await ask(['SCARD', thing.key]);
      return queue(count(members, thing.key));
    }
    case 'stream':
      return readStream(thing.key, thing.group, ask);
    case 'bullmq':
      return readBullmq(`${thing.prefix}:${thing.queue}`, thing.queue, ask);
  }
}

async function readStream(key: string, group: string | null, ask: Ask): Promise<Reading> {
  if (group === null) {
    const [stream] = await ask(['XINFO', 'STREAM', key]);
    const facts = pairs(stream);
    return queue(count(facts.get('length'), key), 0, countOrNone(facts.get('entries-added')));
  }
  const [stream, groups] = await ask(['XINFO', 'STREAM', key], ['XINFO', 'GROUPS', key]);
  const facts = pairs(stream);
  const own = (Array.isArray(groups) ? groups : []).map(pairs).find(one => one.get('name') === group);
  if (!own) throw new SourceError(`the stream ${key} has no group ${group}`);
  if (!own.has('lag')) throw new SourceError(`it can't tell a group's lag: Redis 7 or newer can`);
  const pending = count(own.get('pending'), key);
  const lag = countOrNone(own.get('lag'));
  // Where entries were deleted that the group hasn't read, Redis knows no lag until the group is past them.
  const waiting = lag ?? (own.get('last-delivered-id') === facts.get('last-generated-id') ? 0 : null);
  if (waiting === null) {
    const length = count(facts.get('length'), key);
    return {
      kind: 'stale',
      reason: `Redis knows no lag of ${group} while entries are deleted that it hasn't read; ${key} holds ${length}`,
    };
  }
  return queue(waiting, pending, countOrNone(facts.get('entries-added')));
}

/** Its keys are those that BullMQ writes, also while a queue is paused, when older ones move what waits to a list of its own. */
async function readBullmq(base: string, name: string, ask: Ask): Promise<Reading> {
  const [there, wait, paused, prioritized, active, id] = await ask(
    ['EXISTS', `${base}:meta`, `${base}:id`],
    ['LLEN', `${base}:wait`],
    ['LLEN', `${base}:paused`],
    ['ZCARD', `${base}:prioritized`],
    ['LLEN', `${base}:active`],
    ['GET', `${base}:id`],
  );
  if (count(there, name) === 0) throw new SourceError(`there is no BullMQ queue ${name} (no key ${base}:meta): check its name and prefix`);
  const waiting = count(wait, name) + count(paused, name) + count(prioritized, name);
  // Each job that is added takes the next number, whether it waits at once or is delayed.
  return queue(waiting, count(active, name), countOrNone(id));
}

function queue(waiting: number, inFlight = 0, arrived: number | null = null): Reading {
  return {kind: 'queue', waiting, inFlight, arrived};
}

function inWords(error: unknown, thing: RedisThing): unknown {
  if (error instanceof SourceError) return error;
  const message = error instanceof Error ? error.message : '';
  const cause = {cause: error};
  const what = thing.kind === 'bullmq' ? `the queue ${thing.queue}` : thing.key;
  if (/WRONGPASS|invalid password|invalid username/i.test(message)) return new SourceError('refused the name or password', cause);
  if (/^ERR (AUTH |Client sent AUTH)/.test(message)) return new SourceError('a password is given, and it has none: leave it out', cause);
  if (message.startsWith('NOAUTH')) return new SourceError('it wants a password: give one with password', cause);
  if (message.startsWith('NOPERM')) return new SourceError(`does not let us read ${what}`, cause);
  if (message.startsWith('WRONGTYPE')) return new SourceError(`${what} is no ${thingWords[thing.kind]}`, cause);
  if (message.startsWith('LOADING')) return new SourceError('it is still loading what it keeps', cause);
  if (/no such key/.test(message)) return new SourceError(`there is no ${thingWords[thing.kind]} ${what}`, cause);
  if (/Protocol error/.test(message)) return new SourceError('answered with something else than Redis does', cause);
  if (message === 'Connection is closed.') return new SourceError('it broke the connection off', cause);
  return error;
}

const thingWords = {list: 'list', stream: 'stream', sortedSet: 'sorted set', set: 'set', bullmq: 'BullMQ queue'} as const;
