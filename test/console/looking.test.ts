import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {keepLooking} from '../../source/console/looking.ts';
import {reduce, type ConsoleEvent, type ConsoleState} from '../../source/console/state.ts';
import {createStore} from '../../source/console/store.ts';
import type {Sight, SightKind} from '../../source/ports.ts';
import {emptyObservation} from '../../source/scaler/observation.ts';
import {replicasSight} from '../support/close-ups.ts';
import {shopState, updateOf} from '../support/screens.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A console that looks, and an engine that answers when it is told to. */
function looking(state: ConsoleState = shopState()) {
  const stop = new AbortController();
  const asked: string[] = [];
  const waiting: ((sight: Sight) => void)[] = [];
  let idle: Promise<void> = Promise.resolve();
  const store = createStore(state, () => idle);
  const session = {
    look(service: string, kind: SightKind): Promise<Sight> {
      asked.push(`${service} ${kind}`);
      return new Promise(resolve => waiting.push(resolve));
    },
  };
  keepLooking({session, store, free: () => idle, signal: stop.signal});
  const settle = () => vi.advanceTimersByTimeAsync(0);
  return {
    asked,
    store,
    stop,
    async does(...events: readonly ConsoleEvent[]) {
      for (const event of events) store.dispatch(event);
      await settle();
    },
    async answers(sight: Sight = replicasSight) {
      waiting.shift()?.(sight);
      await settle();
    },
    passes: (ms: number) => vi.advanceTimersByTimeAsync(ms),
    stall: () => void (idle = new Promise(() => {})),
  };
}

const open: ConsoleEvent = {kind: 'opened', pane: 'replicas'};
const close: ConsoleEvent = {kind: 'viewed', view: {kind: 'all'}};

test('nothing is asked while no detail is open, and nothing more once it is closed', async () => {
  const console = looking();
  await console.passes(60_000);
  await console.does({kind: 'selected', service: 'pay'}, {kind: 'selected', service: 'web'});
  expect(console.asked).toEqual([]);
  await console.does(open);
  expect(console.asked).toEqual(['web replicas']);
  await console.answers();
  await console.passes(2000);
  expect(console.asked).toHaveLength(2);
  await console.answers();
  await console.does(close);
  await console.passes(60_000);
  expect(console.asked).toHaveLength(2);
});

test('one question at a time, two seconds after the answer, however long that takes', async () => {
  const console = looking();
  await console.does(open);
  await console.passes(30_000);
  expect(console.asked).toHaveLength(1);
  await console.answers();
  await console.passes(1990);
  expect(console.asked).toHaveLength(1);
  await console.passes(20);
  expect(console.asked).toHaveLength(2);
});

test('replicas that are others than were seen are looked at again at once; a log is not', async () => {
  const console = looking();
  const update = updateOf(shopState());
  const more = (running: number): ConsoleEvent => {
    const services = update.fleet.services.map(service => ({...service, observed: {...emptyObservation, running}}));
    return {kind: 'updated', update: {...update, fleet: {...update.fleet, services}}};
  };
  await console.does(open);
  await console.answers();
  await console.does(more(8));
  expect(console.asked).toHaveLength(2);
  await console.does(more(8), more(9));
  await console.answers();
  expect(console.asked).toHaveLength(3);
  await console.answers();
  await console.does({kind: 'opened', pane: 'logs'});
  await console.answers();
  await console.does(more(4));
  expect(console.asked).toEqual(['web replicas', 'web replicas', 'web replicas', 'web logs']);
});

test('another service, or the log, is asked for at once; what was seen of the one before is not shown for it', async () => {
  const console = looking();
  await console.does(open);
  await console.does({kind: 'selected', service: 'pay'});
  expect(console.asked).toEqual(['web replicas']);
  await console.answers();
  expect(console.asked).toEqual(['web replicas', 'pay replicas']);
  expect(console.store.latest().closeUp.service).toBe('web');
  await console.answers({kind: 'unseen', reason: 'gone'});
  expect(console.store.latest().closeUp).toMatchObject({service: 'pay', replicas: null, failure: 'gone'});
  await console.does({kind: 'opened', pane: 'logs'});
  expect(console.asked.at(-1)).toBe('pay logs');
});

test('a help that covers it, a terminal that doesn’t read and an engine that is gone are asked nothing', async () => {
  const covered = looking();
  await covered.does({kind: 'prompted', prompt: {kind: 'help', at: 0}}, open);
  expect(covered.asked).toEqual([]);
  await covered.does({kind: 'prompted', prompt: {kind: 'none'}});
  expect(covered.asked).toHaveLength(1);
  const stalled = looking();
  await stalled.does(open);
  await stalled.answers();
  stalled.stall();
  await stalled.passes(600_000);
  expect(stalled.asked).toHaveLength(1);
  const gone = looking(reduce(shopState(), {kind: 'gone', reason: 'it crashed'}));
  await gone.does(open);
  expect(gone.asked).toEqual([]);
});

test('leaving ends it', async () => {
  const console = looking();
  await console.does(open);
  await console.answers();
  console.stop.abort();
  await console.passes(60_000);
  expect(console.asked).toHaveLength(1);
});
