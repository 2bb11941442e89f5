import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {plainReadiness} from '../../source/scaler/readiness.ts';
import {describe, expect, onTestFinished, test} from 'vitest';
import {ConfigError} from '../../source/config/config.ts';
import {readTheme} from '../../source/config/file.ts';
import {readConfig} from '../../source/config/read.ts';
import {unbounded} from '../../source/scaler/spec.ts';

const options = {
  name: 'shop.yaml',
  resolvePath: (path: string) => `/etc/shop/${path}`,
  readEnvFile: (path: string): readonly string[] => {
    if (path.endsWith('missing.env')) throw new Error('there is no such file');
    return ['# what the shop needs', 'MODE=live', 'NAME="two words"', ''];
  },
};
const read = (text: string) => readConfig(text, options);

function problems(text: string): readonly string[] {
  try {
    read(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
  throw new Error('it was taken for a configuration');
}

const sound = `
project: shop
capacity: 10
services:
  web:
    priority: 1
    min: 1
    max: 10
    image: nginx:alpine
    demand: {source: random, min: 0, max: 10, every: 1s}
    target: direct
  batch:
    priority: 2
    image: busybox
    command: [sleep, infinity]
    target: fill
overrides: {expire: 30m}
`;

describe('the console’s colours', () => {
  test('are a theme of those that there are, and nothing else', () => {
    expect(read(`${sound}console: {theme: light}\n`).theme).toBe('light');
    expect(problems(`${sound}console: {theme: pink}\n`)).toEqual([expect.stringMatching(/^shop\.yaml:\d+ {2}console\.theme /)]);
    expect(problems(`${sound}console: {colour: light}\n`)[0]).toContain('console');
  });

  test('are found in a file whose rest is wrong, and missing is missing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'microscale-theme-'));
    onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
    const written = (text: string) => {
      writeFileSync(join(folder, 'microscale.yaml'), text);
      return readTheme(join(folder, 'microscale.yaml'));
    };
    expect(written('console: {theme: mono}\nservices: 4')).toBe('mono');
    for (const text of ['capacity: 3', 'console: {theme: pink}', 'console: 3', 'console: [', '']) expect(written(text)).toBeNull();
    expect(readTheme(join(folder, 'elsewhere.yaml'))).toBeNull();
  });
});

describe('every mistake at once', () => {
  test('are also those between fields that are right by themselves, in a service with others and beside one', () => {
    const text = sound
      .replace('max: 10\n    image', 'max: 10\n    slots: 12\n    fiel: x\n    image')
      .replace('min: 1', 'min: 11')
      .replace('priority: 2', 'priority: none\n    standbyFor: 5m');
    expect(problems(text)).toEqual([
      expect.stringContaining('services.web.min  is 11 and max is 10'),
      expect.stringContaining('services.web.slots  is 12, more than the capacity of 10'),
      expect.stringContaining('services.web.fiel  is not a known key'),
      expect.stringContaining('services.batch.priority  expected'),
    ]);
    expect(problems(`${sound.replace('min: 1\n', 'min: 11\n')}colour: red\n`)).toEqual([
      expect.stringContaining('services.web.min  is 11 and max is 10'),
      expect.stringContaining('colour  is not a known key'),
    ]);
  });

  test.each([
    ['a demand', sound.replace('source: random', 'source: radnom'), ['services.web.demand.source']],
    ['a max', sound.replace('max: 10\n', 'max: many\n'), ['services.web.max']],
    ['a capacity', sound.replace('capacity: 10', 'capacity: lots').replace('image: nginx', 'slots: 9000\n    image: nginx'), ['capacity']],
    ['services', 'capacity: 3\nservices: 4\n', ['services']],
    ['all', '4\n', ['']],
  ])('are none that only follow from %s being wrong', (_what, text, places) => {
    expect(problems(text).map(problem => problem.split('  ')[1])).toEqual(places[0] === '' ? [expect.any(String)] : places);
  });
});

describe('a key that is not known', () => {
  const hint = (key: string) => problems(sound.replace('min: 1\n', `${key}: 1\n`)).find(problem => problem.includes('known key')) ?? '';
  test.each([
    ['prio', 'priority'],
    ['env', 'environment'],
    ['net', 'networks'],
    ['maximum', 'max'],
    ['stepmax', 'stepMax'],
  ])('%s was meant as %s', (given, meant) => expect(hint(given)).toContain(`did you mean “${meant}”?`));

  test('that is near none tells a few, and where all are', () => {
    expect(hint('colour')).toMatch(/is not a known key: known are (\w+, ){7}\w+ and \d\d more \(see README, “What a service may say”\)$/);
    expect(problems(`${sound}colour: red\n`)[0]).toMatch(/known are project, capacity, .*onExit$/);
  });
});

describe('a sound configuration', () => {
  test('is read with every default filled in', () => {
    const config = read(sound);
    expect(config).toMatchObject({project: 'shop', capacity: 10, overrideMs: 1_800_000, theme: null, onExit: null});
    expect(config.services).toEqual([
      {
        name: 'web',
        priority: 1,
        min: 1,
        max: 10,
        slots: 1,
        weight: 1,
        target: {kind: 'direct'},
        demands: [{label: 'random', target: null}],
        lead: {kind: 'off'},
        tolerance: 0,
        flapGuardMs: 0,
        onLost: {kind: 'hold'},
        settleMs: 0,
        stepMax: unbounded,
        drift: 'reassert',
        adopted: false,
        retired: false,
        ...plainReadiness,
      },
      {
        name: 'batch',
        priority: 2,
        min: 0,
        max: unbounded,
        slots: 1,
        weight: 1,
        target: {kind: 'fill'},
        demands: [],
        lead: {kind: 'off'},
        tolerance: 0,
        flapGuardMs: 0,
        onLost: {kind: 'hold'},
        settleMs: 0,
        stepMax: unbounded,
        drift: 'reassert',
        adopted: false,
        retired: false,
        ...plainReadiness,
      },
    ]);
    expect(config.demands.get('web')).toEqual([{source: 'random', min: 0, max: 10, everyMs: 1000, step: 3, spikes: 0}]);
    expect(config.workloads.get('batch')).toMatchObject({image: 'busybox', pull: 'missing', command: ['sleep', 'infinity']});
  });

  test('may be JSON', () => {
    const json = JSON.stringify({capacity: 2, services: {web: {priority: 1, image: 'a', demand: {source: 'fixed', value: 1}}}});
    expect(read(json).services[0]).toMatchObject({name: 'web', target: {kind: 'direct'}});
  });

  test('has workload fields as Compose means them', () => {
    const {workloads, demands} = read(`
capacity: 4
services:
  web:
    priority: 1
    image: web
    command: serve --name "two words"
    environment: [A=1, B=x=y]
    envFile: shop.env
    ports: [8080:80, 53]
    volumes: [./data:/data, cache:/cache]
    memory: 256m
    stopGrace: 1m30s
    labels: {team: shop}
    demand: {source: file, path: demand.txt}
    target: {perReplica: 50}
`);
    expect(workloads.get('web')).toMatchObject({
      command: ['serve', '--name', 'two words'],
      environment: ['MODE=live', 'NAME=two words', 'A=1', 'B=x=y'],
      ports: ['8080:80', '53'],
      volumes: ['/etc/shop/./data:/data', 'cache:/cache'],
      memoryBytes: 256 * 1024 ** 2,
      stopGraceMs: 90_000,
      labels: {team: 'shop'},
    });
    expect(demands.get('web')).toEqual([{source: 'file', path: '/etc/shop/demand.txt'}]);
  });

  test('of a noisy target settles before it shrinks, unless it says otherwise', () => {
    const settle = (more: string) =>
      read(`{capacity: 2, services: {web: {priority: 1, image: a, demand: {source: fixed, value: 1}, target: {perReplica: 5}${more}}}}`)
        .services[0]?.settleMs;
    expect(settle('')).toBe(15_000);
    expect(settle(', settle: 0s')).toBe(0);
  });
});

describe('mistakes', () => {
  test('are all listed at once, each with its line, what was expected and the nearest known name', () => {
    expect(
      problems(`
project: Shop!
capcity: 10
capacity: -3
services:
  web:
    priority: 0
    imge: nginx
    demand: {source: randm}
    settle: 5x
  batch:
    priority: two
    image: busybox
    target: fil
`),
    ).toEqual([
      'shop.yaml:2  project  expected lower-case letters, digits, - and _, not "Shop!"',
      'shop.yaml:3  capcity  is not a known key: did you mean “capacity”?',
      'shop.yaml:4  capacity  expected at least 1, not -3',
      'shop.yaml:7  services.web.priority  expected at least 1, not 0',
      'shop.yaml:8  services.web.imge  is not a known key: did you mean “image”?',
      'shop.yaml:9  services.web.demand.source  “randm” is not known: did you mean “random”?',
      'shop.yaml:10  services.web.settle  expected a duration such as 500ms, 30s or 2h, not "5x"',
      'shop.yaml:12  services.batch.priority  expected a number, not "two"',
      'shop.yaml:14  services.batch.target  expected direct, fill, {perReplica: N}, {utilization: 70%}, {queue: {drainWithin: 30s}}, {pd: {length: N}} or {fixed: N}, not "fil"',
    ]);
  });

  test.each([
    ['min over max', 'min: 5, max: 2, demand: {source: fixed, value: 1}', ["services.web.min  is 5 and max is 2: min can't be over max"]],
    [
      'neither demand nor target',
      'min: 1',
      ['services.web  says neither demand nor target: give it a demand, or target: fill to take what is left'],
    ],
    [
      'a target without its demand',
      'target: direct',
      ['services.web  has a target that follows demand, and no demand: say where it comes from'],
    ],
    [
      'a demand that is never read',
      'target: fill, demand: {source: fixed, value: 1}',
      ['services.web.demand  is never read: target is fill, which takes what is left'],
    ],
    [
      'an environment file that is not there',
      'target: fill, envFile: missing.env',
      ["services.web.envFile  can't be read: there is no such file"],
    ],
    ['an open quote', `target: fill, command: 'echo "open'`, ['services.web.command  has a quote that is never closed']],
    [
      'a replica larger than the host',
      'target: fill, slots: 11',
      ['services.web.slots  is 11, more than the capacity of 10: it could never run'],
    ],
    [
      'a demand upside down',
      'demand: {source: random, min: 5, max: 1}',
      ["services.web.demand.min  is 5 and max is 1: min can't be over max"],
    ],
  ])('%s', (_title, fields, expected) => {
    const found = problems(`capacity: 10\nservices:\n  web: {priority: 1, image: a, ${fields}}\n`);
    expect(found.map(problem => problem.replace(/^shop\.yaml:\d+ {2}/, ''))).toEqual(expected);
  });

  test('a capacity below the sum of the mins says both numbers', () => {
    expect(
      problems(
        'capacity: 3\nservices: {a: {priority: 1, image: a, min: 2, target: fill}, b: {priority: 1, image: a, min: 2, target: fill}}',
      ),
    ).toEqual(["shop.yaml:1  capacity  is 3, and the services' min take 4 slots: raise capacity or lower a min"]);
  });

  test('capacity auto needs to know what a slot holds', () => {
    expect(problems('capacity: auto\nservices: {a: {priority: 1, image: a, target: fill}}')).toEqual([
      'shop.yaml:1  capacity  is auto, and nothing says what one slot holds: give slot: {cpus: 0.5, memory: 256m}, or the services cpus or memory',
    ]);
  });

  test.each([
    ['broken YAML', 'services: [', /^shop\.yaml:1:\d+ {2}Flow sequence/],
    ['an empty file', '', /it is empty/],
    ['a list', '- web', /expected a map/],
    ['no services', 'capacity: 3\nservices: {}', /at least one service/],
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]`,
      /alias/i,
    ],
    [
      'escape sequences in a key',
      'capacity: 3\nservices: {a: {priority: 1, image: a, target: fill}}\n"\\e[2Jx": 1',
      /^shop\.yaml:3 {2} ?\[2Jx {2}is not a known key/,
    ],
  ])('%s is one clear message', (_title, text, message) => {
    const found = problems(text);
    expect(found.join('\n')).toMatch(message);
    // oxlint-disable-next-line no-control-regex
    expect(found.join('\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});
