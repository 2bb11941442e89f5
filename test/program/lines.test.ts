import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {replay} from '../../source/recording.ts';
import {emptyFolder, run} from '../support/program.ts';
import {until} from '../support/until.ts';

async function finished(arguments_: readonly string[], folder = emptyFolder(), more: Record<string, string> = {}) {
  const running = run(arguments_, folder, more);
  const status = await running.ended;
  return {status, output: running.output(), errors: running.errors()};
}

describe('without a terminal', () => {
  test('with no engine and nothing asked for, the simulated box scales, says so, and ends with its score', async () => {
    const {status, output, errors} = await finished(['--for', '4s', '--seed', '3']);
    expect(errors).toBe('');
    expect(status).toBe(0);
    // A machine with an engine at the usual place runs the box on it: that is what was asked for.
    if (existsSync('/var/run/docker.sock')) return;
    expect(output).toContain('SIMULATED — no Docker engine at unix:///var/run/docker.sock');
    expect(output).toMatch(/web +\d+→\d+ {2}demand \d+/);
    expect(output).toMatch(/batch +\d+→\d+ {2}preempted by web \(priority 1\)/);
    expect(output).toMatch(/demand met +\d+\.\d % of the time/);
  });

  test('a terminal that can’t be drawn on gets lines too', async () => {
    const {output} = await finished(['demo', '--for', '1s'], emptyFolder(), {TERM: 'dumb'});
    expect(output).toContain('SIMULATED — a demonstration');
    expect(output).not.toContain('\u001b');
  });

  test('run --json prints entries, decisions and actions, a JSON line each', async () => {
    const {output} = await finished(['demo', '--json', '--for', '2s', '--seed', '3']);
    const kinds = new Set(
      output
        .trim()
        .split('\n')
        .map(line => (JSON.parse(line) as {kind: string}).kind),
    );
    expect([...kinds].toSorted()).toEqual(['action', 'decision', 'entry', 'host', 'score']);
  });

  test('a reader that goes away ends it quietly', async () => {
    const running = run(['demo'], emptyFolder());
    await until('a line', () => running.output().includes('\n'));
    running.child.stdout?.destroy();
    expect(await running.ended).toBe(0);
    expect(running.errors()).toBe('');
  });

  test('SIGTERM and SIGINT end it with its score', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const running = run(['demo'], emptyFolder());
      await until('it to run', () => running.output().includes('SIMULATED'));
      running.child.kill(signal);
      expect(await running.ended).toBe(0);
      expect(running.output()).toContain('score after');
    }
  });
});

describe('the commands', () => {
  test('simulate runs a day in virtual time, the same from the same seed, and prints the score', async () => {
    const [one, again] = await Promise.all([
      finished(['simulate', '--seed', '7', '--for', '24h']),
      finished(['simulate', '--seed', '7', '--for', '24h']),
    ]);
    const score = (text: string) => text.slice(text.indexOf('score'));
    expect(one.status).toBe(0);
    expect(score(one.output)).toBe(score(again.output));
    for (const part of ['demand met', 'slots full', 'handover', 'p50', 'p95', 'started', 'stopped', 'worst shortfall'])
      expect(one.output).toContain(part);
  });

  test('plan observes once, gives a reason for each number, and changes nothing', async () => {
    const {status, output} = await finished(['plan', '--seed', '3']);
    expect(status).toBe(0);
    expect(output).toMatch(/SERVICE +PRI +WANT +RUNNING +DESIRED +WHY/);
    expect(output).toMatch(/batch +2 +fill +\d+ +\d+ +fills what is left/);
    const json = JSON.parse((await finished(['plan', '--json'])).output) as {services: {service: string; decision: {reasons: unknown[]}}[]};
    expect(json.services.map(({service}) => service)).toEqual(['web', 'batch']);
    expect(json.services[0]?.decision.reasons.length).toBeGreaterThan(0);
  });

  test('check says that a configuration is fine, and what it means', async () => {
    const folder = emptyFolder({
      'microscale.yaml': 'capacity: 4\nservices: {web: {priority: 1, image: a, ports: ["8080:80"], demand: {source: fixed, value: 1}}}\n',
    });
    const {status, output} = await finished(['check', 'microscale.yaml'], folder);
    expect(status).toBe(0);
    expect(output).toContain('microscale.yaml is fine: project microscale, capacity 4, 1 services');
    expect(output).toContain('port 8080:80 can be taken by one replica only');
  });

  test('explain says what a configuration means, and takes the one that is there', async () => {
    const folder = emptyFolder({
      'microscale.yaml': `capacity: 4
services: {web: {priority: 1, max: 3, image: a, demand: {source: file, path: web}}}
modes: {sale: {say: A rush., when: {service: web, demand: {above: 4, for: 10s}}, services: {web: {max: 4}}}}
`,
    });
    const {status, output} = await finished(['explain'], folder);
    expect(status).toBe(0);
    expect(output).toContain('When web’s demand stays above 4 for 10 s, the mode sale begins.\n  A rush.\n');
    expect(output).toContain('Then web may have up to 4 (usually 3).');
    expect((await finished(['explain', 'microscale.yaml'], folder)).output).toBe(output);
  });

  test('--help and --version answer', async () => {
    expect((await finished(['--help'])).output).toContain('--on-exit');
    expect((await finished(['--version'])).output).toMatch(/^\d+\.\d+\.\d+/);
  });

  test('--record keeps what folds to the same again, and never writes over a file', async () => {
    const folder = emptyFolder();
    await finished(['demo', '--for', '2s', '--record', 'rush.jsonl'], folder);
    const fleet = await replay(join(folder, 'rush.jsonl'));
    expect(fleet.services.map(({spec: {name}}) => name)).toContain('checkout');
    const before = readFileSync(join(folder, 'rush.jsonl'), 'utf8');
    const {status, errors} = await finished(['demo', '--for', '2s', '--record', 'rush.jsonl'], folder);
    expect(status).toBe(2);
    expect(errors).toBe('microscale: --record rush.jsonl: there is such a file already; name a new one\n');
    expect(readFileSync(join(folder, 'rush.jsonl'), 'utf8')).toBe(before);
  });
});

describe('bad input is one clear message, a status, and no stack trace', () => {
  const yaml = (text: string) => ({'microscale.yaml': text});
  test.each([
    ['a missing file', ['-c', 'nowhere.yaml'], {}, 2, /nowhere\.yaml can't be used:\n {2}there is no such file: check the path/],
    ['broken YAML', [], yaml('services: ['), 2, /microscale\.yaml:1:\d+/],
    ['an unknown key', [], yaml('capcity: 1\nservices: {}'), 2, /did you mean “capacity”\?/],
    [
      'min over max',
      [],
      yaml('capacity: 9\nservices: {a: {priority: 1, image: a, min: 5, max: 2, target: fill}}'),
      2,
      /min can't be over max/,
    ],
    [
      'a capacity below the mins',
      [],
      yaml('capacity: 1\nservices: {a: {priority: 1, image: a, min: 5, target: fill}}'),
      2,
      /raise capacity or lower a min/,
    ],
    ['a folder', ['-c', '.'], {}, 2, /it is a folder: name a file in it/],
    ['an empty file', ['check', 'empty.yaml'], {'empty.yaml': ''}, 2, /it is empty/],
    ['an unreachable socket', ['--host', 'unix:///nowhere.sock'], {}, 3, /there is no such socket\. Start Docker/],
    ['a port where nobody listens', ['--host', 'tcp://127.0.0.1:1'], {}, 3, /nobody listens there\. Check the address and the port/],
    ['a host that is none', ['--host', 'gopher://x'], {}, 3, /has a scheme that isn't known: write it as unix:\/\/\/path/],
    ['an unknown context', ['--context', 'nope'], {}, 3, /there is no docker context “nope”/],
    [
      'a configuration without an engine',
      [],
      yaml('capacity: 2\nservices: {a: {priority: 1, image: a, target: fill}}'),
      existsSync('/var/run/docker.sock') ? 0 : 3,
      /can't reach the Docker engine/,
    ],
    ['an unknown flag', ['--capcity', '3'], {}, 2, /there is no flag --capcity: did you mean --capacity\?/],
    ['an unknown command', ['rnu'], {}, 2, /there is no command “rnu”/],
    ['a flag without its value', ['--record'], {}, 2, /--record needs a value/],
    ['a time that is none', ['--for', 'ever'], {}, 2, /expected a time such as 30s/],
    ['a capacity that is none', ['--capacity', '-1'], {}, 2, /expected a number of slots from 1 up, or auto/],
    ['a recording where nothing can be written', ['--record', '/nowhere/x'], {}, 2, /--record \/nowhere\/x: can't be written/],
    ['check without a file', ['check'], {}, 2, /check takes one file/],
    ['explain without a file', ['explain'], {}, 2, /explain takes one file/],
  ])('%s', async (_title, words, files, expected, message) => {
    const arguments_: readonly string[] = words;
    const brief = arguments_.includes('--for') || arguments_[0] === 'check' || arguments_[0] === 'explain' ? [] : ['--for', '1s'];
    const {status, errors} = await finished([...arguments_, ...brief], emptyFolder(files));
    if (expected === 0) return;
    expect(errors).toMatch(message);
    expect(errors).toMatch(/^microscale: /);
    expect(errors).not.toMatch(/\n\s+at |node:internal/);
    expect(status).toBe(expected);
  });

  test('a server that accepts and never answers', async () => {
    const server = createServer(socket => socket.on('error', () => {}));
    await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void server.close());
    const {port} = server.address() as {port: number};
    const {status, errors} = await finished(['--host', `tcp://127.0.0.1:${port}`]);
    expect(status).toBe(3);
    expect(errors).toContain('no answer from there');
  });

  test('a server that is no engine', async () => {
    const server = createServer(socket => socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.2\r\n'));
    await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void server.close());
    const {port} = server.address() as {port: number};
    const {status, errors} = await finished(['--host', `tcp://127.0.0.1:${port}`]);
    expect(status).toBe(3);
    expect(errors).toMatch(/^microscale: can't reach the Docker engine at tcp:.* no Docker engine\. Check the address/);
  });

  test('a 100 MB line', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'huge.yaml'), Buffer.alloc(100 * 1024 ** 2, 'a'));
    const {status, errors} = await finished(['-c', 'huge.yaml'], folder);
    expect(status).toBe(2);
    expect(errors).toContain('it is 100 MB: a configuration has at most 4');
  });

  test('a full disk under the recording is told, nothing written is lost, and the scaling goes on', async ({skip}) => {
    if (process.getuid?.() !== 0) skip('needs root, to make a disk that is full');
    const folder = emptyFolder();
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', disk]);
    onTestFinished(() => void execFileSync('umount', ['-l', disk]));
    const {status, output, errors} = await finished(['demo', '--capacity', '300', '--for', '8s', '--record', 'disk/rush.jsonl'], folder);
    expect(output).toMatch(/! {2}the recording disk\/rush\.jsonl ends here: ENOSPC/);
    expect(errors).toBe('');
    expect(status).toBe(0);
    const after = output.slice(output.indexOf('ends here'));
    expect(after).toMatch(/\d+→\d+/);
    expect((await replay(join(disk, 'rush.jsonl'))).services.length).toBeGreaterThan(0);
  });
});
