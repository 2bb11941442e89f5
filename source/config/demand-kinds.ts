/** The demands that a first configuration offers: the usual ones, with what must be known of each. The schema knows them all. */
import type {HostFacts} from '../ports.ts';
import {demandSchema} from './demand-schema.ts';

export interface DemandField {
  readonly field: string;
  readonly question: string;
  readonly usual: (service: string) => string;
  /** What the configuration's own schema finds wrong with the field; null for nothing. */
  readonly problem: (demand: Readonly<Record<string, unknown>>, field: string) => string | null;
}

export interface DemandKind {
  readonly key: string;
  /** What it is, after its key. */
  readonly words: string;
  readonly fixed: Readonly<Record<string, unknown>>;
  readonly fields: readonly DemandField[];
  /** What the demand is a number of. */
  readonly target: 'utilization' | 'number' | 'queue';
}

function field(name: string, question: string, usual: string | ((service: string) => string)): DemandField {
  return {field: name, question, usual: typeof usual === 'string' ? () => usual : usual, problem: problemOf};
}

function problemOf(demand: Readonly<Record<string, unknown>>, name: string): string | null {
  const parsed = demandSchema.safeParse(demand);
  return parsed.error?.issues.find(({path}) => path[0] === name)?.message ?? null;
}

export const demandKinds = {
  cpu: {
    key: 'cpu',
    words: 'what its own replicas use of the CPU',
    fixed: {source: 'docker', read: 'cpu'},
    fields: [],
    target: 'utilization',
  },
  memory: {
    key: 'memory',
    words: 'what its own replicas use of the memory',
    fixed: {source: 'docker', read: 'memory'},
    fields: [],
    target: 'utilization',
  },
  http: {
    key: 'http',
    words: 'a number on a page, as text or in JSON',
    fixed: {source: 'http'},
    fields: [field('url', 'the address of the page?', service => `http://localhost:8080/${service}`)],
    target: 'number',
  },
  prometheus: {
    key: 'prometheus',
    words: 'a query that gives a number',
    fixed: {source: 'prometheus'},
    fields: [
      field('url', 'the address of Prometheus?', 'http://localhost:9090'),
      field('query', 'the query?', service => `sum(rate(http_requests_total{job="${service}"}[1m]))`),
    ],
    target: 'number',
  },
  redis: {
    key: 'redis',
    words: 'the length of a list in Redis',
    fixed: {source: 'redis'},
    fields: [field('url', 'the address of Redis?', 'redis://localhost:6379'), field('list', 'the name of the list?', service => service)],
    target: 'queue',
  },
  rabbitmq: {
    key: 'rabbitmq',
    words: 'the length of a queue in RabbitMQ',
    fixed: {source: 'rabbitmq'},
    fields: [field('url', 'the address of RabbitMQ?', 'amqp://localhost'), field('queue', 'the name of the queue?', service => service)],
    target: 'queue',
  },
  kafka: {
    key: 'kafka',
    words: 'how far a consumer group is behind',
    fixed: {source: 'kafka'},
    fields: [
      field('brokers', 'a broker, as host:port?', 'localhost:9092'),
      field('group', 'the consumer group?', service => service),
      field('topic', 'the topic?', service => service),
    ],
    target: 'queue',
  },
  postgres: {
    key: 'postgres',
    words: 'a query that gives a number',
    fixed: {source: 'postgres'},
    fields: [
      field('url', 'the address of the database?', 'postgres://localhost/postgres'),
      field('query', 'the query?', 'select count(*) from jobs where done_at is null'),
    ],
    target: 'queue',
  },
  file: {
    key: 'file',
    words: 'a file that holds a number',
    fixed: {source: 'file'},
    fields: [field('path', 'the path of the file?', service => `/run/demand/${service}`)],
    target: 'number',
  },
  command: {
    key: 'command',
    words: 'a program that prints a number',
    fixed: {source: 'command'},
    fields: [field('command', 'the command line?', service => `cat /run/demand/${service}`)],
    target: 'number',
  },
  push: {
    key: 'push',
    words: 'somebody tells it: microscale demand SERVICE N',
    fixed: {source: 'push'},
    fields: [],
    target: 'number',
  },
  fill: {key: 'fill', words: 'nothing: it takes whatever the others leave', fixed: {}, fields: [], target: 'number'},
} as const satisfies Readonly<Record<string, DemandKind>>;

/** What replicas use is known to a single engine; a Swarm's manager doesn't know it of other nodes. */
export function kindsFor(host: HostFacts['kind']): readonly DemandKind[] {
  const all: readonly DemandKind[] = Object.values(demandKinds);
  return host === 'docker' ? all : all.filter(({fixed}) => fixed['source'] !== 'docker');
}

/** What needs no address. */
export function usualKind(host: HostFacts['kind'], isLast: boolean): string {
  if (isLast) return 'fill';
  return host === 'docker' ? 'cpu' : 'push';
}
