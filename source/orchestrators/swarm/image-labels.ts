/** The labels that an image carries, where this manager has it: a service that says nothing itself is described by them. */
import type Docker from 'dockerode';
import {isOurLabel} from '../../config/labels.ts';
import type {ServiceObject} from './wire.ts';

type Labels = Readonly<Record<string, string>>;

export interface ImageLabels {
  /** Looks up the images of these services that haven't been looked up yet. */
  learn(services: readonly ServiceObject[]): Promise<void>;
  of(image: string): Labels;
}

/** As many images as a large Swarm runs; past that the rest is taken to carry none. */
const imagesMax = 1000;

/** `docker` is asked for at each look: the manager that answers may change. */
export function createImageLabels(docker: () => Docker): ImageLabels {
  const known = new Map<string, Labels>();

  async function look(image: string): Promise<void> {
    try {
      const {Config: config} = await docker().getImage(image).inspect();
      const labels = Object.entries(config?.Labels ?? {}).filter(([name]) => isOurLabel(name));
      known.set(image, Object.fromEntries(labels));
    } catch (error) {
      // An image that isn't on this manager says nothing here; anything else may be better next time.
      if ((error as {statusCode?: number}).statusCode === 404) known.set(image, {});
    }
  }

  return {
    async learn(services) {
      const images = new Set(services.flatMap(({Spec: spec}) => spec.TaskTemplate?.ContainerSpec?.Image ?? []));
      const fresh = [...images].filter(image => !known.has(image)).slice(0, Math.max(0, imagesMax - known.size));
      await Promise.all(fresh.map(look));
    },
    of: image => known.get(image) ?? {},
  };
}
