import {afterEach, describe, expect, test} from 'vitest';
import type {Workload} from '../../../source/config/config.ts';
import {createRealClock} from '../../../source/clock.ts';
import {createDockerHost} from '../../../source/orchestrators/docker/docker.ts';
import {cpusOf, memoryShare, networkBytes, takenAt} from '../../../source/orchestrators/docker/usage-stats.ts';
import {createSimulatedHost} from '../../../source/orchestrators/simulated.ts';
import type {Orchestrator} from '../../../source/ports.ts';
import type {Reading} from '../../../source/scaler/entry.ts';
import type {Observation} from '../../../source/scaler/observation.ts';
import {noReadinessAsked} from '../../../source/scaler/readiness.ts';
import {createSource} from '../../../source/sources/source.ts';
import {hearing} from '../../support/observers.ts';
import {chosenEngine, docker, engineTest, sweep} from '../../support/engine.ts';
import {spec} from '../../support/fleets.ts';
import {until} from '../../support/until.ts';
import {workload} from '../../support/workloads.ts';

const project = 'usage';
let host: Orchestrator | null = null;
let latest = new Map<string, Observation>();
let stops: AbortController[] = [];
let orders = 0;

afterEach(async () => {
  for (const stop of stops) stop.abort();
  stops = [];
  await host?.close();
  host = null;
  await sweep(project);
});

async function open(services: Record<string, Workload>): Promise<Orchestrator> {
  latest = new Map();
  const workloadOf = (service: string) => services[service] ?? null;
  const opened = createDockerHost({clock: createRealClock(), chosen: chosenEngine(), project, workloadOf});
  host = opened;
  await opened.connect();
  await opened.open(
    Object.keys(services).map(name => spec(name)),
    hearing({
      observed: (service, observation) => void latest.set(service, observation),
    }),
  );
  return opened;
}

async function scaled(service: string, replicas: number): Promise<void> {
  host?.scale({kind: 'scale', service, from: 0, replicas, yields: 0, ...noReadinessAsked, order: ++orders});
  await until(`${service} to run ${replicas}`, () => latest.get(service)?.running === replicas && latest.get(service)?.pending === 0);
}

/** Follows what a service's replicas use; `last` is null until something was measured. */
function follow(service: string, read: 'cpu' | 'memory' | 'network') {
  const seen: Reading[] = [];
  const stop = new AbortController();
  stops.push(stop);
  const parts = {clock: createRealClock(), chance: Math.random, service, usage: host?.usage ?? null, pushes: null};
  // The engine of the tests is shared and busy: what it takes to answer is not what is looked at here.
  createSource({source: 'docker', read, everyMs: 300, timeoutMs: 20_000}, parts)(reading => void seen.push(reading), stop.signal);
  return {seen, last: () => seen.at(-1)};
}

const busy = ['sh', '-c', 'trap "exit 0" TERM; while :; do :; done'];

describe('what replicas use', () => {
  engineTest('is the CPU as a share of what each may use, over those that run', async () => {
    await open({web: workload({command: busy, cpus: 0.1}), idle: workload()});
    await scaled('web', 1);
    await scaled('idle', 2);
    const one = follow('web', 'cpu');
    // One that spins uses all of its tenth of a CPU, whatever else the machine does.
    await until('a busy replica to be seen', () => one.last()?.kind === 'usage' && (one.last() as {total: number}).total > 0.4);
    expect(one.last()).toMatchObject({kind: 'usage', replicas: 1});
    await scaled('web', 2);
    await until('both to be seen', () => one.last()?.kind === 'usage' && (one.last() as {replicas: number}).replicas === 2);
    await until('their sum', () => one.last()?.kind === 'usage' && (one.last() as {total: number}).total > 0.8);
    const calm = follow('idle', 'cpu');
    await until('the idle ones', () => calm.last()?.kind === 'usage' && (calm.last() as {replicas: number}).replicas === 2);
    expect((calm.last() as {total: number}).total).toBeLessThan(0.4);
  });

  engineTest('is the memory as a share of the limit, without the file cache that could go', async () => {
    const memoryBytes = 64 * 1024 ** 2;
    const hold = [
      'sh',
      '-c',
      'trap "exit 0" TERM; x=$(/bin/busybox head -c 4000000 /dev/zero | /bin/busybox tr "\\0" x); while :; do sleep 3600 & wait; done',
    ];
    await open({web: workload({command: hold, memoryBytes}), idle: workload({memoryBytes})});
    await scaled('web', 1);
    await scaled('idle', 1);
    const much = follow('web', 'memory');
    await until('what it holds to be seen', () => much.last()?.kind === 'usage' && (much.last() as {total: number}).total > 0.05);
    expect(much.last()).toMatchObject({kind: 'usage', replicas: 1});
    expect((much.last() as {total: number}).total).toBeLessThanOrEqual(1);
    const little = follow('idle', 'memory');
    await until('the idle one', () => little.last()?.kind === 'usage');
    expect((little.last() as {total: number}).total).toBeLessThan(0.05);
  });

  engineTest('is the network in bytes a second, in and out', async () => {
    const name = `usage-${process.pid}`;
    const network = await docker().createNetwork({Name: name, Driver: 'bridge', Internal: true});
    try {
      const [{Gateway: gateway = ''} = {}] = ((await network.inspect()) as {IPAM: {Config: {Gateway?: string}[]}}).IPAM.Config;
      const send = `trap "exit 0" TERM; while :; do /bin/busybox ping -q -i 0.05 -s 1000 -c 20 ${gateway} > /dev/null; done`;
      await open({web: workload({networks: [name], command: ['sh', '-c', send]})});
      await scaled('web', 1);
      const {last} = follow('web', 'network');
      // Twenty times a kilobyte a second, there and back, where the machine is not too busy for it.
      await until('what it sends to be seen', () => last()?.kind === 'usage' && (last() as {total: number}).total > 2000);
      expect(last()).toMatchObject({kind: 'usage', replicas: 1});
    } finally {
      await host?.close();
      host = null;
      await sweep(project);
      await network.remove();
    }
  });

  engineTest('says so where there is no network to measure', async () => {
    await open({web: workload()});
    await scaled('web', 1);
    const {last} = follow('web', 'network');
    await until('a reason', () => last()?.kind === 'error');
    expect((last() as {reason: string}).reason).toBe('the network of web: its containers have no network of their own to measure');
  });

  engineTest('is nothing of nobody while none runs, and is read again once one does', async () => {
    await open({web: workload()});
    const {last} = follow('web', 'memory');
    await until('a reading', () => last() !== undefined);
    expect(last()).toEqual({kind: 'usage', total: 0, replicas: 0});
    await scaled('web', 1);
    await until('the replica', () => last()?.kind === 'usage' && (last() as {replicas: number}).replicas === 1);
  });

  engineTest('counts only what runs, and only of this service', async () => {
    await open({web: workload(), other: workload()});
    await scaled('web', 2);
    await scaled('other', 1);
    const {last} = follow('web', 'memory');
    await until('both', () => last()?.kind === 'usage' && (last() as {replicas: number}).replicas === 2);
    await scaled('web', 1);
    await until('one', () => last()?.kind === 'usage' && (last() as {replicas: number}).replicas === 1);
    const listed = await docker().listContainers({filters: JSON.stringify({label: [`microscale.project=${project}`]})});
    expect(listed.length).toBeGreaterThanOrEqual(2);
  });

  test('is not said by a host that measures nothing', async () => {
    const simulated = createSimulatedHost(createRealClock(), Math.random);
    const seen: Reading[] = [];
    const stop = new AbortController();
    stops.push(stop);
    const parts = {clock: createRealClock(), chance: Math.random, service: 'web', usage: simulated.usage, pushes: null};
    createSource({source: 'docker', read: 'cpu', everyMs: 1000, timeoutMs: 1000}, parts)(reading => void seen.push(reading), stop.signal);
    await until('a reason', () => seen.length > 0);
    expect(seen[0]).toEqual({kind: 'error', reason: 'the cpu of web: this host does not measure what replicas use'});
  });
});

describe('a statistic of the engine', () => {
  const none = {nanoCpus: 0, quota: 0, period: 0, cpuset: ''};
  test.each([
    ['all of the host without a limit', none, 8],
    ['its CPUs', {...none, nanoCpus: 1.5e9}, 1.5],
    ['no more than the host has', {...none, nanoCpus: 64e9}, 8],
    ['its quota of a period', {...none, quota: 50_000, period: 200_000}, 0.25],
    ['its quota of the usual period', {...none, quota: 50_000}, 0.5],
    ['the CPUs that it is bound to', {...none, cpuset: '0-2,5'}, 4],
    ['a limit below those that it is bound to', {...none, cpuset: '0-3', nanoCpus: 2e9}, 2],
  ])('knows how many CPUs are all of it: %s', (_title, limits, cpus) => {
    expect(cpusOf({cpu_stats: {online_cpus: 8}}, limits)).toBe(cpus);
  });

  test.each([
    ['with the cache of the newer kind', {usage: 300, limit: 1000, stats: {inactive_file: 100}}, 0.2],
    ['with the cache of the older kind', {usage: 300, limit: 1000, stats: {total_inactive_file: 200, inactive_file: 1}}, 0.1],
    ['without', {usage: 300, limit: 1000}, 0.3],
    ['with a cache that is no part of it', {usage: 300, limit: 1000, stats: {inactive_file: 400}}, 0.3],
  ])('knows the memory %s', (_title, memory, share) => {
    expect(memoryShare({memory_stats: memory})).toBeCloseTo(share);
  });

  test('adds up what goes in and out of all networks', () => {
    expect(networkBytes({networks: {eth0: {rx_bytes: 5, tx_bytes: 7}, eth1: {rx_bytes: 1}}})).toBe(13);
  });

  test('of a container that has stopped has no time, and of an engine that measures nothing is an error', () => {
    expect(takenAt({read: '0001-01-01T00:00:00Z'})).toBeNull();
    expect(takenAt({})).toBeNull();
    expect(() => memoryShare({memory_stats: {}})).toThrow('does not measure the memory');
    expect(() => networkBytes({})).toThrow('no network of their own');
  });
});
