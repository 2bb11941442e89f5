/** Several engines on one machine, and scripts that don't say which they mean. */
import {chownSync, mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {createRealClock} from '../../source/clock.ts';
import {createFeed} from '../../source/control/feed.ts';
import {createPushes} from '../../source/control/pushes.ts';
import {serveControl} from '../../source/control/server.ts';
import {createEngine} from '../../source/engine.ts';
import {createSimulatedHost} from '../../source/orchestrators/simulated.ts';
import {emptyFolder, run} from '../support/program.ts';

/** A user of the tests' own where there can be one, since root's engines are in a place that others may use. */
const nobody = process.getuid?.() === 0 ? 65534 : undefined;
const owned = (path: string) => {
  if (nobody !== undefined) chownSync(path, nobody, nobody);
  return path;
};

/** An engine that listens at `path` and says that it runs `project`. */
async function listen(path: string, project: string): Promise<void> {
  const clock = createRealClock();
  const engine = createEngine({clock, orchestrator: createSimulatedHost(clock, Math.random), recorder: null, acting: 'auto'});
  const feed = createFeed(engine, clock);
  const about = () => ({project, host: `docker of ${project}`, hosts: [], config: null, capacity: null, image: null});
  const control = await serveControl({path, feed, pushes: createPushes(clock), about});
  owned(path);
  onTestFinished(async () => {
    feed.close('over');
    await control.close();
    await engine.close('leave', 0);
  });
}

test('each is named with its project and host, and the one of the folder’s own configuration is meant', async () => {
  const runtime = emptyFolder();
  const sockets = join(runtime, 'microscale');
  mkdirSync(sockets);
  [runtime, sockets].forEach(owned);
  const more = {XDG_RUNTIME_DIR: runtime};
  await listen(join(sockets, 'a.sock'), 'mail');
  await listen(join(sockets, 'b.sock'), 'shop');
  const unclear = run(['status'], owned(emptyFolder()), more, nobody);
  expect(await unclear.ended).toBe(3);
  expect(unclear.errors()).toContain(`--socket ${join(sockets, 'a.sock')}  mail on docker of mail\n`);
  expect(unclear.errors()).toContain(`--socket ${join(sockets, 'b.sock')}  shop on docker of shop\n`);
  const here = owned(emptyFolder({'microscale.yaml': 'project: shop\n'}));
  const cleared = run(['clear', '--all'], here, more, nobody);
  expect(await cleared.ended).toBe(1);
  expect(cleared.errors()).not.toContain('several engines');
});
