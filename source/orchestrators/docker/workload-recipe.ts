/** Replicas that microscale makes itself, as its configuration says. */
import type Docker from 'dockerode';
import type {Workload} from '../../config/config.ts';
import {busyLabel} from './busyness.ts';
import {
  endContainer,
  freezeContainer,
  leastShares,
  removeContainer,
  shareCpu,
  startContainer,
  stopContainer,
  thawContainer,
} from './calls.ts';
import {
  containerName,
  cpuSharesFor,
  createOptions,
  defaultGraceMs,
  fingerprint,
  furtherNetworks,
  isNamedNetwork,
  listedOf,
  nameOf,
  specLabel,
  waitingSuffix,
} from './container.ts';
import {prepareImage, type ImageFacts} from './images.ts';
import {refusal, statusOf, type Recipe} from './recipe.ts';

export interface WorkloadRecipeParts {
  readonly docker: Docker;
  readonly project: string;
  readonly service: string;
  readonly workload: () => Workload | null;
  readonly priority: () => number;
}

export function createWorkloadRecipe({docker, project, service, workload, priority}: WorkloadRecipeParts): Recipe {
  let image: ImageFacts | null = null;
  /** The names that those get that wait, once they serve. */
  const names = new Map<string, string>();
  /** What each was made from. */
  const prints = new Map<string, string>();
  /** Told to end by the least share. One whose end failed may be let go on after all. */
  const ending = new Set<string>();

  async function weigh(id: string): Promise<void> {
    const present = workload();
    if (present && !ending.has(id)) await shareCpu(docker, id, present.cpuShares ?? cpuSharesFor(priority()));
  }

  return {
    owner: {kind: 'made', project, service},
    noneLeft: null,
    print() {
      const present = workload();
      return present && JSON.stringify(present);
    },
    holdUp: () => null,
    async prepare(told, signal) {
      const present = workload();
      if (!present) throw refusal(unconfigured);
      try {
        image = await prepareImage(docker, present, () => told(`pulling ${present.image}`), signal);
      } catch (error) {
        throw new Error(pullWords(present.image, error), {cause: error});
      }
    },
    healthchecked: () => image?.healthchecked ?? false,
    saysHowBusy: () => workload()?.labels[busyLabel] !== undefined,
    graceMs: () => workload()?.stopGraceMs ?? defaultGraceMs,
    async create(number, purpose) {
      const present = workload();
      if (!present) throw refusal(unconfigured);
      const made = {project, service, priority: priority(), workload: present};
      const name = containerName(made, number);
      const options = createOptions(made, number);
      const container = await docker
        .createContainer(purpose === 'wait' ? {...options, name: name + waitingSuffix} : options)
        .catch(explain);
      prints.set(container.id, fingerprint(present));
      if (purpose === 'wait') names.set(container.id, name);
      for (const network of furtherNetworks(present)) {
        const aliases = isNamedNetwork(network) ? {EndpointConfig: {Aliases: [service]}} : {};
        await docker.getNetwork(network).connect({Container: container.id, ...aliases});
      }
      return container.id;
    },
    start: id => startContainer(docker, id),
    async serves(id) {
      const name = names.get(id);
      if (name === undefined) return;
      const rename = (to: string) => docker.getContainer(id).rename({name: to});
      await rename(name).catch(async (error: unknown) => {
        // Somebody else has the name meanwhile: any other will do that isn't one of those that wait.
        if (statusOf(error) !== 409) throw error;
        await rename(`${name}-${id.slice(0, 6)}`);
      });
      names.delete(id);
    },
    freeze: id => freezeContainer(docker, id),
    async thaw(id) {
      if (ending.delete(id)) await weigh(id);
      await thawContainer(docker, id);
    },
    stop: id => stopContainer(docker, id),
    async end(id) {
      ending.add(id);
      // It holds no slot, and shall take none's CPU.
      await shareCpu(docker, id, leastShares);
      await endContainer(docker, id);
    },
    weigh,
    async remove(id) {
      await removeContainer(docker, id);
      names.delete(id);
      prints.delete(id);
      ending.delete(id);
    },
    listed(container) {
      const name = nameOf(container);
      if (name.endsWith(waitingSuffix)) names.set(container.Id, name.slice(0, -waitingSuffix.length));
      prints.set(container.Id, container.Labels[specLabel] ?? '');
      return listedOf(container, workload(), image?.id ?? null);
    },
    isOutdated(id) {
      const present = workload();
      return present !== null && prints.get(id) !== fingerprint(present);
    },
    wasEnded: () => false,
  };
}

const unconfigured = 'it is no longer configured';

/** What an engine says of its own API means little to who writes a configuration. */
function explain(error: unknown): never {
  const said = error instanceof Error ? error.message : String(error);
  if (!/no command specified/i.test(said)) throw error;
  throw Object.assign(refusal('its image has no command: give command: [program, argument]'), {cause: error});
}

function pullWords(image: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.includes(image) ? message : `image ${image} can't be pulled: ${message}`;
}
