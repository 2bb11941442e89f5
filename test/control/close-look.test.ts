/** A closer look through a session: near, through the control socket, and at engines that answer nonsense or nothing. */
import {mkdtempSync, rmSync} from 'node:fs';
import {createConnection} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {createRealClock} from '../../source/clock.ts';
import {openSession, serveSession, type Channel} from '../../source/control/channel.ts';
import {attachThrough, attachTo} from '../../source/control/client.ts';
import {createFeed} from '../../source/control/feed.ts';
import {jsonLines} from '../../source/control/json-lines.ts';
import {protocolVersion} from '../../source/control/protocol.ts';
import {createPushes} from '../../source/control/pushes.ts';
import {serveControl} from '../../source/control/server.ts';
import {createSharedLooks} from '../../source/control/shared-looks.ts';
import {readSight} from '../../source/control/read-sight.ts';
import {lengthenSight, shortenSight} from '../../source/control/sight.ts';
import {createEngine} from '../../source/engine.ts';
import {createSimulatedHost} from '../../source/orchestrators/simulated.ts';
import type {LogLine, Session, Sight} from '../../source/ports.ts';
import {seededChance} from '../../source/simulator/chance.ts';
import {createVirtualClock} from '../../source/simulator/virtual-clock.ts';
import {spec} from '../support/fleets.ts';
import {serveRaw} from '../support/raw-server.ts';
import {until} from '../support/until.ts';

/** Two ends of a channel, as between two threads. */
function pair(): readonly [Channel, Channel] {
  const listeners: ((message: unknown) => void)[] = [];
  const end = (own: number): Channel => ({
    send: message => queueMicrotask(() => listeners[1 - own]?.(structuredClone(message))),
    receive: listener => void (listeners[own] = listener),
  });
  return [end(0), end(1)];
}

async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-look-'));
  const path = join(folder, 'control.sock');
  const clock = createRealClock();
  const orchestrator = createSimulatedHost(clock, seededChance(1));
  const engine = createEngine({clock, orchestrator, recorder: null, acting: 'auto'});
  const feed = createFeed(engine, clock);
  const about = () => ({project: 'shop', host: 'simulated', hosts: [], config: null, capacity: null, image: null});
  const control = await serveControl({path, feed, pushes: createPushes(clock), about});
  onTestFinished(async () => {
    feed.close('over');
    await control.close();
    await engine.close('leave', 0);
    rmSync(folder, {recursive: true, force: true});
  });
  await engine.open(() => ({
    settings: {project: 'shop', capacity: 10, nodeSlots: [], overrideMs: null, modes: []},
    services: [spec('web', {max: 10})],
  }));
  engine.read('web', {kind: 'value', value: 3});
  await until('three to run', () => engine.fleet().services[0]?.observed?.running === 3);
  return {path, feed, orchestrator};
}

const states = (sight: Sight) => (sight.kind === 'replicas' ? sight.seen.replicas.map(({state}) => state) : sight);

describe('a closer look through a session', () => {
  test('sees the same near and far, and whoever only watches sees it too', async () => {
    const {path, feed} = await open();
    const near = feed.session('ann', false);
    const far = await attachTo(path, {owner: 'bob', readOnly: true});
    for (const session of [near, far.session] as Session[]) {
      expect(states(await session.look('web', 'replicas'))).toEqual(['running', 'running', 'running']);
      expect(await session.look('web', 'logs')).toMatchObject({kind: 'logs', tail: {lines: [], remark: /no logs/}});
      expect(await session.look('nobody', 'replicas')).toEqual({kind: 'unseen', reason: 'there is no service “nobody”'});
    }
    near.close();
    far.close();
    expect(await far.session.look('web', 'replicas')).toMatchObject({kind: 'unseen'});
  });

  test('of a host that is lost it says so, and asks it nothing', async () => {
    const {feed, orchestrator} = await open();
    const session = feed.session('ann', false);
    orchestrator.cut('it was unplugged');
    const sight = await until('it to be noticed', async () => {
      const seen = await session.look('web', 'replicas');
      return seen.kind === 'unseen' && seen;
    });
    expect(sight.reason).toBe('the host is lost: it was unplugged');
  });

  test('what is asked is checked: more than the protocol knows is refused', async () => {
    const {path} = await open();
    const lines = jsonLines(createConnection(path), 1024 * 1024);
    const answers: unknown[] = [];
    lines.receive(answer => void answers.push(answer));
    lines.send({microscale: 'control', version: protocolVersion, owner: 'eve', readOnly: true});
    lines.send({id: 1, kind: 'look', service: 'web', at: 'secrets'});
    lines.send({id: 2, kind: 'look', service: 'x'.repeat(300), at: 'logs'});
    lines.send({id: 3, kind: 'look', service: 'web', at: 'logs', lines: 1e9});
    await until('four answers', () => answers.length === 4);
    expect(answers.slice(1).map(answer => (answer as {reply?: {reason?: string}}).reply?.reason)).toEqual(
      Array(3).fill('that is no request'),
    );
    lines.close();
  });
});

describe('an engine that answers otherwise', () => {
  /** An engine of which only its words are known. */
  async function attachedTo(answer: (request: {id: number; kind: string}) => unknown) {
    const asked: string[] = [];
    const server = await serveRaw(socket => {
      const lines = jsonLines(socket, 1024 * 1024);
      let greeted = false;
      lines.receive(message => {
        if (!greeted) {
          greeted = true;
          const about = {project: 'shop', host: 'x', hosts: [], config: null, capacity: null, image: null};
          return lines.send({kind: 'welcome', version: 1, about});
        }
        const request = message as {id: number; kind: string};
        asked.push(request.kind);
        const said = answer(request);
        if (said !== null) lines.send(said);
      });
    });
    const attached = await attachThrough(createConnection(server.port, '127.0.0.1'), 'there', {owner: 'ann', readOnly: false});
    onTestFinished(async () => {
      attached.close();
      await server.close();
    });
    return {session: attached.session, asked, close: () => server.close()};
  }

  test('one of an older version is asked once, and is not troubled again', async () => {
    const {session, asked} = await attachedTo(({id}) => ({id, kind: 'reply', reply: {kind: 'refused', reason: 'that is no request'}}));
    expect(await session.look('web', 'replicas')).toMatchObject({kind: 'unseen'});
    for (let turn = 0; turn < 20; turn++) expect(await session.look('web', 'logs')).toMatchObject({kind: 'unseen', reason: /older/});
    expect(asked).toEqual(['look']);
  });

  test('one that answers nonsense, or far too much, shows nothing of it', async () => {
    const replica = {name: 'a', node: null, state: 'running', since: null, cpu: null, memoryBytes: null};
    const sights: unknown[] = [
      null,
      {kind: 'replicas'},
      {kind: 'replicas', seen: {replicas: [{...replica, state: 'exploded'}], more: 0}},
      {kind: 'replicas', seen: {replicas: Array.from({length: 5000}, () => replica), more: 0}},
      {kind: 'logs', tail: {lines: [{replica: 'a', at: 1e300, text: ''}], remark: ''}},
      {kind: 'logs', tail: {lines: [{replica: 'a', at: 0, text: 'x'.repeat(100_000)}], remark: ''}},
    ];
    let turn = 0;
    const {session} = await attachedTo(({id}) => ({id, kind: 'sight', sight: sights[turn++]}));
    for (const _ of sights) {
      expect(await session.look('web', 'logs')).toEqual({kind: 'unseen', reason: 'what the engine answered makes no sense'});
    }
  });

  test('what it says is cleaned again here', () => {
    const evil = '\u001b[2Jweb\u202e\n';
    const sight = readSight({kind: 'logs', tail: {lines: [{replica: evil, at: 0, text: evil}], remark: evil}});
    expect(sight).toEqual({kind: 'logs', tail: {lines: [{replica: 'web ', at: 0, text: 'web '}], remark: 'web '}});
  });

  test('when it goes, whoever waits for a look is told', async () => {
    const {session, asked, close} = await attachedTo(() => null);
    const looking = session.look('web', 'replicas');
    await until('it to be asked', () => asked.length === 1);
    await close();
    expect(await looking).toMatchObject({kind: 'unseen', reason: /gone/});
  });
});

describe('a log that is looked at again', () => {
  const lines = (from: number, to: number): LogLine[] =>
    Array.from({length: to - from}, (_, index) => ({replica: 'web-1', at: (from + index) * 1000, text: `line ${(from + index) % 3}`}));
  const sight = (from: number, to: number, remark = ''): Sight => ({kind: 'logs', tail: {lines: lines(from, to), remark}});

  test('is sent once, and then only what is new; whoever reads it has the whole', () => {
    const cases = [
      {before: lines(0, 10), next: sight(0, 10), sent: 0},
      {before: lines(0, 10), next: sight(0, 13), sent: 3},
      {before: lines(0, 10), next: sight(4, 14), sent: 4},
      {before: lines(0, 10), next: sight(50, 60, 'a remark'), sent: 10},
      {before: [], next: sight(0, 5), sent: 5},
      {before: lines(0, 10), next: sight(0, 4), sent: 4},
      {before: lines(0, 10), next: sight(0, 0), sent: 0},
    ];
    for (const {before, next, sent} of cases) {
      const short = shortenSight(before, next);
      expect(short.kind === 'more-logs' ? short.lines.length : short.kind === 'logs' ? short.tail.lines.length : -1).toBe(sent);
      expect(readSight(lengthenSight(before, structuredClone(short)))).toEqual(next);
    }
  });

  test('passes through a session as it is, however it goes on', async () => {
    const tails = [sight(0, 5), sight(0, 5), sight(2, 9), {kind: 'unseen', reason: 'a pause'} as const, sight(3, 12), sight(90, 95)];
    let turn = 0;
    const [near, far] = pair();
    serveSession({look: () => Promise.resolve(tails[turn++])} as unknown as Session, near);
    const session = openSession(far, readSight);
    for (const tail of tails) expect(await session.look('web', 'logs')).toEqual(tail);
  });

  test('of an engine that counts wrong nothing is believed that makes no sense', () => {
    expect(readSight(lengthenSight([], {kind: 'more-logs', dropped: 'x', lines: [], remark: ''})).kind).toBe('unseen');
    expect(readSight(lengthenSight(lines(0, 300), {kind: 'more-logs', dropped: 0, lines: lines(0, 300), remark: ''})).kind).toBe('unseen');
  });
});

describe('several who look', () => {
  test('at the same ask the host once, and what was seen is shown again only for a moment', async () => {
    const clock = createVirtualClock(1000);
    let asked = 0;
    const {look} = createSharedLooks(async () => ({kind: 'logs', tail: {lines: [], remark: `look ${++asked}`}}), clock);
    const both = await Promise.all([look('web', 'logs'), look('web', 'logs')]);
    expect(both[0]).toEqual(both[1]);
    await look('web', 'logs');
    expect(asked).toBe(1);
    await look('web', 'replicas');
    expect(asked).toBe(2);
    clock.runTo(2500);
    await look('web', 'logs');
    expect(asked).toBe(3);
  });

  test('at a host that never answers are told after ten seconds, and at most eight things are asked at once', async () => {
    const clock = createVirtualClock(0);
    let asked = 0;
    const {look} = createSharedLooks(() => {
      asked++;
      return new Promise(() => {});
    }, clock);
    const looks = Array.from({length: 10}, (_, index) => look(`service-${index}`, 'replicas'));
    expect(asked).toBe(8);
    expect(await looks[9]).toMatchObject({kind: 'unseen', reason: /too many/});
    clock.runTo(10_000);
    expect(await looks[0]).toEqual({kind: 'unseen', reason: 'no answer within 10 s'});
  });
});
