import {once} from 'node:events';
import {connect} from 'node:net';
import {networkInterfaces} from 'node:os';
import {afterEach, describe, expect, test} from 'vitest';
import {serveMetrics} from '../../source/control/metrics/server.ts';
import {createEngine, type Engine} from '../../source/engine.ts';
import {calmHost, createSimulatedHost, roughHost} from '../../source/orchestrators/simulated.ts';
import type {Entry} from '../../source/scaler/entry.ts';
import {emptyFleet, type Fleet} from '../../source/scaler/fleet.ts';
import type {Step} from '../../source/scaler/step.ts';
import {seededChance} from '../../source/simulator/chance.ts';
import {simulate} from '../../source/simulator/simulate.ts';
import {createVirtualClock} from '../../source/simulator/virtual-clock.ts';
import {after, filler, fleetOf, observed, reading, spec, type Timeless} from '../support/fleets.ts';

const second = 1000;
const settings = {project: 'test', capacity: 10, nodeSlots: [], overrideMs: 60 * second, modes: []};

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Metrics = Awaited<ReturnType<typeof serveMetrics>>;
type Watched = Parameters<typeof serveMetrics>[0]['engine'];

async function serve(engine: Watched, clock = createVirtualClock(5000), address = '127.0.0.1:0'): Promise<Metrics> {
  const metrics = await serveMetrics({address, engine, clock});
  closers.push(() => metrics.close());
  return metrics;
}

const get = (port: number, path: string, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, {method});

/** Every sample by its name and labels, as they are written. */
async function scrape(port: number): Promise<ReadonlyMap<string, number>> {
  const response = await get(port, '/metrics');
  expect(response.status).toBe(200);
  const lines = (await response.text()).split('\n').filter(line => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map(line => {
      const [, key = '', value] = /^(.+) (\S+)$/.exec(line) ?? [];
      return [key, Number(value)];
    }),
  );
}

const of = (name: string, service: string) => `microscale_${name}{service="${service}"}`;
const namesOf = (samples: ReadonlyMap<string, number>) => [...samples.keys()];

/** The real engine on a virtual clock and a simulated host, and its metrics. */
async function started(host = calmHost) {
  const clock = createVirtualClock(5000);
  const orchestrator = createSimulatedHost(clock, seededChance(1), host);
  const told: {metrics: Metrics | null} = {metrics: null};
  const engine: Engine = createEngine({
    clock,
    orchestrator,
    recorder: null,
    acting: 'auto',
    stepped: (entries, result) => told.metrics?.stepped(entries, result),
  });
  const metrics = await serve(engine, clock);
  told.metrics = metrics;
  const turn = async (forMs = 0) => {
    await new Promise(resolve => setImmediate(resolve));
    clock.runTo(clock.now() + forMs);
    await new Promise(resolve => setImmediate(resolve));
  };
  const opening = engine.open(() => ({settings, services: [spec('web', {max: 10}), filler('batch', {priority: 2})]}));
  for (let round = 0; round < 5; round++) await turn();
  await opening;
  return {clock, orchestrator, engine, metrics, turn};
}

/** A fleet that a test moves along by hand, and its metrics. */
async function followed(first: Fleet, heardAt: number | null = 5000) {
  const now = {fleet: first, heardAt};
  const clock = createVirtualClock(5000);
  const facts = {title: 'docker 28.2', kind: 'docker' as const, remark: '', nodes: [], made: [], found: []};
  const metrics = await serve({fleet: () => now.fleet, heardAt: () => now.heardAt, facts: () => facts}, clock);
  const move = (at: number, ...entries: readonly Timeless[]) => {
    const result = after(now.fleet, at, ...entries);
    now.fleet = result.fleet;
    metrics.stepped(
      entries.map(entry => ({...entry, at})),
      result,
    );
    return result;
  };
  return {clock, metrics, move, now};
}

describe('a scrape', () => {
  test('tells the counts as the fleet has them at that moment', async () => {
    const {engine, metrics, turn} = await started();
    engine.read('web', {kind: 'value', value: 6});
    await turn(5 * second);
    const samples = await scrape(metrics.port);
    expect(Object.fromEntries(samples)).toMatchObject({
      [of('demand', 'web')]: 6,
      [of('want_replicas', 'web')]: 6,
      [of('desired_replicas', 'web')]: 6,
      [of('running_replicas', 'web')]: 6,
      [of('pending_replicas', 'web')]: 0,
      [of('stopping_replicas', 'web')]: 0,
      [of('standby_replicas', 'web')]: 0,
      [of('frozen_replicas', 'batch')]: 0,
      [of('shortfall_replicas', 'web')]: 0,
      [of('running_replicas', 'batch')]: 4,
      microscale_capacity_slots: 10,
      microscale_running_slots: 10,
      microscale_held_slots: 10,
      microscale_host_connected: 1,
      microscale_lease_held: 1,
      microscale_acting: 1,
      microscale_lost_work_seconds_total: expect.any(Number) as number,
    });
    engine.read('web', {kind: 'value', value: 12});
    await turn();
    const later = await scrape(metrics.port);
    expect(later.get(of('demand', 'web'))).toBe(12);
    expect(later.get(of('want_replicas', 'web'))).toBe(12);
    expect(later.get(of('desired_replicas', 'web'))).toBe(10);
    expect(later.get(of('running_replicas', 'web'))).toBe(6);
    expect(later.get(of('stopping_replicas', 'batch'))).toBe(4);
    expect(later.get('microscale_held_slots')).toBe(10);
  });

  test('leaves out what isn’t known, and never tells it as zero', async () => {
    const {metrics} = await followed(
      after(emptyFleet('auto'), 1000, {kind: 'configured', settings, services: [spec('web'), filler('batch')]}).fleet,
      null,
    );
    const names = namesOf(await scrape(metrics.port));
    for (const name of [
      'demand',
      'want_replicas',
      'running_replicas',
      'pending_replicas',
      'stopping_replicas',
      'standby_replicas',
      'frozen_replicas',
      'trouble',
    ])
      expect(names).not.toContain(of(name, 'web'));
    expect(names).not.toContain('microscale_host_heard_age_seconds');
    expect(names).toContain(of('overrides', 'web'));
  });

  test('has no demand while the source is lost, and no want of a filler', async () => {
    const {metrics, move} = await followed(fleetOf([spec('web'), filler('batch')], 10, [reading('web', 3)]));
    expect((await scrape(metrics.port)).get(of('demand', 'web'))).toBe(3);
    move(2000, {kind: 'reading', service: 'web', reading: {kind: 'error', reason: 'gone'}});
    const samples = await scrape(metrics.port);
    expect(samples.get(of('source_lost', 'web'))).toBe(1);
    expect(samples.get(of('source_lost', 'batch'))).toBe(0);
    expect(samples.get(of('want_replicas', 'web'))).toBe(3);
    expect(namesOf(samples)).not.toContain(of('demand', 'web'));
    expect(namesOf(samples)).not.toContain(of('want_replicas', 'batch'));
  });

  test.each<[string, readonly Timeless[], Readonly<Record<string, number>>]>([
    ['a scaler that is paused', [{kind: 'command', command: {kind: 'pause'}, owner: 'ops'}], {microscale_acting: 0}],
    ['a host that is lost', [{kind: 'disconnected', reason: 'no route'}], {microscale_host_connected: 0}],
    [
      'a lease that is elsewhere',
      [{kind: 'lease', lease: {kind: 'elsewhere', by: 'ops', where: 'mgr-2', since: 1, trouble: ''}}],
      {microscale_lease_held: 0},
    ],
    ['a lease that is held', [{kind: 'lease', lease: {kind: 'held', by: 'ops', since: 1}}], {microscale_lease_held: 1}],
    ['a lease that lapsed', [{kind: 'lease', lease: {kind: 'lapsed', reason: 'late'}}], {microscale_lease_held: 0}],
    [
      'an override',
      [
        {
          kind: 'command',
          command: {kind: 'override', service: 'web', rule: {kind: 'pin', replicas: 2}, lasting: 'default', sure: false},
          owner: 'ops',
        },
      ],
      {[of('overrides', 'web')]: 1},
    ],
    [
      'replicas that fail',
      [observed('web', {trouble: {kind: 'failing', reason: 'no image', failures: 2, retryAt: 9000}})],
      {[of('trouble', 'web')]: 1, [of('failures_total', 'web')]: 1},
    ],
    [
      'an image that is on its way, which is no trouble',
      [observed('web', {trouble: {kind: 'preparing', reason: 'pulling'}})],
      {[of('trouble', 'web')]: 0, [of('failures_total', 'web')]: 0},
    ],
    ['more wanted than there is', [reading('web', 14)], {[of('shortfall_replicas', 'web')]: 4}],
  ])('tells of %s', async (_title, entries, expected) => {
    const {metrics, move} = await followed(fleetOf([spec('web')], 10, [reading('web', 3)]));
    move(2000, ...entries);
    expect(Object.fromEntries(await scrape(metrics.port))).toMatchObject(expected);
  });

  test('forgets a service that is gone, once its last counts were told', async () => {
    const {engine, metrics, turn} = await started();
    engine.read('web', {kind: 'value', value: 6});
    await turn(5 * second);
    engine.configure(settings, [filler('batch', {priority: 2})]);
    await turn(10 * second);
    expect(engine.fleet().services).toHaveLength(1);
    const last = await scrape(metrics.port);
    expect(namesOf(last)).not.toContain(of('running_replicas', 'web'));
    expect(last.get(of('replicas_stopped_total', 'web'))).toBe(6);
    expect(namesOf(await scrape(metrics.port)).filter(name => name.includes('web'))).toEqual([]);
  });

  test('escapes whatever a service is called', async () => {
    const name = 'we"b\\ \n{x="1"} 7';
    const {metrics} = await followed(fleetOf([spec(name)], 10));
    const samples = await scrape(metrics.port);
    expect(samples.get('microscale_overrides{service="we\\"b\\\\ \\n{x=\\"1\\"} 7"}')).toBe(0);
  });

  test('says since when the host has been silent', async () => {
    const {metrics, clock} = await followed(fleetOf([spec('web')], 10));
    clock.runTo(7500);
    expect((await scrape(metrics.port)).get('microscale_host_heard_age_seconds')).toBe(2.5);
  });

  test('keeps two engines in one process apart', async () => {
    const one = await followed(fleetOf([spec('web')], 10));
    const other = await followed(fleetOf([spec('pay')], 7));
    expect((await scrape(one.metrics.port)).get('microscale_capacity_slots')).toBe(10);
    const samples = await scrape(other.metrics.port);
    expect(samples.get('microscale_capacity_slots')).toBe(7);
    expect(namesOf(samples).filter(name => name.includes('web'))).toEqual([]);
  });

  test('is text as Prometheus reads it, each metric with its help and type', async () => {
    const {metrics} = await followed(fleetOf([spec('web')], 10));
    const response = await get(metrics.port, '/metrics?name[]=all');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    const samples = text.split('\n').filter(line => line.startsWith('microscale_'));
    expect(samples.length).toBeGreaterThan(20);
    for (const sample of samples) {
      const name = /^\w+/.exec(sample)?.[0].replace(/_(bucket|sum|count)$/, '') ?? '';
      expect(text).toMatch(new RegExp(`^# TYPE ${name} (gauge|counter|histogram)$`, 'm'));
      expect(text).toMatch(new RegExp(`^# HELP ${name} .`, 'm'));
    }
    expect(text.endsWith('\n')).toBe(true);
  });
});

describe('the counts', () => {
  test('of a rough day add up to the score, service by service', async () => {
    const now = {fleet: emptyFleet('auto')};
    const metrics = await serve({fleet: () => now.fleet, heardAt: () => null, facts: () => null});
    const steps: (readonly [readonly Entry[], Step])[] = [];
    await simulate({
      seed: 11,
      forMs: 20 * 60 * second,
      settings,
      services: [spec('web', {max: 10}), spec('pay', {priority: 2}), filler('batch')],
      demands: new Map([
        ['web', [{source: 'random', min: 0, max: 10, everyMs: 1000, step: 3, spikes: 0.1}]],
        ['pay', [{source: 'random', min: 0, max: 6, everyMs: 2000, step: 2, spikes: 0}]],
      ]),
      host: roughHost,
      watched: (entries, result) => void steps.push([entries, result]),
    });
    const counted: ReadonlyMap<string, number>[] = [];
    for (const [index, [entries, result]] of steps.entries()) {
      now.fleet = result.fleet;
      metrics.stepped(entries, result);
      if (index % 200 === 0) counted.push(await scrape(metrics.port));
    }
    const last = await scrape(metrics.port);
    const sum = (name: string) =>
      namesOf(last).reduce((all, key) => all + (key.startsWith(`microscale_${name}{`) ? (last.get(key) ?? 0) : 0), 0);
    const {score} = now.fleet;
    const happened = steps.flatMap(([, {happenings}]) => happenings);
    const handovers = steps.flatMap(([, result]) => result.handovers);
    expect(score.started).toBeGreaterThan(100);
    expect(sum('replicas_started_total')).toBe(score.started);
    expect(sum('replicas_stopped_total')).toBe(score.stopped);
    expect(sum('actions_total')).toBe(steps.reduce((all, [, {actions}]) => all + actions.length, 0));
    expect(sum('failures_total')).toBe(happened.filter(one => one.kind === 'trouble' && one.retryAt !== null).length);
    expect(sum('handover_seconds_count')).toBe(handovers.length);
    expect(sum('handover_seconds_sum')).toBeCloseTo(
      handovers.reduce((all, {tookMs}) => all + tookMs / 1000, 0),
      6,
    );
    expect(last.get('microscale_observed_seconds_total')).toBe(score.ms / 1000);
    expect(last.get('microscale_met_seconds_total')).toBe(score.metMs / 1000);
    expect(last.get('microscale_won_seconds_total')).toBe(score.wonMs / 1000);
    const sums = namesOf(last).filter(name => /_(total|count|sum|bucket)\b/.test(name));
    for (const [index, samples] of [...counted, last].entries())
      for (const name of sums) expect(samples.get(name) ?? 0, name).toBeGreaterThanOrEqual(counted[index - 1]?.get(name) ?? 0);
  });

  test('begin at zero for a service that has done nothing yet', async () => {
    const {metrics} = await followed(fleetOf([spec('web')], 10));
    const samples = await scrape(metrics.port);
    for (const name of ['replicas_started_total', 'replicas_stopped_total', 'actions_total', 'failures_total', 'handover_seconds_count'])
      expect(samples.get(of(name, 'web'))).toBe(0);
  });

  test('go by what was asked before, also when somebody else had set it or the lease is new', async () => {
    const {metrics, move, now} = await followed(fleetOf([spec('web')], 10, [reading('web', 3)]));
    const before = now.fleet.score;
    move(2000, {kind: 'drifted', service: 'web', replicas: 7});
    move(3000, observed('web', {running: 5, order: 2}));
    move(4000, {kind: 'lease', lease: {kind: 'lapsed', reason: 'late'}});
    move(5000, {kind: 'lease', lease: {kind: 'held', by: 'ops', since: 5000}});
    const samples = await scrape(metrics.port);
    expect(samples.get(of('replicas_started_total', 'web'))).toBe(now.fleet.score.started - before.started);
    expect(samples.get(of('replicas_stopped_total', 'web'))).toBe(now.fleet.score.stopped - before.stopped);
    expect(samples.get(of('replicas_stopped_total', 'web'))).toBe(4 + 2);
  });
});

describe('health', () => {
  const health = async (port: number) => {
    const response = await get(port, '/healthz');
    return {status: response.status, ...((await response.json()) as object)};
  };

  test('is good while the host is heard, and says what the engine does', async () => {
    const {metrics} = await followed(fleetOf([spec('web')], 10));
    const response = await get(metrics.port, '/healthz');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      status: 'ok',
      lease: 'unneeded',
      acting: 'auto',
      project: 'test',
      host: 'docker 28.2',
      heardSecondsAgo: 0,
    });
  });

  test('is good for an engine that stands by', async () => {
    const {metrics, move} = await followed(fleetOf([spec('web')], 10));
    move(2000, {kind: 'lease', lease: {kind: 'elsewhere', by: 'ops', where: 'mgr-2', since: 1, trouble: ''}});
    expect(await health(metrics.port)).toMatchObject({status: 'ok', lease: 'elsewhere'});
  });

  test('is bad while the host is lost, with the reason, and good again when it is back', async () => {
    const {engine, metrics, orchestrator, turn} = await started();
    expect((await get(metrics.port, '/healthz')).status).toBe(200);
    orchestrator.cut('the line was cut\u001b[31m');
    await turn(second);
    expect(engine.fleet().host.kind).toBe('lost');
    const response = await get(metrics.port, '/healthz');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({status: 'failing', reason: 'the host is lost: the line was cut'});
    orchestrator.mend();
    await turn(second);
    expect((await get(metrics.port, '/healthz')).status).toBe(200);
  });

  test('is bad once nothing was heard for more than 15 s', async () => {
    const {metrics, clock} = await followed(fleetOf([spec('web')], 10));
    clock.runTo(20_000);
    expect((await get(metrics.port, '/healthz')).status).toBe(200);
    clock.runTo(20_001);
    const response = await get(metrics.port, '/healthz');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({reason: 'nothing has been heard from the host for 15 s'});
  });

  test('is bad before the host was reached', async () => {
    const {metrics} = await followed(emptyFleet('auto'), null);
    expect(await health(metrics.port)).toMatchObject({status: 'failing', reason: 'the host has not been reached yet'});
  });

  test('of a simulated host doesn’t suffer from its silence', async () => {
    const {metrics, turn} = await started();
    await turn(25 * second);
    expect((await get(metrics.port, '/healthz')).status).toBe(200);
  });
});

describe('the server', () => {
  const fleet = fleetOf([spec('web')], 10);

  test.each(['/', '/metrics/', '/healthz/../metrics2', '/favicon.ico', '/%2e%2e/etc/passwd'])('has nothing at %s', async path => {
    const {metrics} = await followed(fleet);
    const response = await get(metrics.port, path);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('there is nothing here: see /metrics and /healthz\n');
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('refuses %s', async method => {
    const {metrics} = await followed(fleet);
    const response = await get(metrics.port, '/metrics', method);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
  });

  test('answers HEAD as GET, without the text', async () => {
    const {metrics} = await followed(fleet);
    const response = await get(metrics.port, '/metrics', 'HEAD');
    expect(response.status).toBe(200);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(1000);
    expect(await response.text()).toBe('');
  });

  /** What comes back for some bytes, until the other end hangs up. */
  async function say(port: number, bytes: string): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    const received: Buffer[] = [];
    socket.on('data', chunk => received.push(chunk));
    socket.on('error', () => {});
    socket.write(bytes);
    await once(socket, 'close');
    return Buffer.concat(received).toString();
  }

  test.each([
    ['nonsense', 'nonsense\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['headers without end', `GET /metrics HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ['a request that is never finished', 'GET /metrics HTTP/1.1\r\nhost: x\r\n', /^HTTP\/1\.1 408 /],
  ])('hangs up on %s, without a trace of its own code', async (_title, bytes, expected) => {
    const {metrics} = await followed(fleet);
    const answer = await say(metrics.port, bytes);
    expect(answer).toMatch(expected);
    expect(answer).not.toMatch(/Error|node:|\.ts|\.js/);
    expect((await scrape(metrics.port)).size).toBeGreaterThan(0);
  });

  test('goes on when a scraper resets its connection', async () => {
    const {metrics} = await followed(fleet);
    for (let round = 0; round < 20; round++) {
      const socket = connect(metrics.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
      socket.resetAndDestroy();
    }
    expect((await scrape(metrics.port)).size).toBeGreaterThan(0);
  });

  test('tells no details when the engine is broken', async () => {
    const metrics = await serve({
      fleet: () => fleet,
      heardAt: () => 1,
      facts() {
        throw new Error('secret at source/engine.ts');
      },
    });
    const response = await get(metrics.port, '/healthz');
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('this can’t be told now: it is a fault of microscale\n');
  });

  test('says in words that the port is taken', async () => {
    const {metrics} = await followed(fleet);
    const engine = {fleet: () => fleet, heardAt: () => 1, facts: () => null};
    await expect(serve(engine, undefined, `127.0.0.1:${metrics.port}`)).rejects.toThrow(
      `metrics can't be served at 127.0.0.1:${metrics.port}: something else listens on that port. Stop it, or name another port with --metrics`,
    );
  });

  test.each([
    ['192.0.2.1:0', /can't be served at 192\.0\.2\.1:0: this machine has no such address\. Name one of its own with --metrics/],
    ['127.0.0.1', /can't be served at 127\.0\.0\.1: expected an address and a port/],
    ['127.0.0.1:65536', /a port up to 65535/],
    ['::1:9180', /expected an address and a port/],
    ['', /expected an address and a port/],
  ])('says in words what is wrong with the address “%s”', async (address, message) => {
    await expect(serve({fleet: () => fleet, heardAt: () => 1, facts: () => null}, undefined, address)).rejects.toThrow(message);
  });

  test.for(['127.0.0.1:0', 'localhost:0', ':0', '[::1]:0'])('listens at %s', async (address, {skip}) => {
    const hasV6 = Object.values(networkInterfaces()).some(addresses => addresses?.some(({address}) => address === '::1'));
    if (address.startsWith('[') && !hasV6) skip('needs IPv6, and this machine has none');
    const metrics = await serve({fleet: () => fleet, heardAt: () => 1, facts: () => null}, undefined, address);
    const host = address.startsWith('[') ? '[::1]' : address.startsWith(':') ? '127.0.0.1' : address.split(':')[0];
    expect((await fetch(`http://${host}:${metrics.port}/metrics`)).status).toBe(200);
  });

  test('lets go of its port and of whoever is connected when it closes', async () => {
    const {metrics} = await followed(fleet);
    const socket = connect(metrics.port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    const hungUp = once(socket, 'close');
    await metrics.close();
    await hungUp;
    const again = await serve({fleet: () => fleet, heardAt: () => 1, facts: () => null}, undefined, `127.0.0.1:${metrics.port}`);
    expect(again.port).toBe(metrics.port);
  });
});
