import {describe, expect, test} from 'vitest';
import {beforeReaching, groupIn, notReached, reached} from '../../source/doctor/connection.ts';
import {answered} from '../../source/doctor/demands.ts';
import {clockFinding, leaseFinding, permissionFindings} from '../../source/doctor/engine.ts';
import {findingLines, note, ok, statusOf, wrong} from '../../source/doctor/finding.ts';
import {nodeFinding, terminalFindings} from '../../source/doctor/surroundings.ts';
import {allowedBy, kindOf, type Allowed} from '../../source/orchestrators/docker/examine.ts';
import {whyChosen, type ChosenEndpoint} from '../../source/orchestrators/docker/endpoint.ts';
import {HostError} from '../../source/ports.ts';

const engine: ChosenEndpoint = {endpoint: {kind: 'tcp', host: '192.0.2.7', port: 2375, tls: null}, url: 'tcp://192.0.2.7', asked: true};

describe('findings', () => {
  const all = [ok('node', 'Node v24'), note('lease', 'somebody\u001b[31m holds it'), wrong('clock', 'it is behind', 'use NTP')];

  test('are a line each, with how to mend it under what is wrong, and nothing that a terminal would obey', () => {
    expect(findingLines({findings: all, reached: true})).toEqual([
      'ok     node   Node v24',
      'note   lease  somebody holds it',
      'wrong  clock  it is behind',
      '              to mend it: use NTP',
      '',
      '1 thing is wrong, 1 thing is worth a look',
    ]);
  });

  test('that are mended alike say so once, under the last', () => {
    const alike = [wrong('demand', 'one', 'start it'), wrong('demand', 'two', 'start it')];
    expect(findingLines({findings: alike, reached: true}).slice(0, 3)).toEqual([
      'wrong  demand  one',
      'wrong  demand  two',
      '               to mend it: start it',
    ]);
  });

  test.each([
    [all, true, 1],
    [all.slice(0, 2), true, 0],
    [all.slice(0, 1), false, 3],
  ] as const)('give the exit status (%#)', (findings, isReached, status) => expect(statusOf({findings, reached: isReached})).toBe(status));
});

describe('the connection', () => {
  test.each([
    [{host: 'tcp://a'}, {}, '--host'],
    [{context: 'prod'}, {DOCKER_HOST: 'tcp://a'}, '--context prod'],
    [{}, {DOCKER_HOST: 'tcp://a', DOCKER_CONTEXT: 'b'}, 'DOCKER_HOST'],
    [{}, {DOCKER_CONTEXT: 'b'}, 'DOCKER_CONTEXT, which is b'],
    [{}, {}, 'nobody named one: the usual place'],
  ])('says by what it was chosen (%#)', (given, environment, words) =>
    expect(whyChosen({...given, environment: {DOCKER_CONFIG: '/nowhere', ...environment}})).toBe(words),
  );

  test('that is not encrypted is worth a look, except to this machine', () => {
    expect(beforeReaching(engine, 0)).toMatchObject([{grade: 'note', mend: expect.stringContaining('ssh://') as string}]);
    const local = {...engine.endpoint, host: '127.0.0.1'} as ChosenEndpoint['endpoint'];
    expect(beforeReaching({...engine, endpoint: local}, 0)).toEqual([]);
  });

  test('by TLS needs its files, whole', () => {
    const tls = {ca: 'no certificate', cert: null, key: 'key', verify: true};
    const words = beforeReaching({...engine, endpoint: {kind: 'tcp', host: 'a', port: 2376, tls}}, 0).map(({what}) => what);
    expect(words).toEqual(['of our own certificate cert.pem is missing', 'ca.pem is no certificate that can be read']);
  });

  test('that failed says what, why that host, and what to do', () => {
    const finding = notReached(engine, '--host', new HostError('can’t reach it: nobody listens there. Check the address'), null);
    expect(finding).toEqual(wrong('connection', 'can’t reach it: nobody listens there (--host)', 'check the address'));
    const ssh = {...engine, endpoint: {kind: 'ssh', user: 'ops', host: 'mgr', port: 22}} as const;
    expect(notReached(ssh, '--host', new HostError('refused'), null).mend).toContain('“ssh -p 22 ops@mgr docker version”');
  });

  test.each([
    [undefined, {kind: 'docker'}, 'ok', 'a plain engine'],
    [{LocalNodeState: 'active', ControlAvailable: true, Nodes: 3}, {kind: 'manager', nodes: 3}, 'ok', 'a Swarm manager of 3 nodes'],
    [
      {LocalNodeState: 'active', RemoteManagers: [{Addr: '10.0.0.1:2377'}]},
      {kind: 'worker', managers: ['10.0.0.1']},
      'note',
      'a Swarm worker',
    ],
    [{LocalNodeState: 'locked'}, {kind: 'unusable', state: 'locked', trouble: ''}, 'wrong', 'its Swarm is locked'],
  ])('says what answers (%#)', (swarm, kind, grade, words) => {
    expect(kindOf(swarm)).toEqual(kind);
    const [finding] = reached(engine, '--host', {version: '28', api: '1.48', machine: 'm', kind: kindOf(swarm), clock: null});
    expect(finding).toMatchObject({grade, what: expect.stringContaining(words) as string});
  });

  test('a group is found by its number, with its members', () => {
    expect(groupIn('root:x:0:\ndocker:x:998:ann,bob\n', 998)).toEqual({name: 'docker', members: ['ann', 'bob']});
    expect(groupIn('rubbish', 998)).toBeNull();
  });
});

describe('permissions', () => {
  const refusal = (statusCode: number | undefined, message = 'm') => Object.assign(new Error(message), {statusCode, json: {message}});

  test.each([
    [404, 'yes'],
    [400, 'yes'],
    [403, 'no'],
    [405, 'no'],
    [503, 'unknown'],
    [undefined, 'unknown'],
  ])('an answer of %s means %s', (status, kind) => expect(allowedBy(refusal(status)).kind).toBe(kind));

  const permission = (call: string, allowed: Allowed) => ({what: call.toLowerCase(), call, allowed});
  const no: Allowed = {kind: 'no', said: '403 m'};

  test('a proxy that lets us only read is recognised, with what it should let through', () => {
    const [may, proxy] = permissionFindings([permission('GET /a', {kind: 'yes'}), permission('POST /b', no), permission('DELETE /c', no)]);
    expect(may).toEqual(ok('permissions', 'may get /a'));
    expect(proxy).toMatchObject({grade: 'wrong', mend: expect.stringContaining('POST /b, DELETE /c') as string});
  });

  test('else each thing that is refused is named', () => {
    const found = permissionFindings([permission('GET /a', no), permission('POST /b', {kind: 'yes'})]);
    expect(found.map(({grade}) => grade)).toEqual(['ok', 'wrong']);
  });
});

describe('clock and lease', () => {
  test.each([
    [{aheadMs: 300, tookMs: 20}, 'ok', 'agree'],
    // The way there was so slow that nothing is known.
    [{aheadMs: -4000, tookMs: 5000}, 'ok', 'agree'],
    [{aheadMs: 5000, tookMs: 20}, 'note', '5s ahead of'],
    [{aheadMs: -60_000, tookMs: 20}, 'wrong', '1m behind'],
    [null, 'note', 'doesn’t say'],
  ])('a clock (%#)', (clock, grade, words) => {
    const finding = clockFinding(clock, 'm');
    expect(finding.grade).toBe(grade);
    expect(finding.what.replaceAll("'", '’')).toContain(words);
  });

  const record = (more: object) => ({
    version: '1',
    wanted: null,
    text: JSON.stringify({
      microscale: 'lease',
      format: 1,
      id: 'x',
      by: 'ann@m',
      where: 'm',
      project: 'shop',
      since: 0,
      held: true,
      legacy: {overrides: []},
      ...more,
    }),
  });
  test.each([
    [null, false, 'ok', 'nobody holds'],
    [record({}), true, 'ok', 'ann@m on m runs shop here'],
    [record({}), false, 'note', 'did not renew it'],
    [record({held: false}), false, 'ok', 'was given up'],
    [record({format: 9}), false, 'wrong', 'newer microscale'],
    [{version: '1', wanted: null, text: 'rubbish'}, false, 'note', 'makes no sense'],
  ])('a lease (%#)', (first, renewed, grade, words) => {
    const finding = leaseFinding({first, renewed}, 'microscale', 3400);
    expect(finding.grade).toBe(grade);
    expect(finding.what).toContain(words);
  });
});

describe('surroundings', () => {
  test.each([
    ['v24.1.0', 'ok'],
    ['v22.8.0', 'ok'],
    ['v22.7.9', 'wrong'],
    ['v20.19.0', 'wrong'],
  ])('Node %s is %s', (version, grade) => expect(nodeFinding(version).grade).toBe(grade));

  const terminal = {input: true, output: true, columns: 100, rows: 30, depth: 24, unicode: true, theme: 'dark'};
  test.each([
    [{}, {TERM: 'xterm-256color'}, ['ok'], '100×30, true colour, Unicode, theme dark, TERM xterm-256color'],
    [{output: false}, {TERM: 'xterm'}, ['note'], 'standard output is no terminal'],
    [{}, {TERM: 'dumb'}, ['wrong', 'ok'], 'TERM is dumb'],
    [{columns: 40}, {TERM: 'xterm'}, ['note', 'ok'], '40×30 is small'],
    [{depth: 8, unicode: false}, {TERM: 'tmux', TMUX: '/tmp/x', LANG: 'C'}, ['ok', 'note', 'note', 'note'], 'in tmux'],
    [{}, {TERM: 'xterm', NO_COLOR: '1'}, ['ok'], 'no colours (NO_COLOR)'],
  ])('a terminal (%#)', (more, environment, grades, words) => {
    const found = terminalFindings({...terminal, ...more, environment});
    expect(found.map(({grade}) => grade)).toEqual(grades);
    expect(found[0]?.what).toContain(words);
  });

  test.each([
    [{kind: 'value', value: 4}, 'ok', 'web, redis: 4'],
    [{kind: 'queue', waiting: 3, inFlight: 1, arrived: null}, 'ok', '3 waiting'],
    [{kind: 'error', reason: 'nobody listens there'}, 'wrong', 'nobody listens there'],
    [null, 'note', 'said nothing within 6s'],
  ] as const)('a demand’s answer (%#)', (reading, grade, words) => {
    const finding = answered('web', 'redis', reading, 6000);
    expect(finding.grade).toBe(grade);
    expect(finding.what).toContain(words);
  });
});
