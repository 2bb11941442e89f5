import {describe, expect, test} from 'vitest';
import {createPushes} from '../../source/control/pushes.ts';
import type {Reading} from '../../source/scaler/entry.ts';
import {createVirtualClock} from '../../source/simulator/virtual-clock.ts';
import {createSource} from '../../source/sources/source.ts';

function open(expireMs: number | null = null) {
  const clock = createVirtualClock(1_000_000);
  const pushes = createPushes(clock);
  const follow = (ms = expireMs) => {
    const seen: Reading[] = [];
    const stop = new AbortController();
    const parts = {clock, chance: Math.random, service: 'web', usage: null, pushes};
    createSource({source: 'push', expireMs: ms}, parts)(reading => void seen.push(reading), stop.signal);
    return {seen, stop: () => stop.abort()};
  };
  return {clock, pushes, follow};
}

describe('a pushed demand', () => {
  test('is nothing until a number is pushed, then that number', () => {
    const {pushes, follow} = open();
    const {seen} = follow();
    expect(seen).toEqual([{kind: 'stale', reason: 'no number was pushed yet: microscale demand web N'}]);
    expect(pushes.push('web', 42)).toEqual({kind: 'accepted', words: 'web: demand 42'});
    pushes.push('web', 0);
    expect(seen.slice(1)).toEqual([
      {kind: 'value', value: 42},
      {kind: 'value', value: 0},
    ]);
  });

  test('counts until the next one where it has no end', () => {
    const {clock, pushes, follow} = open();
    const {seen} = follow();
    pushes.push('web', 5);
    clock.runTo(clock.now() + 1e9);
    expect(seen.at(-1)).toEqual({kind: 'value', value: 5});
  });

  test('is over when its time is up, which each push begins anew', () => {
    const {clock, pushes, follow} = open(60_000);
    const {seen} = follow();
    pushes.push('web', 5);
    clock.runTo(clock.now() + 59_999);
    pushes.push('web', 6);
    clock.runTo(clock.now() + 59_999);
    expect(seen.at(-1)).toEqual({kind: 'value', value: 6});
    clock.runTo(clock.now() + 1);
    expect(seen.at(-1)).toEqual({kind: 'stale', reason: 'nothing was pushed for 1m: microscale demand web N'});
    pushes.push('web', 7);
    expect(seen.at(-1)).toEqual({kind: 'value', value: 7});
  });

  test('outlives a new configuration, with the time that it has left', () => {
    const {clock, pushes, follow} = open(60_000);
    const before = follow();
    pushes.push('web', 5);
    clock.runTo(clock.now() + 40_000);
    before.stop();
    const after = follow();
    expect(after.seen).toEqual([{kind: 'value', value: 5}]);
    clock.runTo(clock.now() + 20_000);
    expect(after.seen.at(-1)).toMatchObject({kind: 'stale'});
    expect(before.seen).toHaveLength(2);
    after.stop();
    expect(follow(10_000).seen).toMatchObject([{kind: 'stale', reason: 'nothing was pushed for 10s: microscale demand web N'}]);
  });

  test('is refused in words where nobody follows it, and for what is no demand', () => {
    const {pushes, follow} = open();
    expect(pushes.push('web', 1)).toEqual({
      kind: 'refused',
      reason: 'web has no demand that is pushed ({source: push}). No service here has one',
    });
    const {seen, stop} = follow();
    expect(pushes.push('wbe', 1)).toEqual({
      kind: 'refused',
      reason: 'wbe has no demand that is pushed ({source: push}). Services that have one: web',
    });
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY]) expect(pushes.push('web', value)).toMatchObject({kind: 'refused'});
    expect(seen).toHaveLength(1);
    stop();
    expect(pushes.push('web', 1)).toMatchObject({kind: 'refused'});
  });

  test('says so where nobody can push', () => {
    const seen: Reading[] = [];
    const parts = {clock: createVirtualClock(), chance: Math.random, service: 'web', usage: null, pushes: null};
    createSource({source: 'push', expireMs: null}, parts)(reading => void seen.push(reading), new AbortController().signal);
    expect(seen).toEqual([{kind: 'stale', reason: 'nobody can push a number here: there is no control socket'}]);
  });
});
