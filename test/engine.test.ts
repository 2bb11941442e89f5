import {describe, expect, test} from 'vitest';
import {createEngine} from '../source/engine.ts';
import {calmHost, createSimulatedHost} from '../source/orchestrators/simulated.ts';
import type {LeaseHold} from '../source/ports.ts';
import type {Entry, Legacy} from '../source/scaler/entry.ts';
import {createFeed} from '../source/control/feed.ts';
import {openSession, serveSession, type Channel} from '../source/control/channel.ts';
import {readSight} from '../source/control/read-sight.ts';
import {seededChance} from '../source/simulator/chance.ts';
import {createVirtualClock} from '../source/simulator/virtual-clock.ts';
import {filler, spec} from './support/fleets.ts';

const second = 1000;

async function started(host = calmHost, lease: LeaseHold | null = null) {
  const clock = createVirtualClock(5000);
  const orchestrator = createSimulatedHost(clock, seededChance(1), host);
  const recorded: (readonly Entry[])[] = [];
  const recorder = {write: (entries: readonly Entry[]) => void recorded.push(entries), close: async () => {}};
  const engine = createEngine({
    clock,
    orchestrator,
    recorder,
    acting: 'auto',
    lease,
    stepped: (entries, result) => feed.stepped(entries, result),
  });
  const feed = createFeed(engine, clock);
  const turn = async (forMs = 0) => {
    await new Promise(resolve => setImmediate(resolve));
    clock.runTo(clock.now() + forMs);
    await new Promise(resolve => setImmediate(resolve));
  };
  const opening = engine.open(() => ({
    settings: {project: 'test', capacity: 10, nodeSlots: [], overrideMs: 60 * second, modes: []},
    services: [spec('web', {max: 10}), filler('batch', {priority: 2})],
  }));
  for (let round = 0; round < 5; round++) await turn();
  await opening;
  const running = () => Object.fromEntries(engine.fleet().services.map(({spec: {name}, observed}) => [name, observed?.running]));
  return {clock, orchestrator, engine, feed, recorded, turn, running};
}

describe('the engine', () => {
  test('acts on a reading in the same turn, and follows it to its end', async () => {
    const {engine, turn, running} = await started();
    engine.read('web', {kind: 'value', value: 6});
    await turn(5 * second);
    expect(running()).toEqual({web: 6, batch: 4});
  });

  test('folds what waits together once: of many readings the newest, and one plan', async () => {
    const {engine, turn, recorded} = await started();
    await turn(5 * second);
    const before = recorded.length;
    for (let value = 0; value <= 9; value++) engine.read('web', {kind: 'value', value});
    await turn(10);
    const [entries] = recorded.slice(before);
    expect(entries?.filter(({kind}) => kind === 'reading')).toMatchObject([{reading: {value: 9}}]);
  });

  test('folds a stream of news a few milliseconds at a time, and what somebody commands at once', async () => {
    const {engine, clock, turn, recorded} = await started();
    await turn(second);
    const before = recorded.length;
    for (let value = 0; value < 400; value++) {
      engine.read('web', {kind: 'value', value: 3 + value / 1000});
      await turn(1);
    }
    const folded = recorded.slice(before).filter(entries => entries.some(({kind}) => kind === 'reading'));
    expect(folded.length).toBeGreaterThan(100);
    expect(folded.length).toBeLessThanOrEqual(32 + 400 / 4 + 2);
    engine.read('web', {kind: 'value', value: 4});
    await turn();
    engine.read('web', {kind: 'value', value: 5});
    await turn();
    expect(engine.fleet().services[0]?.demand).not.toMatchObject({value: 5});
    const at = clock.now();
    void engine.command({kind: 'hold', service: 'web', lasting: 'default', toggle: false}, 'ops@here');
    await turn();
    expect(clock.now()).toBe(at);
    expect(engine.fleet().services[0]).toMatchObject({demand: {value: 5}, overrides: [{rule: {kind: 'hold'}}]});
  });

  test('a command is never dropped: past what any operator sends, it is refused in words', async () => {
    const {engine, turn} = await started();
    const replies = Promise.all(
      Array.from({length: 130}, () => engine.command({kind: 'adjust', service: 'web', by: 1, lasting: 'default'}, 'ops@here')),
    );
    await turn();
    const kinds = (await replies).map(reply => (reply.kind === 'refused' ? reply.reason : 'accepted'));
    expect(kinds.filter(kind => kind === 'too many commands at once: try again')).toHaveLength(30);
    expect(kinds).toContain('accepted');
  });

  test('wakes by itself when an override ends', async () => {
    const {engine, turn, running} = await started();
    engine.read('web', {kind: 'value', value: 3});
    void engine.command(
      {kind: 'override', service: 'web', rule: {kind: 'pin', replicas: 8}, lasting: {ms: 10 * second}, sure: false},
      'ops@here',
    );
    await turn(5 * second);
    expect(running()['web']).toBe(8);
    await turn(10 * second);
    expect(running()['web']).toBe(3);
  });

  test('changes nothing while the host is away, and is whole again when it is back', async () => {
    const {engine, turn, running, orchestrator} = await started();
    engine.read('web', {kind: 'value', value: 3});
    await turn(5 * second);
    orchestrator.cut('the line was cut');
    engine.read('web', {kind: 'value', value: 9});
    await turn(20 * second);
    expect(orchestrator.truth().get('web')?.running).toBe(3);
    expect(engine.fleet().host.kind).toBe('lost');
    orchestrator.mend();
    await turn(5 * second);
    expect(running()).toEqual({web: 9, batch: 1});
  });

  test.each([
    ['leave', {web: 6, batch: 4}],
    ['restore', {web: 0, batch: 0}],
    ['drain', {web: 0, batch: 0}],
  ] as const)('leaving with %s', async (onExit, left) => {
    const {engine, turn, orchestrator} = await started();
    engine.read('web', {kind: 'value', value: 6});
    await turn(5 * second);
    const closing = engine.close(onExit);
    for (let round = 0; round < 8; round++) await turn(second);
    await closing;
    expect(Object.fromEntries([...orchestrator.truth()].map(([service, {running}]) => [service, running]))).toEqual(left);
    expect(await engine.command({kind: 'pause'}, 'ops@here')).toMatchObject({kind: 'refused', reason: 'the engine has stopped'});
  });

  test.each([
    ['restore', 'auto', []],
    ['drain', 'auto', []],
    ['leave', 'paused', [['web', [{rule: {kind: 'pin', replicas: 3}, owner: 'ops@here'}]]]],
  ] as const)(
    'leaving with %s hands on what operators decided only where nothing is put back, and never pins of its own',
    async (onExit, acting, overrides) => {
      const kept: Legacy[] = [];
      const lease: LeaseHold = {
        holds: () => true,
        open: tell => tell({lease: {kind: 'held', by: 'ops@here', since: 1}, legacy: null}),
        keep: legacy => void kept.push(legacy),
        takeOver() {},
        release: async () => {},
      };
      const {engine, turn, running} = await started(calmHost, lease);
      await turn(second);
      const pin = {kind: 'override', service: 'web', rule: {kind: 'pin', replicas: 3}, lasting: 'until-cleared', sure: false} as const;
      const pinned = engine.command(pin, 'ops@here');
      await turn(5 * second);
      await pinned;
      const paused = engine.command({kind: 'pause'}, 'ops@here');
      await turn();
      await paused;
      const closing = engine.close(onExit);
      for (let round = 0; round < 8; round++) await turn(second);
      await closing;
      expect(running()).toEqual(onExit === 'leave' ? {web: 3, batch: 7} : {web: 0, batch: 0});
      expect(kept.at(-1)).toMatchObject({acting, mode: null, overrides});
      expect(kept.flatMap(legacy => legacy.overrides.flatMap(([, own]) => own.map(({owner}) => owner)))).not.toContain(`on-exit ${onExit}`);
    },
  );

  test('a handover that has begun is brought to its end before it leaves', async () => {
    const {engine, turn, orchestrator} = await started();
    await turn(5 * second);
    engine.read('web', {kind: 'value', value: 6});
    await turn(50);
    const closing = engine.close('leave');
    for (let round = 0; round < 8; round++) await turn(second);
    await closing;
    expect(orchestrator.truth().get('web')).toMatchObject({running: 6, pending: 0});
  });
});

describe('a session', () => {
  test('is given what changed since it last asked, once, and everything when it comes late', async () => {
    const {engine, feed, turn} = await started();
    await turn(3 * second);
    const session = feed.session('ops@here', false);
    const first = await session.next();
    expect(first.samples).toHaveLength(3);
    expect(first.happenings.length).toBeGreaterThan(0);
    const waiting = session.next();
    engine.read('web', {kind: 'value', value: 4});
    await turn(0.9 * second);
    const second_ = await waiting;
    expect(second_.samples).toEqual([]);
    expect(second_.happenings.filter(({kind}) => kind === 'decided')).toHaveLength(2);
    expect(second_.happenings.filter(happening => first.happenings.includes(happening))).toEqual([]);
  });

  test('what somebody does is told at once; what moves by itself waits a little for more', async () => {
    const {engine, feed, turn} = await started();
    await turn(3 * second);
    const session = feed.session('ops@here', false);
    await session.next();
    const told: string[] = [];
    const follow = async () => {
      for (;;) for (const {kind} of (await session.next()).happenings) told.push(kind);
    };
    void follow();
    engine.read('web', {kind: 'value', value: 4});
    await turn();
    expect(told).toEqual([]);
    void engine.command({kind: 'boost', service: 'web', lasting: 'default', toggle: true}, 'ann@there');
    await turn();
    expect(told).toContain('overridden');
  });

  test('memory is bounded, however long nobody asks', async () => {
    const {feed, turn} = await started();
    const session = feed.session('ops@here', false);
    await turn(3600 * second);
    const {samples, happenings} = await session.next();
    expect(samples).toHaveLength(600);
    expect(happenings.length).toBeLessThanOrEqual(500);
  });

  test('that may only watch is refused by the engine’s side', async () => {
    const {feed} = await started();
    expect(await feed.session('ops@here', true).command({kind: 'pause'})).toEqual({kind: 'refused', reason: 'this session is read-only'});
  });

  test('undoes what was done through it, and not what another of the same owner did', async () => {
    const {feed, turn} = await started();
    const [one, other] = [feed.session('ops@here', false), feed.session('ops@here', false)];
    const ask = async (asked: ReturnType<typeof one.command>) => {
      await turn();
      return asked;
    };
    await ask(one.command({kind: 'boost', service: 'web', lasting: 'default', toggle: false}));
    const [{fleet, vitals}, others] = [await one.next(), await other.next()];
    expect(fleet.undo?.session).toBe(vitals.session);
    expect(others.vitals.session).not.toBe(vitals.session);
    expect(await ask(other.command({kind: 'undo'}))).toMatchObject({kind: 'refused'});
    expect(await ask(one.command({kind: 'undo'}))).toMatchObject({kind: 'accepted', words: 'web: undone'});
  });

  test('gives the past, through a channel as it is, until the engine has stopped', async () => {
    const {feed, turn, clock} = await started();
    await turn(65 * second);
    const near = feed.session('ops@here', true);
    const [here, there] = channelPair();
    serveSession(near, here);
    const far = openSession(there, readSight);
    const asked = far.past(clock.now() - 2 * second);
    await turn();
    const past = await asked;
    expect(past).toEqual(structuredClone(await near.past(clock.now() - 2 * second)));
    expect(past.stretch?.lines.length).toBeGreaterThan(0);
    feed.close('the engine has stopped');
    await expect(far.past(0)).rejects.toThrow('the engine has stopped');
  });

  test('on an engine that keeps no past says so', async () => {
    const [here, there] = channelPair();
    here.receive(message =>
      here.send({id: (message as {id: number}).id, kind: 'reply', reply: {kind: 'refused', reason: 'that is no request'}}),
    );
    await expect(openSession(there, readSight).past(0)).rejects.toThrow('this engine keeps no past: it is of an older microscale');
  });

  test('works the same through a channel, and ends when the engine does', async () => {
    const {feed, turn, engine} = await started();
    const [near, far] = channelPair();
    serveSession(feed.session('ops@here', false), near);
    const session = openSession(far, readSight);
    const update = session.next();
    await turn();
    expect((await update).fleet.services).toHaveLength(2);
    const reply = session.command({kind: 'hold', service: 'web', lasting: 'default', toggle: true});
    await turn();
    expect(await reply).toMatchObject({kind: 'accepted'});
    expect(engine.fleet().services[0]?.overrides[0]?.owner).toBe('ops@here');
    await session.next();
    const waiting = session.next();
    feed.close('the engine has stopped');
    await expect(waiting).rejects.toThrow('the engine has stopped');
    session.end('it is gone');
    await expect(session.next()).rejects.toThrow('it is gone');
    expect(await session.command({kind: 'pause'})).toEqual({kind: 'refused', reason: 'it is gone'});
  });
});

/** Two ends of a channel that carries copies, as a worker's port does. */
function channelPair(): [Channel, Channel] {
  const listeners: [(message: unknown) => void, (message: unknown) => void] = [() => {}, () => {}];
  const end = (own: 0 | 1): Channel => ({
    send: message => queueMicrotask(() => listeners[own === 0 ? 1 : 0](structuredClone(message))),
    receive: listener => {
      listeners[own] = listener;
    },
  });
  return [end(0), end(1)];
}
