/** Demands in the built program: clients that aren't installed, numbers that are pushed, secrets that are not told. */
import {execFile} from 'node:child_process';
import {cpSync, existsSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {afterEach, describe, expect} from 'vitest';
import {attachTo} from '../../source/control/client.ts';
import {engineTest, socket as engineSocket, sweep} from '../support/engine.ts';
import {emptyFolder, program, run, type Run} from '../support/program.ts';
import {until} from '../support/until.ts';

const project = 'demands';
const idle = `[sh, -c, "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"]`;
const made = `image: busybox, pull: never, command: ${idle}, networks: [none], stopGrace: 2s`;
let tests = 0;
const config = (services: string) => `project: ${project}\nlease: ${project}-${++tests}\ncapacity: 20\nservices:\n${services}\n`;

const started: Run[] = [];
afterEach(async () => {
  for (const {child, ended} of started.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  await sweep(project);
});

function start(folder: string, words: readonly string[], more: Readonly<Record<string, string>> = {}, file = program): Run {
  const running = run(['run', '--host', `unix://${engineSocket}`, ...words], folder, more, undefined, file);
  started.push(running);
  return running;
}

const says = (running: Run, text: string | RegExp) =>
  until(`the program to say ${String(text)}`, () => {
    const said = running.output() + running.errors();
    if (typeof text === 'string' ? said.includes(text) : text.test(said)) return true;
    throw new Error(said.slice(-2000));
  });

describe('a client that is not installed', () => {
  const demands: Readonly<Record<string, readonly [demand: string, packages: RegExp]>> = {
    redis: ['{source: redis, url: "redis://127.0.0.1:1", list: jobs}', /ioredis/],
    rabbit: ['{source: rabbitmq, url: "amqp://127.0.0.1:1", queue: jobs}', /amqplib/],
    nats: ['{source: nats, url: "nats://127.0.0.1:1", stream: S, consumer: c}', /@nats-io\/[a-z-]+/],
    sqs: ['{source: sqs, queue: "http://127.0.0.1:1/1/q", region: eu-west-1}', /@aws-sdk\/client-sqs/],
    azure: ['{source: azure-queue, connection: "UseDevelopmentStorage=true", queue: jobs}', /@azure\/storage-queue/],
    kafka: ['{source: kafka, brokers: "127.0.0.1:1", group: g, topic: t}', /@platformatic\/kafka/],
    postgres: ['{source: postgres, url: "postgres://127.0.0.1:1/x", query: select 1}', /pg/],
    mysql: ['{source: mysql, url: "mysql://127.0.0.1:1/x", query: select 1}', /mysql2/],
  };

  engineTest('is named in one line with what to do, and the program goes on', async () => {
    const services = Object.entries(demands).map(([name, [demand]]) => `  ${name}: {priority: 1, ${made}, demand: ${demand}}`);
    const folder = emptyFolder({'microscale.yaml': config(services.join('\n'))});
    // The program alone, far from any package.
    cpSync(dirname(program), join(folder, 'program'), {recursive: true});
    const running = start(folder, ['--dry-run'], {}, join(folder, 'program', 'cli.js'));
    for (const [name, [, packages]] of Object.entries(demands)) {
      const line = new RegExp(
        `^.*\\b${name}\\b.*it needs the package (${packages.source}): run “npm install \\1” where microscale is installed`,
        'm',
      );
      await says(running, line);
    }
    expect(running.output() + running.errors()).not.toMatch(/Cannot find|ERR_MODULE|^\s+at .*:\d+:\d+/m);
    expect(running.child.exitCode).toBeNull();
  });
});

describe('a demand that is pushed', () => {
  engineTest('is told by a verb and by curl, outlives a reload, and is refused where nobody follows it', async () => {
    const services = `  web: {priority: 1, ${made}, demand: {source: push}}\n  batch: {priority: 2, ${made}, target: fill, max: 1}`;
    const folder = emptyFolder({'microscale.yaml': config(services)});
    const control = join(folder, 'control.sock');
    const engine = start(folder, ['--socket', control]);
    await says(engine, 'this engine acts');
    await until('its socket', () => statSync(control, {throwIfNoEntry: false})?.isSocket());
    const ask = async (...words: string[]) => {
      const asked = run([...words, '--socket', control], folder);
      const status = await asked.ended;
      return {status, output: asked.output(), errors: asked.errors()};
    };
    const desired = async (name = 'web') => {
      const {session, close} = await attachTo(control, {owner: 'test', readOnly: true});
      const {fleet} = await session.next();
      close();
      return fleet.services.find(({spec}) => spec.name === name)?.decision?.desired;
    };
    await says(engine, /web.*no number was pushed yet: microscale demand web N/);
    expect(await ask('demand', 'web', '3')).toEqual({status: 0, output: 'web: demand 3\n', errors: ''});
    await until('three to be wanted', async () => (await desired()) === 3);
    const told = await new Promise<string>((resolve, reject) =>
      execFile('curl', ['-sS', '--unix-socket', control, '-d', '2', 'http://localhost/demand/web'], (error, output) =>
        error ? reject(error) : resolve(output),
      ),
    );
    expect(told).toBe('web: demand 2\n');
    await until('two to be wanted', async () => (await desired()) === 2);

    const path = join(folder, 'microscale.yaml');
    writeFileSync(path, readFileSync(path, 'utf8').replace('source: push', 'source: push, expire: 1h').replace('max: 1', 'max: 2'));
    await until('the new configuration to be taken', async () => (await desired('batch')) === 2);
    expect(await desired()).toBe(2);

    expect(await ask('demand', 'batch', '3')).toMatchObject({
      status: 1,
      errors: expect.stringMatching(/refused: batch has no demand that is pushed .*: web/),
    });
    expect(await ask('demand', 'web', 'many')).toMatchObject({status: 2, errors: expect.stringContaining('“many” is no demand')});
    expect(await ask('demand', 'web')).toMatchObject({status: 2, errors: expect.stringContaining('microscale demand SERVICE N')});
  });
});

describe('a command that goes on', () => {
  engineTest('ends with the program', async () => {
    const services = `  web: {priority: 1, ${made}, demand: {source: command, command: "echo $$ > pid; echo 1; exec sleep 1000", stream: true}}`;
    const folder = emptyFolder({'microscale.yaml': config(services)});
    const running = start(folder, ['--socket', 'off']);
    const isRunning = (pid: number) => {
      const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ') Z';
      return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
    };
    const path = join(folder, 'pid');
    const pid = await until('the command to run', () => existsSync(path) && Number(readFileSync(path, 'utf8')));
    expect(isRunning(pid)).toBe(true);
    running.child.kill('SIGTERM');
    await running.ended;
    await until('the command to be gone', () => !isRunning(pid));
  });
});

describe('a secret', () => {
  engineTest('shows in no line, no recording and no state, wherever a server or a program repeats it', async () => {
    const services = [
      `  web: {priority: 1, ${made}, demand: {source: command, command: "echo \${TOP_SECRET} is wrong >&2; exit 1", every: 1s}}`,
      `  db: {priority: 1, ${made}, demand: {source: postgres, url: "postgres://ops:\${TOP_SECRET}@127.0.0.1:1/shop", query: select 1}}`,
    ];
    const folder = emptyFolder({'microscale.yaml': config(services.join('\n'))});
    const control = join(folder, 'control.sock');
    const secret = 's3cr3t/of@the:house';
    const running = start(folder, ['--socket', control, '--record', join(folder, 'day.rec'), '--json'], {TOP_SECRET: secret});
    await says(running, /••• is wrong/);
    await says(running, /nobody listens there|npm install pg/);
    const status = run(['status', '--json', '--socket', control], folder);
    await status.ended;
    expect(status.output()).toContain('•••');
    running.child.kill('SIGTERM');
    await running.ended;
    const told = running.output() + running.errors() + status.output() + readFileSync(join(folder, 'day.rec'), 'utf8');
    for (const form of [secret, encodeURIComponent(secret), 's3cr3t']) expect(told).not.toContain(form);
  });

  engineTest('that is not there is a mistake with its line, and the program doesn’t start', async () => {
    const services = `  web: {priority: 1, ${made}, demand: {source: http, url: "http://web", token: "\${NO_SUCH_SECRET}"}}`;
    const folder = emptyFolder({'microscale.yaml': config(services)});
    const checked = run(['check', 'microscale.yaml'], folder);
    expect(await checked.ended).toBe(2);
    expect(checked.errors()).toMatch(/microscale\.yaml:5 .*there is no NO_SUCH_SECRET in the environment: set it/);
  });
});
