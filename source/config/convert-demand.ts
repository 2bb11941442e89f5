/** From what a configuration says of a demand to what its source needs: plain numbers, defaults filled in. */
import type {HttpAccess} from '../sources/asking/http.ts';
import {parseSelector} from '../sources/metrics-selector.ts';
import {scheduleProblems} from '../sources/schedule.ts';
import type {DemandSpec} from '../sources/source.ts';
import type {DemandText} from './demand-schema.ts';
import type {Mistake, Path} from './mistakes.ts';
import {parseDuration} from './units.ts';

/** What a demand needs of its surroundings. */
export interface DemandSurroundings {
  /** Makes a path relative to the configuration absolute. */
  readonly resolvePath: (path: string) => string;
}

export function demandOf(demand: DemandText, {resolvePath}: DemandSurroundings, path: Path, mistakes: Mistake[]): DemandSpec {
  const wrong = (key: string, words: string) => void mistakes.push({path: [...path, key], words});
  const refuse = (words: string) => void mistakes.push({path, words});
  switch (demand.source) {
    case 'random':
    case 'wave':
      if (demand.min > demand.max) wrong('min', `is ${demand.min} and max is ${demand.max}: min can't be over max`);
      if (demand.source === 'wave') {
        return {source: 'wave', min: demand.min, max: demand.max, periodMs: ms(demand.period), everyMs: ms(demand.every)};
      }
      return {source: 'random', min: demand.min, max: demand.max, everyMs: ms(demand.every), step: demand.step, spikes: demand.spikes};
    case 'file':
      return {source: 'file', path: resolvePath(demand.path)};
    case 'fixed':
      return demand;
    case 'redis':
      return {...times(demand), ...login(demand), source: 'redis', url: demand.url, thing: redisThing(demand, refuse, wrong)};
    case 'rabbitmq':
      return {...times(demand), ...login(demand), source: 'rabbitmq', url: demand.url, queue: demand.queue, vhost: demand.vhost};
    case 'nats':
      return {
        ...times(demand),
        ...login(demand),
        source: 'nats',
        servers: listOf(demand.url),
        stream: demand.stream,
        consumer: demand.consumer,
        token: demand.token ?? null,
      };
    case 'nsq': {
      const [nsqd, lookupd] = [listOf(demand.nsqd), listOf(demand.lookupd)];
      if ((nsqd.length === 0) === (lookupd.length === 0)) refuse('needs nsqd or lookupd: one of the two');
      return {...times(demand), source: 'nsq', nsqd, lookupd, topic: demand.topic, channel: demand.channel};
    }
    case 'sqs':
      return {...times(demand), source: 'sqs', queueUrl: demand.queue, region: demand.region ?? null, endpoint: demand.endpoint ?? null};
    case 'azure-queue':
      return {...times(demand), source: 'azure-queue', connection: demand.connection, queue: demand.queue};
    case 'kafka':
      return {
        ...times(demand),
        source: 'kafka',
        brokers: listOf(demand.brokers),
        group: demand.group,
        topics: listOf(demand.topic),
        tls: demand.tls,
        sasl: demand.sasl ?? null,
      };
    case 'postgres':
    case 'mysql':
      return {...times(demand), source: demand.source, url: demand.url, query: demand.query};
    case 'prometheus':
      return {...times(demand), source: 'prometheus', url: demand.url, query: demand.query, access: accessOf(demand)};
    case 'metrics': {
      const selector = parseSelector(demand.series);
      if ('wrong' in selector) wrong('series', selector.wrong);
      return {
        ...times(demand),
        source: 'metrics',
        urls: listOf(demand.url),
        series: demand.series,
        take: demand.take,
        overMs: ms(demand.over),
        access: accessOf(demand),
      };
    }
    case 'http':
      return {...times(demand), source: 'http', url: demand.url, path: demand.path ?? null, access: accessOf(demand)};
    case 'haproxy':
      if ((demand.url === undefined) === (demand.socket === undefined)) refuse('needs url (the stats page) or socket: one of the two');
      if (demand.socket !== undefined && !/\/|:\d{1,5}$/.test(demand.socket))
        wrong('socket', `is ${JSON.stringify(demand.socket)}: expected a path such as /run/haproxy/admin.sock, or host:port`);
      return {
        ...times(demand),
        ...login(demand),
        source: 'haproxy',
        at:
          demand.socket === undefined
            ? {kind: 'page', url: demand.url ?? ''}
            : {kind: 'socket', address: demand.socket.includes('/') ? resolvePath(demand.socket) : demand.socket},
        backend: demand.backend,
        read: demand.read,
      };
    case 'docker':
      return {...times(demand), source: 'docker', read: demand.read};
    case 'command': {
      const command = typeof demand.command === 'string' ? ['sh', '-c', demand.command] : demand.command;
      if (command.length === 0) wrong('command', 'is empty: expected a program');
      return {...times(demand), source: 'command', command, stream: demand.stream, folder: resolvePath('.')};
    }
    case 'push':
      return {source: 'push', expireMs: demand.expire === undefined ? null : ms(demand.expire)};
    case 'schedule':
      for (const {place, words} of scheduleProblems(demand)) mistakes.push({path: [...path, ...place], words});
      return {
        source: 'schedule',
        entries: demand.entries.map(entry => ({cron: entry.cron, forMs: ms(entry.for), demand: entry.demand})),
        otherwise: demand.otherwise,
        timezone: demand.timezone ?? null,
      };
    case 'replay':
      return {
        source: 'replay',
        path: resolvePath(demand.path),
        column: demand.column ?? null,
        speed: demand.speed,
        loop: demand.loop,
      };
  }
}

function ms(duration: string): number {
  return parseDuration(duration) ?? 0;
}

const shortestTimeoutMs = 2000;
const longestTimeoutMs = 10_000;

/** What is asked seldom may take longer to answer. */
function times({every, timeout}: {every: string; timeout?: string | undefined}): {everyMs: number; timeoutMs: number} {
  const everyMs = ms(every);
  const usual = Math.min(longestTimeoutMs, Math.max(shortestTimeoutMs, everyMs));
  return {everyMs, timeoutMs: timeout === undefined ? usual : ms(timeout)};
}

function login({username, password}: {username?: string | undefined; password?: string | undefined}): {
  username: string | null;
  password: string | null;
} {
  return {username: username ?? null, password: password ?? null};
}

function accessOf(demand: Extract<DemandText, {source: 'http' | 'metrics' | 'prometheus'}>): HttpAccess {
  return {...login(demand), headers: demand.headers ?? {}, token: demand.token ?? null};
}

function listOf(given: string | readonly string[] | undefined): readonly string[] {
  return given === undefined ? [] : typeof given === 'string' ? [given] : given;
}

function redisThing(
  demand: Extract<DemandText, {source: 'redis'}>,
  refuse: (words: string) => void,
  wrong: (key: string, words: string) => void,
): Extract<DemandSpec, {source: 'redis'}>['thing'] {
  const {list, processing, stream, group, sortedSet, set, bullmq, prefix} = demand;
  const given = [list, stream, sortedSet, set, bullmq].filter(one => one !== undefined);
  if (given.length !== 1) refuse('needs exactly one of list, stream, sortedSet, set and bullmq');
  if (processing !== undefined && list === undefined) wrong('processing', 'stands beside list: it is where workers move an item to');
  if (group !== undefined && stream === undefined) wrong('group', 'stands beside stream: it is the consumer group');
  if (stream !== undefined) return {kind: 'stream', key: stream, group: group ?? null};
  if (sortedSet !== undefined) return {kind: 'sortedSet', key: sortedSet};
  if (set !== undefined) return {kind: 'set', key: set};
  if (bullmq !== undefined) return {kind: 'bullmq', queue: bullmq, prefix};
  return {kind: 'list', key: list ?? '', processing: processing ?? null};
}
