import {afterEach, describe, expect, test} from 'vitest';
import type {Workload} from '../../../source/config/config.ts';
import {createRealClock} from '../../../source/clock.ts';
import {createBusyness, saidIn} from '../../../source/orchestrators/docker/busyness.ts';
import {createDockerHost} from '../../../source/orchestrators/docker/docker.ts';
import {watchMemory, type MemoryReading} from '../../../source/orchestrators/docker/memory.ts';
import type {Orchestrator} from '../../../source/ports.ts';
import type {Action} from '../../../source/scaler/entry.ts';
import type {Observation} from '../../../source/scaler/observation.ts';
import type {ServiceSpec} from '../../../source/scaler/spec.ts';
import type {HostMemory} from '../../../source/scaler/readiness.ts';
import {createVirtualClock} from '../../../source/simulator/virtual-clock.ts';
import {hearing} from '../../support/observers.ts';
import {chosenEngine, containersOf, docker, engineTest, sweep} from '../../support/engine.ts';
import {scaling, spec} from '../../support/fleets.ts';
import {until} from '../../support/until.ts';
import {workload} from '../../support/workloads.ts';

const project = 'readiness';
const hourMs = 3_600_000;
let host: Orchestrator | null = null;
let latest = new Map<string, Observation>();
let orders = 0;

afterEach(async () => {
  await host?.close();
  host = null;
  await sweep(project);
});

async function open(specs: readonly ServiceSpec[], workloadOf: (service: string) => Workload = () => workload()): Promise<Orchestrator> {
  latest = new Map();
  const opened = createDockerHost({clock: createRealClock(), chosen: chosenEngine(), project, workloadOf});
  host = opened;
  await opened.connect();
  await opened.open(
    specs,
    hearing({
      observed: (service, observation) => void latest.set(service, observation),
    }),
  );
  return opened;
}

const scale = (service: string, replicas: number, rest: Partial<Action> = {}) =>
  host?.scale(scaling(service, replicas, {...rest, order: ++orders}));
const sees = (what: string, service: string, counts: Partial<Observation>) =>
  until(what, () => {
    const seen = latest.get(service);
    return seen && Object.entries(counts).every(([name, value]) => seen[name as keyof Observation] === value) && seen;
  });
const only = async (service: string) => {
  const found = (await containersOf(project, true)).filter(({Labels: labels}) => labels['microscale.service'] === service);
  expect(found).toHaveLength(1);
  return docker().getContainer(found[0]?.Id ?? '');
};
const runIn = async (id: string, command: readonly string[]) => {
  const exec = await docker()
    .getContainer(id)
    .exec({Cmd: [...command], AttachStdout: true, Tty: true});
  const stream = await exec.start({Tty: true});
  let output = '';
  stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  await new Promise(resolve => stream.once('end', resolve));
  return output.trim();
};

const freezing = spec('batch', {preempt: {kind: 'freeze', max: 4, forMs: hourMs, thenStop: false}});
const waiting = spec('web', {standby: {kind: 'kept', replicas: 1, state: 'paused', forMs: hourMs}});

describe('a frozen worker', () => {
  engineTest('goes on where it was: its counter, its process and its memory are the same', async () => {
    const counting = workload({
      command: ['sh', '-c', 'n=0; trap "exit 0" TERM; while :; do n=$((n+1)); echo $n > /tmp/n; sleep 0.05; done'],
    });
    await open([freezing], () => counting);
    scale('batch', 1, {frozen: 4});
    await sees('it to run', 'batch', {running: 1});
    const container = await only('batch');
    const count = async () => Number(await runIn(container.id, ['cat', '/tmp/n'])) || 0;
    const before = await until('it to count', async () => (await count()) > 3 && count());
    const {Pid: pid, StartedAt: startedAt} = (await container.inspect()).State;
    scale('batch', 0, {frozen: 4, yields: 1});
    await sees('it to be frozen', 'batch', {running: 0, frozen: 1, stopping: 0});
    expect((await container.inspect()).State).toMatchObject({Paused: true, Running: true});
    scale('batch', 1, {frozen: 4});
    await sees('it to go on', 'batch', {running: 1, frozen: 0});
    expect((await container.inspect()).State).toMatchObject({Pid: pid, StartedAt: startedAt, Paused: false});
    await until('it to count on', async () => (await count()) > before);
  });

  engineTest('that must end gets its word and its time, by the least share of the CPU', async () => {
    const dying = workload({
      command: ['sh', '-c', 'trap "echo bye > /out/word; exit 0" TERM; while :; do sleep 3600 & wait; done'],
      volumes: ['readiness-out:/out'],
    });
    await open([freezing], () => dying);
    try {
      scale('batch', 1, {frozen: 4});
      await sees('it to run', 'batch', {running: 1});
      const workedAt = Date.now() + 50;
      await until('it to have worked', () => Date.now() >= workedAt);
      scale('batch', 0, {frozen: 4, yields: 1});
      await sees('it to be frozen', 'batch', {frozen: 1});
      scale('batch', 0, {frozen: 0});
      await until('it to be gone', async () => (await containersOf(project, true)).length === 0);
      const {lostMs} = await sees('its work to be counted', 'batch', {frozen: 0, ending: 0});
      expect(lostMs).toBeGreaterThan(0);
      const reader = await docker().createContainer({
        Image: 'busybox',
        Cmd: ['cat', '/out/word'],
        Labels: {'microscale.project': project},
        HostConfig: {NetworkMode: 'none', Binds: ['readiness-out:/out']},
      });
      await reader.start();
      await reader.wait();
      expect((await reader.logs({stdout: true})).toString()).toContain('bye');
    } finally {
      await sweep(project);
      await docker().getVolume('readiness-out').remove({force: true});
    }
  });

  engineTest('that somebody lets go on outside microscale is frozen again', async () => {
    await open([freezing]);
    scale('batch', 1, {frozen: 4});
    await sees('it to run', 'batch', {running: 1});
    scale('batch', 0, {frozen: 4, yields: 1});
    await sees('it to be frozen', 'batch', {frozen: 1});
    const container = await only('batch');
    await container.unpause();
    await until('it to be frozen again', async () => (await container.inspect()).State.Paused && latest.get('batch')?.frozen === 1);
  });
});

describe('an engine that dies and starts again', () => {
  engineTest('knows what waits from what is frozen, and thaws what was frozen', async () => {
    await open([waiting, freezing]);
    scale('web', 1, {standby: 1});
    scale('batch', 2, {frozen: 4});
    await sees('web to wait', 'web', {running: 1, standby: 1});
    await until('it to be paused', async () => (await containersOf(project)).some(({State: state}) => state === 'paused'));
    await sees('batch to run', 'batch', {running: 2});
    scale('batch', 1, {frozen: 4, yields: 1});
    await sees('one to be frozen', 'batch', {running: 1, frozen: 1, stopping: 0});
    const before = (await containersOf(project)).map(({Id: id}) => id).toSorted();
    // Nothing is tidied: this is how it is after a SIGKILL.
    await host?.close();
    await open([waiting, freezing]);
    expect(latest.get('web')).toMatchObject({running: 1, standby: 1, frozen: 0});
    expect(latest.get('batch')).toMatchObject({running: 1, frozen: 1, standby: 0});
    scale('web', 2, {standby: 0});
    scale('batch', 2, {frozen: 4});
    await sees('web to serve', 'web', {running: 2, standby: 0});
    // Whoever dies now leaves nothing that serves and is called a standby.
    expect((await containersOf(project)).every(({Names: names}) => names.every(name => !name.includes('standby')))).toBe(true);
    await sees('batch to go on', 'batch', {running: 2, frozen: 0});
    expect((await containersOf(project)).map(({Id: id}) => id).toSorted()).toEqual(before);
  });

  engineTest('ends what is frozen where it may be no longer', async () => {
    await open([freezing]);
    scale('batch', 1, {frozen: 4});
    await sees('it to run', 'batch', {running: 1});
    scale('batch', 0, {frozen: 4, yields: 1});
    await sees('it to be frozen', 'batch', {frozen: 1});
    await host?.close();
    await open([spec('batch')]);
    scale('batch', 0);
    await until('it to be gone', async () => (await containersOf(project, true)).length === 0);
  });
});

describe('the kernel', () => {
  engineTest('serves in the order of rank from the moment that it changes', async () => {
    await open([spec('web')]);
    scale('web', 1, {rank: 3});
    await sees('it to run', 'web', {running: 1});
    const container = await only('web');
    expect((await container.inspect()).HostConfig.CpuShares).toBe(1024);
    scale('web', 1, {rank: 1});
    await until('it to weigh more', async () => (await container.inspect()).HostConfig.CpuShares === 4096);
  });
});

describe('how busy a replica is', () => {
  engineTest('is what its health check prints, where its label says so, and else its share of the CPU', async () => {
    const make = async (options: object, command: readonly string[]) => {
      const container = await docker().createContainer({
        Image: 'busybox',
        Cmd: [...command],
        HostConfig: {NetworkMode: 'none'},
        Labels: {'microscale.project': project},
        ...options,
      });
      await container.start();
      return container.id;
    };
    const idle = ['sleep', '3600'];
    const telling = await make(
      {
        Labels: {'microscale.project': project, 'microscale.busy': 'health'},
        Healthcheck: {Test: ['CMD-SHELL', 'echo microscale.busy=0.7'], Interval: 1e9, Timeout: 20e9},
      },
      idle,
    );
    const working = await make({}, ['sh', '-c', 'while :; do :; done']);
    const resting = await make({}, idle);
    const busyness = createBusyness(docker(), () => performance.now());
    await until('it to say so', async () => {
      await busyness.look(telling);
      return busyness.of(telling) === 0.7;
    });
    await until('the one that works to be busier', async () => {
      for (const id of [working, resting]) await busyness.look(id);
      return (busyness.of(working) ?? 0) > (busyness.of(resting) ?? 0) && busyness.of(resting) !== null;
    });
    busyness.keep(new Set([working]));
    expect(busyness.of(resting)).toBeNull();
  });

  test.each([
    ['microscale.busy=0.7', 0.7],
    ['ok\nmicroscale.busy: 12\n', 12],
    ['microscale.busy 1 then microscale.busy 2', 2],
    ['nothing', null],
    ['microscale.busy=NaN', null],
  ])('reads %j as %s', (output, busy) => expect(saidIn(output)).toBe(busy));
});

describe('the memory of the host', () => {
  const gib = 1024 ** 3;

  async function told(shares: readonly number[], engineBytes: number | null = 8 * gib): Promise<readonly HostMemory[]> {
    const clock = createVirtualClock();
    const stop = new AbortController();
    const heard: HostMemory[] = [];
    const left = [...shares];
    const read = async (): Promise<MemoryReading | null> => {
      const share = left.shift();
      return share === undefined ? null : {totalBytes: 8 * gib, availableBytes: share * 8 * gib};
    };
    watchMemory(
      clock,
      read,
      () => engineBytes,
      memory => heard.push(memory),
      stop.signal,
    );
    for (let turn = 0; turn < shares.length + 2; turn++) {
      clock.runTo(clock.now() + 2000);
      await new Promise(resolve => setImmediate(resolve));
      await new Promise(resolve => setImmediate(resolve));
    }
    stop.abort();
    return heard;
  }

  test('is told of when it is short, again while it is, and once when there is enough', async () => {
    const short = (freeShare: number) => ({kind: 'short', freeShare, since: 4000});
    expect(await told([0.5, 0.07, 0.05, 0.1, 0.13, 0.5])).toEqual([short(0.07), short(0.05), short(0.1), {kind: 'enough'}]);
  });

  test('of another machine is not taken for this one’s', async () => {
    expect(await told([0.01, 0.01], 16 * gib)).toEqual([]);
    expect(await told([0.01, 0.01], null)).toEqual([]);
  });
});
