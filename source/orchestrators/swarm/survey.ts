/** What a Swarm is: its nodes with what is left of them, its services, those that can be adopted. Pure. */
import {isOurLabel} from '../../config/labels.ts';
import type {FoundService, HostFacts, NodeFacts, Reservation} from '../../ports.ts';
import {projectLabel, serviceLabel} from '../docker/container.ts';
import {replicasOf, type NodeObject, type ServiceObject, type TaskObject} from './wire.ts';

export interface Seen {
  readonly services: readonly ServiceObject[];
  readonly nodes: readonly NodeObject[];
  readonly tasks: readonly TaskObject[];
}

const stackLabel = 'com.docker.stack.namespace';
/** What a Swarm grants a task to end by itself where nothing else is said. */
const defaultGraceMs = 10_000;

export interface SurveyOptions {
  readonly url: string;
  readonly project: string;
  /** The services whose reservations are microscale's own to move. */
  readonly managed: ReadonlySet<string>;
  /** What an image says of the services that are made from it. */
  readonly labelsOf: (image: string) => Readonly<Record<string, string>>;
}

export function surveyOf({services, nodes, tasks}: Seen, {url, project, managed, labelsOf}: SurveyOptions): HostFacts {
  const managers = nodes.filter(({Spec: spec}) => spec?.Role === 'manager').length;
  const own = services.filter(service => isMade(service, project));
  const others = services.filter(service => !isMade(service, project));
  return {
    title: `swarm ${counted(managers, 'manager')} / ${counted(nodes.length, 'node')} @ ${url}`,
    kind: 'swarm',
    remark: '',
    nodes: nodesOf({services, nodes, tasks}, managed),
    made: own.flatMap(({Spec: {Labels: labels}}) => labels?.[serviceLabel] ?? []),
    found: others.map(service => foundOf(service, labelsOf)).toSorted((a, b) => (a.hostName < b.hostName ? -1 : 1)),
  };
}

export function isMade({Spec: {Labels: labels}}: ServiceObject, project: string): boolean {
  return labels?.[projectLabel] === project && labels[serviceLabel] !== undefined;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function foundOf({Spec: spec}: ServiceObject, labelsOf: SurveyOptions['labelsOf']): FoundService {
  const labels = {...labelsOf(spec.TaskTemplate?.ContainerSpec?.Image ?? ''), ...spec.Labels};
  const stack = labels[stackLabel];
  const reserved = spec.TaskTemplate?.Resources?.Reservations ?? {};
  const grace = spec.TaskTemplate?.ContainerSpec?.StopGracePeriod;
  return {
    hostName: spec.Name,
    shortName: stack !== undefined && spec.Name.startsWith(`${stack}_`) ? spec.Name.slice(stack.length + 1) : spec.Name,
    title: `Swarm service ${spec.Name}`,
    labels: Object.fromEntries(Object.entries(labels).filter(([name]) => isOurLabel(name))),
    cpus: reserved.NanoCPUs ? reserved.NanoCPUs / 1e9 : null,
    memoryBytes: reserved.MemoryBytes || null,
    stopGraceMs: grace === undefined ? defaultGraceMs : Math.round(grace / 1e6),
    unfit:
      replicasOf(spec) === null
        ? 'is not in replicated mode (a replica on each node, or a job): only replicated services are scaled'
        : null,
  };
}

/** The nodes that take replicas: ready and active. */
function nodesOf({services, nodes, tasks}: Seen, managed: ReadonlySet<string>): readonly NodeFacts[] {
  const names = new Map(services.map(({ID: id, Spec: {Name: name}}) => [id, name]));
  const byNode = new Map<string, Map<string, Reservation>>();
  for (const {NodeID: node = '', ServiceID: id = '', DesiredState: desired, Spec: spec} of tasks) {
    const {NanoCPUs: nanoCpus = 0, MemoryBytes: memoryBytes = 0} = spec?.Resources?.Reservations ?? {};
    const service = names.get(id) ?? '';
    if (desired !== 'running' || managed.has(service) || (nanoCpus === 0 && memoryBytes === 0)) continue;
    const reserved = byNode.get(node) ?? new Map<string, Reservation>();
    byNode.set(node, reserved);
    const before = reserved.get(service) ?? {service, cpus: 0, memoryBytes: 0};
    reserved.set(service, {service, cpus: before.cpus + nanoCpus / 1e9, memoryBytes: before.memoryBytes + memoryBytes});
  }
  return nodes.filter(takesReplicas).map(({ID: id, Description: description}) => ({
    name: description?.Hostname ?? id,
    cpus: description?.Resources?.NanoCPUs ? description.Resources.NanoCPUs / 1e9 : null,
    memoryBytes: description?.Resources?.MemoryBytes ?? null,
    reserved: [...(byNode.get(id)?.values() ?? [])],
  }));
}

function takesReplicas({Status: status, Spec: spec}: NodeObject): boolean {
  return status?.State === 'ready' && spec?.Availability === 'active';
}

/** Down, by the Swarm's own word; a node that it isn't sure of, as after an election, is not. */
export function downNodes(nodes: readonly NodeObject[]): ReadonlySet<string> {
  return new Set(nodes.filter(({Status: status}) => status?.State === 'down').map(({ID: id}) => id));
}
