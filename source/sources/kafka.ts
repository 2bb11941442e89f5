/** How far a consumer group is behind the end of its topics. */
import {isIP} from 'node:net';
import type {Admin} from '@platformatic/kafka';
import {createArrivals} from './asking/arrivals.ts';
import {asking, type AskTimes, type Line} from './asking/ask.ts';
import {loadClient} from './asking/client.ts';
import {countOf} from './asking/count.ts';
import {SourceError} from './asking/failure.ts';
import {guardConnections, type Guard} from './asking/kafka-guard.ts';
import {kafkaWords} from './asking/kafka-words.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface KafkaDemand extends AskTimes {
  readonly source: 'kafka';
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly group: string;
  readonly topics: readonly string[];
  readonly tls: boolean;
  readonly sasl: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  } | null;
}

/** One partition, by offsets: where its log begins and ends, and up to where the group has read; null where it never said. */
interface Partition {
  readonly name: string;
  readonly begin: bigint;
  readonly end: bigint;
  readonly read: bigint | null;
}

/** New partitions are seen after this long. */
const metadataMaxAgeMs = 30_000;

export function kafkaSource(demand: KafkaDemand, {clock}: SourceParts): Source {
  const arrivals = createArrivals();
  return asking(`kafka at ${demand.brokers.join(', ')}`, demand, clock, () => openLine(demand, arrivals));
}

function openLine(demand: KafkaDemand, arrivals: ReturnType<typeof createArrivals>): Line {
  let opening: Promise<{admin: Admin; guard: Guard}> | null = null;
  let closed = false;

  const close = () => {
    closed = true;
    opening?.then(({admin, guard}) => {
      // What the client would end in its own time is ended at once.
      admin.close().catch(() => {});
      guard.destroy();
    }, noop);
  };

  return {
    ask: async () => {
      try {
        opening ??= open(demand);
        const {admin, guard} = await opening;
        if (closed) throw new SourceError('closed');
        const broken = guard.beginQuestion();
        const partitions = await Promise.race([readPartitions(admin, demand), broken]);
        return {
          kind: 'queue',
          waiting: partitions.reduce((sum, partition) => sum + lagOf(partition), 0),
          inFlight: 0,
          arrived: arrivals(new Map(partitions.map(({name, end}) => [name, countOf(end, `the end of ${name}`)]))),
        };
      } catch (error) {
        throw kafkaWords(error, demand);
      }
    },
    close,
  };
}

/** A client that connects with the first question and tries nothing a second time. */
async function open({brokers, timeoutMs, tls, sasl}: KafkaDemand): Promise<{admin: Admin; guard: Guard}> {
  const {Admin} = await loadClient('@platformatic/kafka', () => import('@platformatic/kafka'));
  // Longer than a question may take, so that it is told of in one way only.
  const clientTimeoutMs = timeoutMs + 1000;
  const addresses = brokers.map(addressOf);
  const admin = new Admin({
    clientId: 'microscale',
    bootstrapBrokers: addresses,
    connectTimeout: clientTimeoutMs,
    requestTimeout: clientTimeoutMs,
    timeout: clientTimeoutMs,
    retries: 0,
    metadataMaxAge: metadataMaxAgeMs,
    // To ask for a topic must not make it.
    autocreateTopics: false,
    // An address that is a number has no name to ask for.
    ...(tls ? {tls: {}, tlsServerName: addresses.every(({host}) => isIP(host) === 0)} : {}),
    ...(sasl === null ? {} : {sasl: {mechanism: mechanismNames[sasl.mechanism], username: sasl.username, password: sasl.password}}),
  });
  return {admin, guard: guardConnections(admin.connections)};
}

const mechanismNames = {plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512'} as const;

/** `host:port`, `host`, or `[::1]:9092`. */
function addressOf(broker: string): {host: string; port: number} {
  const address = `kafka://${broker}`;
  if (!URL.canParse(address)) throw new SourceError(`${broker} is no address: expected host:port`);
  const {hostname, port} = new URL(address);
  return {host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? 9092 : Number(port)};
}

async function readPartitions(admin: Admin, {topics, group}: KafkaDemand): Promise<readonly Partition[]> {
  const metadata = await admin.metadata({topics: [...topics]});
  const all = topics.map(name => {
    const count = countOf(metadata.topics.get(name)?.partitionsCount, `the partitions of the topic ${name}`);
    return {name, indexes: Array.from({length: count}, (_, index) => index)};
  });
  // Where the group is goes first: asked the other way round, it could be past an end that was true a moment before.
  const [read] = await admin.listConsumerGroupOffsets({
    groups: [{groupId: group, topics: all.map(({name, indexes}) => ({name, partitionIndexes: indexes}))}],
  });
  const offsets = (timestamp: bigint) =>
    admin.listOffsets({
      topics: all.map(({name, indexes}) => ({name, partitions: indexes.map(partitionIndex => ({partitionIndex, timestamp}))})),
    });
  const [begins, ends] = await Promise.all([offsets(-2n), offsets(-1n)]);
  const partitions = all.flatMap(({name, indexes}) =>
    indexes.map(index => {
      const of = <Told extends {partitionIndex: number}>(told: readonly {name: string; partitions: readonly Told[]}[] | undefined) =>
        told?.find(topic => topic.name === name)?.partitions.find(({partitionIndex}) => partitionIndex === index);
      const committed = of(read?.topics)?.committedOffset ?? -1n;
      const [begin, end] = [of(begins)?.offset, of(ends)?.offset];
      if (begin === undefined || end === undefined) throw new SourceError(`says nothing for the end of ${name} ${index}`);
      return {name: `${name} ${index}`, begin, end, read: committed < 0n ? null : committed};
    }),
  );
  if (partitions.every(({read}) => read === null))
    throw new SourceError(`the group ${group} has committed nothing of ${topics.join(', ')} yet: is that its name?`);
  return partitions;
}

/**
 * A partition of which the group has committed nothing waits whole. So does one that ends before what was committed: it was made
 * anew. What has been deleted from the beginning waits no more.
 */
function lagOf({name, begin, end, read}: Partition): number {
  const from = read === null || read > end || read < begin ? begin : read;
  return countOf(end > from ? end - from : 0n, `what waits in ${name}`);
}

function noop(): void {}
