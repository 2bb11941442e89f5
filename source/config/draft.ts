/** A commented configuration from a few answers. Pure: it looks at no host, asks nobody and writes no file. */
import {clean} from '../clean.ts';
import {likenessLines, type Likeness} from './likeness.ts';
import {yamlValue as value} from './yaml-value.ts';

/** What a service is made of: one that runs already, or new replicas of an image. */
export type DraftOrigin =
  | {readonly kind: 'adopted'; readonly hostName: string; readonly title: string; readonly labelled: boolean}
  | {readonly kind: 'made'; readonly image: string; readonly title: string; readonly like: Likeness | null}
  /** As in the box: it serves nobody and does nothing. */
  | {readonly kind: 'idle'; readonly image: string};

export type DraftFollow =
  | {readonly kind: 'fill'}
  | {readonly kind: 'fixed'; readonly replicas: number}
  | {readonly kind: 'demand'; readonly demand: Readonly<Record<string, unknown>>; readonly target: DraftTarget};

export type DraftTarget = 'direct' | {readonly perReplica: number} | {readonly utilization: string};

export interface DraftService {
  readonly name: string;
  readonly origin: DraftOrigin;
  readonly min: number;
  readonly max: number;
  readonly follow: DraftFollow;
}

export interface Draft {
  readonly project: string;
  /** Where it was drafted for; null for no host. */
  readonly host: string | null;
  readonly orchestrator: 'docker' | 'swarm' | null;
  readonly capacity: number;
  /** The most important first. */
  readonly services: readonly DraftService[];
  /** What runs there and is left alone, in words. */
  readonly leftOut: readonly string[];
}

export const usualFile = 'microscale.yaml';
/** More of what is left out is not worth a line each. */
const leftOutMax = 12;

/** `file` is what it will be called, from where its commands are given. */
export function draftText({project, host, orchestrator, capacity, services, leftOut}: Draft, file = usualFile): string {
  const named = file === usualFile ? '' : ` --config ${clean(file)}`;
  const commands = [
    [`microscale check ${clean(file)}`, 'says what is wrong with this file'],
    [`microscale explain ${clean(file)}`, 'says what it means, in sentences'],
    [`microscale plan${named}`, 'looks once, says what it would do and why, and changes nothing'],
    [`microscale${named}`, 'does it, and shows it'],
  ] as const;
  const width = Math.max(...commands.map(([command]) => command.length));
  const lines = [
    `# Written by “microscale init”${host === null ? ', where no engine was found: two services that do nothing, to try it with' : ` for ${clean(host)}`}.`,
    '#',
    ...commands.map(([command, meaning]) => `#   ${command.padEnd(width)}  ${meaning}`),
    '#',
    '# It may be edited while microscale runs; what is wrong is told then, and the old one stays.',
    '',
    `project: ${value(project)}`,
    ...(orchestrator === null ? [] : [`orchestrator: ${orchestrator}`]),
    '',
    '# Slots: how many replicas the services below may run together. Each replica takes one, unless its service says slots: N.',
    `capacity: ${capacity}`,
    '',
    '# The most important first: priority 1 gets what its demand asks for, taken from the least important.',
    'services:',
    ...services.flatMap((service, index) => [...(index === 0 ? [] : ['']), ...serviceLines(service, index + 1)]),
    '',
    '# An override (a key in the console, or “microscale pin”) ends by itself after this time.',
    'overrides: {expire: 30m}',
    ...(leftOut.length === 0 ? [] : ['', '# Left alone here:', ...leftOut.slice(0, leftOutMax).map(words => `#   ${clean(words)}`)]),
    ...(leftOut.length > leftOutMax ? [`#   and ${leftOut.length - leftOutMax} more`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function serviceLines({name, origin, min, max, follow}: DraftService, priority: number): readonly string[] {
  return [
    `  ${value(name)}:`,
    ...originLines(origin),
    `    priority: ${priority}${priority === 1 ? ' # served first' : ''}`,
    `    min: ${min}`,
    `    max: ${max}`,
    ...followLines(follow),
  ];
}

function originLines(origin: DraftOrigin): readonly string[] {
  switch (origin.kind) {
    case 'adopted':
      return [
        `    # ${clean(origin.title)}: it keeps what it is made from, and only its count changes.`,
        ...(origin.labelled ? ['    # It has microscale labels: what is written here wins over them.'] : []),
        `    adopt: ${value(origin.hostName)}`,
      ];
    case 'made':
      return [
        `    # New replicas like ${clean(origin.title)}, which itself stays as it is: see whether they need`,
        `    # ${origin.like === null ? 'its command, environment, networks,' : 'its'} ports and volumes too (fields as in Compose).`,
        `    image: ${value(origin.image)}`,
        ...(origin.like === null ? [] : likenessLines(origin.like)).map(line => `    ${line}`),
      ];
    case 'idle':
      return [
        `    image: ${value(origin.image)}`,
        `    command: ${value(['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 3600 & wait; done'])}`,
        '    networks: [none]',
        '    stopGrace: 2s',
      ];
  }
}

function followLines(follow: DraftFollow): readonly string[] {
  switch (follow.kind) {
    case 'fill':
      return ['    target: fill # whatever the others leave'];
    case 'fixed':
      return [`    target: {fixed: ${follow.replicas}} # always so many`];
    case 'demand':
      return [
        `    demand: ${value(follow.demand)}`,
        `    target: ${targetText(follow.target)}`,
        '    onLost: hold # while its demand can’t be read: the count stays. Or min, max, a number',
      ];
  }
}

function targetText(target: DraftTarget): string {
  if (target === 'direct') return 'direct # the demand is the number of replicas';
  if ('perReplica' in target) return `${value(target)} # how much of the demand one replica serves`;
  return `${value(target)} # how much of what a replica may use should be in use`;
}

/** A name that a service may have in a file, and that none of those taken has. */
export function serviceNameFor(shortName: string, hostName: string, taken: ReadonlySet<string>): string {
  const fit = (name: string) =>
    name
      .replaceAll(/[^a-zA-Z0-9_.-]+/g, '-')
      .replace(/^[^a-zA-Z0-9]+/, '')
      .slice(0, 58);
  const own = [fit(shortName), fit(hostName)].filter(name => name !== '' && !(name in Object.prototype));
  const [first = 'service'] = own;
  const free = [first, ...own].find(name => !taken.has(name));
  if (free !== undefined) return free;
  for (let number = 2; ; number++) if (!taken.has(`${first}-${number}`)) return `${first}-${number}`;
}

/** Such as Compose makes of a folder's name. */
export function projectNameFor(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 63);
  return name === '' ? 'microscale' : name;
}
