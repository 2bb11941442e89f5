import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {postgresPrograms, readerPassword, startPostgres, type PostgresServer} from '../support/postgres-server.ts';
import {serveRaw} from '../support/raw-server.ts';
import {until} from '../support/until.ts';
import {demandAt, describeSource, follow, reasonOf} from './contract.ts';

const isHere = postgresPrograms() !== null;
if (!isHere && process.env['MICROSCALE_TEST_ENGINE'] !== 'required') {
  test('PostgreSQL', ({skip}) => skip('needs PostgreSQL (Debian: apt-get install postgresql)'));
} else {
  describeSource({
    source: 'postgres',
    start: startPostgres,
    wrongPassword: {
      fields: server => ({url: (server as PostgresServer).url.replace(encodeURIComponent(readerPassword), 'not-the-password')}),
      says: /password authentication failed for user/,
    },
    missing: {fields: {query: 'select count(*) from no_such_table'}, gives: /no_such_table/},
    at: (host, port) => ({url: `postgres://reader:x@${host}:${port}/shop`}),
  });

  describe('a query of PostgreSQL', () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres();
      await server.fill(5);
    }, 180_000);
    afterAll(() => server?.stop(), 60_000);

    const ask = (query: string, fields: Readonly<Record<string, unknown>> = {}) =>
      follow(demandAt('postgres', server, {query, every: '200ms', timeout: '20s', ...fields}));

    test.each([
      ['select 2.5', 2.5],
      ['select 10000000000000000000000', 1e22],
      ['select count(*) from jobs -- all of them', 5],
      ['select count(*) from jobs;', 5],
      ["select '7'::text", 7],
      ['with w as (select 1 as n union all select 2) select sum(n) from w', 3],
    ])('%s is a number', async (query, value) => {
      const {last} = ask(query);
      await until('the number', () => last()?.kind === 'value');
      expect(last()).toEqual({kind: 'value', value});
    });

    test.each([
      ['several rows', 'select id from jobs', /several rows/],
      ['a million rows', 'select * from generate_series(1, 1000000)', /several rows/],
      ['several columns', 'select 1, 2', /2 columns/],
      ['no row', 'select id from jobs where false', /no row/],
      ['NULL', 'select max(id) from jobs where false', /NULL/],
      ['words', "select 'many'", /“many”, which is no number/],
      ['NaN', "select 'NaN'::float", /“NaN”, which is no number/],
      ['infinity', "select 'Infinity'::float", /“Infinity”, which is no number/],
      ['a negative number', 'select -3', /-3, which is no demand/],
      ['more than a number can be', "select repeat('9', 400)::numeric", /which is no number/],
      ['a date', "select date '2026-01-02'", /which is no number/],
      ['what isn’t SQL', 'selekt 1', /the query can’t be read/],
      ['two statements', 'select 1; select 2', /multiple commands/],
      ['escape sequences', "select E'\\x1b[2J'", /which is no number/],
    ])('%s is said in words, and is no number', async (_title, query, says) => {
      const {last, seen} = ask(query);
      await until('a reason', () => last()?.kind === 'error');
      expect(reasonOf(last())).toMatch(says);
      expect(reasonOf(last())).not.toMatch(/[\u0000-\u001f]/);
      expect(reasonOf(last())).toMatch(/^postgres at 127\.0\.0\.1:\d+\/postgres: /);
      expect(seen.every(({kind}) => kind === 'error')).toBe(true);
    });

    test.each([
      'delete from jobs',
      'insert into jobs values (1) returning 1',
      'with gone as (delete from jobs returning 1) select count(*) from gone',
      'drop table jobs',
      'commit; delete from jobs',
      'select 1; commit; delete from jobs',
      "do 'begin delete from jobs; end'",
    ])('%s changes nothing', async query => {
      const {last} = ask(query);
      await until('a refusal', () => last()?.kind === 'error');
      expect(reasonOf(last())).toMatch(/only reads are allowed|multiple commands/);
      expect(await server.run('select count(*)::int as n from jobs')).toEqual([{n: 5}]);
    });

    test('a query that would turn the reading into writing gets nothing for it', async () => {
      const {last} = ask('set transaction read write');
      await until('a reason', () => last()?.kind === 'error');
      const after = ask('delete from jobs');
      await until('a refusal', () => after.last()?.kind === 'error');
      expect(await server.run('select count(*)::int as n from jobs')).toEqual([{n: 5}]);
    });

    test('a query that takes too long is ended, on the server too', async () => {
      const {last, stop} = ask('select count(pg_sleep(600))', {timeout: '300ms'});
      await until('a reason', () => last()?.kind === 'error');
      expect(reasonOf(last())).toMatch(/no answer within 300ms|took too long/);
      stop();
      await until('nothing of it to run', async () => {
        const running = await server.run(
          "select 1 from pg_stat_activity where query like '%pg_sleep%' and application_name = 'microscale'",
        );
        return running.length === 0;
      });
    });

    test('lets go of its connection when it ends', async () => {
      const {last, stop} = ask('select 4');
      await until('a number', () => last()?.kind === 'value');
      stop();
      await until('no connection to be left', async () => {
        const left = await server.run("select 1 from pg_stat_activity where application_name = 'microscale'");
        return left.length === 0;
      });
    });

    test('is asked over TLS where the address says so, and only of a server that is trusted', async () => {
      const over = 'select ssl::int from pg_stat_ssl where pid = pg_backend_pid()';
      const plain = ask(over);
      await until('no TLS', () => plain.last()?.kind === 'value');
      expect(plain.last()).toEqual({kind: 'value', value: 0});
      for (const mode of ['sslmode=no-verify', `sslmode=verify-full&sslrootcert=${server.certificate}`]) {
        const {last} = ask(over, {url: `${server.url}?${mode}`});
        await until('TLS', () => last()?.kind === 'value');
        expect(last()).toEqual({kind: 'value', value: 1});
      }
      for (const mode of ['require', 'verify-full']) {
        const {last} = ask(over, {url: `${server.url}?sslmode=${mode}`});
        await until('a reason', () => last()?.kind === 'error');
        expect(reasonOf(last())).toMatch(/certificate is signed by itself/);
      }
    });

    test('rubbish in the place of a server is an error, and ends nothing', async () => {
      for (const rubbish of [
        Buffer.from('HTTP/1.1 400 Bad\r\n\r\n<html>'),
        Buffer.alloc(64, 0xff),
        Buffer.alloc(64),
        Buffer.from('R\0\0\0\u0004'),
      ]) {
        const raw = await serveRaw(socket => socket.write(rubbish));
        onTestFinished(() => raw.close());
        const {last, stop} = ask('select 1', {url: `postgres://reader:hidden-word@127.0.0.1:${raw.port}/x`, timeout: '500ms'});
        await until('a reason', () => last()?.kind === 'error');
        expect(reasonOf(last())).not.toContain('hidden-word');
        stop();
      }
    });
  });
}
