import {describe, expect, test} from 'vitest';
import {createCallQueue} from '../../source/orchestrators/call-queue.ts';
import type {Done, Outcome, ReplicaDriver} from '../../source/orchestrators/replica.ts';
import {createReplicaSet} from '../../source/orchestrators/replica-set.ts';
import {createVirtualClock} from '../../source/simulator/virtual-clock.ts';
import {scaling} from '../support/fleets.ts';

/** Five that run, on an engine that takes 100 ms for each call and refuses to make any for as long as it is told to. */
function fiveRunning() {
  const clock = createVirtualClock();
  const queue = createCallQueue({atOnce: 10, endsAtOnce: 10});
  const log: string[] = [];
  let made = 0;
  let refuses = false;
  let fewest = 5;
  let most = 0;
  const refused: Outcome<never> = {kind: 'failed', failure: {kind: 'refused', reason: 'no such network'}};
  const call = <Value>(lane: Parameters<typeof queue.add>[0], words: string, answer: () => Outcome<Value>, done: Done<Value>) =>
    queue.add(lane, 0, ended => {
      log.push(words);
      clock.after(100, () => {
        done(answer());
        ended();
      });
    });
  const nothing = (): Outcome<null> => ({kind: 'done', value: null});
  const driver: ReplicaDriver = {
    create: (number, _purpose, lane, done) =>
      call(lane, `create ${number}`, () => (refuses ? refused : {kind: 'done', value: `r${++made}`}), done),
    mark: (id, lane, done) => call(lane, `mark ${id}`, nothing, done),
    start: (id, _purpose, lane, done) =>
      call(lane, `start ${id}`, nothing, outcome => {
        done(outcome);
        set.ready(id);
      }),
    freeze: (id, lane, done) => call(lane, `freeze ${id}`, nothing, done),
    thaw: (id, lane, done) => call(lane, `thaw ${id}`, nothing, done),
    stop: (id, lane, done) => call(lane, `stop ${id}`, nothing, done),
    end: (id, lane, done) => call(lane, `end ${id}`, nothing, done),
    remove: (id, lane, done) => call(lane, `remove ${id}`, nothing, done),
  };
  const changed = () => {
    const {running, pending, stopping} = set.observation();
    fewest = Math.min(fewest, running);
    most = Math.max(most, running + pending + stopping);
  };
  const set = createReplicaSet({clock, driver, changed});
  const pass = (ms: number) => clock.runTo(clock.now() + ms);
  set.scale(scaling('web', 5));
  pass(20_000);
  log.length = 0;
  fewest = 5;
  return {
    set,
    pass,
    calls: () => log.splice(0),
    refuse: (whether: boolean) => void (refuses = whether),
    fewest: () => fewest,
    most: () => most,
  };
}

describe('what is made otherwise now', () => {
  test('is replaced one at a time, each only once its successor was made, and never are there more than the slots', () => {
    const {set, pass, calls, fewest, most} = fiveRunning();
    set.outdate(() => true);
    expect(calls()).toEqual(['create 6']);
    pass(150);
    expect(calls()).toEqual(['stop r1']);
    pass(20_000);
    const ids = [...set.standings()].filter(([, {state}]) => state === 'running').map(([id]) => id);
    expect(ids.toSorted()).toEqual(['r10', 'r6', 'r7', 'r8', 'r9']);
    expect(set.observation()).toMatchObject({running: 5, pending: 0, stopping: 0, standby: 0});
    expect([fewest(), most()]).toEqual([4, 5]);
  });

  test('stays as it is while nothing can be made in its place, and is replaced once it can', () => {
    const {set, pass, calls, refuse, fewest} = fiveRunning();
    refuse(true);
    set.outdate(() => true);
    pass(300_000);
    expect(calls().filter(call => !call.startsWith('create'))).toEqual([]);
    expect(fewest()).toBe(5);
    expect(set.observation()).toMatchObject({running: 5, trouble: {kind: 'failing', reason: 'no such network'}});
    refuse(false);
    pass(120_000);
    expect(set.observation()).toMatchObject({running: 5, standby: 0, trouble: {kind: 'none'}});
    expect([...set.standings().keys()].toSorted()).toEqual(['r10', 'r6', 'r7', 'r8', 'r9']);
  });

  test('stays as it is while the workload is being made ready, and when it could not be', () => {
    const {set, pass, calls, fewest} = fiveRunning();
    set.prepare('');
    set.outdate(() => true);
    pass(60_000);
    set.fail('no such image');
    pass(500);
    expect(calls()).toEqual([]);
    expect(fewest()).toBe(5);
  });

  test('stays as it is where what it was made from is what is asked for again', () => {
    const {set, pass, calls, refuse} = fiveRunning();
    refuse(true);
    set.outdate(() => true);
    pass(5000);
    refuse(false);
    calls();
    set.outdate(() => false);
    pass(60_000);
    expect(calls()).toEqual([]);
    expect(set.observation()).toMatchObject({running: 5, trouble: {kind: 'none'}});
  });

  test('leaves for one that is kept ready, which is made anew itself', () => {
    const {set, pass, calls, fewest} = fiveRunning();
    set.follow({standby: {kind: 'kept', replicas: 1, state: 'created', forMs: 3_600_000}, preempt: {kind: 'stop'}, victim: 'youngest'});
    set.scale(scaling('web', 5, {standby: 1, order: 2}));
    pass(1000);
    calls();
    set.outdate(() => true);
    pass(30_000);
    expect(set.observation()).toMatchObject({running: 5, standby: 1});
    expect([...set.standings().keys()].every(id => Number(id.slice(1)) > 6)).toBe(true);
    expect(fewest()).toBe(4);
  });
});
