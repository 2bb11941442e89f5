/** Replicas that microscale makes itself, as its configuration says. */
import type Docker from 'dockerode';
import type {Workload} from '../../config/config.ts';
import {removeContainer, startContainer, stopContainer} from './calls.ts';
import {createOptions, defaultGraceMs, furtherNetworks, isNamedNetwork, listedOf} from './container.ts';
import {prepareImage, type ImageFacts} from './images.ts';
import {refusal, type Recipe} from './recipe.ts';

export interface WorkloadRecipeParts {
  readonly docker: Docker;
  readonly project: string;
  readonly service: string;
  readonly workload: () => Workload | null;
  readonly priority: () => number;
}

export function createWorkloadRecipe({docker, project, service, workload, priority}: WorkloadRecipeParts): Recipe {
  let image: ImageFacts | null = null;

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
    graceMs: () => workload()?.stopGraceMs ?? defaultGraceMs,
    async create(number) {
      const present = workload();
      if (!present) throw refusal(unconfigured);
      const container = await docker.createContainer(createOptions({project, service, priority: priority(), workload: present}, number));
      for (const network of furtherNetworks(present)) {
        const aliases = isNamedNetwork(network) ? {EndpointConfig: {Aliases: [service]}} : {};
        await docker.getNetwork(network).connect({Container: container.id, ...aliases});
      }
      return container.id;
    },
    start: id => startContainer(docker, id),
    stop: id => stopContainer(docker, id),
    remove: id => removeContainer(docker, id),
    listed: container => listedOf(container, workload(), image?.id ?? null),
    wasEnded: () => false,
  };
}

const unconfigured = 'it is no longer configured';

function pullWords(image: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.includes(image) ? message : `image ${image} can't be pulled: ${message}`;
}
