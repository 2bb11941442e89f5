import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {mysqlProgram, readerPassword, startMysql, type MysqlServer} from '../support/mysql-server.ts';
import {serveRaw} from '../support/raw-server.ts';
import {until} from '../support/until.ts';
import {demandAt, describeSource, follow, reasonOf} from './contract.ts';

const isHere = mysqlProgram() !== null;
if (!isHere && process.env['MICROSCALE_TEST_ENGINE'] !== 'required') {
  test('MariaDB', ({skip}) => skip('needs MariaDB (Debian: apt-get install mariadb-server)'));
} else {
  describeSource({
    source: 'mysql',
    start: startMysql,
    wrongPassword: {
      fields: server => ({url: (server as MysqlServer).url.replace(encodeURIComponent(readerPassword), 'not-the-password')}),
      says: /Access denied for user/,
    },
    missing: {fields: {query: 'select count(*) from no_such_table'}, gives: /no_such_table/},
    at: (host, port) => ({url: `mysql://reader:x@${host}:${port}/shop`}),
  });

  describe('a query of MariaDB', () => {
    let server: MysqlServer;
    beforeAll(async () => {
      server = await startMysql();
      await server.fill(5);
    }, 180_000);
    afterAll(() => server?.stop(), 60_000);

    const ask = (query: string, fields: Readonly<Record<string, unknown>> = {}) =>
      follow(demandAt('mysql', server, {query, every: '200ms', timeout: '20s', ...fields}));
    const jobs = () => server.run('select count(*) from shop.jobs');

    test.each([
      ['select 2.5', 2.5],
      ['select 10000000000000000000000', 1e22],
      ['select count(*) from jobs -- all of them', 5],
      ['/* the backlog */ select count(*) from jobs', 5],
      ["select '7'", 7],
      ['(select 1) union (select 1)', 1],
      ['with w as (select 1 as n union all select 2) select sum(n) from w', 3],
      ['select 1e3', 1000],
    ])('%s is a number', async (query, value) => {
      const {last} = ask(query);
      await until('the number', () => last()?.kind === 'value');
      expect(last()).toEqual({kind: 'value', value});
    });

    test.each([
      ['several rows', 'select id from jobs', /several rows/],
      ['a million rows', 'select seq from seq_1_to_1000000', /several rows/],
      ['several columns', 'select 1, 2', /2 columns/],
      ['no row', 'select id from jobs where false', /no row/],
      ['NULL', 'select max(id) from jobs where false', /NULL/],
      ['words', "select 'many'", /“many”, which is no number/],
      ['NaN', "select 'NaN'", /“NaN”, which is no number/],
      ['a negative number', 'select -3', /-3, which is no demand/],
      ['more than a number can be', "select repeat('9', 400)", /which is no number/],
      ['a date', 'select current_date', /which is no number/],
      ['what isn’t SQL', 'select from where', /error in your SQL syntax/],
      ['escape sequences', "select '\u001b[2J'", /which is no number/],
      ['bytes', "select x'00ff'", /which is no number/],
    ])('%s is said in words, and is no number', async (_title, query, says) => {
      const {last, seen} = ask(query);
      await until('a reason', () => last()?.kind === 'error');
      expect(reasonOf(last())).toMatch(says);
      expect(reasonOf(last())).not.toMatch(/[\u0000-\u001f]/);
      expect(reasonOf(last())).toMatch(/^mysql at 127\.0\.0\.1:\d+\/shop: /);
      expect(seen.every(({kind}) => kind === 'error')).toBe(true);
    });

    test.each([
      'delete from jobs',
      'insert into jobs (id) values (1)',
      'select take_one()',
      'drop table jobs',
      'commit; delete from jobs',
      'select 1; delete from jobs',
      '/*! delete from jobs */',
      'with w as (select 1) delete from jobs',
      "select 1 into outfile '/tmp/microscale-should-not-be'",
      'set session transaction read write',
    ])('%s changes nothing', async query => {
      const {last} = ask(query);
      await until('a refusal', () => last()?.kind === 'error');
      expect(reasonOf(last())).toMatch(/only reads are allowed|SQL syntax/);
      expect(await jobs()).toEqual([[5]]);
    });

    test('a query that takes too long is ended, on the server too', async () => {
      const {last, stop} = ask('select count(*) from seq_1_to_1000000000 a, seq_1_to_1000000000 b', {timeout: '300ms'});
      await until('a reason', () => last()?.kind === 'error');
      expect(reasonOf(last())).toMatch(/no answer within 300ms|took too long/);
      stop();
      await until('nothing of it to run', async () => {
        const rows = (await server.run(
          "select 1 from information_schema.processlist where user = 'reader' and info like '%seq_1_to%'",
        )) as unknown[];
        return rows.length === 0;
      });
    });

    test('lets go of its connection when it ends', async () => {
      const {last, stop} = ask('select 4');
      await until('a number', () => last()?.kind === 'value');
      stop();
      await until('no connection to be left', async () => {
        const rows = (await server.run("select 1 from information_schema.processlist where user = 'reader'")) as unknown[];
        return rows.length === 0;
      });
    });

    test('is asked over TLS where the address says so, and only of a server that is trusted', async () => {
      const over = "select length(variable_value) > 0 from information_schema.session_status where variable_name = 'Ssl_cipher'";
      const plain = ask(over);
      await until('no TLS', () => plain.last()?.kind === 'value');
      expect(plain.last()).toEqual({kind: 'value', value: 0});
      const {last} = ask(over, {url: `${server.url}?ssl-mode=REQUIRED`});
      await until('TLS', () => last()?.kind === 'value');
      expect(last()).toEqual({kind: 'value', value: 1});
      for (const [mode, says] of [
        ['VERIFY_IDENTITY', /self-signed certificate/],
        ['sideways', /its ssl-mode is not known/],
      ] as const) {
        const refused = ask(over, {url: `${server.url}?ssl-mode=${mode}`});
        await until('a reason', () => refused.last()?.kind === 'error');
        expect(reasonOf(refused.last())).toMatch(says);
      }
    });

    test('rubbish in the place of a server is an error, and ends nothing', async () => {
      const packet = (text: Buffer) => Buffer.concat([Buffer.from([text.length, 0, 0, 0]), text]);
      for (const rubbish of [
        Buffer.from('HTTP/1.1 400 Bad\r\n\r\n<html>'),
        Buffer.alloc(64, 0xff),
        Buffer.alloc(64),
        packet(Buffer.from('\u000a5.5')),
        packet(Buffer.from([10])),
        packet(Buffer.from([255, 1])),
        packet(Buffer.from('garbage')),
      ]) {
        const raw = await serveRaw(socket => socket.write(rubbish));
        onTestFinished(() => raw.close());
        const {last, stop} = ask('select 1', {url: `mysql://reader:hidden-word@127.0.0.1:${raw.port}/x`, timeout: '500ms'});
        await until('a reason', () => last()?.kind === 'error');
        expect(reasonOf(last())).not.toContain('hidden-word');
        stop();
      }
    });
  });
}
