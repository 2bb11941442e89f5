/** What `explain` says: read as English in the golden files, and of every field that the schema has. */
import {describe, expect, test} from 'vitest';
import {explain} from '../../source/commands/explain.ts';
import {cronWords} from '../../source/config/explain/cron-words.ts';
import {address, list} from '../../source/config/explain/english.ts';
import {explainConfig, explainLines} from '../../source/config/explain/explain.ts';
import {omitted} from '../../source/config/explain/omitted.ts';
import {configSchema} from '../../source/config/schema.ts';
import {fieldsOf} from '../support/schema-walk.ts';

const textOf = (value: unknown) => explainLines(explainConfig(configSchema.parse(value))).join('\n');

describe.each(['shop', 'sale', 'ready'])('examples/%s.yaml', name => {
  test('reads as plain English', async () => {
    const lines: string[] = [];
    explain(`examples/${name}.yaml`, null, {line: text => (lines.push(text), true)});
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`../golden/explain-${name}.txt`);
    for (const text of lines) expect(text).toMatch(/^( {2}\S.*[.!?]|[A-Za-z].*|)$/);
  });
});

/** A service, and a mode, of which each field is changed in turn. */
const service = {priority: 2, image: 'nginx', demand: {source: 'fixed', value: 3}};
const above = {service: 'web', demand: {above: 4}};
const sale = {when: above, until: {service: 'web', demand: {below: 2}}, services: {web: {}}};
const whole = (more: object, mode: object = {}) => ({
  capacity: 8,
  services: {web: {...service, ...more}},
  modes: {sale: {...sale, ...mode}},
});
const base = whole({});

/** Fields that say something only beside another. */
const beside: Readonly<Record<string, unknown>> = {
  'services.*.weight': whole({target: 'fill'}),
  'services.*.demand.redis.processing': whole({demand: {source: 'redis', url: 'redis://a', list: 'jobs'}}),
  'services.*.demand.redis.group': whole({demand: {source: 'redis', url: 'redis://a', stream: 'jobs'}}),
  'services.*.demand.redis.prefix': whole({demand: {source: 'redis', url: 'redis://a', bullmq: 'jobs'}}),
  'services.*.demand.metrics.over': whole({demand: {source: 'metrics', url: 'http://a', series: 'jobs', take: 'rate'}}),
  'services.*.standby.replicas': whole({standby: {replicas: 3}}),
  'services.*.standby.state': whole({standby: {replicas: 3}}),
  'services.*.standbyFor': whole({standby: {replicas: 3}}),
  'services.*.frozenMax': whole({preempt: 'freeze'}),
  'services.*.frozenFor': whole({preempt: 'freeze'}),
  'services.*.thenStop': whole({preempt: 'freeze'}),
  'modes.*.when.for': whole({}, {when: {schedule: '0 19 * * 5', for: '1h'}}),
  'modes.*.when.timezone': whole({}, {when: {schedule: '0 19 * * 5', for: '1h'}}),
};

function isOmitted(place: string): string | undefined {
  return Object.keys(omitted).find(pattern => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^.]+')}$`).test(place));
}

describe('every field of the schema', () => {
  const fields = fieldsOf(configSchema, base);

  test('is walked: those of the configuration, of services, of modes, of each source and each target', () => {
    const places = fields.map(({place}) => place);
    expect(new Set(places).size).toBe(places.length);
    for (const place of ['capacity', 'slot.cpus', 'services.*.min', 'modes.*.when.demand.above', 'services.*.target.pd.length'])
      expect(places).toContain(place);
    const sources = new Set(places.map(place => /^services\.\*\.demand\.([^.]+)/.exec(place)?.[1]).filter(source => source !== undefined));
    expect([...sources].toSorted()).toEqual([
      'azure-queue',
      'command',
      'docker',
      'file',
      'fixed',
      'haproxy',
      'http',
      'kafka',
      'metrics',
      'mysql',
      'nats',
      'nsq',
      'postgres',
      'prometheus',
      'push',
      'rabbitmq',
      'random',
      'redis',
      'replay',
      'schedule',
      'sqs',
      'wave',
    ]);
  });

  test.each(fields.filter(({place}) => isOmitted(place) === undefined).map(({place, variants}) => [place, variants] as const))(
    '%s has a sentence',
    (place, usual) => {
      const other = beside[place];
      const variants = other === undefined ? usual : (fieldsOf(configSchema, other).find(field => field.place === place)?.variants ?? []);
      expect(variants.length).toBeGreaterThan(1);
      const texts = variants.map(textOf);
      expect(new Set(texts).size).toBe(texts.length);
    },
  );

  test('that has none has a reason, and no reason is for a field that isn’t there', () => {
    const used = new Set(fields.map(({place}) => isOmitted(place)).filter(pattern => pattern !== undefined));
    expect([...used].toSorted()).toEqual(Object.keys(omitted).toSorted());
    for (const reason of Object.values(omitted)) expect(reason).not.toBe('');
  });
});

test('every source and every target reads as plain English', async () => {
  const demands: readonly (readonly [name: string, demand: unknown, target?: unknown])[] = [
    ['random', {source: 'random', min: 1, max: 9, step: 2, spikes: 0.05}],
    ['wave', {source: 'wave', min: 0, max: 5, period: '10m'}],
    ['file', {source: 'file', path: '/run/demand/web'}],
    ['fixed', {source: 'fixed', value: 4}],
    ['redis-list', {source: 'redis', url: 'redis://cache', list: 'jobs', processing: 'jobs-at-work'}, {queue: {drainWithin: '30s'}}],
    [
      'redis-stream',
      {source: 'redis', url: 'redis://cache', stream: 'events', group: 'workers'},
      {queue: {drainWithin: '1m', rate: 5, arrivals: 20}},
    ],
    ['redis-sorted-set', {source: 'redis', url: 'redis://cache', sortedSet: 'delayed'}, {pd: {length: 50}}],
    ['bullmq', {source: 'redis', url: 'redis://cache', bullmq: 'mail', prefix: 'shop'}, {perReplica: 10}],
    ['rabbitmq', {source: 'rabbitmq', url: 'http://mq:15672', queue: 'orders'}, {perReplica: 10}],
    ['nats', {source: 'nats', url: ['nats://a', 'nats://b'], stream: 'ORDERS', consumer: 'workers'}, {perReplica: 10}],
    ['nsq', {source: 'nsq', nsqd: ['http://a:4151', 'http://b:4151'], topic: 'orders', channel: 'workers'}, {perReplica: 10}],
    ['nsq-lookup', {source: 'nsq', lookupd: 'http://lookup:4161', topic: 'orders', channel: 'workers'}, {perReplica: 10}],
    ['sqs', {source: 'sqs', queue: 'https://sqs.eu-west-1.amazonaws.com/1/orders', region: 'eu-west-1'}, {perReplica: 10}],
    ['azure-queue', {source: 'azure-queue', connection: '${AZURE}', queue: 'orders'}, {perReplica: 10}],
    [
      'kafka',
      {source: 'kafka', brokers: ['a:9092', 'b:9092'], group: 'workers', topic: ['orders', 'returns'], tls: true},
      {perReplica: 100},
    ],
    ['postgres', {source: 'postgres', url: 'postgres://reader@db/shop', query: 'select count(*) from jobs'}, {perReplica: 10}],
    ['mysql', {source: 'mysql', url: 'mysql://reader@db/shop', query: 'select count(*) from jobs'}, {perReplica: 10}],
    ['prometheus', {source: 'prometheus', url: 'http://prom:9090', query: 'sum(rate(requests_total[15s]))'}, {perReplica: 50}],
    [
      'metrics',
      {source: 'metrics', url: ['http://a/metrics', 'http://b/metrics'], series: 'requests_total', take: 'rate'},
      {perReplica: 50},
    ],
    ['http', {source: 'http', url: 'http://web/stats', path: 'load.current'}, {perReplica: 50}],
    ['haproxy', {source: 'haproxy', url: 'http://lb/stats', backend: 'web', read: 'rate'}, {perReplica: 50}],
    ['docker', {source: 'docker', read: 'cpu'}, {utilization: '70%'}],
    ['command', {source: 'command', command: ['count-jobs', '--all'], every: '10s'}, {perReplica: 5}],
    ['command-stream', {source: 'command', command: 'watch-jobs', stream: true}, {perReplica: 5}],
    ['push', {source: 'push', expire: '1m'}],
    [
      'schedule',
      {
        source: 'schedule',
        entries: [
          {cron: '0 9 * * 1-5', for: '8h', demand: 4},
          {cron: '0 19 * * 5', for: '2h', demand: 9},
        ],
        otherwise: 1,
      },
    ],
    ['replay', {source: 'replay', path: 'friday.csv', column: 'web', speed: 10, loop: true}],
    ['none', undefined, {fixed: 3}],
    ['filler', undefined, 'fill'],
    [
      'several',
      [
        {source: 'redis', url: 'redis://cache', list: 'jobs', target: {queue: {drainWithin: '30s'}}},
        {source: 'docker', read: 'memory', target: {utilization: 0.8}},
        {source: 'push'},
      ],
    ],
  ];
  const services = Object.fromEntries(
    demands.map(([name, demand, target]) => [
      name,
      {priority: 1, image: 'a', ...(demand !== undefined && {demand}), ...(target !== undefined && {target})},
    ]),
  );
  const followed = {lead: 'auto', tolerance: '5%', flapGuard: '2m', stepMax: 3, onLost: 2, drift: 'yield', slots: 2};
  const text = textOf({capacity: 'auto', slot: {cpus: 0.5, memory: '256m'}, services: {...services, web: {...service, ...followed}}});
  await expect(`${text}\n`).toMatchFileSnapshot('../golden/explain-everything.txt');
});

test('no credential is ever told', () => {
  const secret = 'hunter2';
  const login = {username: secret, password: secret};
  const demands = [
    {source: 'redis', url: `redis://${secret}:${secret}@cache:6379/0?password=${secret}`, list: 'jobs', ...login},
    {source: 'rabbitmq', url: `http://${secret}@mq:15672#${secret}`, queue: 'orders', ...login},
    {source: 'nats', url: [`nats://${secret}@a`, `nats://b:${secret}@b`], stream: 's', consumer: 'c', ...login, token: secret},
    {source: 'azure-queue', connection: `AccountKey=${secret}`, queue: 'q'},
    {source: 'kafka', brokers: 'a:1', group: 'g', topic: 't', sasl: {mechanism: 'plain', ...login}},
    {source: 'postgres', url: `postgres://shop:${secret}@db/shop?sslpassword=${secret}`, query: 'select 1'},
    {source: 'prometheus', url: `https://${secret}:x@prom`, query: 'up', headers: {Authorization: secret}, ...login, token: secret},
  ];
  const text = textOf(
    whole({demand: demands, environment: {KEY: secret}, labels: [`key=${secret}`], logging: {driver: 'x', options: {token: secret}}}),
  );
  expect(text).not.toContain(secret);
  expect(text).toContain('redis://cache:6379/0');
});

describe('a time that cron writes', () => {
  test.each([
    ['0 19 * * 5', 'every Friday at 19:00'],
    ['30 8 * * 1-5', 'every day from Monday to Friday at 8:30'],
    ['0 8,20 * * *', 'every day at 8:00 and 20:00'],
    ['0 0 * * sat,0', 'every Saturday and Sunday at 0:00'],
    ['@daily', 'every day at 0:00'],
    ['0 * * * *', 'every hour'],
    ['5 * * * 1', 'every Monday every hour, 5 minutes past'],
    ['*/15 * * * *', 'every 15 minutes'],
    ['0 9 1 * *', 'on day 1 of every month at 9:00'],
    ['0 9 24,25 12 *', 'every 24 and 25 December at 9:00'],
    ['*/7 3 * * 1#2', 'at the times of “*/7 3 * * 1#2”'],
    ['0 9 L * *', 'at the times of “0 9 L * *”'],
    ['30 0 19 * * 5', 'at the times of “30 0 19 * * 5”'],
    ['0 19 * * 5-1-2', 'at the times of “0 19 * * 5-1-2”'],
    ['0 19 * 13 *', 'at the times of “0 19 * 13 *”'],
  ])('%s is “%s”', (pattern, words) => {
    expect(cronWords(pattern, undefined)).toBe(words);
  });

  test('has its time zone beside it', () => {
    expect(cronWords('0 19 * * 5', 'Europe/London')).toBe('every Friday at 19:00 (Europe/London time)');
  });
});

test('lists and addresses read as they should', () => {
  expect([list([]), list(['a']), list(['a', 'b']), list(['a', 'b', 'c'], 'or')]).toEqual(['', 'a', 'a and b', 'a, b or c']);
  expect(address('amqps://u:p@mq:5671/vhost?heartbeat=1')).toBe('amqps://mq:5671/vhost');
  expect(address('${REDIS_URL}')).toBe('${REDIS_URL}');
});
