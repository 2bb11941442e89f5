/** An engine of its own, since this one is killed. */
import {afterAll, beforeAll, expect} from 'vitest';
import {createClient} from '../../source/orchestrators/docker/client.ts';
import {engineTest} from '../support/engine.ts';
import {startPrivateEngine, type PrivateEngine} from '../support/private-engine.ts';
import {emptyFolder, run} from '../support/program.ts';
import {until} from '../support/until.ts';

let engine: PrivateEngine | null = null;
beforeAll(async () => {
  engine = await startPrivateEngine().catch(() => null);
});
afterAll(() => engine?.stop());

const config = `
project: lost
capacity: 4
services:
  web: {priority: 1, image: busybox, pull: never, command: [sleep, "3600"], stopGrace: 1s, networks: [none], demand: {source: fixed, value: 3}}
  batch: {priority: 2, image: busybox, pull: never, command: [sleep, "3600"], stopGrace: 1s, networks: [none], target: fill}
`;

engineTest('an engine that is killed is said to be lost, and everything is whole again when it is back', async () => {
  if (!engine) throw new Error('a second private engine did not start');
  const {socket} = engine;
  const {docker} = createClient({kind: 'unix', path: socket});
  const running = async () => (await docker.listContainers()).length;
  const program = run(['run', '--host', `unix://${socket}`], emptyFolder({'microscale.yaml': config}));
  await until('four to run', async () => (await running()) === 4);
  await engine.crash();
  await until('the loss to be told', () => program.output().includes('lost: '));
  await engine.restart();
  await until('it to be connected again', () => program.output().split('connected').length > 2);
  await until('four to run again', async () => (await running()) === 4);
  expect(program.output()).not.toMatch(/should not happen| at .*\.js:/);
  program.child.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  expect(await running()).toBe(4);
});
