import {Gauge, Registry} from 'prom-client';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Reading} from '../../source/scaler/entry.ts';
import {needing} from '../support/needs.ts';
import {servePages, type PageServer} from '../support/page-server.ts';
import {prometheusLogin, prometheusNeed, startPrometheus} from '../support/prometheus-server.ts';
import {until} from '../support/until.ts';
import {demandAt, describeSource, follow, reasonOf, type RealServer} from './contract.ts';
import {patient} from './patient.ts';

async function startScraped(): Promise<RealServer> {
  const registry = new Registry();
  const load = new Gauge({name: 'shop_load', help: 'What tests set', registers: [registry]});
  const exporter = await servePages(null, async (_path, response) => {
    response.writeHead(200, {'content-type': registry.contentType}).end(await registry.metrics());
  });
  const prometheus = await startPrometheus(exporter.port);
  // What was scraped last, also where a scrape came too late on a busy machine: a rate would never be an exact number.
  const query = 'sum(last_over_time(shop_load[5m]))';
  const {username, password} = prometheusLogin;
  return {
    replace: {
      ...patient('prometheus'),
      'http://prom:9090': `http://${username}:${password}@127.0.0.1:${prometheus.port}`,
      'sum(rate(http_requests_total[15s]))': query,
    },
    async fill(amount) {
      load.set(amount);
      await until('the scrape', async () => (await prometheus.ask(query)) === String(amount));
      return amount;
    },
    kill: prometheus.kill,
    restart: prometheus.restart,
    async stop() {
      await prometheus.stop();
      await exporter.kill();
    },
  };
}

needing('Prometheus', prometheusNeed, () => {
  describeSource({
    source: 'prometheus',
    start: startScraped,
    wrongPassword: {fields: () => ({username: 'ops', password: 'not-the-password'}), says: /: refused the name or password \(HTTP 401\)$/},
    missing: {
      fields: {query: 'sum(nothing_at_all)'},
      gives: /^prometheus at 127\.0\.0\.1:\d+: the query finds nothing at this moment: add “or vector\(0\)”/,
    },
    at: (host, port) => ({url: `http://${host}:${port}`}),
  });

  describe('what the source prometheus makes of queries', () => {
    let server: RealServer;
    beforeAll(async () => {
      server = await startScraped();
    }, 180_000);
    afterAll(() => server.stop());

    async function readingOf(query: string): Promise<Reading> {
      const {last, stop} = follow(demandAt('prometheus', server, {query}));
      const reading = await until('a reading', last);
      stop();
      return reading;
    }

    test.each([
      ['a scalar', 'scalar(vector(4))', 4],
      ['a vector of one', 'vector(2.5)', 2.5],
      ['several, added up', 'vector(2) or label_replace(vector(3), "zone", "b", "", "")', 5],
      ['several whose parts are below zero', 'vector(-2) or label_replace(vector(3), "zone", "b", "", "")', 1],
      ['none', 'vector(0)', 0],
      ['a huge number', 'vector(1e300)', 1e300],
      ['nothing that is said to mean none', 'sum(nothing_at_all) or vector(0)', 0],
    ])('%s is read', async (_title, query, value) => {
      expect(await readingOf(query)).toEqual({kind: 'value', value});
    });

    test.each([
      ['NaN', 'vector(0) / vector(0)', /the query gives NaN, as where nothing is divided by nothing$/],
      ['a scalar that is NaN', 'scalar(nothing_at_all)', /the query gives NaN/],
      ['an infinity', 'vector(1) / vector(0)', /the query gives \+Inf, as where something is divided by nothing$/],
      ['a negative number', 'vector(-5)', /the sum of the query is -5: a demand is never below 0$/],
      ['a negative scalar', '-5', /the query’s answer is -5: a demand is never below 0$/],
      ['a range', 'up[5m]', /gives no numbers of this moment: wrap a range in rate\(\)/],
      ['a text', '"hello"', /gives no numbers of this moment/],
      ['what is no PromQL', 'sum(', /: refuses the query: .*parse error/],
    ])('%s is an error in words', async (_title, query, reason) => {
      const reading = await readingOf(query);
      expect(reading.kind).toBe('error');
      expect(reasonOf(reading)).toMatch(reason);
    });
  });
});

describe('what the source prometheus makes of an answer that is none', () => {
  let page: PageServer;
  let answer: readonly [status: number, body: string] = [200, ''];
  let asked = '';
  beforeAll(async () => {
    page = await servePages(null, (path, response) => {
      asked = path;
      const [status, body] = answer;
      response.writeHead(status).end(body);
    });
  });
  afterAll(() => page.kill());

  async function reasonFor(status: number, body: string): Promise<string> {
    answer = [status, body];
    const server = {replace: {'http://prom:9090': `http://127.0.0.1:${page.port}/behind/a/path/`}} as unknown as RealServer;
    const {last, stop} = follow(demandAt('prometheus', server));
    await until('a reading', last);
    stop();
    return reasonOf(last());
  }
  const vector = (result: string) => `{"status": "success", "data": {"resultType": "vector", "result": ${result}}}`;

  test.each([
    ['null', 'null', /JSON that is not Prometheus’s$/],
    ['a list', '[]', /JSON that is not Prometheus’s$/],
    ['another object', '{"status": "success"}', /JSON that is not Prometheus’s$/],
    ['a vector that is none', vector('{"a": 1}'), /JSON that is not Prometheus’s$/],
    ['words in the place of a number', vector('[{"value": [1, "many"]}]'), /JSON that is not Prometheus’s$/],
    ['a list in the place of a number', vector('[{"value": [1, [2]]}]'), /JSON that is not Prometheus’s$/],
    [
      'numbers whose sum is out of all bounds',
      vector('[{"value": [1, "1e308"]}, {"value": [1, "1e308"]}]'),
      /is infinite, which is no demand$/,
    ],
    ['a number out of all bounds', vector('[{"value": [1, "1e999"]}]'), /is infinite, which is no demand$/],
    ['histograms', vector('[{"metric": {}, "histogram": [1, {}]}]'), /gives histograms, not numbers/],
    ['null in the place of a sample', vector('[null]'), /gives histograms, not numbers/],
    [
      'an error that would clear the screen',
      '{"status": "error", "error": "\\u001b[2Jgone\\nfor good"}',
      /: refuses the query: gone for good$/,
    ],
  ])('%s is an error in words', async (_title, body, reason) => {
    expect(await reasonFor(200, body)).toMatch(reason);
  });

  test('a refusal that says why is told with it, and one that does not with its number', async () => {
    expect(await reasonFor(422, '{"status": "error", "error": "too many samples"}')).toMatch(/: refuses the query: too many samples$/);
    expect(await reasonFor(503, '<html>Bad gateway')).toMatch(/: answered with HTTP 503$/);
    expect(await reasonFor(403, 'null')).toMatch(/does not let us read this \(HTTP 403\)$/);
  });

  test('the query is asked below the path that the server is served under, with a limit', async () => {
    await reasonFor(200, 'null');
    expect(asked).toBe('/behind/a/path/api/v1/query?query=sum%28rate%28http_requests_total%5B15s%5D%29%29&timeout=2000ms');
  });
});
