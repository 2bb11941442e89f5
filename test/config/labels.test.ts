import {describe, expect, test} from 'vitest';
import {preflight} from '../../source/config/capacity.ts';
import {isOurLabel, readLabels} from '../../source/config/labels.ts';
import {readConfig, readLabelled} from '../../source/config/read.ts';
import type {FoundService} from '../../source/ports.ts';
import {unbounded} from '../../source/scaler/spec.ts';

function found(hostName: string, labels: Record<string, string>, rest: Partial<FoundService> = {}): FoundService {
  const shortName = hostName.replace(/^.*[_/]/, '');
  return {
    hostName,
    shortName,
    title: `Swarm service ${hostName}`,
    labels,
    cpus: null,
    memoryBytes: null,
    stopGraceMs: 10_000,
    unfit: null,
    ...rest,
  };
}

const options = {name: 'the labels', resolvePath: (path: string) => `/here/${path}`, readEnvFile: () => []};
const labelled = (services: readonly FoundService[], capacity: number | 'auto' = 10) =>
  readLabelled({...options, capacity, found: services});

describe('labels', () => {
  test.each<[string, Record<string, string>, object | null]>([
    [
      'become fields',
      {'microscale.priority': '1', 'microscale.min': '2', 'microscale.target': 'fill'},
      {priority: 1, min: 2, target: 'fill'},
    ],
    [
      'reach any depth by their path',
      {'microscale.priority': '1', 'microscale.demand.source': 'file', 'microscale.demand.path': '/run/x'},
      {priority: 1, demand: {source: 'file', path: '/run/x'}},
    ],
    ['may hold a map', {'microscale.priority': '1', 'microscale.target': '{perReplica: 25}'}, {priority: 1, target: {perReplica: 25}}],
    ['keep durations as they are written', {'microscale.priority': '1', 'microscale.settle': '30s'}, {priority: 1, settle: '30s'}],
    ['that are not ours are none', {'traefik.enable': 'true'}, null],
    ['that microscale sets itself are none', {'microscale.project': 'shop', 'microscale.service': 'web', 'microscale.number': '1'}, null],
    [
      'of the first microscaling are understood',
      {
        'com.microscaling.is-scalable': 'true',
        'com.microscaling.priority': '2',
        'com.microscaling.max-delta': '3',
        'com.microscaling.min-containers': '1',
        'com.microscaling.max-containers': '9',
      },
      {priority: 2, min: 1, max: 9, stepMax: 3, target: 'fill'},
    ],
    ['of the first microscaling may say no', {'com.microscaling.is-scalable': 'false', 'com.microscaling.priority': '2'}, null],
    [
      'of both kinds: the newer win, and a demand is no fill',
      {
        'com.microscaling.is-scalable': 'true',
        'com.microscaling.priority': '2',
        'microscale.priority': '1',
        'microscale.demand.source': 'random',
      },
      {priority: 1, demand: {source: 'random'}},
    ],
  ])('%s', (_what, labels, fields) => {
    expect(readLabels(labels)).toEqual({fields, problems: []});
  });

  test.each([
    [{'microscale.__proto__.polluted': '1'}, /microscale\.__proto__\.polluted {2}is no name of a field/],
    [{'microscale.constructor': '1'}, /is no name of a field/],
    [{'microscale.a.b.c.d.e.f.g.h': '1'}, /is no name of a field/],
    [{'microscale.demand': '3', 'microscale.demand.source': 'file'}, /beside a label that gives demand as a whole/],
    [{'com.microscaling.is-scalable': 'yes'}, /expected true or false, not "yes"/],
    [{'com.microscaling.is-scalable': 'true', 'com.microscaling.priority': 'high'}, /priority {2}expected a whole number, not "high"/],
  ])('%j is told to be wrong', (labels, words) => {
    expect(readLabels(labels).problems.join()).toMatch(words);
    expect(({} as {polluted?: unknown}).polluted).toBeUndefined();
  });

  test('are ours or not by their names', () => {
    expect(['microscale.priority', 'com.microscaling.priority', 'microscale.project', 'x'].map(isOurLabel)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('a configuration from labels alone', () => {
  test('has every labelled service under its short name, adopted as it is', () => {
    const config = labelled([
      found('shop_web', {'microscale.priority': '1', 'microscale.max': '8', 'microscale.demand.source': 'random'}),
      found('shop_batch', {'microscale.priority': '2', 'microscale.target': 'fill'}, {stopGraceMs: 30_000}),
      found('shop_db', {}),
    ]);
    expect(config.project).toBe('shop');
    expect(config.capacity).toBe(10);
    expect(config.services).toMatchObject([
      {name: 'web', priority: 1, max: 8, adopted: true, target: {kind: 'direct'}},
      {name: 'batch', priority: 2, max: unbounded, adopted: true, target: {kind: 'fill'}},
    ]);
    expect([...config.adopted].map(([name, {hostName}]) => [name, hostName])).toEqual([
      ['web', 'shop_web'],
      ['batch', 'shop_batch'],
    ]);
    expect(config.workloads.size).toBe(0);
    expect(config.graceMs.get('batch')).toBe(30_000);
  });

  test('gives namesakes of two stacks their whole names', () => {
    const config = labelled([
      found('one_web', {'microscale.priority': '1', 'microscale.target': 'fill'}),
      found('two_web', {'microscale.priority': '1', 'microscale.target': 'fill'}),
    ]);
    expect(config.services.map(({name}) => name)).toEqual(['one_web', 'two_web']);
  });

  test('leaves a service with a wrong label alone, says which label of which, and goes on with the others', () => {
    const config = labelled([
      found('shop_web', {'microscale.priority': 'first', 'microscale.target': 'fill'}),
      found('shop_batch', {'microscale.priority': '2', 'microscale.target': 'fill'}),
    ]);
    expect(config.services.map(({name}) => name)).toEqual(['batch']);
    expect(config.notes).toEqual(['Swarm service shop_web is left alone: label microscale.priority  expected a number, not "first"']);
  });

  test('says what to do where no label is right, or none is there', () => {
    expect(() => labelled([found('shop_web', {'microscale.min': '1'})])).toThrow(/shop_web is left alone: .*priority.*is missing/);
    expect(() => labelled([found('shop_web', {})])).toThrow(/no service there carries a label microscale\.priority/);
  });

  test('takes the size of a slot from what the services reserve, where nothing else says it', () => {
    const sized = (capacity: 'auto') =>
      labelled([found('shop_web', {'microscale.priority': '1', 'microscale.target': 'fill'}, {cpus: 0.5, memoryBytes: 1e8})], capacity);
    expect(sized('auto').capacity).toBe('auto');
    expect(() => labelled([found('shop_web', {'microscale.priority': '1', 'microscale.target': 'fill'})], 'auto')).toThrow(
      /nothing says what one slot holds/,
    );
  });
});

describe('a file and labels together', () => {
  const read = (text: string, services: readonly FoundService[] | null) =>
    readConfig(text, {...options, name: 'shop.yaml', found: services});
  const file = 'project: shop\ncapacity: 8\nservices:\n  web: {priority: 1, max: 5}\n  cache: {priority: 2, image: redis, target: fill}\n';
  const web = found('shop_web', {'microscale.priority': '3', 'microscale.min': '2', 'microscale.demand.source': 'random'});

  test('the file wins, field by field, and the labels say the rest', () => {
    const config = read(file, [web]);
    expect(config.services).toMatchObject([
      {name: 'web', priority: 1, min: 2, max: 5, adopted: true, target: {kind: 'direct'}},
      {name: 'cache', priority: 2, adopted: false},
    ]);
    expect([...config.workloads.keys()]).toEqual(['cache']);
  });

  test('an entry without an image adopts its namesake, or the one that it names', () => {
    const text = 'capacity: 8\nservices:\n  front: {priority: 1, adopt: shop_web, target: fill}\n  other: {priority: 2, target: fill}\n';
    const config = read(text, [found('shop_web', {}), found('other', {})]);
    expect([...config.adopted].map(([name, {hostName}]) => `${name}=${hostName}`)).toEqual(['front=shop_web', 'other=other']);
  });

  test.each([
    [
      'capacity: 8\nservices:\n  wbe: {priority: 1, target: fill}\n',
      /shop\.yaml:3 {2}services\.wbe {2}has no image, and no service “wbe” runs here to adopt.*shop_web/,
    ],
    ['capacity: 8\nservices:\n  web: {priority: 1, target: fill, command: [x]}\n', /services\.web\.command {2}needs an image/],
    ['capacity: 8\nservices:\n  web: {priority: 1, target: fill, image: a, adopt: shop_web}\n', /can’t stand beside image/],
  ])('a mistake in %j is told with its line', (text, words) => {
    expect(() => read(text, [found('shop_web', {})])).toThrow(words);
  });

  test('one that can’t be scaled says why', () => {
    const global = found('agent', {}, {unfit: 'is not in replicated mode'});
    expect(() => read('capacity: 8\nservices:\n  agent: {priority: 1, target: fill}\n', [global])).toThrow(
      /Swarm service agent is not in replicated mode/,
    );
  });

  test('before the host is known, nothing is said of what is to be adopted', () => {
    expect(read('capacity: 8\nservices:\n  web: {priority: 1, target: fill}\n', null).services).toMatchObject([
      {name: 'web', adopted: true},
    ]);
  });

  test('a wrong label of a service that the file names is a note, and the file still stands', () => {
    const config = read('capacity: 8\nservices:\n  web: {priority: 1, target: fill}\n', [found('shop_web', {'microscale.min': 'two'})]);
    expect(config.notes.join()).toMatch(/label microscale\.min {2}expected a number, not "two"/);
    expect(config.services).toMatchObject([{name: 'web', min: 0}]);
  });
});

test('where a victim may take longer to stop than its heir can wait, the preflight says so in seconds', () => {
  const config = labelled([
    found('shop_web', {'microscale.priority': '1', 'microscale.target': 'fill', 'microscale.handoverWithin': '5s'}, {stopGraceMs: 60_000}),
    found('shop_batch', {'microscale.priority': '2', 'microscale.target': 'fill'}, {stopGraceMs: 30_000}),
    found('shop_quick', {'microscale.priority': '2', 'microscale.target': 'fill'}, {stopGraceMs: 4000}),
  ]);
  expect(preflight(config)).toEqual(['web can wait 5s for a handover, and batch may take 30s to stop: shorten its stop grace period']);
});

test('before the host is known, an entry may leave to its labels what they are to say', () => {
  const config = readConfig('capacity: 8\nservices:\n  web: {adopt: shop_web, max: 3}\n', {...options, found: null});
  expect(config.notes).toEqual(['web leaves priority and target to its labels on the host']);
  const whole = readConfig('capacity: 8\nservices:\n  web: {adopt: shop_web, max: 3}\n', {
    ...options,
    found: [found('shop_web', {'microscale.priority': '2', 'microscale.target': 'fill'})],
  });
  expect(whole.services).toMatchObject([{name: 'web', priority: 2, max: 3}]);
});
