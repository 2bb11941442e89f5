/** Asks an engine what a doctor wants to know: each question bounded in time, and none of them changes anything. */
import type Docker from 'dockerode';
import type {LeaseStore} from '../../ports.ts';
import {swarmApi} from '../swarm/api.ts';
import {createSwarmLeaseStore} from '../swarm/lease-store.ts';
import {createClient, hostError} from './client.ts';
import type {ChosenEndpoint} from './endpoint.ts';
import {createDockerLeaseStore} from './lease-store.ts';
import {looseContainers, type LooseContainer} from './loose.ts';
import {within} from './within.ts';

export type EngineKind =
  | {readonly kind: 'docker'}
  | {readonly kind: 'manager'; readonly nodes: number | null}
  | {readonly kind: 'worker'; readonly managers: readonly string[]}
  | {readonly kind: 'unusable'; readonly state: string; readonly trouble: string};

/** Who it is, and what its clock said in the middle of a question that took `tookMs`; null where it says no time. */
export interface EngineFacts {
  readonly version: string;
  readonly api: string;
  readonly machine: string;
  readonly kind: EngineKind;
  readonly clock: {readonly aheadMs: number; readonly tookMs: number} | null;
}

export type Allowed =
  | {readonly kind: 'yes'}
  | {readonly kind: 'no'; readonly said: string}
  /** It couldn't be found out. */
  | {readonly kind: 'unknown'; readonly said: string};

export interface Permission {
  /** Such as `list containers`. */
  readonly what: string;
  /** Such as `POST /containers/create`, for whoever sets up a proxy. */
  readonly call: string;
  readonly allowed: Allowed;
}

export interface Patient {
  /** Throws `HostError` where it can't be reached. */
  facts(limitMs: number): Promise<EngineFacts>;
  permissions(kind: EngineKind, limitMs: number): Promise<readonly Permission[]>;
  lease(kind: EngineKind, lease: string): LeaseStore;
  /** Containers that belong to no service, which can't be scaled as they are. */
  loose(limitMs: number): Promise<readonly LooseContainer[]>;
  close(): void;
}

export function examine(chosen: ChosenEndpoint, now: () => number): Patient {
  const client = createClient(chosen.endpoint);
  const {docker} = client;
  return {
    async facts(limitMs) {
      try {
        return await within(limitMs, () => factsOf(docker, now));
      } catch (error) {
        throw hostError(chosen, error);
      }
    },
    permissions: (kind, limitMs) => Promise.all(questionsFor(docker, kind).map(question => ask(question, limitMs))),
    lease: (kind, lease) =>
      kind.kind === 'manager' ? createSwarmLeaseStore(() => swarmApi(docker), lease) : createDockerLeaseStore(docker, lease),
    loose: limitMs => looseContainers(docker, limitMs),
    close: () => client.destroy(),
  };
}

interface Info {
  readonly Name?: string;
  readonly SystemTime?: string;
  readonly Swarm?: {
    readonly LocalNodeState?: string;
    readonly ControlAvailable?: boolean;
    readonly Nodes?: number;
    readonly Error?: string;
    readonly RemoteManagers?: readonly {readonly Addr?: string}[] | null;
  };
}

async function factsOf(docker: Docker, now: () => number): Promise<EngineFacts> {
  // First the one that opens the connection, so that the other measures the clock and not the way there.
  const version = await docker.version();
  const before = now();
  const info = (await docker.info()) as Info;
  const tookMs = now() - before;
  const systemMs = Date.parse(info.SystemTime ?? '');
  return {
    version: version.Version,
    api: version.ApiVersion,
    machine: info.Name ?? 'host',
    kind: kindOf(info.Swarm),
    clock: Number.isFinite(systemMs) ? {aheadMs: systemMs - (before + tookMs / 2), tookMs} : null,
  };
}

export function kindOf(swarm: Info['Swarm']): EngineKind {
  const state = swarm?.LocalNodeState ?? 'inactive';
  if (swarm?.ControlAvailable) return {kind: 'manager', nodes: swarm.Nodes ?? null};
  if (state === 'inactive' || state === '') return {kind: 'docker'};
  if (state !== 'active') return {kind: 'unusable', state, trouble: swarm?.Error ?? ''};
  const addresses = (swarm?.RemoteManagers ?? []).flatMap(({Addr: address}) => (address ? [address.replace(/:\d+$/, '')] : []));
  return {kind: 'worker', managers: addresses};
}

interface Question {
  readonly what: string;
  readonly call: string;
  ask(): Promise<unknown>;
}

/** What is asked to be changed can't be there: no image, container or service may have such a name. An engine says so; a proxy refuses before. */
const noImage = 'Microscale:Asks Only';
const nobody = '_microscale-asks-only';

function questionsFor(docker: Docker, {kind}: EngineKind): readonly Question[] {
  const plain: readonly Question[] = [
    {what: 'list containers', call: 'GET /containers/json', ask: () => docker.listContainers({all: true, limit: 1})},
    {what: 'follow events', call: 'GET /events', ask: () => pastEvents(docker)},
    {what: 'create containers', call: 'POST /containers/create', ask: () => docker.createContainer({Image: noImage})},
    {what: 'start containers', call: 'POST /containers/*/start', ask: () => docker.getContainer(nobody).start()},
    {what: 'stop containers', call: 'POST /containers/*/stop', ask: () => docker.getContainer(nobody).stop()},
    {what: 'remove containers', call: 'DELETE /containers/*', ask: () => docker.getContainer(nobody).remove()},
  ];
  if (kind !== 'manager') return plain;
  const api = swarmApi(docker);
  const signal = new AbortController().signal;
  return [
    {what: 'list services', call: 'GET /services', ask: () => api.services(signal)},
    {what: 'list tasks', call: 'GET /tasks', ask: () => api.tasks(signal, [nobody])},
    {what: 'list nodes', call: 'GET /nodes', ask: () => api.nodes(signal)},
    {what: 'follow events', call: 'GET /events', ask: () => pastEvents(docker)},
    // Without a name it is refused, after it was let through.
    {what: 'create services', call: 'POST /services/create', ask: () => api.create({Name: ''}, null, signal)},
    {what: 'scale services', call: 'POST /services/*/update', ask: () => api.update(nobody, 1, {Name: nobody}, signal)},
    {what: 'keep the lease', call: 'POST /configs/create', ask: () => api.createConfig('', {}, '')},
  ];
}

/** Those of one second long ago, so that the answer ends at once. */
async function pastEvents(docker: Docker): Promise<void> {
  const stream = (await docker.getEvents({since: 1, until: 2})) as NodeJS.ReadableStream & {destroy(): void};
  stream.on('error', () => {});
  stream.destroy();
}

async function ask({what, call, ask: put}: Question, limitMs: number): Promise<Permission> {
  try {
    await within(limitMs, put);
    return {what, call, allowed: {kind: 'yes'}};
  } catch (error) {
    return {what, call, allowed: allowedBy(error as RefusedError)};
  }
}

interface RefusedError extends Error {
  readonly statusCode?: number | undefined;
  readonly json?: {readonly message?: string} | null;
}

/** An engine that finds fault with what was asked has let the question through. */
export function allowedBy(error: RefusedError): Allowed {
  const said = (error.json?.message ?? error.message).trim();
  switch (error.statusCode) {
    case undefined:
      return {kind: 'unknown', said};
    case 401:
    case 403:
    case 405:
    case 407:
      return {kind: 'no', said: `${error.statusCode} ${said}`};
    case 400:
    case 404:
    case 409:
    case 500:
      return {kind: 'yes'};
    default:
      return {kind: 'unknown', said: `${error.statusCode} ${said}`};
  }
}
