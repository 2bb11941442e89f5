/** Several operators on one engine: consoles near and far, scripts, and what nobody should send to a socket. */
import {chmodSync, chownSync, readFileSync, statSync} from 'node:fs';
import {createConnection} from 'node:net';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, inject, onTestFinished} from 'vitest';
import {createDockerLeaseStore} from '../../source/orchestrators/docker/lease-store.ts';
import {docker, engineTest, socket as engineSocket, sweep} from '../support/engine.ts';
import {emptyFolder, open, run, type Run, type Screen} from '../support/program.ts';
import {startPrivateSshd, type PrivateSshd} from '../support/sshd.ts';
import {until} from '../support/until.ts';

const project = 'operators';
const idle = `[sh, -c, "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"]`;
let tests = 0;
const leaseName = (test = tests) => `${project}-${test}`;
const config = () => `
project: ${project}
lease: ${leaseName(++tests)}
capacity: 6
services:
  web: {priority: 1, image: busybox, pull: never, command: ${idle}, networks: [none], stopGrace: 2s, demand: {source: fixed, value: 2}}
  batch: {priority: 2, image: busybox, pull: never, command: ${idle}, networks: [none], stopGrace: 2s, target: fill}
`;

let sshd: PrivateSshd | null = null;
beforeAll(async () => {
  if (inject('engine').kind === 'here') sshd = await startPrivateSshd();
});
afterAll(() => sshd?.stop());

const started: Run[] = [];
afterEach(async () => {
  for (const {child, ended} of started.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  await sweep(project);
});

interface Place {
  readonly folder: string;
  readonly control: string;
  readonly engine: Run;
}

/** An engine as a service would run it, and the folder that it runs in. */
async function startEngine(folder = emptyFolder({'microscale.yaml': config()}), flags: readonly string[] = []): Promise<Place> {
  const control = join(folder, 'control.sock');
  const engine = run(['run', '--host', `unix://${engineSocket}`, '--socket', control, ...flags], folder);
  started.push(engine);
  await until('the engine to act', () => engine.output().includes('this engine acts'));
  await until('its socket', () => statSync(control, {throwIfNoEntry: false})?.isSocket());
  return {folder, control, engine};
}

async function shows(screen: Screen, text: string | RegExp): Promise<void> {
  const seen = () => (typeof text === 'string' ? screen.text().includes(text) : text.test(screen.text()));
  await until(`the screen to show ${String(text)}`, seen).catch((error: Error) => {
    throw new Error(`${error.message}\n${screen.text().trimEnd()}`, {cause: error});
  });
}

function far(): PrivateSshd {
  if (!sshd) throw new Error('there is no sshd');
  return sshd;
}

/** The user's name in a way that tells the consoles apart. */
const as = (name: string) => ({SUDO_USER: name});

describe('several operators', () => {
  engineTest(
    'three consoles, one over ssh, see each other’s overrides with names; one that only watches is refused by the engine',
    async () => {
      const {folder, control} = await startEngine();
      const ann = open(['--host', `unix://${engineSocket}`], folder, 140, 40, as('ann'));
      const bob = open(['attach', '--socket', control], folder, 100, 30, as('bob'));
      const {url, path, command} = far();
      const cyn = open(['attach', url, '--command', command, '--socket', control], emptyFolder(), 140, 40, {...as('cyn'), PATH: path});
      for (const screen of [ann, bob, cyn]) await shows(screen, 'web');
      await shows(ann, /here: (?=.*you)(?=.*bob@)(?=.*cyn@)/);
      for (const [who, screen, keys] of [
        ['ann', ann, '+'],
        ['bob', bob, '+'],
        ['cyn', cyn, '+'],
      ] as const) {
        screen.press(keys);
        for (const each of [ann, bob, cyn]) await shows(each, new RegExp(`pinned at \\d by ${who}@`));
      }
      await shows(bob, /pin 5/);
      const eve = open(['attach', '--socket', control, '--read-only'], folder, 100, 30, as('eve'));
      await shows(eve, 'read-only');
      await shows(ann, '(eve@');
      eve.press('+');
      await shows(eve, 'this console watches');
      // One that says it watches, and asks all the same, is refused by the engine itself.
      const answer = await talk(control, [
        {microscale: 'control', version: 1, owner: 'mallory', readOnly: true},
        {id: 1, kind: 'command', command: {kind: 'clear', service: 'web'}},
      ]);
      expect(answer).toContain('this session is read-only');
      for (const screen of [ann, bob, cyn]) {
        screen.press('q');
        await shows(screen, 'The engine goes on');
        screen.press('y');
        expect(await screen.ended).toBe(0);
      }
    },
  );

  engineTest(
    'an engine that goes is said to be gone, its last screen stays, and whoever watched takes over with its overrides',
    async () => {
      const {folder, engine} = await startEngine();
      const ann = open(['--host', `unix://${engineSocket}`], folder, 140, 40, as('ann'));
      await shows(ann, 'lease: ');
      ann.press('+');
      await shows(ann, /pin 3/);
      await until('the override to be kept', async () =>
        (await createDockerLeaseStore(docker(), leaseName()).read())?.text.includes('"pin"'),
      );
      engine.child.kill('SIGKILL');
      await shows(ann, 'ENGINE GONE');
      await shows(ann, 'Take over from here?');
      expect(ann.text()).toMatch(/web .*pin 3/);
      ann.press('y');
      await shows(ann, 'WATCHING');
      await shows(ann, '[AUTO]');
      await shows(ann, 'lease: you');
      await shows(ann, /web .*pin 3/);
      await shows(ann, /scaler +1 override of before/);
      ann.press('\u0003');
      expect(await ann.ended).toBe(0);
    },
  );

  engineTest('an engine that is gone can be left by q, and the last line doesn’t say that it goes on', async () => {
    const {folder, engine} = await startEngine();
    const ann = open(['--host', `unix://${engineSocket}`], folder, 140, 40, as('ann'));
    await shows(ann, 'lease: ');
    engine.child.kill('SIGKILL');
    await shows(ann, 'Take over from here?');
    ann.press('q');
    await shows(ann, 'Leave? Nobody scales then: the engine is gone.');
    ann.press('y');
    expect(await ann.ended).toBe(0);
    await until('what became of it to be shown', () => /the engine of .* is gone/.test(ann.text()));
  });

  engineTest(':takeover moves the lease from an engine that runs, without both acting', async () => {
    const {folder, engine} = await startEngine();
    const ann = open(['--host', `unix://${engineSocket}`], folder, 140, 40, as('ann'));
    await shows(ann, 'lease: ');
    ann.press(':');
    ann.press('takeover\r');
    await shows(ann, 'Take over from');
    ann.press('y');
    await until('the engine to give it up', () => engine.output().includes('has taken it over'));
    await shows(ann, 'lease: you');
    await until('the engine to watch', () => engine.output().includes('this engine watches'));
    expect(engine.child.exitCode).toBeNull();
    ann.press('\u0003');
    expect(await ann.ended).toBe(0);
    await until('the engine to act again', () => engine.output().split('this engine acts').length > 2);
  });

  engineTest(
    'an engine that leaves hands on its overrides, and the next one says so; one that puts things back hands on none',
    async () => {
      const pin = async ({folder, control}: Place) =>
        expect(await run(['pin', 'web', '3', '--socket', control], folder).ended, 'pin web 3').toBe(0);
      const end = async ({engine}: Place) => {
        engine.child.kill('SIGTERM');
        expect(await engine.ended).toBe(0);
      };
      const leaving = await startEngine();
      await pin(leaving);
      await end(leaving);
      const restoring = await startEngine(leaving.folder, ['--on-exit', 'restore']);
      const told = /scaler +1 override of before still stands: web pinned at 3 by .* until /;
      await until('what was inherited to be told', () => told.test(restoring.engine.output()));
      await end(restoring);
      const next = await startEngine();
      expect(next.engine.output()).not.toContain('of before still stand');
      expect(next.engine.output()).not.toContain('pinned');
    },
  );

  engineTest('scripts overrule, with a time and a note; what can’t be is refused with a reason and status 1', async () => {
    const {folder, control} = await startEngine();
    const ask = async (...words: string[]) => {
      const asked = run([...words, '--socket', control], folder);
      const status = await asked.ended;
      return {status, output: asked.output(), errors: asked.errors()};
    };
    expect(await ask('pin', 'web', '4', '--for', '5m', '--note', 'evening rush')).toMatchObject({status: 0, output: 'web: pinned at 4\n'});
    expect((await ask('status')).output).toMatch(/web +1 +2 .*pinned at 4 by .* until .*\(evening rush\)/);
    const status = JSON.parse((await ask('status', '--json')).output) as {services: {service: string; decision: {desired: number}}[]};
    expect(status.services.find(({service}) => service === 'web')?.decision.desired).toBe(4);
    expect((await ask('hold', 'batch')).output).toMatch(/batch: held at \d/);
    expect((await ask('boost', 'batch')).status).toBe(0);
    expect((await ask('priority', 'web', '3')).output).toContain('moved to priority 3');
    expect((await ask('cap', 'batch', '1')).output).toContain('capped at 1');
    expect((await ask('clear', 'web')).output).toContain('cleared');
    expect((await ask('clear', '--all')).output).toMatch(/\d overrides cleared/);
    expect(await ask('pin', 'web', '0')).toMatchObject({status: 1, errors: expect.stringContaining('say --yes') as string});
    expect(await ask('cap', 'web', '0', '--yes')).toMatchObject({status: 0});
    expect((await ask('clear', 'web')).output).toContain('cleared');
    expect((await ask('pause')).output).toContain('paused');
    expect((await ask('resume')).output).toContain('resumed');
    expect((await ask('services')).output).toMatch(/web {2}priority 1 {2}made by microscale/);
    expect(await ask('pin', 'wbe', '4')).toMatchObject({status: 1, errors: 'microscale: refused: there is no service “wbe”\n'});
    expect(await ask('pin', 'web', '99')).toMatchObject({status: 1});
    expect(await ask('pin', 'web', 'four')).toMatchObject({
      status: 2,
      errors: expect.stringContaining('expected a whole number') as string,
    });
    expect(await ask('pin', 'web')).toMatchObject({status: 2, errors: expect.stringContaining('microscale pin SERVICE N') as string});
    expect(await ask('pause', 'web')).toMatchObject({status: 2});
    expect(await ask('pni', 'web')).toMatchObject({status: 2, errors: expect.stringContaining('did you mean pin?') as string});
  });

  engineTest('over ssh too, and where there is no engine it is said what to start', async () => {
    const {control} = await startEngine();
    const {url, path, command} = far();
    const asked = run(['status', '--host', url, '--command', command, '--socket', control], emptyFolder(), {PATH: path});
    expect(await asked.ended).toBe(0);
    expect(asked.output()).toContain('lease: this engine acts');
    const none = run(['status', '--socket', '/nowhere/control.sock'], emptyFolder());
    expect(await none.ended).toBe(3);
    expect(none.errors()).toContain('there is no such socket');
    const nobody = run(['status', '--host', 'ssh://nobody@127.0.0.1:1', '--command', command], emptyFolder(), {PATH: path});
    expect(await nobody.ended).toBe(3);
    expect(nobody.errors()).toMatch(/can't attach to ssh:.*ssh said: .*refused/);
  });
});

/** A user who owns nothing here. */
const nobody = 65_534;

/** Sends lines to the socket and resolves with all that it answers until it is over. */
function talk(path: string, messages: readonly unknown[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const connection = createConnection(path, () => {
      for (const message of messages) connection.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
    });
    let heard = '';
    connection.on('data', (chunk: Buffer) => {
      heard += chunk.toString('utf8');
      if (heard.split('\n').length > messages.length) connection.end();
    });
    connection.on('close', () => resolve(heard));
    connection.on('error', reject);
  });
}

describe('for machines', () => {
  engineTest('metrics and health are served, and every decision and action is in the audit log', async () => {
    const folder = emptyFolder({'microscale.yaml': config()});
    const control = join(folder, 'control.sock');
    const audit = join(folder, 'audit.jsonl');
    const port = 20_000 + (process.pid % 20_000);
    const words = ['run', '--host', `unix://${engineSocket}`, '--socket', control, '--metrics', `127.0.0.1:${port}`, '--audit', audit];
    const engine = run(words, folder);
    started.push(engine);
    const metric = async (name: string) =>
      (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).split('\n').find(line => line.startsWith(name));
    await until('web to run 2', async () => (await metric('microscale_running_replicas{service="web"}'))?.endsWith(' 2'));
    const health = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({status: 'ok', lease: 'held'});
    const pinned = run(['pin', 'web', '4', '--note', 'rush', '--socket', control], folder);
    expect(await pinned.ended).toBe(0);
    await until('web to run 4', async () => (await metric('microscale_running_replicas{service="web"}'))?.endsWith(' 4'));
    expect(await metric('microscale_overrides{service="web"}')).toMatch(/ 1$/);
    const second = run(words.with(4, join(folder, 'other.sock')), folder);
    expect(await second.ended).toBe(2);
    expect(second.errors()).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}`));
    engine.child.kill('SIGTERM');
    expect(await engine.ended).toBe(0);
    const lines = readFileSync(audit, 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as {kind: string; service?: string});
    expect(lines.map(({kind}) => kind)).toEqual(expect.arrayContaining(['configured', 'lease', 'scale', 'override']));
    expect(lines.find(({kind}) => kind === 'override')).toMatchObject({service: 'web', rule: 'pin', replicas: 4, note: 'rush'});
    expect(statSync(audit).mode & 0o777).toBe(0o600);
  });
});

describe('the control socket', () => {
  engineTest('lets in its owner and group only, and is gone when the engine is', async () => {
    const {control, engine} = await startEngine();
    expect(statSync(control).mode & 0o777).toBe(0o660);
    engine.child.kill('SIGTERM');
    await engine.ended;
    expect(statSync(control, {throwIfNoEntry: false})).toBeUndefined();
  });

  engineTest('rubbish, a line without an end, and silence get clear words or an end; the engine goes on', async () => {
    const {folder, control} = await startEngine();
    expect(await talk(control, ['"hello there"'])).toContain('no greeting of a microscale');
    expect(await talk(control, ['GET / HTTP/1.1\r\nhost: here\r\n\r\n'])).toContain('there is nothing of that name');
    expect(await talk(control, [{microscale: 'control', version: 99, owner: 'ann', readOnly: false}])).toContain('version 99');
    const hello = {microscale: 'control', version: 1, owner: 'ann', readOnly: false};
    for (const nonsense of [
      '{',
      '[]',
      'null',
      {id: 1, kind: 'command', command: {kind: 'override', service: 'web', rule: null}},
      {id: 2, kind: 'command', command: {kind: 'adjust', service: 'web', by: 1e99, lasting: 'default'}},
    ])
      expect(await talk(control, [hello, nonsense])).toContain('that is no request');
    // 100 MB without a newline: cut off long before the end.
    let sent = 0;
    await new Promise<void>(resolve => {
      const endless = createConnection(control);
      const block = Buffer.alloc(1024 * 1024, 'x');
      const push = () => {
        while (sent < 100 && endless.write(block)) sent++;
      };
      endless.on('connect', push);
      endless.on('drain', push);
      endless.on('error', () => {});
      endless.on('close', () => resolve());
    });
    expect(sent).toBeLessThan(100);
    const silent = createConnection(control);
    onTestFinished(() => void silent.destroy());
    let heard = '';
    silent.on('data', (chunk: Buffer) => (heard += chunk.toString('utf8')));
    await until('the silent one to be sent away', () => heard.includes('nothing was said'));
    const asked = run(['status', '--socket', control], folder);
    expect(await asked.ended).toBe(0);
  });

  engineTest('a socket of somebody else is named with its owner, and left alone', async () => {
    const {control, folder} = await startEngine();
    chownSync(control, 12_345, 12_345);
    chmodSync(control, 0o600);
    chmodSync(folder, 0o755);
    // Somebody who isn't root is kept out, and told why.
    const asked = run(['status', '--socket', control], folder, {}, nobody);
    expect(await asked.ended).toBe(3);
    expect(asked.errors()).toContain('it belongs to user 12345, group 12345, and lets only them in. Join the group, or use sudo');
    const second = run(['run', '--host', `unix://${engineSocket}`, '--socket', control], folder);
    started.push(second);
    await until('the alarm', () => second.output().includes('another microscale listens there'));
    await until('it to watch all the same', () => second.output().includes('this engine watches'));
    expect(statSync(control).uid).toBe(12_345);
  });
});
