import {describe, expect, test} from 'vitest';
import {createCallQueue} from '../../source/orchestrators/call-queue.ts';
import {createForeign} from '../../source/orchestrators/docker/foreign.ts';
import type {ContainerEvent} from '../../source/orchestrators/docker/events.ts';
import type {Done, Listed, ReplicaDriver} from '../../source/orchestrators/replica.ts';
import {heldLimitMs} from '../../source/orchestrators/replica-held.ts';
import {createReplicaSet} from '../../source/orchestrators/replica-set.ts';
import {createVirtualClock} from '../../source/simulator/virtual-clock.ts';
import {scaling} from '../support/fleets.ts';

/** Two that run, on an engine that takes 100 ms for each call. */
function twoRunning() {
  const clock = createVirtualClock();
  const queue = createCallQueue({atOnce: 10, endsAtOnce: 10});
  const log: string[] = [];
  let made = 0;
  const call = <Value>(lane: Parameters<typeof queue.add>[0], words: string, value: Value, done: Done<Value>) =>
    queue.add(lane, 0, ended => {
      log.push(words);
      clock.after(100, () => {
        done({kind: 'done', value});
        ended();
      });
    });
  const driver: ReplicaDriver = {
    create: (number, _purpose, lane, done) => call(lane, `create ${number}`, `r${++made}`, done),
    mark: (id, lane, done) => call(lane, `mark ${id}`, null, done),
    start: (id, _purpose, lane, done) =>
      call(lane, `start ${id}`, null, outcome => {
        done(outcome);
        set.ready(id);
      }),
    freeze: (id, lane, done) => call(lane, `freeze ${id}`, null, done),
    thaw: (id, lane, done) => call(lane, `thaw ${id}`, null, done),
    stop: (id, lane, done) => call(lane, `stop ${id}`, null, done),
    end: (id, lane, done) => call(lane, `end ${id}`, null, done),
    remove: (id, lane, done) => call(lane, `remove ${id}`, null, done),
  };
  const set = createReplicaSet({clock, driver, changed: () => {}});
  const pass = (ms: number) => clock.runTo(clock.now() + ms);
  const list = (states: Readonly<Record<string, Listed['state']>>) => {
    const listed = Object.entries(states).map(([id, state]) => ({
      ...{id, state, number: Number(id.slice(1)), served: true, startedAt: 0, outdated: false},
    }));
    set.reset(listed, clock.now());
  };
  set.scale(scaling('web', 2));
  pass(20_000);
  log.length = 0;
  return {set, pass, list, calls: () => log.splice(0)};
}

describe('a replica that somebody else has paused', () => {
  test('is counted as such, holds its slot, and is left alone for a while', () => {
    const {set, pass, list, calls} = twoRunning();
    list({r1: 'running', r2: 'paused'});
    expect(set.observation()).toMatchObject({running: 1, pending: 1, paused: 1});
    pass(heldLimitMs - 1);
    expect(calls()).toEqual([]);
  });

  test('is as before when it goes on, and its time counts anew when it is paused again', () => {
    const {set, pass, list, calls} = twoRunning();
    list({r1: 'running', r2: 'paused'});
    pass(heldLimitMs - 1000);
    list({r1: 'running', r2: 'running'});
    expect(set.observation()).toMatchObject({running: 2, pending: 0, paused: 0});
    pass(heldLimitMs);
    list({r1: 'running', r2: 'paused'});
    pass(heldLimitMs - 1000);
    list({r1: 'running', r2: 'paused'});
    expect(calls()).toEqual([]);
    pass(1000);
    expect(calls()).not.toEqual([]);
  });

  test('gives its place to another when its time is over, and is ended as what was frozen is', () => {
    const {set, pass, list, calls} = twoRunning();
    list({r1: 'running', r2: 'paused'});
    pass(heldLimitMs + 5000);
    expect(calls()).toEqual(['end r2', 'create 3', 'start r3', 'remove r2']);
    expect(set.observation()).toMatchObject({running: 2, pending: 0, paused: 0, stopping: 0, ending: 0});
  });

  test('is kept while no other can be made', () => {
    const {set, pass, list, calls} = twoRunning();
    list({r1: 'running', r2: 'paused'});
    set.prepare('pulling web');
    pass(heldLimitMs * 3);
    expect(calls()).toEqual([]);
    set.prepare(null);
    expect(calls()).toContain('end r2');
  });

  test('is the first to go when fewer are wanted', () => {
    const {set, pass, list, calls} = twoRunning();
    list({r1: 'paused', r2: 'running'});
    set.scale(scaling('web', 1, {order: 2}));
    pass(1000);
    expect(calls()).toEqual(['end r1', 'remove r1']);
    expect(set.observation()).toMatchObject({running: 1, paused: 0});
  });
});

describe('what somebody else does to a container', () => {
  function telling(isKnown: (event: ContainerEvent) => boolean = () => false) {
    const clock = createVirtualClock();
    const told: string[] = [];
    const foreign = createForeign({clock, isKnown, noted: ({text}) => told.push(text)});
    const saw = (kind: ContainerEvent['kind'], detail = '', number = 1) =>
      foreign.saw({id: `c${number}`, owner: {kind: 'made', project: 'shop', service: 'web'}, name: `shop-web-${number}`, kind, detail});
    return {saw, told, pass: (ms: number) => clock.runTo(clock.now() + ms)};
  }

  test.each([
    [
      'stopped',
      [
        ['signalled', '15'],
        ['died', 'it ended with exit 0'],
      ],
      ['shop-web-1 was stopped, not by microscale'],
    ],
    [
      'killed',
      [
        ['signalled', '9'],
        ['died', 'it was killed (exit 137)'],
      ],
      ['shop-web-1 was killed, not by microscale'],
    ],
    ['ended of itself', [['died', 'it ended with exit 1']], ['shop-web-1: it ended with exit 1']],
    ['removed', [['gone']], ['shop-web-1 was removed, not by microscale']],
    ['paused', [['paused']], ['shop-web-1 was paused, not by microscale: another takes its place in 30 s unless it goes on']],
    ['let go on', [['unpaused']], ['shop-web-1 goes on, not by microscale']],
    ['only signalled', [['signalled', '1']], []],
  ] as const)('is told where it was %s', (_title, events, words) => {
    const {saw, told} = telling();
    for (const [kind, detail = ''] of events) saw(kind, detail);
    expect(told).toEqual(words);
  });

  test('is no stop where the signal was long ago', () => {
    const {saw, told, pass} = telling();
    saw('signalled', '1');
    pass(120_000);
    saw('died', 'it ended with exit 1');
    expect(told).toEqual(['shop-web-1: it ended with exit 1']);
  });

  test('is not told of what is known', () => {
    const {saw, told} = telling(() => true);
    saw('died', 'it ended with exit 0');
    expect(told).toEqual([]);
  });

  test('is told of a few one by one, then that there are more, until a minute has passed without any', () => {
    const {saw, told, pass} = telling();
    for (let number = 1; number <= 100; number++) {
      saw('gone', '', number);
      pass(1000);
    }
    expect(told).toHaveLength(6);
    expect(told.at(-1)).toBe('shop-web-6 was removed, not by microscale; more of the like is told once there was none for a minute');
    pass(60_000);
    saw('gone', '', 101);
    expect(told).toHaveLength(7);
  });
});
