import {expect, test} from 'vitest';
import {atMost, verdict, words, type Part} from '../../bench/results.ts';
import {runSections, type Parts} from '../../bench/run.ts';
import {sections, type Section} from '../../bench/sections.ts';
import type {PrivateEngine} from '../support/private-engine.ts';

const kept = words(['a heading', verdict('one', 1, atMost(2), '')]);
const missed = words([verdict('two', 3, atMost(2), 's')]);
const free = (name: string, measure: () => Promise<readonly Part[]>): Section => ({name, title: `About ${name}`, host: 'none', measure});
const onEngine = (name: string): Section => ({name, title: `About ${name}`, host: 'engine', measure: async () => [kept]});

async function run(given: readonly Section[], rest: Partial<Parts> = {}) {
  const told: string[] = [];
  const written = new Map<string, readonly Part[]>();
  const never = () => Promise.reject(new Error('it was not to be started'));
  const misses = await runSections(given, {
    startEngine: never,
    startSwarm: never,
    tell: lines => void told.push(...lines),
    write: (title, parts) => void written.set(title, parts),
    ...rest,
  });
  return {misses, told, written};
}

test('a broken promise is told, all the rest is measured all the same, and each is kept under its own title', async () => {
  const {misses, told, written} = await run([free('a', async () => [missed]), free('b', async () => [kept])]);
  expect(misses).toEqual(['a: two (at most 2 s): 3.00 s']);
  expect(told).toContain('  NO   two (at most 2 s): 3.00 s');
  expect(told).toContain('  yes  one (at most 2): 1.00');
  expect([...written]).toEqual([
    ['About a', [missed]],
    ['About b', [kept]],
  ]);
});

test('what could not be measured is a broken promise, and what was kept of it before stays', async () => {
  const {misses, told, written} = await run([free('a', () => Promise.reject(new Error('no room'))), free('b', async () => [kept])]);
  expect(misses).toEqual(['a: could not be measured: no room']);
  expect(told).toContain('  NO   could not be measured: no room');
  expect([...written.keys()]).toEqual(['About b']);
});

test('an engine is started for those that need one, once, and stopped after them', async () => {
  const log: string[] = [];
  const startEngine = async (): Promise<PrivateEngine> => {
    log.push('started');
    return {socket: '', folder: '', crash: async () => {}, restart: async () => {}, stop: () => void log.push('stopped')};
  };
  const {misses} = await run([onEngine('a'), free('b', async () => [kept]), onEngine('c')], {
    startEngine,
    write: title => void log.push(title),
  });
  expect(misses).toEqual([]);
  expect(log).toEqual(['About b', 'started', 'About a', 'About c', 'stopped']);
});

test('where no engine can be had, each that needs one was not measured', async () => {
  const startEngine = () => Promise.reject(new Error('it needs root'));
  const {misses, written} = await run([onEngine('a'), free('b', async () => [kept]), onEngine('c')], {startEngine});
  expect(misses).toEqual(['a: could not be measured: it needs root', 'c: could not be measured: it needs root']);
  expect([...written.keys()]).toEqual(['About b']);
});

test('where nothing is broken, nothing is said to be', async () => {
  expect((await run([free('a', async () => [kept])])).misses).toEqual([]);
});

test('each section has a name and a title of its own', () => {
  const names = sections.map(({name}) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(sections.map(({title}) => title)).size).toBe(names.length);
});
