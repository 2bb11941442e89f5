/** Services that the real Docker Compose made on the real engine, adopted and scaled. */
import {execFile, spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {createRealClock} from '../../../source/clock.ts';
import {createDockerHost} from '../../../source/orchestrators/docker/docker.ts';
import type {HostFacts, Orchestrator} from '../../../source/ports.ts';
import type {Observation} from '../../../source/scaler/observation.ts';
import {hearing} from '../../support/observers.ts';
import {chosenEngine, docker, engineTest, socket} from '../../support/engine.ts';
import {scaling, spec} from '../../support/fleets.ts';
import {until} from '../../support/until.ts';

const project = 'composed';
const neighbour = 'composedtoo';
const limitMs = 60_000;
const isInstalled = spawnSync('docker-compose', ['--version'], {timeout: limitMs}).status === 0;
const command = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 3600 & wait; done'];
const small = {image: 'busybox', network_mode: 'none', command};
/** Stops only when it is killed. */
const stubborn = {...small, command: ['sleep', '3600'], stop_grace_period: '3s'};

let folder = '';
let host: Orchestrator | null = null;
let latest = new Map<string, Observation>();
let surveys: HostFacts[] = [];
let adopted: Record<string, string> = {};
let orders = 0;
let notes: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'microscale-compose-'));
});
afterEach(async () => {
  await host?.close();
  host = null;
  if (socket !== '') await sweep();
  rmSync(folder, {recursive: true, force: true});
});

/** Left out with the reason where there is no Compose; a failure where the engine is required. */
function composeTest(title: string, run: () => Promise<void>): void {
  const missing = 'docker-compose is not installed (Debian: apt-get install docker-compose)';
  if (isInstalled) return engineTest(title, run);
  test(title, ({skip}) => {
    if (process.env['MICROSCALE_TEST_ENGINE'] === 'required') throw new Error(`MICROSCALE_TEST_ENGINE is required, and ${missing}`);
    skip(`needs Docker Compose, and ${missing}`);
  });
}

/** The shape of a Compose file is also JSON's. */
async function up(services: Record<string, object>, name = project, ...more: string[]): Promise<void> {
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({version: '2.4', services, volumes: {kept: {}}}));
  await compose(name, 'up', '-d', ...more);
}

async function compose(name: string, ...words: string[]): Promise<string> {
  const environment = {...process.env, DOCKER_HOST: `unix://${socket}`};
  const options = {env: environment, timeout: limitMs, cwd: folder};
  const {stdout} = await promisify(execFile)('docker-compose', ['-p', name, '-f', `${name}.json`, ...words], options);
  return stdout;
}

const labelled = (name: string, service: string | null) => [
  `com.docker.compose.project=${name}`,
  ...(service === null ? [] : [`com.docker.compose.service=${service}`]),
];
const containersOf = (name: string, service: string | null = null, all = false) =>
  docker().listContainers({all, filters: JSON.stringify({label: labelled(name, service)})});
const namesOf = async (...which: Parameters<typeof containersOf>) =>
  (await containersOf(...which)).flatMap(({Names: names}) => names).toSorted();
const idsOf = async (...which: Parameters<typeof containersOf>) => (await containersOf(...which)).map(({Id: id}) => id).toSorted();
const composeIds = async (service: string) => (await compose(project, 'ps', '-q', service)).trim().split('\n').toSorted();
const inspectAll = async (name: string) => Promise.all((await containersOf(name)).map(({Id: id}) => docker().getContainer(id).inspect()));

async function sweep(): Promise<void> {
  for (const name of [project, neighbour])
    for (const id of await idsOf(name, null, true)) await docker().getContainer(id).remove({force: true, v: true});
}

/** Adopts these Compose services, each under its own name. */
async function open(...services: string[]): Promise<HostFacts> {
  latest = new Map();
  surveys = [];
  notes = [];
  adopted = Object.fromEntries(services.map(service => [service, `${project}/${service}`]));
  const opened = createDockerHost({
    clock: createRealClock(),
    chosen: chosenEngine(),
    project: 'adopting',
    workloadOf: () => null,
    adoptedName: service => adopted[service] ?? null,
  });
  host = opened;
  const facts = await opened.connect();
  await opened.open(
    services.map(name => spec(name, {adopted: true})),
    hearing({
      observed: (service, observation) => void latest.set(service, observation),
      noted: ({text}) => void notes.push(text),
      surveyed: facts => void surveys.push(facts),
    }),
  );
  return facts;
}

const scale = (service: string, replicas: number, standby = 0) => host?.scale(scaling(service, replicas, {standby, order: ++orders}));
const reaches = (service: string, running: number) =>
  until(`${service} to run ${running}`, () => {
    const seen = latest.get(service);
    return seen && seen.running === running && seen.pending + seen.stopping === 0 && seen.trouble.kind === 'none';
  });
const foundIn = (facts: HostFacts | undefined, name: string) => facts?.found.find(({hostName}) => hostName === name);

describe('what Compose made', () => {
  composeTest('is found, with our labels, its limits and its grace', async () => {
    const web = {
      ...small,
      labels: {'microscale.priority': '1', 'com.microscaling.is-scalable': 'true', team: 'shop'},
      mem_limit: '64m',
      cpus: 0.5,
      stop_grace_period: '3s',
    };
    await up({web, db: small});
    await compose(project, 'run', '-d', 'db');
    const {found, made} = await open();
    expect(made).toEqual([]);
    expect(found.filter(({hostName}) => hostName.startsWith(`${project}/`))).toEqual([
      {
        hostName: 'composed/db',
        shortName: 'db',
        title: 'Compose service composed/db',
        labels: {},
        cpus: null,
        memoryBytes: null,
        stopGraceMs: 10_000,
        unfit: null,
      },
      {
        hostName: 'composed/web',
        shortName: 'web',
        title: 'Compose service composed/web',
        labels: {'com.microscaling.is-scalable': 'true', 'microscale.priority': '1'},
        cpus: 0.5,
        memoryBytes: 64 * 1024 ** 2,
        stopGraceMs: 3000,
        unfit: null,
      },
    ]);
  });

  composeTest('later is told of when it comes, changes and goes', async () => {
    await open();
    await up({api: small}, neighbour);
    const first = await until('it to be told', () => foundIn(surveys.at(-1), `${neighbour}/api`));
    expect(first.labels).toEqual({});
    await up({api: {...small, labels: {'microscale.priority': '2'}}}, neighbour);
    await until('its labels to be told', () => foundIn(surveys.at(-1), `${neighbour}/api`)?.labels['microscale.priority'] === '2');
    await compose(neighbour, 'down');
    await until('its end to be told', () => surveys.length > 0 && !foundIn(surveys.at(-1), `${neighbour}/api`));
  });
});

describe('an adopted service', () => {
  composeTest('is frozen where it yields, goes on, and Compose takes it down as it is', async () => {
    await up({web: small}, project, '--scale', 'web=2');
    await open('web');
    await reaches('web', 2);
    const before = await idsOf(project, 'web');
    const freezing = (replicas: number, yields = 0) => host?.scale(scaling('web', replicas, {frozen: 2, yields, order: ++orders}));
    host?.configure([spec('web', {adopted: true, preempt: {kind: 'freeze', max: 2, forMs: 3_600_000, thenStop: false}})]);
    freezing(2);
    freezing(1, 1);
    await until('one to be frozen', () => latest.get('web')?.frozen === 1 && latest.get('web')?.stopping === 0);
    freezing(2);
    await reaches('web', 2);
    expect(await idsOf(project, 'web')).toEqual(before);
    freezing(1, 1);
    await until('one to be frozen again', () => latest.get('web')?.frozen === 1);
    await compose(project, 'down', '-t', '2');
    await until('nothing to be left', async () => (await idsOf(project, null, true)).length === 0);
    await until('it to be seen', () => latest.get('web')?.frozen === 0 && latest.get('web')?.running === 0);
  });

  composeTest('keeps the CPU share that Compose gave it, also when what was frozen ends and others are made like it', async () => {
    await up({web: {...small, cpu_shares: 700}});
    await open('web');
    await reaches('web', 1);
    const freezing = (replicas: number, frozen: number, yields = 0) =>
      host?.scale(scaling('web', replicas, {frozen, yields, order: ++orders}));
    host?.configure([spec('web', {adopted: true, preempt: {kind: 'freeze', max: 1, forMs: 3_600_000, thenStop: false}})]);
    freezing(1, 1);
    freezing(0, 1, 1);
    await until('it to be frozen', () => latest.get('web')?.frozen === 1 && latest.get('web')?.stopping === 0);
    freezing(0, 0);
    // It is the last one, and kept.
    await until('it to have ended', async () => (await containersOf(project, 'web', true))[0]?.State === 'exited');
    await until('that to be known', () => latest.get('web')?.frozen === 0 && latest.get('web')?.ending === 0);
    freezing(2, 1);
    await reaches('web', 2);
    expect((await inspectAll(project)).map(({HostConfig: {CpuShares: shares}}) => shares)).toEqual([700, 700]);
  });

  composeTest('is scaled up, to none and up again as Compose would, and Compose takes all of it down', async () => {
    await up({web: {...small, labels: {'microscale.priority': '1'}}, other: stubborn});
    await up({web: small}, neighbour);
    const bystanders = [...(await idsOf(neighbour)), ...(await idsOf(project, 'other'))];
    const [first] = await idsOf(project, 'web');
    await open('web');
    expect(latest.get('web')).toMatchObject({running: 1, pending: 0});

    scale('web', 4);
    await reaches('web', 4);
    expect(await namesOf(project, 'web')).toEqual(['/composed_web_1', '/composed_web_2', '/composed_web_3', '/composed_web_4']);
    expect(await idsOf(project, 'web')).toContain(first);
    expect(await composeIds('web')).toEqual(await idsOf(project, 'web'));

    scale('web', 0);
    await reaches('web', 0);
    const [kept] = await until('one to be left', async () => {
      const all = await containersOf(project, 'web', true);
      return all.length === 1 && all;
    });
    expect(kept?.State).toBe('exited');
    expect(await compose(project, 'ps', '-a')).toContain(kept?.Names[0]?.slice(1));

    scale('web', 3);
    await reaches('web', 3);
    const three = await idsOf(project, 'web', true);
    expect(three).toHaveLength(3);
    expect(three).toContain(kept?.Id);
    expect(await composeIds('web')).toEqual(three);
    expect([...(await idsOf(neighbour)), ...(await idsOf(project, 'other'))]).toEqual(bystanders);

    // The stubborn one holds the stopped ones up for a while, and none may be made meanwhile.
    await compose(project, 'down');
    expect(await namesOf(project, null, true)).toEqual([]);
    const words = 'there is no container of composed/web any more to make others from: run docker compose up';
    await until('the trouble to be told', () => {
      const trouble = latest.get('web')?.trouble;
      return trouble?.kind === 'failing' && trouble.reason === words;
    });
    expect(latest.get('web')).toMatchObject({running: 0, stopping: 0});
    expect(await namesOf(project, null, true)).toEqual([]);
    expect(await idsOf(neighbour)).toEqual(bystanders.slice(0, 1));

    await compose(project, 'up', '-d');
    await reaches('web', 3);
  });

  composeTest('that somebody stops is left alone while they are at it, and then goes on with the same containers', async () => {
    await up({web: small});
    await open('web');
    scale('web', 2);
    await reaches('web', 2);
    const before = await idsOf(project);
    await compose(project, 'stop');
    const {trouble} = await until('it to hold off', () => latest.get('web')?.trouble.kind === 'preparing' && latest.get('web'));
    expect(trouble).toMatchObject({reason: 'somebody else is stopping containers of composed: waiting until that is over'});
    await reaches('web', 2);
    expect(await idsOf(project, null, true)).toEqual(before);
    expect(notes.map(text => text.slice(text.indexOf(' ')))).toEqual([
      ' was stopped, not by microscale',
      ' was stopped, not by microscale',
    ]);
  });

  composeTest('that somebody pauses for long is made good by another', async () => {
    await up({web: small});
    await open('web');
    scale('web', 2);
    await reaches('web', 2);
    await compose(project, 'pause', 'web');
    await until('both to be counted', () => latest.get('web')?.paused === 2);
    await until('others to serve', () => latest.get('web')?.running === 2, 55_000);
    await reaches('web', 2);
  });

  composeTest('at none is still found after a restart, and its kept container serves again', async () => {
    await up({web: small});
    const before = await idsOf(project);
    await open('web');
    scale('web', 1);
    scale('web', 0);
    await reaches('web', 0);
    await host?.close();
    expect(foundIn(await open('web'), 'composed/web')).toBeDefined();
    expect(latest.get('web')).toMatchObject({running: 0, pending: 0, standby: 0});
    scale('web', 1);
    await reaches('web', 1);
    expect(await idsOf(project, null, true)).toEqual(before);
  });

  composeTest('is left alone until somebody says how many of it there shall be', async () => {
    await up({web: small, batch: {...small, command: ['false']}});
    await open('web', 'batch');
    const before = await idsOf(project, null, true);
    await compose(project, 'kill', 'web');
    await until('its end to be seen', () => latest.get('web')?.running === 0);
    host?.refresh();
    scale('web', 1);
    await reaches('web', 1);
    expect(await idsOf(project, null, true)).toEqual(before);
  });

  composeTest('has siblings with the same configuration, volumes of their own, and what is shared', async () => {
    const web = {
      ...small,
      environment: {MODE: 'live'},
      user: '1000',
      working_dir: '/tmp',
      mem_limit: '64m',
      restart: 'unless-stopped',
      volumes: ['/scratch', 'kept:/kept'],
    };
    await up({web});
    await open('web');
    scale('web', 3);
    await reaches('web', 3);
    const all = await inspectAll(project);
    const [first, ...rest] = all.map(({Config: config, HostConfig: hostConfig}) => ({
      ...config,
      ...hostConfig,
      Hostname: '',
      Labels: {...config.Labels, 'com.docker.compose.container-number': ''},
    }));
    for (const other of rest) expect(other).toEqual(first);
    expect(all.map(({Config: {Hostname: name}, Id: id}) => id.startsWith(name))).toEqual([true, true, true]);
    const volumes = (place: string) => all.flatMap(({Mounts: mounts}) => mounts.filter(({Destination: at}) => at === place));
    expect(new Set(volumes('/scratch').map(({Name: name}) => name)).size).toBe(3);
    expect(new Set(volumes('/kept').map(({Name: name}) => name)).size).toBe(1);
  });

  composeTest('counts as running when its health check says so', async () => {
    await up({web: {...small, image: 'healthy', command: undefined}});
    await open('web');
    expect(latest.get('web')).toMatchObject({running: 0, pending: 1});
    scale('web', 2);
    const containers = await until('two to be there', async () => {
      const running = await containersOf(project);
      return running.length === 2 && running;
    });
    expect(latest.get('web')).toMatchObject({running: 0, pending: 2});
    for (const {Id: id} of containers) {
      const touch = await docker()
        .getContainer(id)
        .exec({Cmd: ['touch', '/tmp/healthy']});
      await touch.start({Detach: true});
    }
    await reaches('web', 2);
  });

  composeTest('is replaced when it dies, and backs off when it goes on dying', async () => {
    await up({web: small});
    await open('web');
    scale('web', 2);
    await reaches('web', 2);
    const [victim] = await containersOf(project);
    await docker()
      .getContainer(victim?.Id ?? '')
      .kill();
    await until('another to be in its place', async () => {
      const ids = await idsOf(project);
      return ids.length === 2 && !ids.includes(victim?.Id ?? '');
    });
    await compose(project, 'down');
    await up({web: {...small, command: ['false']}});
    await until('it to be failing', () => {
      const trouble = latest.get('web')?.trouble;
      return trouble?.kind === 'failing' && trouble.reason === 'it ended with exit 1';
    });
    await until('one to be kept', async () => (await idsOf(project, null, true)).length >= 1);
  });

  composeTest('is let go as it is when it is no longer configured', async () => {
    await up({web: small});
    await open('web');
    scale('web', 2);
    await reaches('web', 2);
    adopted = {};
    host?.configure([]);
    const [victim] = await idsOf(project);
    await docker()
      .getContainer(victim ?? '')
      .kill();
    adopted = {shop: `${project}/web`};
    host?.configure([spec('shop', {adopted: true})]);
    await until('it to be adopted again', () => latest.get('shop')?.running === 1);
    expect(await idsOf(project, null, true)).toHaveLength(2);
  });

  composeTest('that is another from now on leaves the one that it was, and the other one gets what was asked for', async () => {
    await up({web: small});
    await up({api: small}, neighbour);
    await open('web');
    scale('web', 2);
    await reaches('web', 2);
    const before = await idsOf(project);
    adopted = {web: `${neighbour}/api`};
    host?.configure([spec('web', {adopted: true})]);
    await until('the other to have two', async () => (await idsOf(neighbour)).length === 2);
    await reaches('web', 2);
    expect(await idsOf(project, null, true)).toEqual(before);
  });
});
