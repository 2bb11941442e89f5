/** `init` on the built program: what runs on an engine, asked about on a real terminal, and written once. */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {createClient} from '../../source/orchestrators/docker/client.ts';
import {engineTest} from '../support/engine.ts';
import {startPrivateEngine} from '../support/private-engine.ts';
import {emptyFolder, open, run} from '../support/program.ts';
import {until} from '../support/until.ts';

const idle = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 3600 & wait; done'];

test('without a host it writes the box, which “check” accepts; what is there already stays', async () => {
  const folder = emptyFolder();
  const first = run(['init', '--yes'], folder, {DOCKER_HOST: ''});
  expect(await first.ended).toBe(0);
  expect(first.output()).toContain('written: microscale.yaml');
  const path = join(folder, 'microscale.yaml');
  const text = readFileSync(path, 'utf8');
  const checked = run(['check'], folder);
  expect(await checked.ended).toBe(0);
  const again = run(['init', '--yes'], folder);
  expect(await again.ended).toBe(2);
  expect(again.errors()).toContain('microscale.yaml is there already, and stays as it is: name another file with --output');
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('without a terminal, and where the host that was named is not there, nothing is written', async () => {
  const folder = emptyFolder();
  const piped = run(['init'], folder);
  expect(await piped.ended).toBe(2);
  expect(piped.errors()).toContain('say --yes for the usual answers');
  const lost = run(['init', '--yes', '--host', 'unix:///nowhere/docker.sock'], folder);
  expect(await lost.ended).toBe(3);
  expect(existsSync(join(folder, 'microscale.yaml'))).toBe(false);
});

engineTest(
  'it asks about the services that run there, explains a wrong answer, writes what was said, and Ctrl-C writes nothing',
  async () => {
    const engine = await startPrivateEngine();
    onTestFinished(engine.stop);
    const {docker, destroy} = createClient({kind: 'unix', path: engine.socket});
    onTestFinished(destroy);
    const start = async (name: string, labels: Readonly<Record<string, string>>) => {
      const container = await docker.createContainer({
        name,
        Image: 'busybox',
        Cmd: idle,
        Labels: labels,
        HostConfig: {NetworkMode: 'none'},
      });
      await container.start();
    };
    const compose = (service: string) => ({
      'com.docker.compose.project': 'shop',
      'com.docker.compose.service': service,
      'com.docker.compose.container-number': '1',
    });
    await start('shop-web-1', compose('web'));
    await start('shop-batch-1', compose('batch'));
    await start('single', {});
    const folder = emptyFolder();
    const host = `unix://${engine.socket}`;

    const left = open(['init', '--host', host], folder, 80, 40);
    await until('the first question', () => left.text().includes('stay as they are [1 2]'));
    const broken = left.text();
    expect(broken).toContain(
      'Which matter most? Numbers or names, the most important first; those that you\nleave out stay as they are [1 2]',
    );
    left.press('\u0003');
    expect(await left.ended).toBe(130);
    expect(left.text()).toContain('nothing was written');
    expect(existsSync(join(folder, 'microscale.yaml'))).toBe(false);

    const asked = open(['init', '--host', host], folder, 120, 60);
    const answer = async (question: string, words: string) => {
      await until(question, () => asked.text().includes(question));
      asked.press(`${words}\r`);
    };
    await until('what runs there', () => asked.text().includes('Compose service shop/web') && asked.text().includes('container single'));
    await answer('Which matter most?', 'nobody');
    await until('the refusal', () => asked.text().includes('“nobody” is none of them'));
    asked.press('web batch\r');
    await answer('of all these together?', '6');
    await answer('web: from how many', '1-4');
    await answer('web: what tells its demand?', 'file');
    await answer('web: the path of the file?', join(folder, 'demand'));
    await answer('web: how much of that demand', '2');
    await answer('batch: from how many', '');
    await answer('batch: what tells its demand?', '');
    expect(await asked.ended).toBe(0);
    const planned = run(['plan', '--host', host], folder);
    expect(await planned.ended).toBe(0);
    expect(planned.output()).toMatch(/web +1 /);
    const text = readFileSync(join(folder, 'microscale.yaml'), 'utf8');
    expect(text).toContain('adopt: shop/web');
    expect(text).toContain('container single');
    expect(text).toContain('target: {perReplica: 2}');
  },
  180_000,
);

engineTest(
  'more of a single container are like it: what init writes of it starts, and holds no value of its environment',
  async () => {
    const engine = await startPrivateEngine();
    onTestFinished(engine.stop);
    const {docker, destroy} = createClient({kind: 'unix', path: engine.socket});
    onTestFinished(destroy);
    const container = await docker.createContainer({
      name: 'single',
      Image: 'busybox',
      Cmd: idle,
      Env: ['MODE=hunter2'],
      HostConfig: {NetworkMode: 'none', Init: false},
    });
    await container.start();
    const folder = emptyFolder();
    const host = `unix://${engine.socket}`;
    const asked = run(['init', '--yes', '--host', host], folder);
    expect(await asked.ended, asked.errors()).toBe(0);
    const text = readFileSync(join(folder, 'microscale.yaml'), 'utf8');
    expect(asked.output()).not.toContain('what can tell the demand');
    expect(text).toContain('networks: [none]');
    expect(text).toContain('environment: [MODE]');
    expect(text).not.toContain('hunter2');
    const running = run(['run', '--host', host, '--socket', 'off'], folder);
    await until('a replica to run', async () => {
      const replicas = await docker.listContainers({filters: {label: ['microscale.service=single'], status: ['running']}});
      return replicas.length > 0;
    });
    running.child.kill('SIGTERM');
    await running.ended;
  },
  180_000,
);
