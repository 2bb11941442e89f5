import {describe, expect, test} from 'vitest';
import {createArrivals} from '../../source/sources/asking/arrivals.ts';

/** What is told after each of these rounds of counters. */
function told(...rounds: readonly Readonly<Record<string, number>>[]): readonly number[] {
  const arrivals = createArrivals();
  return rounds.map(counters => arrivals(new Map(Object.entries(counters))));
}

describe('how many have ever arrived, by the counters of several servers', () => {
  test('is at first what they say, and then grows by what each of them grows', () => {
    expect(told({a: 5, b: 7}, {a: 6, b: 7}, {a: 6, b: 10})).toEqual([12, 13, 16]);
  });

  test('grows on when one of them begins anew', () => {
    expect(told({a: 5, b: 7}, {a: 0, b: 7}, {a: 2, b: 8})).toEqual([12, 12, 15]);
    expect(told({a: 5}, {a: 3})).toEqual([5, 8]);
  });

  test('doesn’t fall when one goes away, and counts nothing twice when it is back', () => {
    expect(told({a: 5, b: 7}, {a: 6}, {a: 6, b: 9})).toEqual([12, 13, 15]);
  });

  test('takes one that comes later for no rush: it counts from then on', () => {
    expect(told({a: 5}, {a: 5, b: 1000}, {a: 5, b: 1001})).toEqual([5, 5, 6]);
    expect(told({}, {a: 3}, {a: 4})).toEqual([0, 0, 1]);
  });
});
