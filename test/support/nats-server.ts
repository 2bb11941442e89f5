/** A real NATS server with JetStream, users and a websocket, for the tests alone. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {jetstream, jetstreamManager, type ConsumerConfig, type JetStreamClient, type JetStreamManager} from '@nats-io/jetstream';
import {connect, nanos} from '@nats-io/transport-node';
import {canConnect, findProgram, freePorts, startServerProgram, type RunningProgram} from './queue-servers.ts';
import {until} from './until.ts';

const program = findProgram('nats-server');
export const natsMissing = program === null ? 'nats-server is not installed (Debian: apt-get install nats-server)' : null;

export interface NatsServer {
  readonly host: string;
  readonly webHost: string;
  /** With the name and password of one who may do everything. */
  readonly url: string;
  /** Makes a stream of these subjects, and a consumer, where they aren't there yet. */
  make(stream: string, subjects: readonly string[], consumer: Partial<ConsumerConfig>): Promise<void>;
  publish(subject: string, amount: number): Promise<void>;
  purge(stream: string): Promise<void>;
  /** Takes so many from a consumer and answers the first `answered` of them. */
  take(stream: string, consumer: string, amount: number, answered: number): Promise<void>;
  end(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** `limited` may ask for consumers and nothing else; `shut` may ask for nothing. */
export const natsWord = 'word of the tests';

export async function startNatsServer({withJetStream = true} = {}): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-nats-'));
  const [port = 0, webPort = 0] = await freePorts(2);
  const config = join(folder, 'config');
  const user = (name: string, publish: readonly string[] | null) =>
    JSON.stringify({user: name, password: natsWord, ...(publish ? {permissions: {publish, subscribe: ['_INBOX.>']}} : {})});
  writeFileSync(
    config,
    `listen: "127.0.0.1:${port}"
websocket {listen: "127.0.0.1:${webPort}", no_tls: true}
authorization {users: [${user('ops', null)}, ${user('limited', ['$JS.API.CONSUMER.INFO.>'])}, ${user('shut', ['nothing'])}]}
${withJetStream ? `jetstream {store_dir: ${JSON.stringify(join(folder, 'store'))}, max_memory_store: 64M, max_file_store: 64M}` : ''}
`,
  );
  let running: RunningProgram | null = null;
  const host = `127.0.0.1:${port}`;
  const start = async () => {
    const begun = startServerProgram(program ?? '', ['-c', config], {folder, log: join(folder, 'log')});
    running = begun;
    await until('the NATS server to listen', () => {
      if (begun.hasEnded()) throw new Error(`it ended: ${begun.tail()}`);
      return canConnect(port);
    });
  };
  await start();
  const use = async <Result>(act: (manager: JetStreamManager, client: JetStreamClient) => Promise<Result>): Promise<Result> => {
    const connection = await connect({servers: host, user: 'ops', pass: natsWord, reconnect: false});
    try {
      return await act(await jetstreamManager(connection), jetstream(connection));
    } finally {
      await connection.close();
    }
  };
  return {
    host,
    webHost: `127.0.0.1:${webPort}`,
    url: `nats://ops:${encodeURIComponent(natsWord)}@${host}`,
    start,
    make: (stream, subjects, consumer) =>
      use(async ({streams, consumers}) => {
        await streams.add({name: stream, subjects: [...subjects]});
        await consumers.add(stream, {ack_policy: 'explicit', ack_wait: nanos(600_000), ...consumer});
      }),
    publish: (subject, amount) =>
      use(async (_manager, client) => {
        await Promise.all(Array.from({length: amount}, (_, index) => client.publish(subject, `message ${index}`)));
      }),
    purge: stream =>
      use(async ({streams}) => {
        await streams.purge(stream);
      }),
    take: (stream, consumer, amount, answered) =>
      use(async (_manager, client) => {
        let taken = 0;
        const messages = await (await client.consumers.get(stream, consumer)).fetch({max_messages: amount, expires: 10_000});
        for await (const message of messages) if (taken++ < answered) await message.ackAck();
      }),
    end: async () => {
      await running?.end('SIGKILL');
    },
    stop: async () => {
      await running?.end('SIGKILL');
      rmSync(folder, {recursive: true, force: true});
    },
  };
}
