/** `doctor` against engines that answer, that are silent, that are closed to this user, and that may only be read. */
import {chmodSync, chownSync} from 'node:fs';
import http from 'node:http';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {engineTest, socket} from '../support/engine.ts';
import {freePort} from '../support/free-port.ts';
import {emptyFolder, run} from '../support/program.ts';
import {serveRaw} from '../support/raw-server.ts';
import {swarmForTests} from '../support/swarm.ts';

const swarm = swarmForTests(1, 1);

interface Told {
  readonly status: number | null;
  readonly errors: string;
  readonly findings: readonly {readonly part: string; readonly grade: string; readonly what: string; readonly mend: string | null}[];
}

async function ask(words: readonly string[], folder = emptyFolder(), user?: number): Promise<Told> {
  const asked = run(
    ['doctor', '--json', ...(words.includes('--for') ? [] : ['--for', '50s']), ...words],
    folder,
    {XDG_RUNTIME_DIR: folder},
    user,
  );
  const status = await asked.ended;
  expect(asked.errors()).toBe('');
  return {status, errors: asked.errors(), ...(JSON.parse(asked.output()) as Pick<Told, 'findings'>)};
}

const told = ({findings}: Told, part: string) => findings.filter(finding => finding.part === part);

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

test('a socket that is not there is told with where it was looked for, and what to do', async () => {
  const asked = run(['doctor', '--host', 'unix:///nowhere/docker.sock'], emptyFolder());
  expect(await asked.ended).toBe(3);
  expect(asked.output()).toMatch(
    /wrong +connection +can't reach the Docker engine at unix:\/\/\/nowhere\/docker\.sock: there is no such socket \(--host\)/,
  );
  expect(asked.output()).toContain('to mend it: start Docker, or say where it is with --host or DOCKER_HOST');
});

test('a server that takes the question and never answers is given up', async () => {
  const server = await serveRaw(() => {});
  onTestFinished(server.close);
  const asked = await ask(['--for', '2s', '--host', `tcp://127.0.0.1:${server.port}`]);
  expect(asked.status).toBe(3);
  expect(told(asked, 'connection')).toMatchObject([{grade: 'wrong', what: expect.stringContaining('no answer from there') as string}]);
});

test.skipIf(!isRoot)('a socket that this user may not use is told with whose it is', async () => {
  const folder = emptyFolder();
  chmodSync(folder, 0o755);
  const path = join(folder, 'docker.sock');
  const server = createServer();
  await new Promise<void>(resolve => void server.listen(path, resolve));
  onTestFinished(() => void server.close());
  chownSync(path, 0, 12_345);
  chmodSync(path, 0o660);
  const asked = await ask(['--host', `unix://${path}`], folder, nobody);
  expect(asked.status).toBe(3);
  expect(told(asked, 'connection')[0]?.what).toContain('it belongs to the group 12345');
});

engineTest('an engine that answers is told with what may be done there, its clock, and what each demand answers', async () => {
  const folder = emptyFolder({
    demand: '3',
    'microscale.yaml': `
lease: doctor
capacity: 4
services:
  web: {priority: 1, image: busybox, max: 4, demand: {source: file, path: demand}}
  mail: {priority: 2, image: busybox, max: 4, demand: {source: redis, url: "redis://127.0.0.1:${await freePort()}", list: jobs}}
`,
  });
  const asked = await ask(['--host', `unix://${socket}`], folder);
  expect(told(asked, 'connection')).toMatchObject([{grade: 'ok', what: expect.stringMatching(/^docker .* a plain engine$/) as string}]);
  expect(told(asked, 'permissions')).toMatchObject([
    {grade: 'ok', what: 'may list containers, follow events, create containers, start containers, stop containers, remove containers'},
  ]);
  expect(told(asked, 'clock')).toMatchObject([{grade: 'ok'}]);
  expect(told(asked, 'lease')).toMatchObject([{grade: 'ok', what: expect.stringContaining('nobody holds “doctor”') as string}]);
  expect(told(asked, 'configuration')).toMatchObject([{grade: 'ok'}]);
  expect(told(asked, 'demand')).toMatchObject([
    {grade: 'ok', what: 'web, file: 3'},
    {grade: 'wrong', what: expect.stringMatching(/^mail, redis: /) as string},
  ]);
  expect(asked.status).toBe(1);
});

engineTest('a proxy that lets only reading through is recognised, and every mistake of the file is named', async () => {
  const proxy = http.createServer((request, response) => {
    if (request.method !== 'GET') {
      response.writeHead(403).end('forbidden');
      return;
    }
    const asked = http.request({socketPath: socket, path: request.url, headers: request.headers}, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    asked.on('error', () => response.destroy());
    response.on('close', () => asked.destroy());
    asked.end();
  });
  const port = await freePort();
  await new Promise<void>(resolve => void proxy.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const folder = emptyFolder({'microscale.yaml': 'capacity: none\nservices: {web: {prority: 1, image: busybox}}\n'});
  const asked = await ask(['--host', `tcp://127.0.0.1:${port}`], folder);
  expect(asked.status).toBe(1);
  expect(told(asked, 'permissions')).toMatchObject([
    {grade: 'ok', what: 'may list containers, follow events'},
    {grade: 'wrong', mend: expect.stringContaining('POST /containers/create') as string},
  ]);
  expect(told(asked, 'configuration').length).toBeGreaterThan(1);
});

swarm.test('a Swarm’s manager is known as one, and a worker says where the managers are', async () => {
  const [manager, worker] = swarm().nodes;
  if (!manager || !worker) throw new Error('a node is missing');
  const asked = await ask(['--host', manager.host]);
  expect(told(asked, 'connection')).toMatchObject([{grade: 'ok', what: expect.stringContaining('a Swarm manager of 2 nodes') as string}]);
  expect(told(asked, 'permissions')).toMatchObject([
    {grade: 'ok', what: 'may list services, list tasks, list nodes, follow events, create services, scale services, keep the lease'},
  ]);
  expect(asked.status).toBe(0);
  const other = await ask(['--host', worker.host]);
  expect(told(other, 'connection')).toMatchObject([{grade: 'note', mend: expect.stringMatching(/--host with a manager: \d/) as string}]);
});
