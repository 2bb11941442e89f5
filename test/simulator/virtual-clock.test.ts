import fc from 'fast-check';
import {expect, test} from 'vitest';
import {branch, seededChance} from '../../source/simulator/chance.ts';
import {createVirtualClock} from '../../source/simulator/virtual-clock.ts';

test('timers fire in the order of their time, and of their setting where the time is the same', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: 0, max: 20}), {maxLength: 60}), delays => {
      const clock = createVirtualClock();
      const fired: [number, number][] = [];
      for (const [index, delay] of delays.entries()) clock.after(delay, () => fired.push([clock.now(), index]));
      clock.runTo(100);
      const expected = delays
        .map((delay, index) => [delay, index])
        .toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0));
      expect(fired).toEqual(expected);
    }),
  );
});

test('a cancelled timer never fires, and what is due soon goes before the next timer', () => {
  const clock = createVirtualClock(50);
  const seen: string[] = [];
  clock.after(1, () => {
    clock.soon(() => seen.push('soon'));
    seen.push('first');
  });
  clock.after(1, () => seen.push('second'));
  clock.after(2, () => seen.push('never'))();
  clock.runTo(60);
  expect(seen).toEqual(['first', 'soon', 'second']);
  expect(clock.now()).toBe(60);
});

test('chance from a seed is even, the same each time, and another for each branch', () => {
  const chance = seededChance(3);
  const draws = Array.from({length: 10_000}, chance);
  const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
  expect(mean).toBeGreaterThan(0.48);
  expect(mean).toBeLessThan(0.52);
  expect(draws.every(value => value >= 0 && value < 1)).toBe(true);
  expect(Array.from({length: 5}, seededChance(3))).toEqual(draws.slice(0, 5));
  expect(branch(3, 'a')()).not.toBe(branch(3, 'b')());
});
