/** What an engine is: its machine, and the services that microscale or Compose made there. */
import type Docker from 'dockerode';
import type {ContainerInfo} from 'dockerode';
import type {FoundService, HostFacts} from '../../ports.ts';
import {composeServices, foundOf, limitsOf, type Inspected, type Limits} from './compose.ts';
import {ownerOf} from './owner.ts';
import {statusOf} from './recipe.ts';

export interface Survey {
  /** Asks for everything. */
  first(): Promise<HostFacts>;
  /** What a full listing changes in it; null where it is as it was told last. */
  again(containers: readonly ContainerInfo[]): Promise<HostFacts | null>;
  /** What memory the machine has; null where that isn't known. */
  memoryBytes(): number | null;
  /** What the machine is called; null where that isn't known. */
  nodeName(): string | null;
  /** Whether a Compose service of this name has been told of. */
  knows(hostName: string): boolean;
}

type Machine = Pick<HostFacts, 'title' | 'nodes'>;

export function createSurvey(docker: Docker, url: string, project: string): Survey {
  /** By container: limits seldom change, and each costs a call. */
  let limits: ReadonlyMap<string, Limits> = new Map();
  let machine: Machine | null = null;
  let told: HostFacts | null = null;

  async function look({title, nodes}: Machine, containers: readonly ContainerInfo[]): Promise<HostFacts> {
    const own = containers
      .flatMap(({Labels: labels}) => ownerOf(labels) ?? [])
      .filter(owner => owner.kind === 'made' && owner.project === project);
    const made = [...new Set(own.map(({service}) => service))].toSorted();
    return {kind: 'docker', title, remark: '', nodes, made, found: await lookForFound(containers)};
  }

  async function lookForFound(containers: readonly ContainerInfo[]): Promise<readonly FoundService[]> {
    const seen = new Map<string, Limits>();
    const found = composeServices(containers).map(async service => {
      for (const container of service.containers) {
        const own = limits.get(container.Id) ?? (await inspect(container.Id));
        if (!own) continue;
        seen.set(container.Id, own);
        return foundOf(service.owner, container, own);
      }
      return null;
    });
    const services = (await Promise.all(found)).filter(service => service !== null);
    limits = seen;
    return services;
  }

  /** Null for a container that went meanwhile. */
  async function inspect(id: string): Promise<Limits | null> {
    try {
      return limitsOf((await docker.getContainer(id).inspect()) as Inspected);
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }

  return {
    async first() {
      const [version, info, containers] = await Promise.all([docker.version(), docker.info(), docker.listContainers({all: true})]);
      const {
        Name: name = 'host',
        NCPU: cpus = null,
        MemTotal: memoryBytes = null,
      } = info as {Name?: string; NCPU?: number; MemTotal?: number};
      machine = {title: `docker ${version.Version} @ ${url}`, nodes: [{name, cpus, memoryBytes, reserved: []}]};
      told = await look(machine, containers);
      return told;
    },
    async again(containers) {
      if (!machine) return null;
      const facts = await look(machine, containers);
      if (JSON.stringify(facts) === JSON.stringify(told)) return null;
      told = facts;
      return facts;
    },
    memoryBytes: () => machine?.nodes[0]?.memoryBytes ?? null,
    nodeName: () => machine?.nodes[0]?.name ?? null,
    knows: hostName => told?.found.some(service => service.hostName === hostName) ?? false,
  };
}
