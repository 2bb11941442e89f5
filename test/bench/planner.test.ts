import {expect, test} from 'vitest';
import {growthVerdicts} from '../../bench/planner.ts';
import {isKept} from '../../bench/results.ts';

const sizes = [100, 1000, 10_000, 100_000];
const verdictsOf = (msOf: (services: number) => number) =>
  growthVerdicts(sizes.map(services => ({services, medianMs: msOf(services)}))).map(isKept);

test.each([
  ['n log n', (n: number) => n * Math.log(n)],
  ['less than n log n', (n: number) => n],
  ['n log n beside a constant cost', (n: number) => 20_000 + n * Math.log(n)],
  ['n log n, dearer once the caches are outgrown', (n: number) => (n > 10_000 ? 1.8 : 1) * n * Math.log(n)],
])('a cost of %s keeps what was promised', (_title, msOf) => {
  expect(verdictsOf(msOf)).toEqual([true, true, true, true]);
});

test.each([
  ['n²', (n: number) => n * n, [false, false, false, false]],
  ['n², beside n log n that hides it at first', (n: number) => n * Math.log(n) + (n * n) / 1000, [true, true, false, false]],
  ['the square root of n too much', (n: number) => n * Math.sqrt(n), [true, false, false, false]],
] as const)('a cost of %s does not', (_title, msOf, kept) => {
  expect(verdictsOf(msOf)).toEqual(kept);
});

test('what was not measured keeps nothing', () => {
  expect(verdictsOf(() => Number.NaN)).toEqual([false, false, false, false]);
  expect(growthVerdicts([])).toEqual([]);
});
