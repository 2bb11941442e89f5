/** Which kind of host an engine is, and the orchestrator for it. */
import type {Workload} from '../config/config.ts';
import {HostError, type Clock, type Orchestrator} from '../ports.ts';
import {createClient, hostError} from './docker/client.ts';
import {createDockerHost} from './docker/docker.ts';
import type {ChosenEndpoint} from './docker/endpoint.ts';
import {within} from './docker/within.ts';
import {createSwarmHost} from './swarm/swarm.ts';

export interface HostParts {
  readonly clock: Clock;
  /** In the order in which they are tried; a Swarm's managers, or one engine. */
  readonly endpoints: readonly [ChosenEndpoint, ...ChosenEndpoint[]];
  /** What was asked for; null for whatever it is. */
  readonly wanted: 'docker' | 'swarm' | null;
  readonly project: string;
  readonly lease: string;
  readonly workloadOf: (service: string) => Workload | null;
  readonly adoptedName: (service: string) => string | null;
  readonly mayAct: () => boolean;
}

interface SwarmInfo {
  readonly LocalNodeState?: string;
  readonly ControlAvailable?: boolean;
  readonly Error?: string;
  readonly RemoteManagers?: readonly {readonly Addr?: string}[] | null;
}

const infoLimitMs = 10_000;

/** Throws `HostError` where no engine answers, or none of them is what was asked for. */
export async function chooseOrchestrator(parts: HostParts): Promise<Orchestrator> {
  const {endpoints, wanted} = parts;
  const [first] = endpoints;
  const docker = () => createDockerHost({...parts, chosen: first});
  if (wanted === 'docker') return docker();
  const reasons: string[] = [];
  for (const [index, endpoint] of endpoints.entries()) {
    try {
      const info = await swarmInfo(endpoint);
      const refusal = whyNoManager(endpoint, info, wanted);
      if (refusal) throw new HostError(refusal);
      if (!info.ControlAvailable) return docker();
      // The one that answered goes first; the others are there for when it doesn't.
      const [best = first, ...others] = [...endpoints.slice(index), ...endpoints.slice(0, index)];
      return createSwarmHost({...parts, endpoints: [best, ...others]});
    } catch (error) {
      reasons.push((error instanceof HostError ? error : hostError(endpoint, error)).message);
    }
  }
  throw new HostError(reasons.join('; '));
}

async function swarmInfo(chosen: ChosenEndpoint): Promise<SwarmInfo> {
  const client = createClient(chosen.endpoint);
  try {
    const info = (await within(infoLimitMs, () => client.docker.info())) as {Swarm?: SwarmInfo};
    return info.Swarm ?? {};
  } finally {
    client.destroy();
  }
}

/** Null where the engine will do. A plain engine does too, unless a Swarm was asked for. */
function whyNoManager({url}: ChosenEndpoint, info: SwarmInfo, wanted: 'swarm' | null): string | null {
  const {LocalNodeState: state = 'inactive', ControlAvailable: manages = false, Error: trouble = ''} = info;
  if (state === 'locked') return `the Swarm at ${url} is locked: run “docker swarm unlock” on that machine, with the key that locked it`;
  if (state === 'error') return `the Swarm node at ${url} is broken: ${trouble}`;
  if (manages || wanted === null) return null;
  if (state === 'inactive')
    return `${url} is a plain Docker engine and no Swarm manager: run “docker swarm init” there, or leave orchestrator: swarm out`;
  const managers = (info.RemoteManagers ?? []).flatMap(({Addr: address}) => (address ? [address.replace(/:\d+$/, '')] : []));
  const where = managers.length > 0 ? `Managers are ${managers.join(', ')}` : '“docker node ls” on a manager lists them';
  return `${url} is a Swarm worker, and only managers scale services. ${where}: use --host with one of them`;
}
