/** The past through the control socket: the same as at the engine's side, and nothing for what is no moment. */
import {mkdtempSync, rmSync} from 'node:fs';
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
  return {engine, clock, attached};
}

test('a console that is attached folds the same fleet from what it is given', async () => {
  const {engine, clock, attached} = await open();
  engine.read('web', {kind: 'value', value: 4});
  await until('web to run', () => engine.fleet().services.find(({spec: {name}}) => name === 'web')?.observed?.running === 4);
  const began = clock.now();
  await until('another second to have begun', () => Math.floor(clock.now() / 1000) > Math.floor(began / 1000));
  const reader = createReader(attached.session.past, async () => {});
  const {fleet} = await reader.look(clock.now());
  expect(fleet.services).toEqual(JSON.parse(JSON.stringify(engine.fleet().services)));
});

test.each([[-1], ['now'], [1e17], [null]])('%j is no moment', at => {
  expect(readRequest({id: 1, kind: 'past', at})).toBeNull();
});

test('a moment is one', () => {
  expect(readRequest({id: 1, kind: 'past', at: 1_795_000_000_000})).toEqual({id: 1, kind: 'past', at: 1_795_000_000_000});
});
