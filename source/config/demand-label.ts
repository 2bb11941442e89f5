/** What people call a demand: its source and the thing that it reads. It holds no address and no secret. */
import {scrubberOf} from '../sources/scrub.ts';
import type {DemandSpec} from '../sources/source.ts';

const lengthMax = 48;

/** One for each, no two the same. */
export function labelsOf(demands: readonly DemandSpec[]): readonly string[] {
  const seen = new Map<string, number>();
  return demands.map(demand => {
    // A name may have been filled in from a secret: labels are recorded and shown.
    const scrub = scrubberOf({}, demand.secrets ?? []);
    const whole = scrub([demand.source, nameOf(demand)].filter(word => word !== '').join(' '));
    const label = whole.length > lengthMax ? `${whole.slice(0, lengthMax - 1)}…` : whole;
    const count = (seen.get(label) ?? 0) + 1;
    seen.set(label, count);
    return count === 1 ? label : `${label} (${count})`;
  });
}

function nameOf(demand: DemandSpec): string {
  switch (demand.source) {
    case 'redis':
      return demand.thing.kind === 'bullmq' ? `bullmq ${demand.thing.queue}` : `${thingWords[demand.thing.kind]} ${demand.thing.key}`;
    case 'rabbitmq':
    case 'azure-queue':
      return demand.queue;
    case 'nats':
      return `${demand.stream} ${demand.consumer}`;
    case 'nsq':
      return `${demand.topic}/${demand.channel}`;
    case 'sqs':
      return demand.queueUrl.split('/').at(-1) ?? '';
    case 'kafka':
      return `${demand.group} ${demand.topics.join(' ')}`;
    case 'prometheus':
      return demand.query;
    case 'metrics':
      return `${demand.take} ${demand.series}`;
    case 'http':
      return demand.path ?? '';
    case 'haproxy':
      return `${demand.backend} ${demand.read}`;
    case 'docker':
      return demand.read;
    case 'command':
      return demand.command[0] === 'sh' ? '' : (demand.command[0]?.split('/').at(-1) ?? '');
    case 'file':
    case 'replay':
      return demand.path.split('/').at(-1) ?? '';
    case 'random':
    case 'wave':
    case 'fixed':
    case 'postgres':
    case 'mysql':
    case 'push':
    case 'schedule':
      return '';
  }
}

const thingWords = {list: 'list', stream: 'stream', sortedSet: 'sorted set', set: 'set'} as const;
