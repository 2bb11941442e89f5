import {describe, expect, test} from 'vitest';
import {createLease, lapseMs, lateMs, readLease, renewMs} from '../../source/control/lease.ts';
import type {Clock, LeaseHold, LeaseNews} from '../../source/ports.ts';
import type {Legacy} from '../../source/scaler/entry.ts';
import {seededChance} from '../../source/simulator/chance.ts';
import {createVirtualClock, type VirtualClock} from '../../source/simulator/virtual-clock.ts';
import {createMemoryLease, type MemoryLeaseStore} from '../support/lease-store.ts';

const second = 1000;

interface Engine {
  readonly name: string;
  readonly lease: LeaseHold;
  readonly store: MemoryLeaseStore;
  readonly news: LeaseNews[];
  /** Stops it as SIGSTOP does: its timers wait, and its clock goes on. */
  freeze(): void;
  thaw(): void;
  /** Ends it as SIGKILL does. */
  kill(): void;
}

/** Several engines that would act on one host, each with a clock of its own. */
function host(delayMs = 10) {
  const clock = createVirtualClock(1_000_000);
  const makeStore = createMemoryLease(clock, delayMs);
  let ids = 0;

  function engine(name: string, {project = 'shop', rate = 1, process = null as number | null} = {}): Engine {
    const own = ownClock(clock, rate);
    const store = makeStore();
    const news: LeaseNews[] = [];
    const id = `id-${++ids}`;
    const lease = createLease({clock: own.clock, store, self: () => ({id, by: name, where: 'here', process, project, socket: null})});
    lease.open(told => void news.push(told));
    return {name, lease, store, news, freeze: own.freeze, thaw: own.thaw, kill: own.kill};
  }

  /** Time passes in small steps, with room for promises between them. */
  async function pass(ms: number, look: () => void = () => {}): Promise<void> {
    const end = clock.now() + ms;
    while (clock.now() < end) {
      clock.runTo(Math.min(end, clock.now() + 5));
      for (let turns = 0; turns < 4; turns++) await Promise.resolve();
      await new Promise(resolve => setImmediate(resolve));
      look();
    }
  }

  return {clock, engine, pass};
}

function ownClock(clock: VirtualClock, rate: number) {
  const startedAt = clock.now();
  let frozen = false;
  let dead = false;
  const waiting: (() => void)[] = [];
  const guarded = (callback: () => void) => () => {
    if (dead) return;
    if (frozen) waiting.push(callback);
    else callback();
  };
  const own: Clock = {
    now: () => startedAt + (clock.now() - startedAt) * rate,
    after: (delayMs, callback) => clock.after(delayMs / rate, guarded(callback)),
    soon: callback => clock.soon(guarded(callback)),
  };
  return {
    clock: own,
    freeze: () => void (frozen = true),
    thaw() {
      frozen = false;
      for (const callback of waiting.splice(0)) clock.soon(guarded(callback));
    },
    kill: () => void (dead = true),
  };
}

const kinds = ({news}: Engine) => news.map(({lease}) => lease.kind);
const pin: Legacy = {
  acting: 'auto',
  mode: null,
  circumstances: [],
  overrides: [['web', [{rule: {kind: 'pin', replicas: 3}, owner: 'ann', placedAt: 1, until: null, note: 'rush'}]]],
};

describe('the lease', () => {
  test('is one engine’s, and the others watch and say whose it is', async () => {
    const {engine, pass} = host();
    const [one, two] = [engine('ann@one'), engine('bob@two')];
    await pass(2 * second);
    expect([one, two].filter(({lease}) => lease.holds())).toHaveLength(1);
    const watcher = one.lease.holds() ? two : one;
    expect(watcher.news.at(-1)?.lease).toMatchObject({kind: 'elsewhere', where: 'here'});
  });

  test('of the same user on the same machine is told apart by its process, and one that is not renewed says so', async () => {
    const {engine, pass} = host();
    const one = engine('ann@here', {process: 41});
    await pass(second);
    const two = engine('ann@here', {process: 42});
    const three = engine('bob@here', {process: 43});
    await pass(second);
    expect(two.news.at(-1)?.lease).toMatchObject({kind: 'elsewhere', by: 'ann@here (process 41)', trouble: ''});
    expect(three.news.at(-1)?.lease).toMatchObject({kind: 'elsewhere', by: 'ann@here', trouble: ''});
    one.kill();
    await pass(lateMs + second);
    const told = two.news.filter(({lease}) => lease.kind === 'elsewhere' && lease.trouble !== '').map(({lease}) => lease);
    expect(told).toMatchObject([{by: 'ann@here (process 41)', trouble: 'not renewed for 7 s, and free at 10 s'}]);
  });

  test('of an older engine, which says no process, is read', async () => {
    const {engine, pass} = host();
    const one = engine('ann@here');
    await pass(second);
    const two = engine('ann@here', {process: 42});
    await pass(second);
    expect(one.lease.holds()).toBe(true);
    expect(two.news.at(-1)?.lease).toMatchObject({kind: 'elsewhere', by: 'ann@here'});
    const reading = one.store.read();
    await pass(second);
    const {process: _process, ...older} = JSON.parse((await reading)?.text ?? '') as Record<string, unknown>;
    expect(readLease(JSON.stringify(older))).toMatchObject({kind: 'record', record: {process: null}});
  });

  test('is kept by renewing it, for as long as its holder lives', async () => {
    const {engine, pass} = host();
    const one = engine('ann@one');
    await pass(second);
    const two = engine('bob@two');
    await pass(120 * second, () => expect(one.lease.holds() || one.news.length === 0).toBe(true));
    expect(kinds(one)).toEqual(['held']);
    expect(kinds(two)).toEqual(['elsewhere']);
  });

  test('goes to another when its holder is killed, with what it held, and within its time and a renewal', async () => {
    const {clock, engine, pass} = host();
    const one = engine('ann@one');
    await pass(second);
    const two = engine('bob@two');
    one.lease.keep(pin);
    await pass(second);
    expect(two.news.at(-1)).toMatchObject({lease: {kind: 'elsewhere'}, legacy: pin});
    one.kill();
    const killedAt = clock.now();
    let takenAt = 0;
    await pass(15 * second, () => {
      if (two.lease.holds()) takenAt ||= clock.now();
    });
    expect(two.news.at(-1)).toMatchObject({lease: {kind: 'held'}, legacy: pin});
    expect(takenAt - killedAt).toBeLessThan(lapseMs + renewMs / 2);
  });

  test('keeps what is overruled while it is being renewed as soon as that renewal has ended', async () => {
    const {engine, pass} = host();
    const one = engine('ann@one');
    await pass(second);
    const {renew} = one.store;
    one.store.renew = (mine, text) => {
      one.lease.keep(pin);
      one.store.renew = renew;
      return renew(mine, text);
    };
    await pass(renewMs);
    expect(readLease(one.store.present()?.text ?? '')).toMatchObject({kind: 'record', record: {legacy: pin}});
  });

  test('is no longer held by one that was frozen past its time, before it has said a word to anybody', async () => {
    const {engine, pass} = host();
    const one = engine('ann@one');
    await pass(second);
    const two = engine('bob@two');
    await pass(second);
    one.freeze();
    await pass(20 * second);
    expect(two.lease.holds()).toBe(true);
    expect(one.lease.holds()).toBe(false);
    one.thaw();
    await pass(5 * second, () => expect(one.lease.holds()).toBe(false));
    expect(kinds(one)).toEqual(['held', 'lapsed', 'elsewhere']);
  });

  test('is given up by one that can’t reach the host, before anybody may take it', async () => {
    const {engine, pass} = host();
    const one = engine('ann@one');
    await pass(second);
    one.store.reachable = false;
    await pass(lapseMs - 1);
    expect(one.lease.holds()).toBe(false);
    expect(kinds(one)).toEqual(['held', 'lapsed']);
    one.store.reachable = true;
    await pass(2 * second);
    // Nobody took it meanwhile: it is its own again.
    expect(kinds(one)).toEqual(['held', 'lapsed', 'held']);
  });

  test('is given up by one that gets no answer, and sought again when there are answers', async () => {
    const {engine, pass} = host();
    const one = engine('ann@one');
    await pass(second);
    one.store.silent = true;
    await pass(lapseMs + 4 * second);
    expect(one.lease.holds()).toBe(false);
    expect(kinds(one)).toEqual(['held', 'lapsed']);
    one.store.silent = false;
    await pass(5 * second);
    expect(one.lease.holds()).toBe(true);
  });

  test('moves on request: its holder stops first, and then the other one acts', async () => {
    const {engine, pass} = host();
    const one = engine('ann@one');
    await pass(second);
    one.lease.keep(pin);
    const two = engine('bob@two');
    await pass(second);
    two.lease.takeOver();
    await pass(5 * second, () => expect(one.lease.holds() && two.lease.holds()).toBe(false));
    expect(two.lease.holds()).toBe(true);
    expect(two.news.at(-1)?.legacy).toEqual(pin);
    expect(one.news.map(({lease}) => ('reason' in lease ? lease.reason : lease.kind))).toEqual([
      'held',
      'bob@two has taken it over',
      'elsewhere',
    ]);
  });

  test('is free at once when its holder leaves, and what it had is left for the next', async () => {
    const {engine, pass} = host();
    const one = engine('ann@one');
    await pass(second);
    one.lease.keep(pin);
    await pass(second);
    const leaving = one.lease.release();
    await pass(100);
    await leaving;
    expect(one.lease.holds()).toBe(false);
    const two = engine('bob@two');
    await pass(100);
    expect(two.news).toMatchObject([{lease: {kind: 'held'}, legacy: pin}]);
    const empty = two.lease;
    empty.keep({acting: 'auto', mode: null, circumstances: [], overrides: []});
    await pass(second);
    void empty.release();
    await pass(100);
    expect(one.store.present()).toBeNull();
  });

  test('that is left while it is being renewed is free at once all the same, with what was left last', async () => {
    const {clock, engine, pass} = host(40);
    const one = engine('ann@one');
    await pass(second);
    one.lease.keep({...pin, acting: 'paused'});
    clock.runTo(clock.now() + 60);
    one.lease.keep(pin);
    const leaving = one.lease.release();
    await pass(200);
    await leaving;
    expect(readLease(one.store.present()?.text ?? '')).toMatchObject({kind: 'record', record: {held: false, legacy: pin}});
  });

  test('of another project carries nothing over, and says what runs there', async () => {
    const {engine, pass} = host();
    const one = engine('ann@one', {project: 'shop'});
    await pass(second);
    one.lease.keep(pin);
    await pass(second);
    const two = engine('bob@two', {project: 'other'});
    await pass(second);
    expect(two.news.at(-1)).toMatchObject({lease: {kind: 'elsewhere', trouble: 'it runs project shop'}, legacy: null});
    one.kill();
    await pass(15 * second);
    expect(two.news.at(-1)).toMatchObject({lease: {kind: 'held'}, legacy: null});
  });

  test('in a newer format is left alone, and said to be', async () => {
    const {engine, pass} = host();
    const one = engine('ann@one');
    one.store.scribble(JSON.stringify({microscale: 'lease', format: 9}));
    await pass(60 * second);
    expect(one.lease.holds()).toBe(false);
    expect(one.news.at(-1)?.lease).toMatchObject({
      kind: 'elsewhere',
      trouble: "its lease has format 9, which this one can't read: update this one",
    });
  });

  test('that somebody scribbled over is nobody’s once it has lain still', async () => {
    const {engine, pass} = host();
    const one = engine('ann@one');
    one.store.scribble('{"microscale":');
    await pass(5 * second);
    expect(one.lease.holds()).toBe(false);
    await pass(8 * second);
    expect(one.lease.holds()).toBe(true);
  });

  test('whatever happens to whom, never two hold it, and in the end one does', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const chance = seededChance(seed);
      const {engine, pass} = host(2 + chance() * 300);
      // Clocks that run a little apart, as real ones do.
      const engines = Array.from({length: 3}, (_, index) => engine(`e${index}`, {rate: 1 + (chance() - 0.5) * 0.02}));
      const never = () => expect(engines.filter(({lease}) => lease.holds()).length).toBeLessThan(2);
      for (let round = 0; round < 8; round++) {
        const one = engines[Math.floor(chance() * engines.length)];
        if (!one) continue;
        const what = chance();
        if (what < 0.3) one.freeze();
        else if (what < 0.6) one.store.reachable = false;
        else one.lease.takeOver();
        await pass(chance() * 8 * second, never);
        one.thaw();
        await pass(chance() * 4 * second, never);
        one.store.reachable = true;
      }
      await pass(30 * second, never);
      expect(engines.filter(({lease}) => lease.holds()).length).toBe(1);
    }
  });
});

test.each(['', 'null', '[]', '{"microscale":"lease"}', '{"microscale":"lease","format":1,"id":7}'])('%j is no lease', text => {
  expect(readLease(text)).toEqual({kind: 'rubbish'});
});
