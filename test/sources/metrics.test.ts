import {Counter, Gauge, Histogram, Registry} from 'prom-client';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import type {Reading} from '../../source/scaler/entry.ts';
import {createVirtualClock} from '../../source/simulator/virtual-clock.ts';
import {createSource} from '../../source/sources/source.ts';
import {pageLogin, servePages, type PageServer} from '../support/page-server.ts';
import {until} from '../support/until.ts';
import {amountOf, demandAt, describeSource, follow, reasonOf, type RealServer} from './contract.ts';
import {patient} from './patient.ts';

interface Exporter {
  readonly page: PageServer;
  readonly inFlight: Gauge;
  readonly requests: Counter<'code'>;
  /** As a process that has just started. */
  begin(): void;
}

async function startExporter(): Promise<Exporter> {
  const registry = new Registry();
  const own = {registers: [registry]};
  const inFlight = new Gauge({name: 'requests_in_flight', help: 'Requests that are being answered', ...own});
  const requests = new Counter({name: 'http_requests_total', help: 'Requests', labelNames: ['code'], ...own});
  const took = new Histogram({name: 'took_seconds', help: 'How long', buckets: [0.1, 1], ...own});
  took.observe(0.05);
  const page = await servePages(pageLogin, async (_path, response) => {
    response.writeHead(200, {'content-type': registry.contentType}).end(await registry.metrics());
  });
  return {page, inFlight, requests, begin: () => registry.resetMetrics()};
}

interface Exporters extends RealServer {
  readonly first: Exporter;
  readonly second: Exporter;
}

async function startExporters(): Promise<Exporters> {
  const [first, second] = await Promise.all([startExporter(), startExporter()]);
  return {
    first,
    second,
    replace: {
      ...patient('metrics'),
      'http://web1:9100': `http://${first.page.place}`,
      'http://web2:9100': `http://${second.page.place}`,
      'http://web:9100': `http://${first.page.place}`,
    },
    async fill(amount) {
      first.inFlight.set(Math.floor(amount / 3));
      second.inFlight.set(amount - Math.floor(amount / 3));
      return amount;
    },
    // One of the two is enough to make a sum of no use.
    kill: second.page.kill,
    restart: second.page.restart,
    async stop() {
      await Promise.all([first.page.kill(), second.page.kill()]);
    },
  };
}

describeSource({
  source: 'metrics',
  start: startExporters,
  wrongPassword: {fields: () => ({username: 'ops', password: 'not-the-password'}), says: /: refused the name or password \(HTTP 401\)$/},
  missing: {fields: {series: 'nothing_at_all'}, gives: /^metrics of 2 pages: has no nothing_at_all on 127\.0\.0\.1:\d+\/metrics$/},
  at: (host, port) => ({url: `http://${host}:${port}/metrics`}),
});

describe('the source metrics, on the pages of real exporters', () => {
  let exporters: Exporters;
  beforeAll(async () => {
    exporters = await startExporters();
  });
  afterAll(() => exporters.stop());

  async function readingOf(fields: Readonly<Record<string, unknown>>): Promise<Reading> {
    const {last, stop} = follow(demandAt('metrics', exporters, fields));
    const reading = await until('a reading', last);
    stop();
    return reading;
  }

  test('takes the largest of all pages', async () => {
    await exporters.fill(30);
    expect(await readingOf({take: 'max'})).toEqual({kind: 'value', value: 20});
  });

  test('adds up the series that its labels choose', async () => {
    const {first, second} = exporters;
    first.requests.inc({code: '200'}, 5);
    first.requests.inc({code: '204'}, 7);
    second.requests.inc({code: '500'}, 11);
    for (const [series, value] of [
      ['http_requests_total', 23],
      ['http_requests_total{code="204"}', 7],
      ['http_requests_total{code=~"2.."}', 12],
      ['http_requests_total{code!~"2.."}', 11],
      ['http_requests_total{code!="200"}', 18],
      ['took_seconds_count', 2],
      ['took_seconds_bucket{le="0.1"}', 2],
    ] as const)
      expect([series, await readingOf({series})]).toEqual([series, {kind: 'value', value}]);
  });

  test('labels that choose nothing anywhere are an error, and no zero', async () => {
    expect(reasonOf(await readingOf({series: 'http_requests_total{code="418"}'}))).toMatch(
      /has no http_requests_total\{code="418"\}, only others/,
    );
  });

  test('a sum below zero or out of all bounds is an error', async () => {
    exporters.first.inFlight.set(-9);
    exporters.second.inFlight.set(4);
    expect(reasonOf(await readingOf({}))).toMatch(/the sum of requests_in_flight is -5: a demand is never below 0$/);
    exporters.first.inFlight.set(Number.NaN);
    expect(reasonOf(await readingOf({}))).toMatch(/requests_in_flight is NaN/);
    exporters.first.inFlight.set(Infinity);
    expect(reasonOf(await readingOf({}))).toMatch(/requests_in_flight is Infinity/);
  });

  test('a series that only a Prometheus could answer is a mistake of the configuration', () => {
    expect(() => demandAt('metrics', exporters, {series: 'sum(requests_in_flight)'})).toThrow(
      /series.* is a query: only a Prometheus can answer it/,
    );
  });

  test('one page of several that is down is named', async () => {
    const {page} = exporters.second;
    await page.kill();
    onTestFinished(() => page.restart());
    expect(reasonOf(await readingOf({}))).toBe(`metrics of 2 pages: 127.0.0.1:${page.port}/metrics: nobody listens there`);
  });

  test('tells the rate of a counter by the clock that it is given, over its window, also when the counter begins anew', async () => {
    const {requests, begin} = exporters.first;
    begin();
    requests.inc({code: '200'}, 1000);
    const clock = createVirtualClock();
    const seen: Reading[] = [];
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const demand = demandAt('metrics', exporters, {over: '4s'}, 1);
    createSource(demand, {clock, chance: Math.random, service: 'web', usage: null, pushes: null})(
      reading => void seen.push(reading),
      stop.signal,
    );
    const next = async () => {
      const before = seen.length;
      clock.runTo(clock.now() + 1000);
      return until('a reading', () => seen.length > before && seen.at(-1));
    };
    await until('the first look', () => seen.length === 1);
    expect(seen[0]?.kind).toBe('stale');
    requests.inc({code: '200'}, 10);
    expect(await next()).toEqual({kind: 'value', value: 10});
    requests.inc({code: '200'}, 20);
    expect(await next()).toEqual({kind: 'value', value: 15});
    // A process that has begun anew has counted 6 since.
    begin();
    requests.inc({code: '200'}, 6);
    expect(await next()).toEqual({kind: 'value', value: 12});
    expect(await next()).toEqual({kind: 'value', value: 9});
    expect(await next()).toEqual({kind: 'value', value: 6.5});
    expect(await next()).toEqual({kind: 'value', value: 1.5});
    expect(await next()).toEqual({kind: 'value', value: 0});
  });

  test('tells a rate in real time by the line that the README gives', async () => {
    const {requests} = exporters.first;
    const {last, seen} = follow(demandAt('metrics', exporters, {every: '50ms', over: '1s'}, 1));
    await until('a rate', () => {
      requests.inc({code: '200'});
      return (amountOf(last()) ?? 0) > 0;
    });
    await until('the end of it', () => amountOf(last()) === 0);
    expect(seen.filter(({kind}) => kind === 'error')).toEqual([]);
  });
});
