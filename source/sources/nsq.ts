/**
 * Depth and in flight of a channel, over all nsqd of its topic. Messages that were put off until later are not counted until
 * their time has come.
 */
import {createArrivals} from './asking/arrivals.ts';
import {asking, type AskTimes} from './asking/ask.ts';
import {countOf} from './asking/count.ts';
import {failureWords, SourceError} from './asking/failure.ts';
import {fetchJson, placeOf, type HttpAccess} from './asking/http.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface NsqDemand extends AskTimes {
  readonly source: 'nsq';
  readonly nsqd: readonly string[];
  /** Asked for the topic's nsqds where none are named. */
  readonly lookupd: readonly string[];
  readonly topic: string;
  readonly channel: string;
}

/** What one nsqd says of the channel. */
interface Channel {
  readonly waiting: number;
  readonly inFlight: number;
  readonly arrived: number;
}

/** No topic is spread over more nsqds than these. */
const nsqdsMax = 500;

export function nsqSource(demand: NsqDemand, {clock}: SourceParts): Source {
  const {topic, channel} = demand;
  const arrivals = createArrivals();
  const what = `nsq at ${[...demand.nsqd, ...demand.lookupd].map(placeOf).join(', ')}`;

  const read = async (signal: AbortSignal) => {
    const nsqds = demand.nsqd.length > 0 ? demand.nsqd : await findNsqds(demand.lookupd, topic, signal);
    // One that can't be read fails them all: the sum of the others would be too small and look like a number.
    const found = await Promise.all(nsqds.map(nsqd => readNsqd(nsqd, demand, nsqds.length > 1, signal)));
    const channels = found.filter(one => one !== null);
    if (channels.length === 0) throw new SourceError(`has no channel ${channel} of the topic ${topic}: it comes with its first consumer`);
    const counters = new Map(nsqds.flatMap((nsqd, index) => (found[index] ? [[nsqd, found[index].arrived] as const] : [])));
    return {
      kind: 'queue',
      waiting: channels.reduce((sum, {waiting}) => sum + waiting, 0),
      inFlight: channels.reduce((sum, {inFlight}) => sum + inFlight, 0),
      arrived: arrivals(counters),
    } as const;
  };

  return asking(what, demand, clock, () => ({
    ask: async signal => {
      const stop = new AbortController();
      const end = () => stop.abort();
      signal.addEventListener('abort', end, {once: true});
      try {
        return await read(stop.signal);
      } finally {
        // Where one has failed, nobody waits for the others.
        end();
      }
    },
    close: () => {},
  }));
}

/** The addresses of all nsqd that a topic is on. Each nsqlookupd knows all of them, so that one that answers is enough. */
async function findNsqds(lookupds: readonly string[], topic: string, signal: AbortSignal): Promise<readonly string[]> {
  const answers = await Promise.allSettled(lookupds.map(lookupd => askLookupd(lookupd, topic, signal)));
  const nsqds = new Set(answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : [])));
  if (nsqds.size > nsqdsMax) throw new SourceError(`names more than ${nsqdsMax} nsqds for the topic ${topic}`);
  if (nsqds.size > 0) return [...nsqds];
  const failed = answers.find(answer => answer.status === 'rejected');
  if (failed) throw failed.reason;
  throw new SourceError(`knows no nsqd of the topic ${topic}`);
}

async function askLookupd(lookupd: string, topic: string, signal: AbortSignal): Promise<readonly string[]> {
  const url = new URL(lookupd);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/lookup`;
  url.searchParams.set('topic', topic);
  let answer: unknown;
  try {
    answer = await fetchJson({url: url.href, access: openToAll}, signal);
  } catch (error) {
    if (error instanceof SourceError && error.message.includes('HTTP 404')) throw new SourceError(`knows no topic ${topic} (HTTP 404)`);
    throw error;
  }
  const producers = fieldOf(unwrapped(answer), 'producers');
  if (!Array.isArray(producers)) throw new SourceError('answered with something else than the lookup of a topic');
  return producers.map(addressOf);
}

function addressOf(producer: unknown): string {
  const host = fieldOf(producer, 'broadcast_address');
  const port = fieldOf(producer, 'http_port');
  if (typeof host !== 'string' || !/^[\w.:-]{1,255}$/.test(host) || !Number.isInteger(port) || !URL.canParse(urlOf(host, port))) {
    throw new SourceError('names an nsqd by an address that is none');
  }
  return urlOf(host, port);
}

function urlOf(host: string, port: unknown): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}

/** Null where this nsqd has nothing of the channel: it may be that nobody has published to it yet. */
async function readNsqd(nsqd: string, {topic, channel}: NsqDemand, oneOfMany: boolean, signal: AbortSignal): Promise<Channel | null> {
  const url = new URL(nsqd);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/stats`;
  for (const [name, value] of Object.entries({format: 'json', topic, channel, include_clients: 'false', include_mem: 'false'}))
    url.searchParams.set(name, value);
  try {
    return channelIn(await fetchJson({url: url.href, access: openToAll}, signal), topic, channel);
  } catch (error) {
    throw oneOfMany ? new SourceError(failureWords(error, `nsqd at ${placeOf(nsqd)}`), {cause: error}) : error;
  }
}

/** An old nsqd doesn't know how to tell of one topic only: ours is looked for in what it says. */
function channelIn(answer: unknown, topic: string, channel: string): Channel | null {
  const topics = fieldOf(unwrapped(answer), 'topics');
  // An nsqd without a topic says null in the place of an empty list.
  if (topics === null) return null;
  if (!Array.isArray(topics)) throw new SourceError('answered with something else than the statistics of an nsqd');
  const channels = fieldOf(
    topics.find(one => fieldOf(one, 'topic_name') === topic),
    'channels',
  );
  const found: unknown = Array.isArray(channels) ? channels.find(one => fieldOf(one, 'channel_name') === channel) : undefined;
  if (found === undefined) return null;
  const count = (field: string, words: string) => countOf(fieldOf(found, field), `${words} of the channel ${channel}`);
  return {
    waiting: count('depth', 'the depth'),
    inFlight: count('in_flight_count', 'the messages in flight'),
    arrived: count('message_count', 'the messages'),
  };
}

/** Before 1.0, each answer was the `data` of an envelope. */
function unwrapped(answer: unknown): unknown {
  return fieldOf(answer, 'status_code') !== undefined && fieldOf(answer, 'data') !== undefined ? fieldOf(answer, 'data') : answer;
}

function fieldOf(thing: unknown, field: string): unknown {
  return typeof thing === 'object' && thing !== null ? (thing as Readonly<Record<string, unknown>>)[field] : undefined;
}

const openToAll: HttpAccess = {headers: {}, username: null, password: null, token: null};
