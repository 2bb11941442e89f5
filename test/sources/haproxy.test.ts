import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {startHaproxy, haproxyNeed, type PrivateHaproxy} from '../support/haproxy-server.ts';
import {needing} from '../support/needs.ts';
import {servePages} from '../support/page-server.ts';
import {serveRaw} from '../support/raw-server.ts';
import {until} from '../support/until.ts';
import {amountOf, demandAt, describeSource, follow, reasonOf, type RealServer} from './contract.ts';
import {patient} from './patient.ts';

interface Proxied extends RealServer {
  readonly proxy: PrivateHaproxy;
}

/** Sessions are connections that are held open; where one alone is let through, the rest is the queue. */
async function startProxied(read: 'sessions' | 'queue'): Promise<Proxied> {
  const proxy = await startHaproxy(read === 'sessions' ? 1000 : 1);
  return {
    proxy,
    replace: {...patient('haproxy'), 'http://lb:8404/stats': proxy.page, '/run/haproxy/admin.sock': proxy.socket},
    async fill(amount) {
      await proxy.hold(read === 'queue' && amount > 0 ? amount + 1 : amount);
      return amount;
    },
    kill: proxy.kill,
    restart: proxy.restart,
    stop: proxy.stop,
  };
}

const nothing = {replace: {}} as unknown as RealServer;

needing('HAProxy', haproxyNeed, () => {
  describeSource({
    source: 'haproxy',
    title: 'the page',
    start: () => startProxied('sessions'),
    wrongPassword: {fields: () => ({username: 'ops', password: 'not-the-password'}), says: /: refused the name or password \(HTTP 401\)$/},
    missing: {fields: {backend: 'nothing'}, gives: /^haproxy at 127\.0\.0\.1:\d+\/stats: has no backend nothing, but idle, web$/},
    at: (host, port) => ({url: `http://${host}:${port}/stats`}),
  });

  describeSource({
    source: 'haproxy',
    line: 1,
    title: 'the socket',
    start: () => startProxied('queue'),
    wrongPassword: null,
    missing: {fields: {backend: 'shop'}, gives: /^haproxy at \/.*stats\.sock: has no backend shop, but idle, web$/},
    at: (host, port) => ({socket: `${host}:${port}`}),
  });

  describe('the source haproxy', () => {
    let server: Proxied;
    beforeAll(async () => {
      server = await startProxied('queue');
    }, 180_000);
    afterAll(() => server.stop());

    test('reads the same by the page, by the socket’s path and by its port', async () => {
      await server.proxy.hold(4);
      for (const fields of [{}, {url: undefined, socket: server.proxy.socket}, {url: undefined, socket: server.proxy.socketAt}])
        for (const [read, value] of [
          ['queue', 3],
          ['sessions', 4],
        ] as const) {
          const {last, stop} = follow(demandAt('haproxy', server, {...fields, read}));
          await until(`${value} for ${read}`, () => amountOf(last()) === value);
          stop();
        }
    });

    test('reads the rate of a backend while connections come, and none once they don’t', async () => {
      const {last} = follow(demandAt('haproxy', server, {read: 'rate', every: '100ms'}));
      let connections = 4;
      await until('a rate', async () => {
        await server.proxy.hold(++connections);
        return (amountOf(last()) ?? 0) > 0;
      });
      await until('the end of it', () => amountOf(last()) === 0);
    });

    test('a socket that is not there is named', async () => {
      const {last} = follow(demandAt('haproxy', server, {url: undefined, socket: '/nowhere/admin.sock'}));
      await until('a reading', last);
      expect(reasonOf(last())).toBe('haproxy at /nowhere/admin.sock: it is not there');
    });
  });
});

describe('what the source haproxy makes of an answer that is none', () => {
  const head = '# pxname,svname,qcur,qmax,scur,smax\n';

  async function byPage(body: string): Promise<string> {
    const page = await servePages(null, (_path, response) => void response.end(body));
    const {last} = follow(demandAt('haproxy', nothing, {url: `http://127.0.0.1:${page.port}/stats`}));
    await until('a reading', last);
    await page.kill();
    return reasonOf(last());
  }

  test.each([
    ['a web page', '<!doctype html><p>Hello', /answered with a web page, not HAProxy’s statistics$/],
    ['nothing', '', /answered with nothing, not HAProxy’s statistics$/],
    ['no row', head, /has no backend web, but none at all$/],
    ['a row that breaks off', `${head}web,BACKEND,0,0,1`, /the answer breaks off$/],
    ['a row that is too short', `${head}web,BACKEND,0,0\n`, /tells no scur of the backend web$/],
    ['a quote without an end', `${head}web,BACKEND,"0,0,1,1\n`, /statistics that are not whole$/],
    ['no number', `${head}web,BACKEND,0,0,,1\n`, /scur of the backend web holds an empty text, not a number$/],
    ['NaN', `${head}web,BACKEND,0,0,NaN,1\n`, /scur of the backend web holds “NaN”, not a number$/],
    ['a negative number', `${head}web,BACKEND,0,0,-2,1\n`, /scur of the backend web is -2: a demand is never below 0$/],
    ['a frontend of that name', `${head}web,FRONTEND,0,0,7,1\n`, /has no backend web, but none at all$/],
    ['names that would clear the screen', `${head}\u001b[2Jx,BACKEND,0,0,7,1\n`, /has no backend web, but x$/],
  ])('%s is an error in words', async (_title, body, reason) => {
    expect(await byPage(body)).toMatch(reason);
  });

  test('the address of the statistics is asked for as a table, whatever else is in it', async () => {
    const asked: string[] = [];
    const page = await servePages(null, (path, response) => {
      asked.push(path);
      response.end(`${head}web,BACKEND,0,0,7,1\n`);
    });
    onTestFinished(() => page.kill());
    for (const path of ['/stats', '/stats;csv', '/stats?scope=web']) {
      const {last} = follow(demandAt('haproxy', nothing, {url: `http://127.0.0.1:${page.port}${path}`, every: '1h'}));
      await until('a reading', () => amountOf(last()) === 7);
    }
    expect(asked).toEqual(['/stats;csv', '/stats;csv', '/stats;csv?scope=web']);
  });

  test('a socket that goes on without an end, or breaks off, gives no number', async () => {
    const short = await serveRaw(socket => {
      socket.once('data', () => socket.end(`${head}web,BACK`));
    });
    onTestFinished(() => short.close());
    const brief = follow(demandAt('haproxy', nothing, {url: undefined, socket: `127.0.0.1:${short.port}`, timeout: '30s'}));
    await until('a reading', brief.last);
    expect(reasonOf(brief.last())).toMatch(/the answer breaks off$/);
    const endless = await serveRaw(socket => {
      const more = () => {
        while (socket.write('x'.repeat(64 * 1024)));
      };
      socket.on('drain', more);
      socket.once('data', more);
    });
    onTestFinished(() => endless.close());
    const {last} = follow(demandAt('haproxy', nothing, {url: undefined, socket: `127.0.0.1:${endless.port}`, timeout: '30s'}));
    await until('a reading', last);
    expect(reasonOf(last())).toMatch(/answered with more than 8 MB$/);
  });

  test('a socket that is neither a path nor host:port is a mistake of the configuration', () => {
    expect(() => demandAt('haproxy', nothing, {url: undefined, socket: 'admin'})).toThrow(/expected a path such as .*, or host:port/);
  });
});
