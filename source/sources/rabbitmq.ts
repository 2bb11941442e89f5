/** What waits and is being worked on in a queue of RabbitMQ, from the management API or the broker itself. */
import {asking, type AskTimes} from './asking/ask.ts';
import {SourceError} from './asking/failure.ts';
import {fetchJson} from './asking/http.ts';
import {openBrokerLine} from './rabbitmq-broker.ts';
import type {Clock, Source} from '../ports.ts';
import type {Reading} from '../scaler/entry.ts';
import type {SourceParts} from './source.ts';

export interface RabbitmqDemand extends AskTimes {
  readonly source: 'rabbitmq';
  /** The management API (http, https) or the broker (amqp, amqps). */
  readonly url: string;
  readonly queue: string;
  readonly vhost: string;
  readonly username: string | null;
  readonly password: string | null;
}

export function rabbitmqSource(demand: RabbitmqDemand, {clock}: SourceParts): Source {
  const what = `rabbitmq at ${hostOf(demand.url)}, queue ${demand.queue}`;
  if (/^amqps?:/.test(demand.url)) return asking(what, demand, clock, () => openBrokerLine(demand));
  return whenCounted(
    asking(what, demand, clock, () => ({ask: signal => askManagement(demand, signal), close() {}})),
    clock,
  );
}

/** Unless it is set otherwise, the broker counts every 5 s, and its API learns of it up to 5 s later. */
const sameAgainMs = 12_000;

/**
 * The API tells the same numbers until the broker has counted again. They are passed on when they change, or have stood
 * for longer than that: told with every answer, they would look like a queue that stands still and then leaps.
 */
function whenCounted(source: Source, clock: Clock): Source {
  return (report, signal) => {
    let told: {readonly words: string; readonly at: number} | null = null;
    source(reading => {
      const words = reading.kind === 'queue' ? JSON.stringify(reading) : null;
      const at = clock.now();
      if (words !== null && words === told?.words && at - told.at < sameAgainMs) return;
      told = words === null ? null : {words, at};
      report(reading);
    }, signal);
  };
}

async function askManagement({url, queue, vhost, username, password}: RabbitmqDemand, signal: AbortSignal): Promise<Reading> {
  const base = url.replace(/[?#].*$/, '').replace(/\/(api\/?)?$/, '');
  const address = `${base}/api/queues/${encodeURIComponent(vhost)}/${encodeURIComponent(queue)}?columns=${columns.join(',')}`;
  const access = {headers: {}, token: null, username, password};
  return readingOf(await fetchJson({url: address, access}, signal));
}

/** All that the API could tell of a queue, each of its consumers included, is long. */
const columns = ['state', 'messages_ready', 'messages_unacknowledged', 'message_stats.publish'];

function readingOf(answer: unknown): Reading {
  const queue = objectOf(answer);
  if (!queue) throw new SourceError('answered with something else than a queue');
  // Such is a queue that has just been made, until the broker counts again, and one whose node is down.
  if (queue['messages_ready'] === undefined) {
    const state = typeof queue['state'] === 'string' ? queue['state'] : 'unknown';
    throw new SourceError(`tells no number of messages yet: its state is ${state}`);
  }
  const waiting = count(queue['messages_ready'], 'how many messages are ready');
  const inFlight = count(queue['messages_unacknowledged'], 'how many messages are unacknowledged');
  // Nothing is told of what arrived until something did, nor where the broker is set to keep no rates.
  const published = objectOf(queue['message_stats'])?.['publish'];
  return {kind: 'queue', waiting, inFlight, arrived: published === undefined ? null : count(published, 'how many messages arrived')};
}

function count(number: unknown, what: string): number {
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  throw new SourceError(`tells no number of ${what}`);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : null;
}

/** Where it is, without a name or a password. */
function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return 'an address that is none';
  }
}
