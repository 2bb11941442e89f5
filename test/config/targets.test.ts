import {describe, expect, test} from 'vitest';
import {ConfigError, type Config} from '../../source/config/config.ts';
import {readConfig} from '../../source/config/read.ts';
import {parseShare} from '../../source/config/target-schema.ts';

function read(service: string): Config {
  const text = `capacity: 10\nservices:\n  web:\n    priority: 1\n    image: a\n${service
    .split('\n')
    .map(line => `    ${line}`)
    .join('\n')}\n`;
  return readConfig(text, {name: 'shop.yaml', resolvePath: path => `/here/${path}`, readEnvFile: () => []});
}
const specOf = (service: string) => read(service).services[0];

function problemsOf(service: string): readonly string[] {
  try {
    read(service);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const random = 'demand: {source: random}';

describe('a target', () => {
  test.each([
    ['direct', {kind: 'direct'}, 0],
    ['{perReplica: 10}', {kind: 'perReplica', value: 10}, 15_000],
    ['{utilization: 70%}', {kind: 'utilization', ratio: 0.7, tolerance: 0.1}, 60_000],
    ['{utilization: 0.7}', {kind: 'utilization', ratio: 0.7, tolerance: 0.1}, 60_000],
    ['{queue: {drainWithin: 30s}}', {kind: 'queue', drainWithinMs: 30_000, rate: null, arrivals: null, tolerance: 0.1}, 15_000],
    [
      '{queue: {drainWithin: 2m, rate: 1.5, arrivals: 4}}',
      {kind: 'queue', drainWithinMs: 120_000, rate: 1.5, arrivals: 4, tolerance: 0.1},
      15_000,
    ],
    ['{pd: {length: 50}}', {kind: 'pd', length: 50, proportional: 0.04, derivative: 1.25}, 15_000],
  ])('may be %s', (target, spec, settleMs) => {
    expect(specOf(`min: 1\n${random}\ntarget: ${target}`)).toMatchObject({target: spec, settleMs});
  });

  test('may be fixed, without any demand', () => {
    expect(specOf('target: {fixed: 3}')).toMatchObject({target: {kind: 'fixed', replicas: 3}, demands: []});
  });

  test('settles as long as the service says', () => {
    expect(specOf(`${random}\ntarget: {queue: {drainWithin: 30s}}\nsettle: 1m`)).toMatchObject({settleMs: 60_000});
  });

  test.each([
    ['10', null],
    ['70%', 0.7],
    ['7.5 %', 0.075],
    [0.5, 0.5],
    [0, null],
    ['0%', null],
    [-1, null],
  ])('a share of %s is read as %s', (given, share) => {
    expect(parseShare(given)).toBe(share);
  });
});

describe('several demands', () => {
  const listed = `demand:
  - {source: redis, url: "redis://cache", list: jobs, target: {queue: {drainWithin: 30s}}}
  - {source: redis, url: "redis://cache", list: jobs, target: {perReplica: 10}}
  - {source: prometheus, url: "http://prom:9090", query: "sum(rate(http_requests_total[15s]))"}`;

  test('have names, and each may have its own target', () => {
    expect(specOf(`${listed}\ntarget: {perReplica: 50}`)).toMatchObject({
      target: {kind: 'queue'},
      demands: [
        {label: 'redis list jobs', target: null},
        {label: 'redis list jobs (2)', target: {kind: 'perReplica', value: 10}},
        {label: 'prometheus sum(rate(http_requests_total[15s]))', target: null},
      ],
    });
  });

  test('leave nothing of their targets to their sources', () => {
    expect(JSON.stringify(read(listed).demands.get('web'))).not.toContain('target');
  });

  test('say nothing of where they are or how to get in', () => {
    const demand = 'demand: {source: rabbitmq, url: "http://mq:15672", queue: orders, username: ops, password: hunter2}';
    expect(specOf(demand)?.demands).toEqual([{label: 'rabbitmq orders', target: null}]);
  });
});

describe('how demand is followed', () => {
  test.each([
    ['lead: auto', {lead: {kind: 'auto'}}],
    ['lead: 5s', {lead: {kind: 'given', ms: 5000}}],
    ['lead: off', {lead: {kind: 'off'}}],
    ['tolerance: 10%', {tolerance: 0.1}],
    ['flapGuard: 5m', {flapGuardMs: 300_000}],
  ])('%s', (given, spec) => {
    expect(specOf(`${random}\n${given}`)).toMatchObject(spec);
  });

  test('a tolerance belongs to the target where that has one of its own', () => {
    expect(specOf(`${random}\nmin: 1\ntarget: {utilization: 70%}\ntolerance: 20%`)).toMatchObject({target: {tolerance: 0.2}, tolerance: 0});
  });
});

describe('what can’t be meant is named with its line', () => {
  test.each([
    ['target: {utilisation: 70%}', ['shop.yaml:7  services.web.target.utilisation  is not a known key: did you mean “utilization”?']],
    [
      'target: {queue: {drainWithin: 5x}}',
      ['shop.yaml:7  services.web.target.queue.drainWithin  expected a duration such as 500ms, 30s or 2h, not "5x"'],
    ],
    ['target: {queue: {}}', ['shop.yaml:7  services.web.target.queue.drainWithin  is missing: expected a string']],
    ['target: {utilization: most}', ['shop.yaml:7  services.web.target.utilization  expected a share such as 70% or 0.7, not "most"']],
    ['target: {perReplica: 1, fixed: 2}', ['shop.yaml:7  services.web.target  expected one of perReplica, utilization, queue, pd, fixed']],
    ['target: {utilization: 70%}', ['shop.yaml:7  services.web.target  needs min: 1 or more, since nothing is used where nothing runs']],
    ['target: {fixed: 2}', ['shop.yaml:6  services.web.demand  is never read: target is fixed, which is always the same']],
    [
      'target: {pd: {length: 5}}\nlead: auto',
      ['shop.yaml:8  services.web.lead  looks ahead of a direct or perReplica target, and there is none here'],
    ],
    ['lead: soon', ['shop.yaml:7  services.web.lead  expected auto, off or a duration such as 5s, not "soon"']],
    ['tolerance: lots', ['shop.yaml:7  services.web.tolerance  expected a share such as 70% or 0.7, not "lots"']],
  ])('%s', (more, problems) => {
    expect(problemsOf(`${random}\n${more}`)).toEqual(problems);
  });

  test.each([
    [
      'utilization of a queue',
      'min: 1\ndemand: {source: redis, url: "redis://cache", list: jobs}\ntarget: {utilization: 70%}',
      ["shop.yaml:8  services.web.target  utilization can't follow redis, which tells of a queue: use queue or perReplica"],
    ],
    [
      'a queue of what replicas use',
      'demand:\n  - {source: random}\n  - {source: docker, target: {queue: {drainWithin: 30s}}}',
      ["shop.yaml:8  services.web.demand.1.target  queue can't follow docker, which tells what replicas use: use utilization"],
    ],
    ['a demand that fills', 'demand: {source: random, target: fill}', ['shop.yaml:6  services.web.demand.target  fill follows no demand']],
  ])('%s', (_title, service, problems) => {
    expect(problemsOf(service)).toEqual(problems);
  });
});
