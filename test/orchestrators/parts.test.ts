import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createHash} from 'node:crypto';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {createBackoff} from '../../source/orchestrators/backoff.ts';
import {createCallQueue, type Lane} from '../../source/orchestrators/call-queue.ts';
import {createOptions, fingerprint, listedOf} from '../../source/orchestrators/docker/container.ts';
import {chooseEndpoint} from '../../source/orchestrators/docker/endpoint.ts';
import {parseEvent} from '../../source/orchestrators/docker/events.ts';
import {registryOf} from '../../source/orchestrators/docker/registry-auth.ts';
import {sshArguments} from '../../source/ssh.ts';
import {createVirtualClock} from '../../source/simulator/virtual-clock.ts';
import {workload} from '../support/workloads.ts';

describe('which engine is meant', () => {
  const choose = (environment: Record<string, string> = {}, more: {host?: string; context?: string} = {}) =>
    chooseEndpoint({environment: {DOCKER_CONFIG: '/nowhere', ...environment}, ...more});

  test.each([
    ['nothing said: the usual socket', choose(), {endpoint: {kind: 'unix', path: '/var/run/docker.sock'}, asked: false}],
    [
      '--host',
      choose({DOCKER_HOST: 'tcp://other:1'}, {host: 'unix:///run/own.sock'}),
      {endpoint: {kind: 'unix', path: '/run/own.sock'}, asked: true},
    ],
    ['DOCKER_HOST', choose({DOCKER_HOST: 'tcp://box:2375'}), {endpoint: {kind: 'tcp', host: 'box', port: 2375, tls: null}, asked: true}],
    ['a bare host and port', choose({}, {host: 'box:2375'}), {endpoint: {kind: 'tcp', host: 'box', port: 2375, tls: null}}],
    ['IPv6', choose({}, {host: 'tcp://[::1]:2375'}), {endpoint: {kind: 'tcp', host: '::1', port: 2375}}],
    ['ssh', choose({}, {host: 'ssh://ops@mgr-1:2222'}), {endpoint: {kind: 'ssh', user: 'ops', host: 'mgr-1', port: 2222}, asked: true}],
    [
      'TLS by the environment',
      choose({DOCKER_HOST: 'tcp://box', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/nowhere'}),
      {endpoint: {kind: 'tcp', port: 2376, tls: {verify: true}}},
    ],
  ])('%s', (_title, chosen, expected) => expect(chosen).toMatchObject(expected));

  test('a context, named or current, with its own TLS', () => {
    const folder = mkdtempSync(join(tmpdir(), 'microscale-contexts-'));
    onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
    const id = createHash('sha256').update('prod').digest('hex');
    mkdirSync(join(folder, 'contexts', 'meta', id), {recursive: true});
    mkdirSync(join(folder, 'contexts', 'tls', id, 'docker'), {recursive: true});
    writeFileSync(
      join(folder, 'contexts', 'meta', id, 'meta.json'),
      JSON.stringify({Name: 'prod', Endpoints: {docker: {Host: 'tcp://mgr-1:2376'}}}),
    );
    writeFileSync(join(folder, 'contexts', 'tls', id, 'docker', 'ca.pem'), 'CA');
    writeFileSync(join(folder, 'config.json'), JSON.stringify({currentContext: 'prod'}));
    const expected = {
      endpoint: {kind: 'tcp', host: 'mgr-1', port: 2376, tls: {ca: 'CA', cert: null}},
      url: 'tcp://mgr-1:2376',
      asked: true,
    };
    expect(choose({DOCKER_CONFIG: folder})).toMatchObject(expected);
    expect(choose({DOCKER_CONFIG: folder}, {context: 'prod'})).toMatchObject(expected);
    expect(choose({DOCKER_CONFIG: folder, DOCKER_HOST: 'unix:///x'}, {context: 'prod'})).toMatchObject(expected);
    expect(choose({DOCKER_CONFIG: folder, DOCKER_HOST: 'unix:///x'})).toMatchObject({endpoint: {path: '/x'}});
    expect(() => choose({DOCKER_CONFIG: folder}, {context: 'dev'})).toThrow(/there is no docker context “dev”/);
  });

  test('a host can’t be made into an option of ssh', () => {
    expect(() => choose({}, {host: 'ssh://-oProxyCommand=x'})).toThrow(/is no host|can't begin/);
    expect(sshArguments({user: 'ops', host: 'mgr-1', port: 2222}, 'docker system dial-stdio').slice(-5)).toEqual([
      '-p',
      '2222',
      '--',
      'mgr-1',
      'docker system dial-stdio',
    ]);
  });
});

describe('a container', () => {
  const made = {project: 'shop', service: 'web', priority: 3, workload: workload()};

  test('is made as Compose would make it', () => {
    const options = createOptions(
      {
        ...made,
        workload: workload({ports: ['127.0.0.1:8080:80/udp', '443'], volumes: ['cache:/cache', '/scratch'], networks: ['front', 'back']}),
      },
      2,
    );
    expect(options).toMatchObject({
      name: 'shop-web-2',
      ExposedPorts: {'80/udp': {}, '443/tcp': {}},
      Volumes: {'/scratch': {}},
      HostConfig: {
        Binds: ['cache:/cache'],
        NetworkMode: 'front',
        PortBindings: {'80/udp': [{HostIp: '127.0.0.1', HostPort: '8080'}], '443/tcp': [{HostIp: '', HostPort: ''}]},
        CpuShares: 1024,
        OomScoreAdj: 200,
      },
      NetworkingConfig: {EndpointsConfig: {front: {Aliases: ['web']}}},
    });
  });

  test('has a fingerprint of what it was made from, which the way to pull is no part of', () => {
    expect(fingerprint(workload())).toBe(fingerprint(workload({pull: 'always'})));
    expect(fingerprint(workload())).not.toBe(fingerprint(workload({image: 'other'})));
  });

  test.each([
    ['running', 'Up 3 minutes', 'running'],
    ['running', 'Up 3 seconds (health: starting)', 'unready'],
    ['running', 'Up 3 minutes (healthy)', 'running'],
    ['paused', 'Up 3 minutes (Paused)', 'paused'],
    ['created', 'Created', 'created'],
    ['exited', 'Exited (0) 2 seconds ago', 'dead'],
  ] as const)('that is %s, %s, counts as %s', (state, status, expected) => {
    const info = {
      Id: 'x',
      Labels: {'microscale.number': '4', 'microscale.spec': fingerprint(workload())},
      State: state,
      Status: status,
      Created: 7,
      ImageID: 'i',
    };
    expect(listedOf(info as never, workload(), 'i')).toEqual({
      id: 'x',
      number: 4,
      state: expected,
      served: true,
      startedAt: 7000,
      outdated: false,
    });
  });
});

describe('an event', () => {
  const line = (action: string, attributes: Record<string, string> = {}) =>
    JSON.stringify({Action: action, Actor: {ID: 'x', Attributes: {'microscale.service': 'web', ...attributes}}});
  test.each([
    [line('die', {exitCode: '1'}), {kind: 'died', detail: 'it ended with exit 1'}],
    [line('die', {exitCode: '137'}), {kind: 'died', detail: 'it was killed (exit 137)'}],
    [line('health_status: healthy'), {kind: 'healthy'}],
    [line('destroy'), {kind: 'gone'}],
  ])('%s', (text, expected) => expect(parseEvent(text)).toMatchObject(expected));

  test.each([
    ['no JSON', '{{{'],
    ['somebody else’s', '{"Action":"die","Actor":{"ID":"x","Attributes":{}}}'],
    ['one that doesn’t matter', line('exec_start')],
    ['nothing', ''],
  ])('%s is left alone', (_title, text) => {
    expect(parseEvent(text)).toBeNull();
  });
});

test.each([
  ['nginx', 'https://index.docker.io/v1/'],
  ['shop/web:4', 'https://index.docker.io/v1/'],
  ['ghcr.io/shop/web', 'ghcr.io'],
  ['localhost:5000/web', 'localhost:5000'],
])('the registry of %s is %s', (image, registry) => expect(registryOf(image)).toBe(registry));

describe('backing off', () => {
  function failing() {
    const clock = createVirtualClock();
    let retries = 0;
    const backoff = createBackoff(clock, () => retries++);
    return {clock, backoff, retries: () => retries};
  }

  test('refused calls wait 1 s, then twice as long each time, up to a minute', () => {
    const {clock, backoff, retries} = failing();
    const waits: number[] = [];
    for (let round = 0; round < 9; round++) {
      backoff.refused('no image', clock.now());
      const trouble = backoff.trouble();
      waits.push(trouble.kind === 'failing' ? trouble.retryAt - clock.now() : 0);
      expect(backoff.waits()).toBe(true);
      clock.runTo(clock.now() + waits[round]! + 1);
      expect(backoff.waits()).toBe(false);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(retries()).toBe(9);
  });

  test('a first sudden end is answered at once, a second is trouble, and a stable life forgets both', () => {
    const {clock, backoff} = failing();
    clock.runTo(100);
    backoff.died('exit 1', 50);
    expect(backoff.waits()).toBe(false);
    expect(backoff.trouble().kind).toBe('none');
    clock.runTo(200);
    backoff.died('exit 1', 150);
    expect(backoff.trouble()).toMatchObject({kind: 'failing', failures: 2});
    clock.runTo(1300);
    backoff.worked(1250);
    expect(backoff.trouble().kind).toBe('failing');
    clock.runTo(11_400);
    expect(backoff.trouble().kind).toBe('none');
  });

  test('ten that are killed together are one failure', () => {
    const {clock, backoff} = failing();
    clock.runTo(100);
    for (let replica = 0; replica < 10; replica++) backoff.died('killed', 50);
    expect(backoff.trouble().kind).toBe('none');
  });

  test('the end of what ran for long is no failure', () => {
    const {clock, backoff} = failing();
    clock.runTo(60_000);
    for (let replica = 0; replica < 5; replica++) backoff.died('killed', 1000 + replica);
    expect(backoff.trouble().kind).toBe('none');
    expect(backoff.waits()).toBe(false);
  });
});

describe('the queue of calls', () => {
  function queueing(atOnce = 2) {
    const queue = createCallQueue({atOnce, endsAtOnce: 2});
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const add = (lane: Lane, name: string, rank = 1) =>
      queue.add(lane, rank, ended => {
        begun.push(name);
        ends.set(name, ended);
      });
    return {queue, begun, add, end: (name: string) => ends.get(name)?.()};
  }

  test('is bounded, lets the urgent go first, and clears up only when nothing else goes on', async () => {
    const {queue, begun, add, end} = queueing();
    add('ahead', 'a1');
    add('ahead', 'a2');
    add('clearing', 'z');
    add('ahead', 'a3');
    add('filling', 'u');
    expect(begun).toEqual(['a1', 'a2']);
    end('a1');
    expect(begun).toEqual(['a1', 'a2', 'u']);
    end('u');
    end('a2');
    expect(begun).toEqual(['a1', 'a2', 'u', 'a3']);
    end('a3');
    expect(begun.at(-1)).toBe('z');
    let idle = false;
    const over = queue.idle().then(() => (idle = true));
    expect(idle).toBe(false);
    end('z');
    await over;
    expect(idle).toBe(true);
  });

  test('serves the better rank first, and of equals who has waited longest', () => {
    const {begun, add, end} = queueing(1);
    add('filling', 'first');
    add('filling', 'low', 3);
    add('filling', 'one', 1);
    add('filling', 'two', 1);
    for (const name of ['first', 'one', 'two']) end(name);
    expect(begun).toEqual(['first', 'one', 'two', 'low']);
  });

  test('takes back what has not begun, which then never does', () => {
    const {begun, add, end} = queueing(1);
    const first = add('filling', 'first');
    const second = add('filling', 'second');
    add('filling', 'third');
    expect(second.cancel()).toBe(true);
    expect(second.cancel()).toBe(false);
    expect(first.cancel()).toBe(false);
    end('first');
    expect(begun).toEqual(['first', 'third']);
  });

  test('is not held up by ends that take long', () => {
    const {begun, add} = queueing(1);
    for (const name of ['e1', 'e2', 'e3']) add('freeing', name);
    add('filling', 'heir');
    expect(begun).toEqual(['e1', 'e2', 'heir']);
  });

  test('freezes at once, however many stops wait out their grace', () => {
    const queue = createCallQueue({atOnce: 14, endsAtOnce: 12});
    const begun: string[] = [];
    // Stops that never answer.
    for (let stop = 1; stop <= 12; stop++) queue.add('freeing', 1, () => void begun.push(`stop ${stop}`));
    expect(begun).toHaveLength(12);
    queue.add('freezing', 1, () => void begun.push('freeze'));
    queue.add('freeing', 1, () => void begun.push('stop 13'));
    expect(begun.slice(12)).toEqual(['freeze']);
  });

  test.each(['ending', 'refilling', 'clearing'] as const)('goes on with %s while a stop waits out its grace', lane => {
    const {begun, add, end} = queueing(8);
    for (const name of ['s1', 's2', 's3']) add('freeing', name);
    end('s1');
    end('s3');
    add(lane, 'b1');
    add(lane, 'b2');
    // One at a time: a slot may be free at any moment, and its heir shall find the engine free.
    expect(begun).toEqual(['s1', 's2', 's3', 'b1']);
    end('b1');
    expect(begun.at(-1)).toBe('b2');
    add('freeing', 's4');
    add('filling', 'heir');
    expect(begun.slice(-1)).toEqual(['heir']);
  });

  test('goes on with what is in the background while what was frozen takes long to end', () => {
    const {begun, add} = queueing(4);
    for (const name of ['e1', 'e2', 'e3']) add('ending', name);
    add('refilling', 'standby');
    add('clearing', 'old');
    expect(begun).toEqual(['e1', 'standby']);
  });
});
