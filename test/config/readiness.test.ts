import {describe, expect, test} from 'vitest';
import {ConfigError} from '../../source/config/config.ts';
import {readinessNotes} from '../../source/config/readiness.ts';
import {readConfig} from '../../source/config/read.ts';
import {unbounded} from '../../source/scaler/spec.ts';
import {plainReadiness} from '../../source/scaler/readiness.ts';

const hourMs = 3_600_000;
const read = (web: string, batch = '') =>
  readConfig(
    `
project: shop
capacity: 10
services:
  web: {priority: 1, max: 6, image: busybox, demand: {source: fixed, value: 2}${web && `, ${web}`}}
  batch: {priority: 2, image: busybox, target: fill${batch && `, ${batch}`}}
`,
    {name: 'shop.yaml', resolvePath: path => path, readEnvFile: () => []},
  );
const readinessOfBoth = (web: string, batch = '') =>
  read(web, batch).services.map(({standby, preempt, victim}) => ({standby, preempt, victim}));

function problems(web: string, batch = ''): string {
  try {
    read(web, batch);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems.join('\n');
  }
  throw new Error('it was taken for a configuration');
}

describe('what is kept ready', () => {
  test('is nothing where nothing is said', () => {
    expect(readinessOfBoth('')).toEqual([plainReadiness, plainReadiness]);
  });

  test('is read with every default filled in', () => {
    expect(readinessOfBoth('standby: {replicas: 4}', 'preempt: freeze, victim: leastBusy')).toEqual([
      {...plainReadiness, standby: {kind: 'kept', replicas: 4, state: 'created', forMs: hourMs}},
      {standby: {kind: 'none'}, preempt: {kind: 'freeze', max: unbounded, forMs: hourMs, thenStop: false}, victim: 'leastBusy'},
    ]);
  });

  test('is read as it is said', () => {
    const batch = 'preempt: freeze, frozenMax: 3, frozenFor: 10m, thenStop: true, victim: oldest';
    expect(readinessOfBoth('standby: {replicas: 2, state: paused}, standbyFor: 5m', batch)).toEqual([
      {...plainReadiness, standby: {kind: 'kept', replicas: 2, state: 'paused', forMs: 300_000}},
      {standby: {kind: 'none'}, preempt: {kind: 'freeze', max: 3, forMs: 600_000, thenStop: true}, victim: 'oldest'},
    ]);
  });

  test.each([
    ['standbyFor: 5m', '', 'services.web.standbyFor  has nothing to be about: give standby: {replicas: N}'],
    ['standby: {replicas: 7}', '', 'services.web.standby  keeps 7 and max is 6: no more than that could ever be needed'],
    ['', 'frozenFor: 5m', 'services.batch.frozenFor  is about what is frozen, and nothing is: give preempt: freeze'],
    ['', 'preempt: stop, thenStop: true', 'services.batch.thenStop  is about what is frozen'],
    ['', 'preempt: freeze, frozenFor: 0s', 'services.batch.frozenFor  must be longer than 0'],
    ['', 'victim: eldest', 'services.batch.victim'],
    ['standby: {replicas: 1, state: frozen}', '', 'services.web.standby.state'],
  ])('%s%s is a mistake that is told', (web, batch, words) => {
    expect(problems(web, batch)).toContain(words);
  });
});

describe('before anything is done, it is said', () => {
  const node = {name: 'one', cpus: 2, memoryBytes: 1024 ** 3, reserved: []};
  const docker = {kind: 'docker', nodes: [node]} as const;

  test('nothing where nothing is kept ready, or nobody calls it', () => {
    expect(readinessNotes(read(''), docker)).toEqual([]);
    expect(readinessNotes(read('standby: {replicas: 2, state: paused}', 'preempt: freeze, networks: [none]'), docker)).toEqual([]);
    expect(readinessNotes(read('standby: {replicas: 2}, networks: [front]'), docker)).toEqual([]);
  });

  test('that whoever calls what is paused hangs', () => {
    const [web, batch, ...more] = readinessNotes(
      read('standby: {replicas: 2, state: paused}, ports: ["80"]', 'preempt: freeze, networks: [back]'),
      docker,
    );
    expect(web).toContain('web is on a network and waits paused');
    expect(batch).toContain('batch is on a network and is frozen there');
    expect(more).toEqual([]);
  });

  test('that a Swarm can do none of it', () => {
    const notes = readinessNotes(read('standby: {replicas: 2}', 'preempt: freeze'), {kind: 'swarm', nodes: []});
    expect(notes).toEqual([
      'a Swarm can neither pause replicas nor keep them ready: what web, batch say of standby and preempt does nothing here',
    ]);
  });

  test('that the host has not the memory for it', () => {
    const notes = readinessNotes(read('standby: {replicas: 2}, memory: 256m', 'preempt: freeze, memory: 128m'), docker);
    expect(notes).toEqual([
      'what waits and what is frozen may take 1.8 GiB beside the slots, and the host has 1.0 GiB: lower standby or frozenMax',
    ]);
  });
});
