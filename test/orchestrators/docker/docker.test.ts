import {afterEach, describe, expect} from 'vitest';
import type {Workload} from '../../../source/config/config.ts';
import {createRealClock} from '../../../source/clock.ts';
import {createDockerHost} from '../../../source/orchestrators/docker/docker.ts';
import {HostError, type Orchestrator} from '../../../source/ports.ts';
import type {Note} from '../../../source/scaler/entry.ts';
import type {Observation} from '../../../source/scaler/observation.ts';
import {hearing} from '../../support/observers.ts';
import {chosenEngine, containersOf, docker, engineTest, sweep} from '../../support/engine.ts';
import {scaling, spec} from '../../support/fleets.ts';
import {until} from '../../support/until.ts';
import {workload} from '../../support/workloads.ts';

const project = 'adapter';
let host: Orchestrator | null = null;
let workloads: Record<string, Workload> = {};
let latest = new Map<string, Observation>();
let orders = 0;
let notes: Note[] = [];
let watched: (running: number) => void = () => {};

afterEach(async () => {
  await host?.close();
  host = null;
  await sweep(project);
});

async function open(services: Record<string, Workload>): Promise<Orchestrator> {
  workloads = services;
  latest = new Map();
  notes = [];
  watched = () => {};
  const opened = createDockerHost({
    clock: createRealClock(),
    chosen: chosenEngine(),
    project,
    workloadOf: service => workloads[service] ?? null,
  });
  host = opened;
  await opened.connect();
  const specs = Object.keys(services).map((name, index) => spec(name, {priority: index + 1}));
  await opened.open(
    specs,
    hearing({
      observed(service, observation) {
        latest.set(service, observation);
        watched(observation.running);
      },
      noted: note => void notes.push(note),
    }),
  );
  return opened;
}

const scale = (service: string, replicas: number, standby = 0) =>
  host?.scale(scaling(service, replicas, {standby, rank: service === 'batch' ? 2 : 1, order: ++orders}));
const reaches = (service: string, running: number) =>
  until(`${service} to run ${running}`, () => {
    const seen = latest.get(service);
    return seen && seen.running === running && seen.pending + seen.stopping === 0;
  });
const inspect = async (service: string) => {
  const found = (await containersOf(project)).find(({Labels: labels}) => labels['microscale.service'] === service);
  return docker()
    .getContainer(found?.Id ?? '')
    .inspect();
};

describe('a container that microscale makes', () => {
  engineTest('carries labels, a readable name, and its priority into the kernel', async () => {
    await open({web: workload({labels: {team: 'shop'}}), batch: workload()});
    scale('web', 1);
    scale('batch', 1);
    await reaches('web', 1);
    await reaches('batch', 1);
    const web = await inspect('web');
    expect(web.Name).toBe('/adapter-web-1');
    expect(web.Config.Labels).toMatchObject({
      'microscale.project': project,
      'microscale.service': 'web',
      'microscale.number': '1',
      team: 'shop',
    });
    const batch = await inspect('batch');
    expect(web.HostConfig.CpuShares).toBe(4096);
    expect(batch.HostConfig.CpuShares).toBe(2048);
    expect(web.HostConfig.OomScoreAdj).toBe(0);
    expect(batch.HostConfig.OomScoreAdj).toBe(100);
  });

  engineTest('has what its workload says', async () => {
    await open({
      web: workload({
        environment: ['MODE=live'],
        user: '1000',
        cpus: 0.5,
        memoryBytes: 64 * 1024 ** 2,
        stopSignal: 'SIGINT',
        stopGraceMs: 3000,
        volumes: ['/scratch'],
        ports: ['80'],
        init: true,
        cpuShares: 777,
        logging: {driver: 'json-file', options: {'max-size': '1m'}},
        command: ['sleep', '3600'],
      }),
    });
    scale('web', 1);
    await reaches('web', 1);
    const {Config: config, HostConfig: hostConfig, Mounts: mounts} = await inspect('web');
    expect(config).toMatchObject({User: '1000', StopSignal: 'SIGINT', StopTimeout: 3, Cmd: ['sleep', '3600']});
    expect(config.Env).toContain('MODE=live');
    expect(config.ExposedPorts).toEqual({'80/tcp': {}});
    expect(hostConfig).toMatchObject({
      NanoCpus: 5e8,
      Memory: 64 * 1024 ** 2,
      CpuShares: 777,
      Init: true,
      LogConfig: {Type: 'json-file', Config: {'max-size': '1m'}},
    });
    expect(mounts.map(({Destination: destination}) => destination)).toEqual(['/scratch']);
  });

  engineTest('is removed once stopped, with its anonymous volume', async () => {
    await open({web: workload({volumes: ['/scratch']})});
    scale('web', 1);
    await reaches('web', 1);
    const volume = (await inspect('web')).Mounts[0] as {Name?: string};
    scale('web', 0);
    await until('the container to be gone', async () => (await containersOf(project, true)).length === 0);
    const {Volumes: volumes} = await docker().listVolumes();
    expect(volumes.map(({Name: name}) => name)).not.toContain(volume.Name);
  });
});

describe('what is there already', () => {
  engineTest('is adopted without a restart, by a second start', async () => {
    await open({web: workload(), batch: workload()});
    scale('web', 2);
    scale('batch', 1);
    await reaches('web', 2);
    await reaches('batch', 1);
    const identity = async () =>
      (await Promise.all((await containersOf(project)).map(({Id: id}) => docker().getContainer(id).inspect())))
        .map(({Id: id, State: {StartedAt: startedAt}}) => `${id} ${startedAt}`)
        .toSorted();
    const before = await identity();
    await host?.close();
    await open({web: workload(), batch: workload()});
    expect(latest.get('web')).toMatchObject({running: 2, pending: 0});
    scale('web', 2);
    scale('batch', 1);
    await reaches('web', 2);
    expect(await identity()).toEqual(before);
  });

  engineTest('is never touched when it is somebody else’s, even under our name', async () => {
    const foreign = await docker().createContainer({
      name: 'adapter-web-1',
      Image: 'busybox',
      Cmd: ['sleep', '3600'],
      HostConfig: {NetworkMode: 'none'},
    });
    await foreign.start();
    try {
      await open({web: workload()});
      scale('web', 2);
      await reaches('web', 2);
      scale('web', 0);
      await reaches('web', 0);
      expect((await foreign.inspect()).State.Running).toBe(true);
    } finally {
      await foreign.remove({force: true});
    }
  });

  engineTest('is replaced, one at a time, when its configuration has changed', async () => {
    await open({web: workload()});
    scale('web', 2);
    await reaches('web', 2);
    const old = (await containersOf(project)).map(({Id: id}) => id);
    let fewest = 2;
    workloads = {web: workload({environment: ['VERSION=2']})};
    host?.configure([spec('web')]);
    await until('both to be new', async () => {
      fewest = Math.min(fewest, latest.get('web')?.running ?? 0);
      const now = (await containersOf(project)).map(({Id: id}) => id);
      return now.length === 2 && now.every(id => !old.includes(id));
    });
    await reaches('web', 2);
    expect(fewest).toBeGreaterThanOrEqual(1);
  });
});

describe('a new configuration that can’t be had', () => {
  const ids = async () => (await containersOf(project)).map(({Id: id}) => id).toSorted();
  const failing = (reason: RegExp) =>
    until('the failure to be told', () => {
      const trouble = latest.get('web')?.trouble;
      return trouble?.kind === 'failing' && trouble.failures > 1 && reason.test(trouble.reason);
    });

  async function fiveWith(wrong: Workload, reason: RegExp): Promise<void> {
    await open({web: workload()});
    scale('web', 5);
    await reaches('web', 5);
    const before = await ids();
    let fewest = 5;
    watched = running => void (fewest = Math.min(fewest, running));
    workloads = {web: wrong};
    host?.configure([spec('web')]);
    await failing(reason);
    expect(await ids()).toEqual(before);
    workloads = {web: workload()};
    host?.configure([spec('web')]);
    await until('it to be whole', () => latest.get('web')?.trouble.kind === 'none');
    await reaches('web', 5);
    expect(await ids()).toEqual(before);
    expect(fewest).toBe(5);
  }

  engineTest('for want of its image costs no replica, and none is made anew when it is taken back', () =>
    fiveWith(workload({image: 'localhost:1/nosuchimage:1', pull: 'missing'}), /nosuchimage/),
  );

  engineTest('for an option that the engine refuses costs no replica either', () => fiveWith(workload({memoryBytes: 1024}), /memory/i));
});

describe('what somebody else does to a replica', () => {
  const texts = () => notes.map(({service, text}) => `${service}: ${text}`);
  const told = (text: string) => until(`“${text}” to be told`, () => texts().includes(text));
  const running = (name: string) => docker().getContainer(`adapter-web-${name}`);

  engineTest('is told in words, each once, and what microscale does itself is not', async () => {
    await open({web: workload()});
    scale('web', 3);
    await reaches('web', 3);
    await running('2').remove({force: true});
    await told('web: adapter-web-2 was killed, not by microscale');
    await reaches('web', 3);
    await running('1').stop();
    await told('web: adapter-web-1 was stopped, not by microscale');
    await reaches('web', 3);
    scale('web', 1);
    await reaches('web', 1);
    scale('web', 2);
    await reaches('web', 2);
    expect(texts()).toHaveLength(2);
  });

  engineTest('by a pause is told, counted, and over when the replica goes on', async () => {
    await open({web: workload()});
    scale('web', 2);
    await reaches('web', 2);
    await running('2').pause();
    await told('web: adapter-web-2 was paused, not by microscale: another takes its place in 30 s unless it goes on');
    await until('it to be counted', () => latest.get('web')?.paused === 1);
    expect(latest.get('web')).toMatchObject({running: 1, pending: 1});
    await running('2').unpause();
    await reaches('web', 2);
    expect(latest.get('web')?.paused).toBe(0);
    expect(texts()).toHaveLength(2);
  });

  engineTest('by a pause that lasts is made good by another, and the paused one ends', async () => {
    await open({web: workload()});
    scale('web', 2);
    await reaches('web', 2);
    const {Id: id} = await running('2').inspect();
    await running('2').pause();
    await until('it to be counted', () => latest.get('web')?.paused === 1);
    await until('another to serve', () => latest.get('web')?.running === 2, 50_000);
    await until('it to be gone', async () => (await containersOf(project, true)).every(({Id}) => Id !== id));
    expect(texts()).toHaveLength(1);
  });
});

describe('trouble', () => {
  engineTest('an image that is not there is said in words, and the other services go on', async () => {
    await open({web: workload({image: 'no-such-image', pull: 'never'}), batch: workload()});
    scale('web', 2);
    scale('batch', 2);
    await reaches('batch', 2);
    const {trouble} = await until('the failure to be told', () => latest.get('web')?.trouble.kind === 'failing' && latest.get('web'));
    expect(trouble).toMatchObject({reason: 'image no-such-image is not on the host, and pull is never: fetch it, or set pull: missing'});
  });

  engineTest('an image that can’t be pulled says what the registry said', async () => {
    await open({web: workload({image: 'localhost:1/nothing', pull: 'missing'})});
    scale('web', 1);
    const {trouble} = await until('the failure to be told', () => latest.get('web')?.trouble.kind === 'failing' && latest.get('web'));
    expect((trouble as {reason: string}).reason).toContain('localhost:1');
  });

  engineTest('a replica that keeps dying backs off, and is whole again once it can', async () => {
    await open({web: workload({command: ['false']})});
    scale('web', 2);
    const {trouble} = await until('it to be failing', () => latest.get('web')?.trouble.kind === 'failing' && latest.get('web'));
    expect(trouble).toMatchObject({reason: 'it ended with exit 1'});
    workloads = {web: workload()};
    host?.configure([spec('web')]);
    await reaches('web', 2);
  });

  engineTest('a command that isn’t there is said in the engine’s words', async () => {
    await open({web: workload({command: ['/no/such/program']})});
    scale('web', 1);
    const {trouble} = await until('the failure to be told', () => latest.get('web')?.trouble.kind === 'failing' && latest.get('web'));
    expect((trouble as {reason: string}).reason).toContain('/no/such/program');
    await until('nothing to be left of the tries', async () => (await containersOf(project, true)).length <= 1);
  });

  engineTest('an image without a command, of which nothing else is said, says what to give', async () => {
    await open({web: workload({command: null})});
    scale('web', 1);
    const {trouble} = await until('the failure to be told', () => latest.get('web')?.trouble.kind === 'failing' && latest.get('web'));
    expect(trouble).toMatchObject({reason: 'its image has no command: give command: [program, argument]'});
  });

  engineTest('a host that is not there is a HostError with its cause and what to do', async () => {
    const nowhere = createDockerHost({
      clock: createRealClock(),
      chosen: {endpoint: {kind: 'unix', path: '/nowhere/docker.sock'}, url: 'unix:///nowhere/docker.sock', asked: true},
      project,
      workloadOf: () => null,
    });
    await expect(nowhere.connect()).rejects.toThrow(HostError);
    await expect(nowhere.connect()).rejects.toThrow(/no such socket\. Start Docker, or say where it is/);
  });
});

describe('a health check', () => {
  engineTest('decides when a replica counts as running, and ends one that has lost its health', async () => {
    await open({web: workload({image: 'healthy', command: null})});
    scale('web', 1);
    const container = await until('the container to be there', async () => (await containersOf(project))[0]);
    await until('it to be pending', () => latest.get('web')?.pending === 1);
    expect(latest.get('web')?.running).toBe(0);
    const touch = await docker()
      .getContainer(container.Id)
      .exec({Cmd: ['touch', '/tmp/healthy']});
    await touch.start({Detach: true});
    await reaches('web', 1);
    const remove = await docker()
      .getContainer(container.Id)
      .exec({Cmd: ['rm', '/tmp/healthy']});
    await remove.start({Detach: true});
    await until('it to be replaced', async () => (await containersOf(project)).every(({Id: id}) => id !== container.Id));
  });
});
