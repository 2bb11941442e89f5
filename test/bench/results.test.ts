import fc from 'fast-check';
import {expect, test} from 'vitest';
import {atLeast, atMost, broken, isKept, printed, under, verdict, withSection, words, type Limit} from '../../bench/results.ts';

test.each([
  ['what is at its limit', verdict('a swap', 1.2, atMost(1.2), ''), '  yes  a swap (at most 1.2): 1.20'],
  ['what is over its limit', verdict('a swap', 1.25, atMost(1.2), ''), '  NO   a swap (at most 1.2): 1.25'],
  ['what should have been under its limit, and is at it', verdict('a plan', 200, under(200), 'ms'), '  NO   a plan (under 200 ms): 200 ms'],
  ['what is under its limit', verdict('a plan', 61.26, under(200), 'ms'), '  yes  a plan (under 200 ms): 61.3 ms'],
  ['what should have been more', verdict('rounds', 4, atLeast(5), ''), '  NO   rounds (at least 5): 4.00'],
  ['what came to nothing', verdict('bytes at rest', 0, atMost(0), 'bytes'), '  yes  bytes at rest (at most 0 bytes): 0 bytes'],
  ['what was never measured', verdict('a key', Number.NaN, atMost(50), 'ms'), '  NO   a key (at most 50 ms): not measured'],
  ['what never came', verdict('a drain', Number.POSITIVE_INFINITY, atMost(30), 's'), '  NO   a drain (at most 30 s): never'],
])('%s is told with its limit', (_title, given, line) => {
  expect(printed([words([given])])).toEqual([line]);
});

test('what is shown never says another thing than the verdict', () => {
  const limits: readonly ((value: number) => Limit)[] = [atMost, under, atLeast];
  const anyLimit = fc.tuple(fc.constantFrom(...limits), fc.double({min: 0.001, max: 1000, noNaN: true}));
  fc.assert(
    fc.property(anyLimit, fc.double({min: -0.01, max: 0.01, noNaN: true}), ([kind, value], off) => {
      const given = verdict('this', value * (1 + off), kind(value), '');
      const shown = Number(/: (\S+)$/.exec(printed([words([given])])[0] ?? '')?.[1]);
      expect(isKept({...given, value: shown})).toBe(isKept(given));
    }),
  );
});

test('promises that were broken are found among all that was measured', () => {
  const [kept, not] = [verdict('one', 1, atMost(2), 's'), verdict('two', 3, atMost(2), 's')];
  expect(broken([words(['a heading', kept]), {kind: 'markdown', lines: ['| a | table |']}, words([not])])).toEqual([not]);
});

test('a section takes the place of an earlier one of its name, and the others stay', () => {
  const first = withSection('', 'Plans', 'on one machine', [words(['a plan', verdict('one', 1, under(2), 'ms')])]);
  const second = withSection(first, 'Keys', 'on one machine', [words(['a key']), {kind: 'markdown', lines: ['| a | table |']}]);
  const third = withSection(second, 'Plans', 'on another', [words(['a better plan'])]);
  expect(third).toBe(
    [
      '# Measured',
      '',
      'Written by `npm run bench`; each section by its own run, on the machine that it names.',
      '',
      '## Plans',
      '',
      'on another',
      '',
      '```',
      'a better plan',
      '```',
      '',
      '## Keys',
      '',
      'on one machine',
      '',
      '```',
      'a key',
      '```',
      '',
      '| a | table |',
      '',
    ].join('\n'),
  );
  expect(second).toContain('## Plans\n\non one machine\n\n```\na plan\n  yes  one (under 2 ms): 1.00 ms\n```\n');
});
