/** A real nsqd, or several with an nsqlookupd, for the tests alone. test/support/install-nsq.sh makes the programs. */
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {cacheFolder, findProgram, freePorts, startServerProgram, type RunningProgram} from './queue-servers.ts';
import {until} from './until.ts';

const nsqd = findProgram('nsqd', [join(cacheFolder, 'nsq-1.3.0')]);
const nsqlookupd = findProgram('nsqlookupd', [join(cacheFolder, 'nsq-1.3.0')]);

/** Null where both are here. */
export const nsqMissing = nsqd && nsqlookupd ? null : 'nsqd is not installed (bash test/support/install-nsq.sh)';

export interface Nsqd {
  readonly url: string;
  readonly tcpPort: number;
  /** Makes a channel hold exactly so many messages, none of them in flight. */
  fill(topic: string, channel: string, amount: number): Promise<void>;
  publish(topic: string, amount: number): Promise<void>;
  post(path: string, body?: string): Promise<void>;
  /**
   * Ends it as an operator would, and resolves once it is gone. A crash between a message's way from the topic to the channel
   * may double it, and no test could say how many there are afterwards.
   */
  end(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function startNsqd(lookupdTcpPort: number | null = null): Promise<Nsqd> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-nsqd-'));
  const [tcpPort = 0, httpPort = 0] = await freePorts(2);
  const url = `http://127.0.0.1:${httpPort}`;
  const data = join(folder, 'data');
  mkdirSync(data);
  let program: RunningProgram | null = null;
  const post = async (path: string, body = '') => {
    const response = await fetch(url + path, {method: 'POST', body, signal: AbortSignal.timeout(10_000)});
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${text}`);
  };
  const start = async () => {
    const lookup = lookupdTcpPort === null ? [] : [`-lookupd-tcp-address=127.0.0.1:${lookupdTcpPort}`];
    const args = [`-data-path=${data}`, `-tcp-address=127.0.0.1:${tcpPort}`, `-http-address=127.0.0.1:${httpPort}`];
    const log = join(folder, 'log');
    const begun = startServerProgram(nsqd ?? '', [...args, '-broadcast-address=127.0.0.1', ...lookup], {folder, log});
    program = begun;
    await until('nsqd to answer', () => answers(`${url}/ping`, begun));
  };
  const publish = async (topic: string, amount: number) => {
    if (amount > 0) await post(`/mpub?topic=${topic}`, Array.from({length: amount}, (_, index) => `message ${index}`).join('\n'));
  };
  await start();
  return {
    url,
    tcpPort,
    post,
    publish,
    start,
    fill: async (topic, channel, amount) => {
      await post(`/topic/create?topic=${topic}`);
      await post(`/channel/create?topic=${topic}&channel=${channel}`);
      await post(`/topic/empty?topic=${topic}`);
      await post(`/channel/empty?topic=${topic}&channel=${channel}`);
      await publish(topic, amount);
    },
    end: async () => {
      await program?.end('SIGTERM');
    },
    stop: async () => {
      await program?.end('SIGKILL');
      rmSync(folder, {recursive: true, force: true});
    },
  };
}

export interface Nsqlookupd {
  readonly url: string;
  readonly tcpPort: number;
  stop(): Promise<void>;
}

export async function startNsqlookupd(): Promise<Nsqlookupd> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-nsqlookupd-'));
  const [tcpPort = 0, httpPort = 0] = await freePorts(2);
  const url = `http://127.0.0.1:${httpPort}`;
  const args = [`-tcp-address=127.0.0.1:${tcpPort}`, `-http-address=127.0.0.1:${httpPort}`, '-broadcast-address=127.0.0.1'];
  const program = startServerProgram(nsqlookupd ?? '', args, {folder, log: join(folder, 'log')});
  await until('nsqlookupd to answer', () => answers(`${url}/ping`, program));
  return {
    url,
    tcpPort,
    stop: async () => {
      await program.end('SIGKILL');
      rmSync(folder, {recursive: true, force: true});
    },
  };
}

async function answers(url: string, program: RunningProgram): Promise<boolean> {
  if (program.hasEnded()) throw new Error(`it ended: ${program.tail()}`);
  const response = await fetch(url, {signal: AbortSignal.timeout(2000)});
  await response.text();
  return response.ok;
}
