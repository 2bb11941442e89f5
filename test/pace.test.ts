import {expect, test} from 'vitest';
import {createPace} from '../source/pace.ts';

test('as much news as a handover brings is planned for at once, however fast it comes', () => {
  const pace = createPace();
  for (let news = 0; news < 32; news++) expect(pace.next(1000)).toBe(0);
  expect(pace.next(1000)).toBe(4);
});

test('a stream of news is planned for every four milliseconds, and what comes after a pause at once again', () => {
  const pace = createPace();
  for (let news = 0; news < 100; news++) pace.next(0);
  const after = createPace();
  let plans = 0;
  let waitedUntil = 0;
  // A thousand pieces of news a second: those that come while a plan waits are in it.
  for (let now = 0; now < 1000; now++) {
    if (now < waitedUntil) continue;
    plans++;
    waitedUntil = now + after.next(now);
  }
  expect(plans).toBeLessThan(32 + 1000 / 4 + 2);
  expect(plans).toBeGreaterThan(200);
  expect(after.next(2000)).toBe(0);
});
