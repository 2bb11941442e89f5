/** A real Kafka broker in KRaft mode, for the tests alone: plain on one port, with SASL on another. See install-kafka.sh. */
import {execFile} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {Admin, Producer, stringSerializers} from '@platformatic/kafka';
import {cacheFolder, findProgram, freePorts, startServerProgram, type RunningProgram} from './queue-servers.ts';
import {until} from './until.ts';

const java = findProgram('java');
const jars = join(cacheFolder, 'kafka-3.9.1');
export const kafkaMissing =
  java === null
    ? 'java is not installed (bash test/support/install-kafka.sh)'
    : existsSync(jars)
      ? null
      : 'Kafka is not installed (bash test/support/install-kafka.sh)';

export const kafkaWord = 'word-of-the-tests';

export interface KafkaServer {
  readonly plain: string;
  /** Wants the name `ops` and `kafkaWord`, by PLAIN or SCRAM-SHA-256. */
  readonly sasl: string;
  /** Tells everybody to go on to 127.0.0.1:1, where nobody is. */
  readonly lost: string;
  createTopic(topic: string, partitions: number): Promise<void>;
  deleteTopic(topic: string): Promise<void>;
  publish(topic: string, partition: number, amount: number): Promise<void>;
  /** Has a group say that it has read up to these offsets, one a partition. */
  commit(group: string, topic: string, offsets: readonly bigint[]): Promise<void>;
  deleteUpTo(topic: string, partition: number, offset: bigint): Promise<void>;
  end(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Small, and made to start quickly. */
const javaOptions = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*')];

export async function startKafka(): Promise<KafkaServer> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-kafka-'));
  const [plainPort = 0, saslPort = 0, lostPort = 0, controllerPort = 0] = await freePorts(4);
  const plain = `127.0.0.1:${plainPort}`;
  const config = join(folder, 'config');
  writeFileSync(config, configOf({folder, plainPort, saslPort, lostPort, controllerPort}));
  const scram = `SCRAM-SHA-256=[name=ops,password=${kafkaWord}]`;
  const format = ['kafka.tools.StorageTool', 'format', '-t', 'bWljcm9zY2FsZS10ZXN0cw', '-c', config, '--add-scram', scram];
  await promisify(execFile)(java ?? '', [...javaOptions, ...format], {cwd: folder});

  let running: RunningProgram | null = null;
  let admin: Admin | null = null;
  let producer: Producer<string, string, string, string> | null = null;
  const clientOptions = {
    clientId: 'tests',
    bootstrapBrokers: [plain],
    retries: 5,
    retryDelay: 200,
    timeout: 30_000,
    connectTimeout: 30_000,
  };
  const letGo = async () => {
    await Promise.all([admin?.close().catch(() => {}), producer?.close().catch(() => {})]);
    admin = producer = null;
  };
  const theAdmin = () => (admin ??= new Admin(clientOptions));
  const start = async () => {
    const begun = startServerProgram(java ?? '', [...javaOptions, 'kafka.Kafka', config], {folder, log: join(folder, 'log')});
    running = begun;
    await until('Kafka to answer', () => answers(clientOptions, begun), 120_000);
  };
  try {
    await start();
  } catch (error) {
    await (running as RunningProgram | null)?.end('SIGKILL');
    throw error;
  }
  return {
    plain,
    sasl: `127.0.0.1:${saslPort}`,
    lost: `127.0.0.1:${lostPort}`,
    start,
    createTopic: async (topic, partitions) => {
      await theAdmin().createTopics({topics: [topic], partitions, replicas: 1});
      await until(
        'the topic',
        async () => (await theAdmin().metadata({topics: [topic], forceUpdate: true})).topics.get(topic) !== undefined,
      );
    },
    deleteTopic: async topic => {
      await theAdmin().deleteTopics({topics: [topic]});
    },
    publish: async (topic, partition, amount) => {
      if (amount === 0) return;
      // Just after its start it may not lead the partition yet, and what is sent twice would count twice.
      await until('the partition to be led', async () => {
        await theAdmin().listOffsets({topics: [{name: topic, partitions: [{partitionIndex: partition, timestamp: -1n}]}]});
        return true;
      });
      producer ??= new Producer({...clientOptions, serializers: stringSerializers});
      const messages = Array.from({length: amount}, (_, index) => ({topic, partition, key: `${index}`, value: `message ${index}`}));
      await producer.send({messages, acks: -1});
    },
    commit: async (groupId, topic, offsets) => {
      const partitionOffsets = offsets.map((offset, partition) => ({partition, offset}));
      await until('the commit', async () => {
        await theAdmin().alterConsumerGroupOffsets({groupId, topics: [{name: topic, partitionOffsets}]});
        return true;
      });
    },
    deleteUpTo: async (topic, partition, offset) => {
      await theAdmin().deleteRecords({topics: [{name: topic, partitions: [{partition, offset}]}]});
    },
    end: async () => {
      await letGo();
      await running?.end('SIGKILL');
    },
    stop: async () => {
      await letGo();
      await running?.end('SIGKILL');
      rmSync(folder, {recursive: true, force: true});
    },
  };
}

async function answers(options: ConstructorParameters<typeof Admin>[0], program: RunningProgram): Promise<boolean> {
  if (program.hasEnded()) throw new Error(`it ended: ${program.tail()}`);
  const admin = new Admin({...options, retries: 0});
  try {
    return (await admin.metadata({topics: []})).brokers.size > 0;
  } finally {
    await admin.close();
  }
}

function configOf(at: {folder: string; plainPort: number; saslPort: number; lostPort: number; controllerPort: number}): string {
  const listeners = `PLAIN://127.0.0.1:${at.plainPort},SASL://127.0.0.1:${at.saslPort}`;
  const login = 'org.apache.kafka.common.security';
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${at.controllerPort}
listeners=${listeners},LOST://127.0.0.1:${at.lostPort},CONTROLLER://127.0.0.1:${at.controllerPort}
advertised.listeners=${listeners},LOST://127.0.0.1:1
listener.security.protocol.map=PLAIN:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT,LOST:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAIN
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256
listener.name.sasl.plain.sasl.jaas.config=${login}.plain.PlainLoginModule required user_ops="${kafkaWord}";
listener.name.sasl.scram-sha-256.sasl.jaas.config=${login}.scram.ScramLoginModule required;
log.dirs=${join(at.folder, 'logs')}
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=true
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
`;
}
