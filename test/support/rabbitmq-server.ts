/**
 * A RabbitMQ for the tests alone, with its management API and STOMP, which a shell can speak: its own node, ports, folders and epmd, and a user that may do
 * everything. Killed by its process, it starts again where it was.
 */
import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {connect} from 'amqplib';
import {freePort} from './free-port.ts';
import {programPath} from './needs.ts';
import {until} from './until.ts';

export interface PrivateRabbitmq {
  readonly port: number;
  readonly managementPort: number;
  readonly stompPort: number;
  readonly username: string;
  readonly password: string;
  /** Asks the management API; the answer's JSON, null where it has none. */
  api(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Makes the queue hold exactly so many messages. */
  fill(queue: string, amount: number): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** It starts in some ten seconds, and in far more on a machine with much else to do. */
const startLimitMs = 120_000;

export async function startRabbitmq(): Promise<PrivateRabbitmq> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-rabbitmq-'));
  const [port, managementPort, stompPort] = [await freePort(), await freePort(), await freePort()];
  const [distributionPort, epmdPort] = [await freePort(), await freePort()];
  const [username, password] = ['ops', 'sesame'];
  const epmd = spawn(programPath('epmd') ?? 'epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'], {stdio: 'ignore'});
  epmd.on('error', () => {});
  const environment = writeSettings(folder, {port, managementPort, stompPort, distributionPort, epmdPort, username, password});
  let broker: ChildProcess | null = null;

  const api = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${managementPort}/api/${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : {body: JSON.stringify(body)}),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status} ${text}`);
    return text === '' ? null : (JSON.parse(text) as unknown);
  };

  const start = async () => {
    const log = openSync(join(folder, 'output'), 'a');
    const child = spawn(findBroker(), [], {cwd: folder, env: environment, stdio: ['ignore', log, log]});
    broker = child;
    await until(
      'RabbitMQ to answer',
      async () => {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${tailOf(folder)}`);
        await api('GET', 'overview');
        const connection = await connect({hostname: '127.0.0.1', port, username, password});
        await connection.close();
        return true;
      },
      startLimitMs,
    );
  };
  const kill = async () => {
    if (broker === null || broker.exitCode !== null || broker.signalCode !== null) return;
    const gone = once(broker, 'exit');
    broker.kill('SIGKILL');
    await gone;
  };
  const stop = async () => {
    await kill();
    epmd.kill('SIGKILL');
    rmSync(folder, {recursive: true, force: true, maxRetries: 5});
  };
  try {
    await start();
  } catch (error) {
    const words = `RabbitMQ did not start: ${(error as Error).message} ${tailOf(folder)}`;
    await stop();
    throw new Error(words, {cause: error});
  }
  return {
    port,
    managementPort,
    stompPort,
    username,
    password,
    api,
    kill,
    restart: start,
    stop,
    async fill(queue, amount) {
      const connection = await connect({hostname: '127.0.0.1', port, username, password});
      const channel = await connection.createConfirmChannel();
      await channel.assertQueue(queue, {durable: true});
      await channel.purgeQueue(queue);
      for (let index = 0; index < amount; index++) channel.sendToQueue(queue, Buffer.from(String(index)));
      await channel.waitForConfirms();
      await connection.close();
    },
  };
}

/** What Debian puts on the path becomes another user first; the program itself needs no user of its own. */
function findBroker(): string {
  const itself = '/usr/lib/rabbitmq/bin/rabbitmq-server';
  return existsSync(itself) ? itself : (programPath('rabbitmq-server') ?? 'rabbitmq-server');
}

interface Settings {
  readonly port: number;
  readonly managementPort: number;
  readonly stompPort: number;
  readonly distributionPort: number;
  readonly epmdPort: number;
  readonly username: string;
  readonly password: string;
}

/** Writes its files, and gives the environment that keeps it to its own folder. */
function writeSettings(folder: string, settings: Settings): NodeJS.ProcessEnv {
  const {port, managementPort, stompPort, distributionPort, epmdPort, username, password} = settings;
  const at = (name: string) => join(folder, name);
  for (const name of ['data', 'log', 'generated']) mkdirSync(at(name));
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${managementPort}`,
    `stomp.listeners.tcp.1 = 127.0.0.1:${stompPort}`,
    `default_user = ${username}`,
    `default_pass = ${password}`,
    // The API tells what was counted last: every 5 s unless these are set.
    'collect_statistics_interval = 500',
    ...['global', 'basic', 'detailed'].map(policy => `management.sample_retention_policies.${policy}.minute = 1`),
  ];
  writeFileSync(at('rabbitmq.conf'), `${lines.join('\n')}\n`);
  writeFileSync(at('plugins'), '[rabbitmq_management,rabbitmq_stomp].\n');
  writeFileSync(at('environment'), '');
  return {
    PATH: process.env['PATH'],
    HOME: folder,
    LANG: 'C.UTF-8',
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `microscale${port}@localhost`,
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_CONF_ENV_FILE: at('environment'),
    RABBITMQ_CONFIG_FILE: at('rabbitmq'),
    RABBITMQ_ENABLED_PLUGINS_FILE: at('plugins'),
    RABBITMQ_GENERATED_CONFIG_DIR: at('generated'),
    RABBITMQ_MNESIA_BASE: at('data'),
    RABBITMQ_LOG_BASE: at('log'),
    RABBITMQ_PID_FILE: at('pid'),
    // The process that is started is the broker itself, with no shell about it that could outlive it.
    RABBITMQ_ALLOW_INPUT: '1',
    RABBITMQ_SERVER_START_ARGS: '-noinput',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none',
  };
}

function tailOf(folder: string): string {
  try {
    return readFileSync(join(folder, 'output'), 'utf8').trim().split('\n').slice(-5).join(' · ');
  } catch {
    return '';
  }
}
