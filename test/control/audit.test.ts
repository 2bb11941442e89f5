import {existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {openAudit} from '../../source/control/audit.ts';
import {createEngine} from '../../source/engine.ts';
import {calmHost, createSimulatedHost, roughHost} from '../../source/orchestrators/simulated.ts';
import type {Command} from '../../source/scaler/entry.ts';
import type {Fleet, Lease} from '../../source/scaler/fleet.ts';
import {seededChance} from '../../source/simulator/chance.ts';
import {simulate} from '../../source/simulator/simulate.ts';
import {createVirtualClock} from '../../source/simulator/virtual-clock.ts';
import {after, filler, fleetOf, observed, reading, spec, type Timeless} from '../support/fleets.ts';
import {until} from '../support/until.ts';

const second = 1000;
const settings = {project: 'test', capacity: 10, nodeSlots: [], overrideMs: 60 * second, modes: []};
const folder = mkdtempSync(join(tmpdir(), 'microscale-audit-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));

let files = 0;
const newPath = () => join(folder, `${files++}.jsonl`);
const noFailure = (reason: string) => {
  throw new Error(reason);
};

type Line = Readonly<Record<string, unknown>>;

function linesOf(path: string): readonly Line[] {
  const text = readFileSync(path, 'utf8');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line) as Line);
}

/** What the log says of some steps, each at its own moment. */
async function audited(first: Fleet, ...steps: readonly (readonly [at: number, ...entries: readonly Timeless[]])[]) {
  const path = newPath();
  const audit = await openAudit(path, noFailure);
  let fleet = first;
  for (const [at, ...entries] of steps) {
    const result = after(fleet, at, ...entries);
    fleet = result.fleet;
    audit.stepped(
      entries.map(entry => ({...entry, at})),
      result,
    );
  }
  await audit.close();
  return {lines: linesOf(path), fleet};
}

const command = (given: Command, owner = 'ops@here'): Timeless => ({kind: 'command', command: given, owner});
const lease = (given: Lease): Timeless => ({kind: 'lease', lease: given});
const dry = (fleet: Fleet): Fleet => ({...fleet, acting: 'dry-run'});

describe('the audit log of a running engine', () => {
  test('says who decided what, and what was done about it and why', async () => {
    const path = newPath();
    const audit = await openAudit(path, noFailure);
    const clock = createVirtualClock(5000);
    const orchestrator = createSimulatedHost(clock, seededChance(1), calmHost);
    const engine = createEngine({clock, orchestrator, recorder: null, acting: 'auto', stepped: audit.stepped});
    const turn = async (forMs = 0) => {
      await new Promise(resolve => setImmediate(resolve));
      clock.runTo(clock.now() + forMs);
      await new Promise(resolve => setImmediate(resolve));
    };
    const opening = engine.open(() => ({settings, services: [spec('web', {max: 10}), filler('batch', {priority: 2})]}));
    for (let round = 0; round < 5; round++) await turn();
    await opening;
    engine.read('web', {kind: 'value', value: 3});
    await turn(5 * second);
    void engine.command(
      {kind: 'override', service: 'web', rule: {kind: 'pin', replicas: 5}, lasting: 'default', sure: false, note: 'a sale'},
      'ann@mgr',
    );
    await turn(5 * second);
    void engine.command({kind: 'pause'}, 'bob@mgr');
    await turn(second);
    void engine.command({kind: 'resume'}, 'bob@mgr');
    await turn(second);
    void engine.command({kind: 'clear', service: 'web'}, 'bob@mgr');
    await turn(5 * second);
    await engine.close('leave');
    await audit.close();
    const lines = linesOf(path);
    expect(lines[0]).toEqual({at: '1970-01-01T00:00:05.000Z', kind: 'configured', services: 2, capacity: 10});
    expect(lines.filter(({kind}) => kind !== 'scale' && kind !== 'configured')).toEqual([
      {
        at: '1970-01-01T00:00:10.000Z',
        kind: 'override',
        service: 'web',
        by: 'ann@mgr',
        rule: 'pin',
        replicas: 5,
        until: '1970-01-01T00:01:10.000Z',
        note: 'a sale',
      },
      {at: '1970-01-01T00:00:15.000Z', kind: 'pause', by: 'bob@mgr'},
      {at: '1970-01-01T00:00:16.000Z', kind: 'resume', by: 'bob@mgr'},
      {
        at: '1970-01-01T00:00:17.000Z',
        kind: 'release',
        service: 'web',
        by: 'bob@mgr',
        how: 'cleared',
        rule: 'pin',
        replicas: 5,
        placedBy: 'ann@mgr',
      },
    ]);
    const scaled = lines.filter(({kind, service}) => kind === 'scale' && service === 'web');
    // Each begins where the one before it ended: up as slots come free, and down at once.
    expect(scaled.slice(1).map(({from}) => from)).toEqual(scaled.slice(0, -1).map(({replicas}) => replicas));
    const moved = scaled.filter(({from, replicas}) => from !== replicas);
    expect(moved.filter(({replicas}) => replicas === 3 || replicas === 5).map(({replicas, why}) => [replicas, why])).toEqual([
      [3, 'demand 3'],
      [5, 'demand 3; pinned at 5 by ann@mgr until 1970-01-01T00:01:10.000Z (a sale)'],
      [3, 'demand 3'],
    ]);
    expect(scaled.map(({order}) => order)).toEqual(scaled.map((_, index) => index + 1));
  });

  test('has each action with the count that was asked for before, so that they add up to the score', async () => {
    const path = newPath();
    const audit = await openAudit(path, noFailure);
    let actions = 0;
    const {fleet} = await simulate({
      seed: 5,
      forMs: 10 * 60 * second,
      settings,
      services: [spec('web', {max: 10}), filler('batch')],
      demands: new Map([['web', [{source: 'random', min: 0, max: 10, everyMs: 1000, step: 3, spikes: 0.1}]]]),
      host: roughHost,
      watched(entries, result) {
        actions += result.actions.length;
        audit.stepped(entries, result);
      },
    });
    await audit.close();
    const changes = linesOf(path)
      .filter(({kind}) => kind === 'scale')
      .map(({from, replicas}) => Number(replicas) - Number(from));
    expect(changes).toHaveLength(actions);
    expect(changes.reduce((sum, change) => sum + Math.max(0, change), 0)).toBe(fleet.score.started);
    expect(changes.reduce((sum, change) => sum + Math.max(0, -change), 0)).toBe(fleet.score.stopped);
  });
});

describe('a line is written', () => {
  const fleet = fleetOf([spec('web', {drift: 'yield'}), filler('batch')], 10, [reading('web', 3)]);

  test('for each change of the lease: had, lost with the reason, taken over by whom', async () => {
    const {lines} = await audited(
      dry(fleet),
      [2000, lease({kind: 'seeking'})],
      [3000, lease({kind: 'held', by: 'ops@mgr-1', since: 3000})],
      [4000, lease({kind: 'lapsed', reason: 'eve@mgr-2 has taken it over'})],
      [5000, lease({kind: 'elsewhere', by: 'eve@mgr-2', where: 'mgr-2', since: 4500, trouble: ''})],
      [6000, lease({kind: 'elsewhere', by: 'somebody', where: 'another machine', since: 0, trouble: 'newer'})],
    );
    expect(lines).toEqual([
      {at: '1970-01-01T00:00:03.000Z', kind: 'lease', lease: 'held', by: 'ops@mgr-1', since: '1970-01-01T00:00:03.000Z'},
      {at: '1970-01-01T00:00:04.000Z', kind: 'lease', lease: 'lapsed', reason: 'eve@mgr-2 has taken it over'},
      {
        at: '1970-01-01T00:00:05.000Z',
        kind: 'lease',
        lease: 'elsewhere',
        by: 'eve@mgr-2',
        where: 'mgr-2',
        since: '1970-01-01T00:00:04.500Z',
        trouble: '',
      },
      {
        at: '1970-01-01T00:00:06.000Z',
        kind: 'lease',
        lease: 'elsewhere',
        by: 'somebody',
        where: 'another machine',
        since: null,
        trouble: 'newer',
      },
    ]);
  });

  test('for a count that somebody else has set, and for what is done about it', async () => {
    const held = fleetOf([spec('web')], 10, [reading('web', 3)]);
    const {lines} = await audited(held, [2000, {kind: 'drifted', service: 'web', replicas: 7}]);
    expect(lines).toMatchObject([
      {kind: 'drift', service: 'web', from: 3, to: 7, answer: 'reassert'},
      {kind: 'scale', service: 'web', from: 7, replicas: 3, why: 'demand 3'},
    ]);
    const yielded = await audited(fleet, [2000, {kind: 'drifted', service: 'web', replicas: 7}]);
    expect(yielded.lines).toMatchObject([
      {kind: 'drift', answer: 'yield'},
      {kind: 'override', by: 'somebody outside microscale', rule: 'pin', replicas: 7, note: 'its count was changed on the host'},
      {kind: 'scale', service: 'batch'},
    ]);
  });

  test('for an override that ended by itself, which is by nobody', async () => {
    const boost: Command = {kind: 'boost', service: 'web', lasting: {ms: 500}, toggle: false};
    const {lines} = await audited(dry(fleet), [2000, command(boost)], [2500, {kind: 'tick'}]);
    expect(lines).toMatchObject([
      {kind: 'override', rule: 'boost', until: '1970-01-01T00:00:02.500Z'},
      {kind: 'release', how: 'expired', by: null, rule: 'boost', placedBy: 'ops@here'},
    ]);
  });

  test('for an override without an end, and for one whose end no calendar reaches', async () => {
    const hold: Command = {kind: 'hold', service: 'web', lasting: 'until-cleared', toggle: false};
    const long: Command = {kind: 'rank', service: 'web', by: 1, lasting: {ms: 1e17}};
    const {lines} = await audited(dry(fleet), [2000, command(hold), command(long)]);
    expect(lines).toMatchObject([{until: null}, {rule: 'priority', priority: 2, until: 'beyond any calendar'}]);
  });

  test.each<[string, Command, Line]>([
    [
      'empties priority 1 by a slip',
      {kind: 'override', service: 'web', rule: {kind: 'pin', replicas: 0}, lasting: 'default', sure: false, note: 'oops'},
      {
        command: 'override',
        service: 'web',
        rule: 'pin',
        replicas: 0,
        note: 'oops',
        reason: 'web is priority 1: for 0 press = and type its name, or say --yes in a shell',
      },
    ],
    [
      'names no service',
      {kind: 'adjust', service: 'nope', by: -2, lasting: 'default'},
      {command: 'adjust', service: 'nope', change: -2, note: '', reason: 'there is no service “nope”'},
    ],
    [
      'has nothing to clear',
      {kind: 'clear', service: 'web'},
      {command: 'clear', service: 'web', note: '', reason: 'web has no override to clear'},
    ],
    [
      'has nothing to undo',
      {kind: 'undo'},
      {command: 'undo', note: '', reason: 'nothing to undo: it is offered for 10 s, and x clears what is in force'},
    ],
  ])('for a command that is refused since it %s', async (_title, given, expected) => {
    // One that is accepted stands before it, so that replies and commands must be matched.
    const {lines} = await audited(fleet, [2000, reading('web', 3), command({kind: 'pause'}, 'ann@here'), command(given)]);
    expect(lines).toEqual([
      {at: '1970-01-01T00:00:02.000Z', kind: 'pause', by: 'ann@here'},
      {at: '1970-01-01T00:00:02.000Z', kind: 'refused', by: 'ops@here', ...expected},
    ]);
  });

  test('for nothing else: readings, observations, troubles, notes and the host’s coming and going are a recording’s', async () => {
    const {lines} = await audited(
      dry(fleet),
      [2000, reading('web', 8), {kind: 'tick'}],
      [3000, observed('web', {running: 1, trouble: {kind: 'failing', reason: 'no image', failures: 1, retryAt: 9000}})],
      [4000, {kind: 'disconnected', reason: 'gone'}, {kind: 'connected'}],
      [5000, {kind: 'reading', service: 'web', reading: {kind: 'error', reason: 'gone'}}, reading('web', 3)],
      [6000, {kind: 'noted', note: {level: 'warning', service: null, text: 'careful'}}],
    );
    expect(lines).toEqual([]);
  });

  test('as one line, whatever names and notes hold', async () => {
    const hold: Command = {kind: 'hold', service: 'web', lasting: 'default', toggle: false, note: 'a\nb"}\u001b[2J\u202e'};
    const {lines} = await audited(dry(fleet), [2000, command(hold, 'o\r\nps\u0007')]);
    expect(lines).toMatchObject([{by: 'o ps', note: 'a b"}'}]);
  });
});

describe('the file', () => {
  const fleet = fleetOf([spec('web')], 10);
  const pause: readonly [number, Timeless] = [2000, command({kind: 'pause'})];
  const result = () => after(fleet, ...pause);

  test('is its owner’s alone, and only ever added to', async () => {
    const path = newPath();
    for (let round = 0; round < 2; round++) {
      const audit = await openAudit(path, noFailure);
      audit.stepped([], result());
      await audit.close();
    }
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(linesOf(path)).toHaveLength(2);
  });

  test('loses no line to an earlier one that a crash cut short', async () => {
    const path = newPath();
    writeFileSync(path, '{"at":"1970-01-01T00:00:01.000Z","kind":"pau');
    const audit = await openAudit(path, noFailure);
    audit.stepped([], result());
    await audit.close();
    const [torn, whole, end] = readFileSync(path, 'utf8').split('\n');
    expect(torn).toBe('{"at":"1970-01-01T00:00:01.000Z","kind":"pau');
    expect(JSON.parse(whole ?? '')).toMatchObject({kind: 'pause'});
    expect(end).toBe('');
  });

  test.each([
    [
      'whose folder is missing',
      join(folder, 'missing', 'audit.jsonl'),
      /there is no such folder\. Make it, or name another file with --audit/,
    ],
    ['that is a folder', folder, /it is a folder\. Name a file in it with --audit/],
  ])('%s is refused in words', async (_title, path, message) => {
    await expect(openAudit(path, noFailure)).rejects.toThrow(message);
    await expect(openAudit(path, noFailure)).rejects.toThrow(`the audit log ${path} can't be opened: `);
  });

  test.skipIf(!existsSync('/dev/full'))('that can no longer be written ends the log, says so once and stops nobody', async () => {
    const reasons: string[] = [];
    const audit = await openAudit('/dev/full', reason => void reasons.push(reason));
    audit.stepped([], result());
    await until('the failed write', () => reasons.length > 0);
    for (let round = 0; round < 3; round++) audit.stepped([], result());
    await audit.close();
    expect(reasons).toEqual([expect.stringMatching(/^the audit log \/dev\/full ends here: ENOSPC/)]);
  });

  test('whose last write fails says so before it is closed', async ({skip}) => {
    if (!existsSync('/dev/full')) skip('needs /dev/full');
    const reasons: string[] = [];
    const audit = await openAudit('/dev/full', reason => void reasons.push(reason));
    audit.stepped([], result());
    await audit.close();
    expect(reasons).toHaveLength(1);
  });
});
