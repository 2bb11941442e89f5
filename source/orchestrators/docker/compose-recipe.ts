/**
 * Replicas of a service that Compose made: siblings of a container that is there. The last container is kept, stopped,
 * so that there is always one to make others from; stopped ones are started again before any is made.
 */
import type Docker from 'dockerode';
import type {ContainerInfo, ContainerInspectInfo} from 'dockerode';
import type {Clock} from '../../ports.ts';
import {busyLabel} from './busyness.ts';
import {endContainer, freezeContainer, removeContainer, startContainer, stopContainer, thawContainer} from './calls.ts';
import {isStopped, limitsOf, newestFirst, numberOf} from './compose.ts';
import {isHealthchecked, siblingOf, type Template} from './compose-template.ts';
import {defaultGraceMs, stateOf} from './container.ts';
import type {Others} from './others.ts';
import {composeHostName, composeProjectLabel, composeServiceLabel, ownerOf, type Owner} from './owner.ts';
import {refusal, statusOf, type Recipe} from './recipe.ts';

export interface ComposeRecipeParts {
  readonly docker: Docker;
  readonly clock: Clock;
  readonly owner: Owner;
  readonly others: Others;
  /** Whether a container is one of the replicas that are kept count of. */
  readonly isReplica: (id: string) => boolean;
}

/** An inspection serves for the containers that are made together; later ones see what was changed by hand meanwhile. */
const templateLastsMs = 5000;

export function createComposeRecipe({docker, clock, owner, others, isReplica}: ComposeRecipeParts): Recipe {
  const hostName = composeHostName(owner);
  const noneLeft = `there is no container of ${hostName} any more to make others from: run docker compose up`;
  /** Being removed: nothing is to rely on them. */
  const going = new Set<string>();
  /** Taken to be a replica again, and not yet started. */
  const waking = new Set<string>();
  /** Made here: the one that Compose made itself is the better template, as long as it is there. */
  const siblings = new Set<string>();
  /** Of containers that are being made. */
  const numbers = new Set<number>();
  let last: {readonly template: Template; readonly image: string; readonly at: number} | null = null;

  /** The newest first. */
  async function present(): Promise<readonly ContainerInfo[]> {
    const label = [`${composeProjectLabel}=${owner.project}`, `${composeServiceLabel}=${owner.service}`];
    const containers = await docker.listContainers({all: true, filters: JSON.stringify({label})});
    const own = containers.filter(({Labels: labels, State: state}) => ownerOf(labels)?.kind === 'compose' && state !== 'removing');
    const ids = new Set(own.map(({Id: id}) => id));
    for (const known of [going, waking, siblings]) for (const id of known) if (!ids.has(id)) known.delete(id);
    return newestFirst(own);
  }

  /** A stopped container that nobody counts on, the one with the lowest number first. */
  function spareOf(containers: readonly ContainerInfo[]): ContainerInfo | undefined {
    const spare = containers.filter(container => {
      const {Id: id, Labels: labels} = container;
      return isStopped(container) && !isReplica(id) && !going.has(id) && !waking.has(id) && !numbers.has(numberOf(labels));
    });
    return spare.toSorted((a, b) => numberOf(a.Labels) - numberOf(b.Labels))[0];
  }

  async function templateOf(containers: readonly ContainerInfo[]): Promise<{readonly template: Template; readonly image: string}> {
    const worth = ({Id: id}: ContainerInfo) => Number(going.has(id)) * 2 + Number(siblings.has(id));
    for (const {Id: id} of containers.toSorted((a, b) => worth(a) - worth(b))) {
      if (last?.template.Id === id && clock.now() - last.at < templateLastsMs) return last;
      const template = await inspect(id);
      if (!template) continue;
      last = {template, image: await imageOf(template), at: clock.now()};
      return last;
    }
    throw refusal(noneLeft);
  }

  /** Null for one that went meanwhile. */
  async function inspect(id: string): Promise<Template | null> {
    try {
      const inspected: ContainerInspectInfo = await docker.getContainer(id).inspect();
      return inspected as unknown as Template;
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }

  /** The name that Compose used, as long as it means the same image: a sibling is made from the same. */
  async function imageOf({Image: id, Config: {Image: name}}: Template): Promise<string> {
    try {
      return (await docker.getImage(name).inspect()).Id === id ? name : id;
    } catch (error) {
      if (statusOf(error) === 404) return id;
      throw error;
    }
  }

  async function make(template: Template, number: number, image: string): Promise<string> {
    const {options, further} = siblingOf(template, number, image);
    const {id} = await docker.createContainer(options);
    siblings.add(id);
    try {
      for (const {network, endpoint} of further) await docker.getNetwork(network).connect({Container: id, EndpointConfig: endpoint});
    } catch (error) {
      // Half made, it would be taken for one that was kept.
      others.mine(id);
      await removeContainer(docker, id);
      throw error;
    }
    return id;
  }

  return {
    owner,
    noneLeft,
    print: () => hostName,
    holdUp: () =>
      others.isBusy(owner.project) ? `somebody else is stopping containers of ${owner.project}: waiting until that is over` : null,
    async prepare() {
      await templateOf(await present());
    },
    healthchecked: () => last !== null && isHealthchecked(last.template),
    saysHowBusy: () => last?.template.Config.Labels?.[busyLabel] !== undefined,
    graceMs: () => (last ? limitsOf(last.template).stopGraceMs : defaultGraceMs),
    async create(wanted) {
      const containers = await present();
      const spare = spareOf(containers);
      if (spare) {
        waking.add(spare.Id);
        others.forget(spare.Id);
        return spare.Id;
      }
      const taken = new Set([...numbers, ...containers.map(({Labels: labels}) => numberOf(labels))]);
      const number = taken.has(wanted) ? lowestFree(taken) : wanted;
      numbers.add(number);
      try {
        const {template, image} = await templateOf(containers);
        return await make(template, number, image);
      } finally {
        numbers.delete(number);
      }
    },
    async start(id) {
      others.forget(id);
      await startContainer(docker, id);
      waking.delete(id);
    },
    // Compose gave it its name and its share, and both are left as they are: the last one is kept, and others are made like it.
    serves: () => Promise.resolve(),
    weigh: () => Promise.resolve(),
    freeze: id => freezeContainer(docker, id),
    thaw: id => thawContainer(docker, id),
    async stop(id) {
      others.mine(id);
      await stopContainer(docker, id);
    },
    async end(id) {
      others.mine(id);
      await endContainer(docker, id);
    },
    async remove(id) {
      others.mine(id);
      waking.delete(id);
      const containers = await present();
      if (containers.every(other => other.Id === id || going.has(other.Id))) return stopContainer(docker, id);
      going.add(id);
      try {
        await removeContainer(docker, id);
      } catch (error) {
        going.delete(id);
        throw error;
      }
    },
    listed(container) {
      const {Id: id, State: state, Status: status, Labels: labels, Created: created} = container;
      const stopped = isStopped(container);
      if (stopped && (!isReplica(id) || others.toldToStop(id))) return null;
      const seen = stopped && waking.has(id) ? 'created' : stateOf(state, status);
      return {id, number: numberOf(labels), state: seen, served: true, startedAt: created * 1000, outdated: false};
    },
    // What it is made of is Compose's: `docker compose up` puts others in their place.
    isOutdated: () => false,
    wasEnded: id => !others.isMine(id) && others.toldToStop(id),
  };
}

function lowestFree(taken: ReadonlySet<number>): number {
  let number = 1;
  while (taken.has(number)) number++;
  return number;
}
