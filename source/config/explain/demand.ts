/** A demand as the end of “It follows …”: one phrase a source. Credentials are never in one. */
import type {DemandText} from '../demand-schema.ts';
import {cronWords} from './cron-words.ts';
import {address, addresses, count, every as everyWords, list, listOf, span} from './english.ts';

type Phrases = {readonly [Source in DemandText['source']]: (demand: Extract<DemandText, {source: Source}>, service: string) => string};

export function demandPhrase(demand: DemandText, service: string): string {
  const phrase = phrases[demand.source] as (demand: DemandText, service: string) => string;
  return phrase(demand, service);
}

const phrases: Phrases = {
  random: ({min, max, every, step, spikes}) =>
    `a made-up number that wanders between ${min} and ${max} by at most ${step}, about ${everyWords(every)}${
      spikes === 0 ? '' : `, with ${Math.round(spikes * 1000) / 10} % leaps to the top`
    }`,
  wave: ({min, max, period, every}) =>
    `a made-up number that rises from ${min} to ${max} and falls again ${everyWords(period)}, told ${everyWords(every)}`,
  file: ({path}) => `the number in the file ${path}`,
  fixed: ({value}) => `a demand of ${value} that never changes`,
  redis: demand => asked(redisPhrase(demand), demand),
  rabbitmq: ({url, queue, vhost, ...demand}) =>
    asked(`what waits or is being worked on in the RabbitMQ queue ${queue} of the vhost ${vhost} at ${address(url)}`, demand),
  nats: ({url, stream, consumer, ...demand}) =>
    asked(`what the consumer ${consumer} of the NATS stream ${stream} has not done yet, at ${addresses(url)}`, demand),
  nsq: ({nsqd, lookupd, topic, channel, ...demand}) => {
    const places = [
      ...(nsqd === undefined ? [] : [`the nsqd at ${addresses(nsqd)}`]),
      ...(lookupd === undefined ? [] : [`the nsqd that ${addresses(lookupd)} knows`]),
    ];
    return asked(`what waits or is in flight in the NSQ channel ${channel} of the topic ${topic}, by ${list(places)}`, demand);
  },
  sqs: ({queue, region, endpoint, ...demand}) =>
    asked(
      `the messages in the SQS queue ${address(queue)}${region === undefined ? '' : ` in ${region}`}${
        endpoint === undefined ? '' : `, reached at ${address(endpoint)}`
      }`,
      demand,
    ),
  'azure-queue': ({queue, ...demand}) => asked(`roughly the number of messages in the Azure queue ${queue}`, demand),
  kafka: ({brokers, group, topic, tls, ...demand}) =>
    asked(
      `how far the Kafka group ${group} is behind on ${list(listOf(topic))}, at ${addresses(brokers)}${tls ? ' over TLS' : ''}`,
      demand,
    ),
  postgres: ({url, query, ...demand}) => asked(`the number that “${query}” gives in PostgreSQL at ${address(url)}`, demand),
  mysql: ({url, query, ...demand}) => asked(`the number that “${query}” gives in MySQL at ${address(url)}`, demand),
  prometheus: ({url, query, ...demand}) => asked(`the number that “${query}” gives in Prometheus at ${address(url)}`, demand),
  metrics: ({url, series, take, over, ...demand}) => {
    const how = {sum: 'the sum of', max: 'the largest of', rate: `the rate over ${span(over)} of`}[take];
    return asked(`${how} ${series} on the metrics page${listOf(url).length > 1 ? 's' : ''} ${addresses(url)}`, demand);
  },
  http: ({url, path, ...demand}) => asked(`the number${path === undefined ? '' : ` at ${path}`} in what ${address(url)} answers`, demand),
  haproxy: ({url, socket, backend, read, ...demand}) => {
    const what = {sessions: 'the sessions', queue: 'the queue', rate: 'the requests a second'}[read];
    const places = [...(url === undefined ? [] : [address(url)]), ...(socket === undefined ? [] : [`the socket ${socket}`])];
    return asked(`${what} of the HAProxy backend ${backend}, by ${list(places)}`, demand);
  },
  docker: ({read, ...demand}) => {
    const what = {cpu: 'CPU', memory: 'memory', network: 'network'}[read];
    return asked(`what its own replicas use of their ${what}`, demand);
  },
  command: ({command, stream, every}) => {
    const shown = typeof command === 'string' ? command : command.join(' ');
    return stream ? `the number that “${shown}” printed last` : `the number that “${shown}” prints, run ${everyWords(every)}`;
  },
  push: ({expire}, service) =>
    `the number that was told to it last (“microscale demand ${service} N”), which counts ${
      expire === undefined ? 'until the next' : `for ${span(expire)}`
    }`,
  schedule: ({entries, otherwise, timezone}) => {
    const times = entries.map(entry => `${entry.demand} ${cronWords(entry.cron, timezone)} for ${span(entry.for)}`);
    return `what is expected by the calendar: ${list(times)}, and ${otherwise} otherwise`;
  },
  replay: ({path, column, speed, loop}) =>
    `what was recorded in ${path}${column === undefined ? '' : ` (${column})`}, played at ${
      speed === 1 ? 'its own speed' : `${speed} times its speed`
    }${loop ? ', again and again' : ''}`,
};

function asked(phrase: string, {every: interval}: {readonly every: string}): string {
  return `${phrase}, asked ${everyWords(interval)}`;
}

function redisPhrase({
  url,
  list: key,
  processing,
  stream,
  group,
  sortedSet,
  set,
  bullmq,
  prefix,
}: Extract<DemandText, {source: 'redis'}>): string {
  const things = [
    key === undefined
      ? null
      : `the length of the Redis list ${key}${processing === undefined ? '' : ` (with ${processing}, where workers put what they work on)`}`,
    stream === undefined
      ? null
      : group === undefined
        ? `the length of the Redis stream ${stream}`
        : `what the group ${group} has not done yet of the Redis stream ${stream}`,
    sortedSet === undefined ? null : `the number of members of the Redis sorted set ${sortedSet}`,
    set === undefined ? null : `the number of members of the Redis set ${set}`,
    bullmq === undefined ? null : `the jobs in the BullMQ queue ${bullmq}${prefix === 'bull' ? '' : ` under ${prefix}`}`,
  ];
  return `${list(things.filter(thing => thing !== null))} at ${address(url)}`;
}

/** What follows after several demands are told one by one. */
export function demandsPhrase(demands: readonly DemandText[], service: string): string {
  const [only] = demands;
  if (demands.length === 1 && only) return demandPhrase(only, service);
  return `${count(demands.length, 'number')}, of which the one that asks for most replicas counts: ${list(
    demands.map((demand, index) => `(${index + 1}) ${demandPhrase(demand, service)}`),
  )}`;
}
