import {describe, expect, test} from 'vitest';
import type {Done, Listed, ReplicaDriver} from '../../source/orchestrators/replica.ts';
import {createReplicaSet} from '../../source/orchestrators/replica-set.ts';
import {createCallQueue} from '../../source/orchestrators/call-queue.ts';
import {plainReadiness, type Readiness} from '../../source/scaler/readiness.ts';
import {createVirtualClock} from '../../source/simulator/virtual-clock.ts';
import {scaling} from '../support/fleets.ts';

/** A set over an engine that takes 100 ms for each call, `atOnce` of them together. */
function starting(readiness: Partial<Readiness> = {}, busy: Readonly<Record<string, number>> = {}, atOnce = 10) {
  const clock = createVirtualClock();
  const queue = createCallQueue({atOnce, endsAtOnce: atOnce});
  const log: string[] = [];
  let made = 0;
  let order = 0;
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
  const set = createReplicaSet({clock, driver, changed: () => {}, busyness: id => busy[id] ?? null});
  set.follow({...plainReadiness, ...readiness});
  const scale = (replicas: number, rest: Parameters<typeof scaling>[2] = {}) =>
    set.scale(scaling('web', replicas, {...rest, order: ++order}));
  const pass = (ms: number) => clock.runTo(clock.now() + ms);
  /** What was called since the last time. */
  const calls = () => log.splice(0);
  return {set, scale, pass, calls};
}

/** Three that run, r1 the oldest. */
function threeRunning(readiness: Partial<Readiness> = {}, busy: Readonly<Record<string, number>> = {}, atOnce = 10) {
  const started = starting(readiness, busy, atOnce);
  for (const count of [1, 2, 3]) {
    started.scale(count);
    started.pass(1000);
  }
  started.calls();
  return started;
}

const freeze = {preempt: {kind: 'freeze', max: 5, forMs: 60_000, thenStop: false}} as const;

describe('who goes first', () => {
  test.each([
    ['the youngest', {}, {}, 'stop r3', 'youngest'],
    ['the oldest, where that is said', {victim: 'oldest'}, {}, 'stop r1', 'oldest'],
    ['the least busy, where that is known', {victim: 'leastBusy'}, {r1: 0.9, r2: 0.1, r3: 0.5}, 'stop r2', 'least busy'],
    ['the youngest of those that are equally busy', {victim: 'leastBusy'}, {r1: 0.5, r2: 0.5, r3: 0.5}, 'stop r3', 'least busy'],
    ['one whose busyness is known before one of which nothing is', {victim: 'leastBusy'}, {r1: 0.9, r2: 0.2}, 'stop r2', 'least busy'],
    ['even a busy one, where nothing is known of the others', {victim: 'leastBusy'}, {r1: 0.9}, 'stop r1', 'least busy'],
    ['one that says itself that it is idle, whatever is declared', {victim: 'oldest'}, {r2: 0}, 'stop r2', 'least busy'],
    ['the youngest, where nothing is known of how busy they are', {victim: 'leastBusy'}, {}, 'stop r3', 'youngest'],
  ] as const)('is %s', (_title, readiness, busy, call, reason) => {
    const {set, scale, calls} = threeRunning(readiness, busy);
    scale(2);
    expect(calls()).toEqual([call]);
    expect(set.observation().chosen).toBe(reason);
  });

  test('is, once those that are known have gone, the youngest of the others', () => {
    const {set, scale, calls} = threeRunning({victim: 'leastBusy'}, {r1: 0.9});
    scale(1);
    expect(calls()).toEqual(['stop r1', 'stop r3']);
    expect(set.observation().chosen).toBe('youngest');
  });

  test('is whoever serves nobody yet, whatever else is said', () => {
    const {set, scale, pass, calls} = threeRunning({victim: 'oldest'});
    scale(4);
    pass(150);
    calls();
    scale(3);
    pass(1000);
    expect(calls()).toEqual(['stop r4', 'remove r4']);
    expect(set.observation()).toMatchObject({running: 3, chosen: 'not serving'});
  });
});

describe('a target that changes in flight', () => {
  test('takes back what has not begun: nobody leaves who needn’t', () => {
    const {set, scale, pass, calls} = threeRunning({}, {}, 1);
    scale(0);
    expect(set.observation()).toMatchObject({running: 0, stopping: 3});
    scale(2);
    pass(1000);
    // One had begun; the others never knew.
    expect(calls()).toEqual(['stop r3', 'remove r3']);
    expect(set.observation()).toMatchObject({running: 2, pending: 0, stopping: 0});
  });

  test('lets go on what is frozen already, and what is just being frozen once it is', () => {
    const {set, scale, pass, calls} = threeRunning(freeze);
    scale(1, {frozen: 5, yields: 2});
    expect(set.observation()).toMatchObject({running: 1, stopping: 2, frozen: 0});
    pass(50);
    scale(3, {frozen: 5});
    expect(set.observation()).toMatchObject({running: 1, pending: 2, stopping: 0});
    pass(1000);
    expect(calls()).toEqual(['freeze r3', 'freeze r2', 'thaw r3', 'thaw r2']);
    expect(set.observation()).toMatchObject({running: 3, pending: 0, frozen: 0, lostMs: 0});
  });

  test('does not make what is not wanted any more', () => {
    const {set, scale, pass, calls} = starting({}, {}, 1);
    scale(3);
    scale(1);
    pass(1000);
    expect(calls()).toEqual(['create 1', 'start r1']);
    expect(set.observation()).toMatchObject({running: 1, pending: 0, standby: 0});
  });
});

describe('an urgent start', () => {
  test('overtakes what is only kept ready', () => {
    const {scale, pass, calls} = starting({standby: {kind: 'kept', replicas: 2, state: 'paused', forMs: 60_000}}, {}, 1);
    scale(0, {standby: 2});
    expect(calls()).toEqual(['create 1']);
    scale(1, {standby: 2});
    pass(1000);
    // The one that is being made serves; its place among those that wait is filled after it serves.
    expect(calls().slice(0, 3)).toEqual(['mark r1', 'start r1', 'create 2']);
  });
});

describe('a service that shrinks soon after it has grown', () => {
  test('pauses what it has, and makes no more than had begun', () => {
    const {set, scale, pass, calls} = starting({standby: {kind: 'kept', replicas: 2, state: 'paused', forMs: 60_000}}, {}, 1);
    scale(0, {standby: 2});
    pass(2000);
    expect(set.observation()).toMatchObject({running: 0, standby: 2});
    calls();
    scale(2, {standby: 2});
    pass(450);
    // Both serve, and the first of those that shall wait in their place is being made.
    expect(calls()).toEqual(['mark r1', 'mark r2', 'thaw r1', 'thaw r2', 'create 3']);
    scale(0, {standby: 2});
    pass(2000);
    expect(calls()).toEqual(['freeze r2', 'freeze r1', 'remove r3']);
    expect(set.observation()).toMatchObject({running: 0, standby: 2, stopping: 0});
  });
});

describe('a replica that was made to wait', () => {
  const standby = {kind: 'kept', replicas: 1, state: 'paused', forMs: 60_000} as const;
  const listed = (rest: Partial<Listed>): Listed => ({
    id: 'w',
    number: 1,
    state: 'running',
    served: false,
    startedAt: 0,
    outdated: false,
    ...rest,
  });

  test('bears the sign that it serves before it does, wherever its slot finds it', () => {
    const {set, scale, pass, calls} = starting({standby});
    scale(0, {standby: 1});
    pass(150);
    expect(calls()).toEqual(['create 1', 'start r1']);
    // Its slot comes while it starts to wait.
    scale(1);
    pass(100);
    expect(calls()).toEqual(['mark r1']);
    expect(set.observation()).toMatchObject({running: 0, pending: 1});
    pass(100);
    expect(set.observation()).toMatchObject({running: 1, pending: 0});
    expect(calls()).toEqual([]);
  });

  test('is found running: it serves where it says so, and is else made to wait', () => {
    const found = (served: boolean) => {
      const {set, pass, calls} = starting({standby});
      set.reset([listed({served})], 0);
      set.scale(scaling('web', served ? 1 : 0, {standby: served ? 0 : 1}));
      pass(1000);
      return {calls: calls(), ...set.observation()};
    };
    expect(found(true)).toMatchObject({calls: [], running: 1, standby: 0});
    expect(found(false)).toMatchObject({calls: ['freeze w'], running: 0, standby: 1});
  });

  test('waits again when its slot goes, like one that was made to serve', () => {
    const {set, scale, pass, calls} = starting({standby});
    scale(1);
    pass(1000);
    calls();
    scale(0, {standby: 1});
    pass(1000);
    expect(calls()).toEqual(['freeze r1']);
    expect(set.observation()).toMatchObject({running: 0, standby: 1, stopping: 0});
  });
});

describe('a replica that somebody else pauses', () => {
  test('holds its slot and serves nobody, until it goes on', () => {
    const {set, pass} = threeRunning();
    const list = (state: 'paused' | 'running') =>
      set.reset(
        ['r1', 'r2', 'r3'].map((id, index) => ({
          id,
          number: index + 1,
          state: id === 'r2' ? state : 'running',
          served: true,
          startedAt: 0,
          outdated: false,
        })),
        100_000,
      );
    list('paused');
    expect(set.observation()).toMatchObject({running: 2, pending: 1, frozen: 0});
    pass(100);
    list('running');
    expect(set.observation()).toMatchObject({running: 3, pending: 0});
  });
});
