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

describe.each(['shop', 'sale'])('examples/%s.yaml', name => {
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
