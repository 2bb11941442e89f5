/** What a configuration may say of a demand: one shape a source, in the words that the source's own users know. */
import * as z from 'zod';
import {positiveDuration, text, words} from './shapes.ts';
import {targetSchema} from './target-schema.ts';

const every = (usual: string) => positiveDuration.default(usual).describe('How often it is asked');
const timeout = positiveDuration.optional().describe('How long one question may take; 2s, or up to 10s where it is asked less often');
const secret = text.describe('Written as ${NAME} or ${file:/run/secrets/name}, it stays out of the file');
const url = (...schemes: readonly string[]) =>
  text
    .refine(value => value.startsWith('${') || schemes.some(scheme => value.startsWith(`${scheme}://`)), {
      error: `expected an address such as ${schemes[0]}://host`,
    })
    .meta({examples: [`${schemes[0]}://host`]});
const http = {
  headers: z.record(z.string(), z.string()).optional(),
  username: text.optional(),
  password: secret.optional(),
  token: secret.optional().describe('Sent as a bearer token'),
};

const random = z.strictObject({
  source: z.literal('random'),
  min: z.number().min(0).default(0),
  max: z.number().min(0).default(10),
  every: positiveDuration.default('1s').describe('About how often it moves'),
  step: z.int().min(1).default(3).describe('The longest step up or down'),
  spikes: z.number().min(0).max(1).default(0).describe('How likely a move is a leap to the top'),
});
const wave = z.strictObject({
  source: z.literal('wave'),
  min: z.number().min(0).default(0),
  max: z.number().min(0).default(10),
  period: positiveDuration.default('2m').describe('From one low to the next'),
  every: positiveDuration.default('1s'),
});
const file = z.strictObject({
  source: z.literal('file'),
  path: text.describe('A file that holds one number; relative to the configuration'),
});
const fixed = z.strictObject({source: z.literal('fixed'), value: z.number().min(0)});

const redis = z.strictObject({
  source: z.literal('redis'),
  url: url('redis', 'rediss', 'redis+unix'),
  username: text.optional(),
  password: secret.optional(),
  list: text.optional().describe('A list’s length'),
  processing: text.optional().describe('The list that workers move an item to while they work on it'),
  stream: text.optional().describe('A stream: its group’s lag and pending, or its length'),
  group: text.optional().describe('The consumer group of the stream'),
  sortedSet: text.optional().describe('A sorted set’s members'),
  set: text.optional().describe('A set’s members'),
  bullmq: text.optional().describe('A BullMQ queue: waiting, prioritized and active jobs'),
  prefix: text.default('bull').describe('BullMQ’s prefix'),
  every: every('500ms'),
  timeout,
});
const rabbitmq = z.strictObject({
  source: z.literal('rabbitmq'),
  url: url('http', 'https', 'amqp', 'amqps').describe('The management API, or the broker itself'),
  queue: text,
  vhost: text.default('/'),
  username: text.optional(),
  password: secret.optional(),
  every: every('1s'),
  timeout,
});
const nats = z.strictObject({
  source: z.literal('nats'),
  url: z.union([url('nats', 'tls', 'ws', 'wss'), z.array(url('nats', 'tls', 'ws', 'wss')).min(1)]),
  stream: text,
  consumer: text.describe('The durable consumer that the workers share'),
  username: text.optional(),
  password: secret.optional(),
  token: secret.optional(),
  every: every('1s'),
  timeout,
});
const nsq = z.strictObject({
  source: z.literal('nsq'),
  nsqd: z
    .union([url('http', 'https'), z.array(url('http', 'https')).min(1)])
    .optional()
    .describe('The HTTP address of each nsqd'),
  lookupd: z
    .union([url('http', 'https'), z.array(url('http', 'https')).min(1)])
    .optional()
    .describe('nsqlookupd, which knows every nsqd of the topic'),
  topic: text,
  channel: text,
  every: every('1s'),
  timeout,
});
const sqs = z.strictObject({
  source: z.literal('sqs'),
  queue: url('http', 'https').describe('The queue’s URL'),
  region: text.optional(),
  endpoint: url('http', 'https').optional(),
  every: every('5s'),
  timeout,
});
const azureQueue = z.strictObject({
  source: z.literal('azure-queue'),
  connection: secret.describe('The storage account’s connection string'),
  queue: text,
  every: every('5s'),
  timeout,
});
const kafka = z.strictObject({
  source: z.literal('kafka'),
  brokers: z.union([text, z.array(text).min(1)]).describe('host:port, one or more'),
  group: text,
  topic: z.union([text, z.array(text).min(1)]),
  tls: z.boolean().default(false),
  sasl: z.strictObject({mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']), username: text, password: secret}).optional(),
  every: every('1s'),
  timeout,
});
const sql = {
  query: text.describe('A query that gives one number'),
  every: every('2s'),
  timeout,
};
const postgres = z.strictObject({source: z.literal('postgres'), url: url('postgres', 'postgresql'), ...sql});
const mysql = z.strictObject({source: z.literal('mysql'), url: url('mysql'), ...sql});
const prometheus = z.strictObject({
  source: z.literal('prometheus'),
  url: url('http', 'https'),
  query: text.describe('PromQL that gives one number; several are added up'),
  ...http,
  every: every('1s'),
  timeout,
});
const metrics = z.strictObject({
  source: z.literal('metrics'),
  url: z.union([url('http', 'https'), z.array(url('http', 'https')).min(1)]).describe('One or more /metrics pages'),
  series: text.describe('A name, with labels where needed: http_requests_total{code="200"}'),
  take: z.enum(['sum', 'max', 'rate']).default('sum'),
  over: positiveDuration.default('15s').describe('The window of a rate'),
  ...http,
  every: every('1s'),
  timeout,
});
const json = z.strictObject({
  source: z.literal('http'),
  url: url('http', 'https'),
  path: text.optional().describe('Where the number is in the JSON: load.current, or items.0.count'),
  ...http,
  every: every('1s'),
  timeout,
});
const haproxy = z.strictObject({
  source: z.literal('haproxy'),
  url: url('http', 'https').optional().describe('The stats page; ;csv is added'),
  socket: text.optional().describe('The stats socket: a path, or host:port'),
  backend: text,
  read: z.enum(['sessions', 'queue', 'rate']).default('sessions'),
  username: text.optional(),
  password: secret.optional(),
  every: every('1s'),
  timeout,
});
const docker = z.strictObject({
  source: z.literal('docker'),
  read: z.enum(['cpu', 'memory', 'network']).default('cpu').describe('Of the service’s own replicas; network in bytes a second'),
  every: every('2s'),
  timeout,
});
const command = z.strictObject({
  source: z.literal('command'),
  command: words.describe('A program that prints a number'),
  stream: z.boolean().default(false).describe('It goes on, and prints a number a line'),
  every: every('5s'),
  timeout,
});
const push = z.strictObject({
  source: z.literal('push'),
  expire: positiveDuration.optional().describe('How long a number counts; until the next one unless said'),
});
const schedule = z.strictObject({
  source: z.literal('schedule'),
  entries: z
    .array(
      z.strictObject({
        cron: text.describe('When it begins: minute hour day month weekday'),
        for: positiveDuration,
        demand: z.number().min(0),
      }),
    )
    .min(1),
  otherwise: z.number().min(0).default(0).describe('What is expected while no entry holds'),
  timezone: text.optional().describe('Such as Europe/Berlin; the machine’s unless said'),
});
const replay = z.strictObject({
  source: z.literal('replay'),
  path: text.describe('A CSV with a column of times, or a recording; relative to the configuration'),
  column: text.optional().describe('The column, or the service of a recording; the service’s own name unless said'),
  speed: z.number().positive().max(100_000).default(1),
  loop: z.boolean().default(false),
});

const sources = [
  random,
  wave,
  file,
  fixed,
  redis,
  rabbitmq,
  nats,
  nsq,
  sqs,
  azureQueue,
  kafka,
  postgres,
  mysql,
  prometheus,
  metrics,
  json,
  haproxy,
  docker,
  command,
  push,
  schedule,
  replay,
] as const;

export const demandSchema = z.discriminatedUnion('source', sources);

export type DemandText = z.output<typeof demandSchema>;

/** Each may be followed by a target of its own. */
const target = {target: targetSchema.optional().describe('For this demand; the service’s own unless said')};
const followed = z.discriminatedUnion('source', [
  random.extend(target),
  wave.extend(target),
  file.extend(target),
  fixed.extend(target),
  redis.extend(target),
  rabbitmq.extend(target),
  nats.extend(target),
  nsq.extend(target),
  sqs.extend(target),
  azureQueue.extend(target),
  kafka.extend(target),
  postgres.extend(target),
  mysql.extend(target),
  prometheus.extend(target),
  metrics.extend(target),
  json.extend(target),
  haproxy.extend(target),
  docker.extend(target),
  command.extend(target),
  push.extend(target),
  schedule.extend(target),
  replay.extend(target),
]);

export type FollowedDemandText = z.output<typeof followed>;

/** More than this is no demand of one service. */
export const demandsMax = 16;
export const demandsSchema = z.union([followed, z.array(followed).min(1).max(demandsMax)], {
  error: 'expected a demand such as {source: file, path: …}, or a list of them',
});
