import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import type {NodeFacts} from '../../source/ports.ts';
import {describe, expect, test} from 'vitest';
import {boxConfig, demoConfig} from '../../source/config/box.ts';
import {fitToHost} from '../../source/config/capacity.ts';
import {nearest} from '../../source/config/nearest.ts';
import {readConfig} from '../../source/config/read.ts';
import {jsonSchema} from '../../source/config/schema.ts';
import {durationWords, parseDuration, parseSize} from '../../source/config/units.ts';
import {splitWords} from '../../source/config/words.ts';

describe('units', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['2d', 172_800_000],
    ['30', null],
    ['s', null],
    ['5 minutes', null],
    ['-5s', null],
  ])('the duration %s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each([
    ['256m', 268_435_456],
    ['1g', 1_073_741_824],
    ['64kb', 65_536],
    ['1024', 1024],
    ['1t', null],
    ['big', null],
  ])('the size %s', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  test.each([
    [350, '350ms'],
    [4200, '4.2s'],
    [30_000, '30s'],
    [837_000, '13m57s'],
    [7_500_000, '2h05m'],
    [172_800_000, '2d'],
  ])('%i ms reads as %s', (ms, words) => expect(durationWords(ms)).toBe(words));
});

test.each([
  ['capcity', 'capacity'],
  ['imge', 'image'],
  ['pirority', 'priority'],
  ['zzz', null],
])('%s was probably meant to be %s', (given, meant) => {
  expect(nearest(given, ['capacity', 'image', 'priority', 'services'])).toBe(meant);
});

test.each([
  ['sleep infinity', ['sleep', 'infinity']],
  [`sh -c 'echo "a b"'`, ['sh', '-c', 'echo "a b"']],
  ['a\\ b ""', ['a b', '']],
  ['"open', null],
])('the words of %s', (line, words) => expect(splitWords(line)).toEqual(words));

test('words that are quoted come back as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.string().filter(word => !word.includes("'"))), words => {
      expect(splitWords(words.map(word => `'${word}'`).join(' '))).toEqual(words);
    }),
  );
});

describe('capacity auto', () => {
  const config = readConfig(
    `
capacity: auto
slot: {cpus: 0.5, memory: 256m}
services:
  web: {priority: 1, image: a, cpus: 1, memory: 300m, demand: {source: fixed, value: 1}}
  batch: {priority: 2, image: a, target: fill}
  big: {priority: 3, image: a, slots: 3, memory: 1g, target: fill}
`,
    {name: 'auto.yaml', resolvePath: path => path, readEnvFile: () => []},
  );
  const host = (cpus: number, gigabytes: number) => ({title: 'a host', nodes: [node('a', cpus, gigabytes)]});
  const node = (name: string, cpus: number, gigabytes: number, reserved: NodeFacts['reserved'] = []): NodeFacts => ({
    name,
    cpus,
    memoryBytes: gigabytes * 1024 ** 3,
    reserved,
  });

  test('is the scarcer of processors and memory, and a replica takes what its limits fill', () => {
    expect(fitToHost(config, host(4, 8)).settings.capacity).toBe(8);
    expect(fitToHost(config, host(64, 1)).settings.capacity).toBe(4);
    expect(fitToHost(config, host(4, 8)).services.map(({name, slots}) => [name, slots])).toEqual([
      ['web', 2],
      ['batch', 1],
      ['big', 3],
    ]);
  });

  test('a host that is too small is said in words', () => {
    expect(fitToHost(config, host(0.25, 8)).problems.join()).toMatch(/not even one slot/);
    expect(fitToHost(config, host(1, 8)).problems.join()).toMatch(/big takes 3 slots and the host holds 2/);
  });

  test('is counted node by node, less what services outside reserve: two halves are no whole', () => {
    const swarm = {
      title: 'a swarm',
      nodes: [node('n1', 1, 8), node('n2', 2, 8, [{service: 'db', cpus: 1, memoryBytes: 0}]), node('n3', 1.9, 8)],
    };
    const {settings, problems} = fitToHost(config, swarm);
    expect(settings).toMatchObject({capacity: 7, nodeSlots: [2, 2, 3]});
    expect(problems).toEqual([]);
    const small = {...swarm, nodes: swarm.nodes.slice(0, 2)};
    expect(fitToHost(config, small).problems.join()).toMatch(/big takes 3 slots and no node holds more than 2/);
  });
});

test('the box is priority 1 on a random line, and priority 2 on what is left', () => {
  const {services, demands, capacity} = boxConfig('busybox', 10);
  expect(capacity).toBe(10);
  expect(services.map(({name, priority, target}) => [name, priority, target.kind])).toEqual([
    ['web', 1, 'direct'],
    ['batch', 2, 'fill'],
  ]);
  expect([...demands.keys()]).toEqual(['web']);
  expect(demoConfig(24).services.length).toBeGreaterThan(3);
});

test('the JSON Schema for editors is the one that the program checks by (npm run schema writes it)', () => {
  expect(JSON.parse(readFileSync('microscale.schema.json', 'utf8'))).toEqual(jsonSchema());
});
