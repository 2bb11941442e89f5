/** What a test needs of a private Swarm: the Swarm, what runs on it, and a reason where there is none. */
import {afterAll, beforeAll, inject, test as plainTest} from 'vitest';
import type {ChosenEndpoint} from '../../source/orchestrators/docker/endpoint.ts';
import {startPrivateSwarm, type PrivateSwarm, type SwarmNode} from './private-swarm.ts';

const engine = inject('engine');

export interface SwarmForTests {
  /** The Swarm; only to be called in a test. */
  (): PrivateSwarm;
  test(title: string, run: () => Promise<void>): void;
}

/** One Swarm for the tests of a file, which end with it. */
export function swarmForTests(managers: number, workers = 0): SwarmForTests {
  let swarm: PrivateSwarm | null = null;
  beforeAll(async () => {
    if (engine.kind === 'here') swarm = await startPrivateSwarm(managers, workers);
  });
  afterAll(() => swarm?.stop());
  const get = () => {
    if (!swarm) throw new Error('there is no Swarm');
    return swarm;
  };
  return Object.assign(get, {
    test(title: string, run: () => Promise<void>) {
      plainTest(title, async ({skip}) => {
        if (engine.kind === 'missing') skip(`needs a real Swarm, and ${engine.reason}`);
        await run();
      });
    },
  });
}

export function chosen({socket}: SwarmNode): ChosenEndpoint {
  return {endpoint: {kind: 'unix', path: socket}, url: `unix://${socket}`, asked: true};
}

export interface SeenContainer {
  readonly node: string;
  readonly id: string;
  /** The Swarm's name of its service. */
  readonly service: string;
}

/** Every container that runs on any node that answers, as the nodes themselves say. */
export async function containersOn(swarm: PrivateSwarm): Promise<readonly SeenContainer[]> {
  const lists = await Promise.all(
    swarm.nodes.map(async ({name, docker}) => {
      const containers = await docker.listContainers().catch(() => []);
      return containers.map(({Id: id, Labels: labels}) => ({node: name, id, service: labels['com.docker.swarm.service.name'] ?? ''}));
    }),
  );
  return lists.flat();
}

export async function countOn(swarm: PrivateSwarm, service: string): Promise<number> {
  return (await containersOn(swarm)).filter(container => container.service === service).length;
}

/** Ends one running container of the service, wherever it is. */
export async function killOne(swarm: PrivateSwarm, service: string): Promise<void> {
  const victim = (await containersOn(swarm)).find(container => container.service === service);
  const node = swarm.nodes.find(({name}) => name === victim?.node);
  if (victim && node) await node.docker.getContainer(victim.id).kill();
}

/** Removes every service, asked of any manager that answers, and waits until nothing of them runs. */
export async function sweepSwarm(swarm: PrivateSwarm): Promise<void> {
  const [first] = swarm.nodes;
  if (!first) return;
  const {docker} = first;
  const services = await docker.listServices();
  await Promise.all(
    services.map(({ID: id}) =>
      docker
        .getService(id)
        .remove()
        .catch(() => {}),
    ),
  );
  while ((await containersOn(swarm)).length > 0) await new Promise(resolve => setTimeout(resolve, 50));
}
