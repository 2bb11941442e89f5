/** From what the configuration says of a demand to the source that reads it: one line a kind. */
import type {Chance, Clock, Pushes, ReadUsage, Source} from '../ports.ts';
import {azureQueueSource, type AzureQueueDemand} from './azure-queue.ts';
import {commandSource, type CommandDemand} from './command.ts';
import {dockerSource, type DockerDemand} from './docker.ts';
import {fileSource, type FileDemand} from './file.ts';
import {fixedSource, type FixedDemand} from './fixed.ts';
import {haproxySource, type HaproxyDemand} from './haproxy.ts';
import {httpSource, type HttpDemand} from './http.ts';
import {kafkaSource, type KafkaDemand} from './kafka.ts';
import {metricsSource, type MetricsDemand} from './metrics.ts';
import {mysqlSource, type MysqlDemand} from './mysql.ts';
import {natsSource, type NatsDemand} from './nats.ts';
import {nsqSource, type NsqDemand} from './nsq.ts';
import {postgresSource, type PostgresDemand} from './postgres.ts';
import {prometheusSource, type PrometheusDemand} from './prometheus.ts';
import {pushSource, type PushDemand} from './push.ts';
import {rabbitmqSource, type RabbitmqDemand} from './rabbitmq.ts';
import {randomSource, type RandomDemand} from './random.ts';
import {redisSource, type RedisDemand} from './redis.ts';
import {replaySource, type ReplayDemand} from './replay.ts';
import {scheduleSource, type ScheduleDemand} from './schedule.ts';
import {scrubbed, scrubberOf} from './scrub.ts';
import {sqsSource, type SqsDemand} from './sqs.ts';
import {waveSource, type WaveDemand} from './wave.ts';

/** Times are in milliseconds, paths absolute, secrets filled in. */
export type DemandSpec = KindOfDemand & {
  /** What was put in from the environment and from files: it is never told. */
  readonly secrets?: readonly string[];
};

type KindOfDemand =
  | RandomDemand
  | WaveDemand
  | FileDemand
  | FixedDemand
  | RedisDemand
  | RabbitmqDemand
  | NatsDemand
  | NsqDemand
  | SqsDemand
  | AzureQueueDemand
  | KafkaDemand
  | PostgresDemand
  | MysqlDemand
  | PrometheusDemand
  | MetricsDemand
  | HttpDemand
  | HaproxyDemand
  | DockerDemand
  | CommandDemand
  | PushDemand
  | ScheduleDemand
  | ReplayDemand;

export interface SourceParts {
  readonly clock: Clock;
  readonly chance: Chance;
  /** Whose demand it is. */
  readonly service: string;
  /** Reads what replicas use; null where the host can't say. */
  readonly usage: ReadUsage | null;
  /** Where pushed numbers arrive; null where nobody can push. */
  readonly pushes: Pushes | null;
}

/** What it says holds none of the demand's secrets. */
export function createSource(demand: DemandSpec, parts: SourceParts): Source {
  const source = sourceOf(demand, parts);
  const scrub = scrubberOf(demand, demand.secrets ?? []);
  return (report, signal) => source(reading => report(scrubbed(reading, scrub)), signal);
}

function sourceOf(demand: DemandSpec, parts: SourceParts): Source {
  const {clock, chance} = parts;
  switch (demand.source) {
    case 'random':
      return randomSource(demand, clock, chance);
    case 'wave':
      return waveSource(demand, clock);
    case 'file':
      return fileSource(demand);
    case 'fixed':
      return fixedSource(demand);
    case 'redis':
      return redisSource(demand, parts);
    case 'rabbitmq':
      return rabbitmqSource(demand, parts);
    case 'nats':
      return natsSource(demand, parts);
    case 'nsq':
      return nsqSource(demand, parts);
    case 'sqs':
      return sqsSource(demand, parts);
    case 'azure-queue':
      return azureQueueSource(demand, parts);
    case 'kafka':
      return kafkaSource(demand, parts);
    case 'postgres':
      return postgresSource(demand, parts);
    case 'mysql':
      return mysqlSource(demand, parts);
    case 'prometheus':
      return prometheusSource(demand, parts);
    case 'metrics':
      return metricsSource(demand, parts);
    case 'http':
      return httpSource(demand, parts);
    case 'haproxy':
      return haproxySource(demand, parts);
    case 'docker':
      return dockerSource(demand, parts);
    case 'command':
      return commandSource(demand, parts);
    case 'push':
      return pushSource(demand, parts);
    case 'schedule':
      return scheduleSource(demand, parts);
    case 'replay':
      return replaySource(demand, parts);
  }
}
