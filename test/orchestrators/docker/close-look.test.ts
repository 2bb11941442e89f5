import {mkdtempSync, rmSync} from 'node:fs';
import http from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, describe, expect, onTestFinished} from 'vitest';
import type {Workload} from '../../../source/config/config.ts';
import {createRealClock} from '../../../source/clock.ts';
import {createDockerHost} from '../../../source/orchestrators/docker/docker.ts';
import type {Orchestrator} from '../../../source/ports.ts';
import type {Observation} from '../../../source/scaler/observation.ts';
import {hearing} from '../../support/observers.ts';
import {chosenEngine, docker, containersOf, engineTest, socket, sweep} from '../../support/engine.ts';
import {scaling, spec} from '../../support/fleets.ts';
import {until} from '../../support/until.ts';
import {workload} from '../../support/workloads.ts';

const project = 'closelook';
let host: Orchestrator | null = null;
let latest = new Map<string, Observation>();
let orders = 0;

afterEach(async () => {
  await host?.close();
  host = null;
  await sweep(project);
});

async function open(web: Workload, chosen = chosenEngine()): Promise<Orchestrator> {
  latest = new Map();
  const opened = createDockerHost({clock: createRealClock(), chosen, project, workloadOf: () => web});
  host = opened;
  await opened.connect();
  await opened.open(
    [spec('web')],
    hearing({
      observed: (service, observation) => void latest.set(service, observation),
    }),
  );
  return opened;
}

async function running(replicas: number): Promise<void> {
  host?.scale(scaling('web', replicas, {order: ++orders}));
  await until(`${replicas} to run`, () => latest.get('web')?.running === replicas && latest.get('web')?.pending === 0);
}

/** The engine behind a socket of its own, where what is asked of one container's numbers or log is never answered. */
async function deafEngine(): Promise<{path: string; asked: () => number}> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-deaf-'));
  const path = join(folder, 'docker.sock');
  let asked = 0;
  const server = http.createServer((request, response) => {
    if (/\/(stats|logs)\?/.test(request.url ?? '')) {
      asked++;
      return;
    }
    const {url: path_, method, headers} = request;
    const passed = http.request({socketPath: socket, path: path_, method, headers}, answer => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      // An event stream says nothing for a while: its beginning is passed on before that.
      response.flushHeaders();
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  });
  await new Promise<void>(resolve => void server.listen(path, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, {recursive: true, force: true});
  });
  return {path, asked: () => asked};
}

const sleeping = 'trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done';
const shell = (script: string, rest: Partial<Workload> = {}) => workload({command: ['sh', '-c', script], ...rest});

describe('what a replica uses', () => {
  engineTest('is seen from the second look on: a busy one, the memory that it takes, and where it runs', async () => {
    const orchestrator = await open(shell('trap "exit 0" TERM; while :; do :; done', {cpus: 0.2}));
    await running(1);
    const seen = await until('the CPU to be known', async () => {
      const [replica] = (await orchestrator.replicas('web')).replicas;
      return replica && (replica.cpu ?? 0) > 0.1 && replica;
    });
    expect(seen.name).toBe(`${project}-web-1`);
    expect(seen.memoryBytes).toBeGreaterThan(10_000);
    expect(seen.node).toBe(((await docker().info()) as {Name: string}).Name);
  });

  engineTest('is known of each of two services that are looked at in turn', async () => {
    const orchestrator = await open(shell('trap "exit 0" TERM; while :; do sleep 0.1; done'));
    await running(1);
    const container = await docker().createContainer({
      Image: 'busybox',
      name: `${project}-beside`,
      Cmd: ['sh', '-c', 'while :; do sleep 0.1; done'],
      NetworkDisabled: true,
      Labels: {'microscale.project': project, 'microscale.service': 'other'},
    });
    await container.start();
    const cpuOf = async (service: string) => (await orchestrator.replicas(service)).replicas[0]?.cpu ?? null;
    await until('both to be known', async () => {
      const both = [await cpuOf('web'), await cpuOf('other')];
      return both.every(cpu => cpu !== null);
    });
  });

  engineTest('more replicas than are looked at are counted', async () => {
    const orchestrator = await open(shell(sleeping));
    await running(0);
    const made = Array.from({length: 53}, (_, index) =>
      docker().createContainer({
        Image: 'busybox',
        name: `${project}-extra-${index}`,
        Cmd: ['true'],
        Labels: {'microscale.project': project, 'microscale.service': 'other'},
      }),
    );
    await Promise.all(made);
    const {replicas, more} = await orchestrator.replicas('other');
    expect(replicas).toHaveLength(50);
    expect(more).toBe(3);
    expect(replicas.every(({state, cpu}) => state === 'standby' && cpu === null)).toBe(true);
  });
});

describe('an engine that doesn’t answer', () => {
  engineTest('leaves the numbers unknown and says that the logs were not read, and holds up nothing that scales', async () => {
    const {path, asked} = await deafEngine();
    const orchestrator = await open(shell(sleeping), {endpoint: {kind: 'unix', path}, url: `unix://${path}`, asked: true});
    await running(2);
    const looking = Promise.all([orchestrator.replicas('web'), orchestrator.logs('web', 10)]);
    await until('it to be asked', () => asked() > 0);
    await running(4);
    await running(1);
    const [{replicas}, {lines, remark}] = await looking;
    expect(replicas.length).toBeGreaterThan(0);
    for (const {cpu, memoryBytes} of replicas) expect([cpu, memoryBytes]).toEqual([null, null]);
    expect(lines).toEqual([]);
    expect(remark).toMatch(/no answer in time|not reached in time/);
  });
});

describe('what a replica wrote', () => {
  engineTest('ten megabytes and a line without an end cost no more than a few lines do', async () => {
    const orchestrator = await open(shell(`yes 0123456789abcdef | head -c 10000000 | tr -d "\\n"; echo; echo the end; ${sleeping}`));
    await running(1);
    const tail = await until('the end to be read', async () => {
      const seen = await orchestrator.logs('web', 200);
      return seen.lines.at(-1)?.text === 'the end' && seen;
    });
    expect(tail.remark).toBe('');
    expect(tail.lines.reduce((sum, {text}) => sum + text.length, 0)).toBeLessThanOrEqual(64 * 1024);
    for (const {text} of tail.lines) expect(text.length).toBeLessThanOrEqual(2000);
  });

  engineTest('is clean and has its stream’s frames taken off, of what went wrong as of the rest', async () => {
    const orchestrator = await open(
      shell(
        `printf "\\033]0;owned\\007plain\\tand \\033[31mred\\033[0m\\r\\n"; printf "trouble \\342\\200\\256turned\\n" >&2; ${sleeping}`,
      ),
    );
    await running(1);
    const {lines} = await until('both lines', async () => {
      const seen = await orchestrator.logs('web', 200);
      return seen.lines.length === 2 && seen;
    });
    expect(lines.map(({text}) => text).toSorted()).toEqual(['plain and red', 'trouble turned']);
  });

  engineTest('is read of one that has a terminal, too', async () => {
    const orchestrator = await open(shell(sleeping));
    await running(0);
    const container = await docker().createContainer({
      Image: 'busybox',
      name: `${project}-terminal`,
      Tty: true,
      Cmd: ['sh', '-c', 'echo from a terminal'],
      NetworkDisabled: true,
      Labels: {'microscale.project': project, 'microscale.service': 'other'},
    });
    await container.start();
    const {lines} = await until('its line', async () => {
      const seen = await orchestrator.logs('other', 10);
      return seen.lines.length === 1 && seen;
    });
    expect(lines[0]).toMatchObject({replica: `${project}-terminal`, text: 'from a terminal'});
    expect(await containersOf(project, true)).toHaveLength(1);
  });

  engineTest('where the engine keeps no log it is said why', async () => {
    const orchestrator = await open(shell(sleeping, {logging: {driver: 'none', options: {}}}));
    await running(1);
    const {lines, remark} = await orchestrator.logs('web', 10);
    expect(lines).toEqual([]);
    expect(remark).toMatch(/closelook-web-1: .*log/);
  });
});
