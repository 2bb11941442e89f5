import {describe, expect, test} from 'vitest';
import type {ContainerEvent} from '../../../source/orchestrators/docker/events.ts';
import {createOthers} from '../../../source/orchestrators/docker/others.ts';
import {createVirtualClock} from '../../../source/simulator/virtual-clock.ts';

function watching() {
  const clock = createVirtualClock();
  const changes: string[] = [];
  const others = createOthers(clock, project => changes.push(`${project} ${others.isBusy(project) ? 'busy' : 'quiet'}`));
  const saw = (kind: ContainerEvent['kind'], id = 'a', detail = '') =>
    others.saw({name: id, id, kind, detail, owner: {kind: 'compose', project: 'shop', service: 'web'}});
  return {clock, changes, others, saw};
}

describe('somebody else at work on a Compose project', () => {
  test('is noticed by a container that ends when it was told to, and for as long as there is news', () => {
    const {clock, changes, others, saw} = watching();
    saw('signalled', 'a', '15');
    expect(others.isBusy('shop')).toBe(false);
    saw('died');
    expect(others.toldToStop('a')).toBe(true);
    expect(changes).toEqual(['shop busy']);
    clock.runTo(clock.now() + 10_000);
    saw('signalled', 'slow', '9');
    saw('died', 'slow');
    clock.runTo(clock.now() + 10_000);
    expect(others.isBusy('shop')).toBe(true);
    clock.runTo(clock.now() + 2001);
    expect(changes).toEqual(['shop busy', 'shop quiet']);
  });

  test('is not what we do ourselves', () => {
    const {others, saw} = watching();
    others.mine('a');
    saw('signalled', 'a', '15');
    saw('died');
    expect(others.toldToStop('a')).toBe(false);
    expect(others.isBusy('shop')).toBe(false);
  });

  test.each([
    ['an end by itself', []],
    ['a kill', ['9']],
  ])('is not %s', (_title, signals) => {
    const {others, saw} = watching();
    for (const signal of signals) saw('signalled', 'a', signal);
    saw('died');
    expect(others.toldToStop('a')).toBe(false);
    expect(others.isBusy('shop')).toBe(false);
  });

  test('is not an end long after a signal that ended nothing', () => {
    const {clock, others, saw} = watching();
    saw('signalled', 'a', '1');
    clock.runTo(clock.now() + 3_600_000);
    saw('died');
    expect(others.isBusy('shop')).toBe(false);
  });

  test('is over at once when nothing is left, and a container that goes is forgotten', () => {
    const {changes, others, saw} = watching();
    saw('signalled', 'a', '15');
    saw('died');
    saw('gone');
    expect(others.toldToStop('a')).toBe(false);
    others.over('shop');
    others.over('shop');
    expect(changes).toEqual(['shop busy', 'shop quiet']);
  });
});
