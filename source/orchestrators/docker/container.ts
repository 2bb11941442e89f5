/** What the engine is told to make for one replica, and how a replica is known again. */
import {createHash} from 'node:crypto';
import type {ContainerCreateOptions, ContainerInfo} from 'dockerode';
import type {Workload} from '../../config/config.ts';
import type {Listed} from '../replica.ts';

export const projectLabel = 'microscale.project';
export const serviceLabel = 'microscale.service';
export const numberLabel = 'microscale.number';
export const specLabel = 'microscale.spec';

/** What Docker grants a container to end by itself where nothing else is said. */
export const defaultGraceMs = 10_000;

export interface Made {
  readonly project: string;
  readonly service: string;
  readonly priority: number;
  readonly workload: Workload;
}

/** A name that a person can read, such as `shop-web-3`. */
export function containerName({project, service}: Made, number: number): string {
  return `${project}-${service}-${number}`;
}

/** Changes when a replica made now would differ from one made before. What follows from the priority doesn't count. */
export function fingerprint(workload: Workload): string {
  const known = prints.get(workload);
  if (known !== undefined) return known;
  const {pull: _pull, ...rest} = workload;
  const sorted = Object.fromEntries(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const print = createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
  prints.set(workload, print);
  return print;
}

/** Each container that is listed is compared, again and again, and a workload is never changed. */
const prints = new WeakMap<Workload, string>();

/**
 * CPU weight by priority, a half for each step: 4096 for priority 1, 2048, 1024 (what a container has that says
 * nothing), 512 … The kernel shares a busy CPU in this proportion.
 */
export function cpuSharesFor(priority: number): number {
  return Math.max(16, Math.round(8192 / 2 ** Math.min(priority, 10)));
}

/** The lower the priority, the sooner the kernel ends it for lack of memory; never below an ordinary process. */
export function oomScoreFor(priority: number): number {
  return Math.min(1000, Math.max(0, priority - 1) * 100);
}

/** What was made to wait has this at the end of its name until it serves. */
export const waitingSuffix = '-standby';

export function createOptions(made: Made, number: number): ContainerCreateOptions {
  const {workload, project, service, priority} = made;
  const network = workload.networks[0];
  const ports = portsOf(workload.ports);
  const labels = {
    ...workload.labels,
    [projectLabel]: project,
    [serviceLabel]: service,
    [numberLabel]: String(number),
    [specLabel]: fingerprint(workload),
  };
  const volumes = volumesOf(workload.volumes);
  return {
    name: containerName(made, number),
    Image: workload.image,
    Labels: labels,
    Env: [...workload.environment],
    ...(workload.command && {Cmd: [...workload.command]}),
    ...(workload.entrypoint && {Entrypoint: [...workload.entrypoint]}),
    ...(workload.user !== null && {User: workload.user}),
    ...(workload.stopSignal !== null && {StopSignal: workload.stopSignal}),
    ...(workload.stopGraceMs !== null && {StopTimeout: Math.ceil(workload.stopGraceMs / 1000)}),
    ...(ports.exposed && {ExposedPorts: ports.exposed}),
    ...(volumes.anonymous && {Volumes: volumes.anonymous}),
    HostConfig: {
      CpuShares: workload.cpuShares ?? cpuSharesFor(priority),
      OomScoreAdj: workload.oomScoreAdj ?? oomScoreFor(priority),
      ...(workload.cpus !== null && {NanoCpus: Math.round(workload.cpus * 1e9)}),
      ...(workload.memoryBytes !== null && {Memory: workload.memoryBytes}),
      ...(workload.init !== null && {Init: workload.init}),
      ...(network !== undefined && {NetworkMode: network}),
      ...(ports.bindings && {PortBindings: ports.bindings}),
      ...(volumes.binds.length > 0 && {Binds: volumes.binds}),
      ...(workload.logging && {LogConfig: {Type: workload.logging.driver, Config: {...workload.logging.options}}}),
    },
    ...(network !== undefined && isNamedNetwork(network) && {NetworkingConfig: {EndpointsConfig: {[network]: {Aliases: [service]}}}}),
  };
}

/** Networks after the first are joined one by one: engines before 25 take only one at creation. */
export function furtherNetworks(workload: Workload): readonly string[] {
  return workload.networks.slice(1);
}

/** Only networks that somebody made have names to be found by. */
export function isNamedNetwork(network: string): boolean {
  return !['bridge', 'host', 'none', 'default'].includes(network) && !network.startsWith('container:');
}

interface Ports {
  readonly exposed: Record<string, Record<string, never>> | null;
  readonly bindings: Record<string, {HostIp: string; HostPort: string}[]> | null;
}

/** `80`, `8080:80`, `127.0.0.1:8080:80/udp`, `8000-8010:80`, as Compose means them. */
function portsOf(ports: readonly string[]): Ports {
  if (ports.length === 0) return {exposed: null, bindings: null};
  const exposed: Record<string, Record<string, never>> = {};
  const bindings: Record<string, {HostIp: string; HostPort: string}[]> = {};
  for (const port of ports) {
    const [mapping = '', protocol = 'tcp'] = port.split('/');
    const parts = mapping.split(':');
    const inner = parts.pop() ?? '';
    const outer = parts.pop() ?? '';
    const key = `${inner}/${protocol}`;
    exposed[key] = {};
    (bindings[key] ??= []).push({HostIp: parts.join(':').replace(/^\[|\]$/g, ''), HostPort: outer});
  }
  return {exposed, bindings};
}

/** `source:target[:mode]` is bound; a lone path is an anonymous volume, which goes when its container does. */
function volumesOf(volumes: readonly string[]): {binds: string[]; anonymous: Record<string, Record<string, never>> | null} {
  const binds = volumes.filter(volume => volume.includes(':'));
  const lone = volumes.filter(volume => !volume.includes(':'));
  return {binds, anonymous: lone.length === 0 ? null : Object.fromEntries(lone.map(path => [path, {}]))};
}

/** A container of a listing as a replica; the outdated are those that would be made otherwise now. */
export function listedOf(container: ContainerInfo, current: Workload | null, imageId: string | null): Listed {
  const {Labels: labels, State: state, Status: status} = container;
  const stale = current !== null && labels[specLabel] !== fingerprint(current);
  const oldImage = current?.pull === 'always' && imageId !== null && container.ImageID !== imageId;
  return {
    id: container.Id,
    number: Number(labels[numberLabel]) || 0,
    state: stateOf(state, status),
    served: !nameOf(container).endsWith(waitingSuffix),
    startedAt: container.Created * 1000,
    outdated: stale || oldImage,
  };
}

/** Without the slash that the engine puts before it. */
export function nameOf({Names: names}: Pick<ContainerInfo, 'Names'>): string {
  return names?.[0]?.replace(/^\//, '') ?? '';
}

/** What a listing says of a container, as a replica's state. */
export function stateOf(state: string, status: string): Listed['state'] {
  switch (state) {
    case 'created':
      return 'created';
    case 'running':
      return /\((health: starting|unhealthy)\)/.test(status) ? 'unready' : 'running';
    case 'paused':
      return 'paused';
    case 'restarting':
      return 'unready';
    default:
      return 'dead';
  }
}
