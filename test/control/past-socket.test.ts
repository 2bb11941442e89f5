/** The past through the control socket: the same as at the engine's side, and nothing for what is no moment. */
import {mkdtempSync, rmSync} from 'node:fs';
import {createConnection} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {createRealClock} from '../../source/clock.ts';
import {attachTo} from '../../source/control/client.ts';
import {createFeed, type Feed} from '../../source/control/feed.ts';
import {readRequest} from '../../source/control/protocol.ts';
import {createPushes} from '../../source/control/pushes.ts';
import {serveControl} from '../../source/control/server.ts';
import {createEngine} from '../../source/engine.ts';
import {createReader} from '../../source/history/reader.ts';
import {calmHost, createSimulatedHost} from '../../source/orchestrators/simulated.ts';
import type {Service} from '../../source/scaler/fleet.ts';
import {filler, spec} from '../support/fleets.ts';
import {until} from '../support/until.ts';

async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-past-'));
  const path = join(folder, 'control.sock');
  const clock = createRealClock();
  let feed: Feed | null = null;
  const engine = createEngine({
    clock,
    orchestrator: createSimulatedHost(clock, Math.random, calmHost),
    recorder: null,
    acting: 'auto',
    stepped: (entries, result) => feed?.stepped(entries, result),
  });
  feed = createFeed(engine, clock);
  const about = () => ({project: 'shop', host: 'simulated', hosts: [], config: null, capacity: null, image: null});
  const control = await serveControl({path, feed, pushes: createPushes(clock), about});
  const settings = {project: 'shop', capacity: 6, nodeSlots: [], overrideMs: null, modes: []};
  await engine.open(() => ({settings, services: [spec('web', {max: 6}), filler('batch', {priority: 2})]}));
  const attached = await attachTo(path, {owner: 'ann@ops', readOnly: true});
  onTestFinished(async () => {
    attached.close();
    feed.close('over');
    await control.close();
    await engine.close('leave', 0);
    rmSync(folder, {recursive: true, force: true});
  });
  return {path, engine, clock, attached};
}

/** Nothing but time goes by for it. */
function isQuiet({handover, observed}: Service): boolean {
  return handover === null && observed?.stopping === 0;
}

test('a console that is attached folds the same fleet from what it is given', async () => {
  const {engine, clock, attached} = await open();
  engine.read('web', {kind: 'value', value: 4});
  const running = () => engine.fleet().services.map(({spec: {name}, observed}) => `${name} ${observed?.running} ${observed?.pending}`);
  await until('all to run that should', () => running().join() === 'web 4 0,batch 2 0' && engine.fleet().services.every(isQuiet));
  const began = clock.now();
  await until('another second to have begun', () => Math.floor(clock.now() / 1000) > Math.floor(began / 1000));
  const reader = createReader(attached.session.past, async () => {});
  const {fleet} = await reader.look(clock.now());
  expect(fleet.services).toEqual(JSON.parse(JSON.stringify(engine.fleet().services)));
});

test('whoever asks and asks without reading is refused, and costs no more than some stretches', async () => {
  const {path} = await open();
  const asked = 8000;
  const socket = createConnection(path);
  onTestFinished(() => void socket.destroy());
  let waiting = '';
  const kinds = new Map<string, number>();
  // Nothing is read until all of it has been asked.
  socket.write(`${JSON.stringify({microscale: 'control', version: 1, owner: 'mallory', readOnly: true})}\n`);
  for (let id = 1; id <= asked; id++) socket.write(`${JSON.stringify({id, kind: 'past', at: 0})}\n`);
  await until('all of it to be sent', () => socket.writableLength === 0);
  socket.on('data', chunk => {
    const lines = (waiting + chunk.toString('utf8')).split('\n');
    waiting = lines.pop() ?? '';
    for (const line of lines) {
      const {kind} = JSON.parse(line) as {kind: string};
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
  });
  await until('every one to be answered', () => (kinds.get('past') ?? 0) + (kinds.get('gone') ?? 0) === asked);
  expect(kinds.get('gone')).toBeGreaterThan(0);
  expect(kinds.get('past')).toBeGreaterThan(0);
});

test.each([[-1], ['now'], [1e17], [null]])('%j is no moment', at => {
  expect(readRequest({id: 1, kind: 'past', at})).toBeNull();
});

test('a moment is one', () => {
  expect(readRequest({id: 1, kind: 'past', at: 1_795_000_000_000})).toEqual({id: 1, kind: 'past', at: 1_795_000_000_000});
});
