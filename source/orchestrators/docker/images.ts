/** Makes an image ready as `pull` says, and tells what is to be known of it. */
import type Docker from 'dockerode';
import type {Workload} from '../../config/config.ts';
import {registryAuth} from './registry-auth.ts';

export interface ImageFacts {
  readonly id: string;
  /** Its replicas count as running only once their health check says so. */
  readonly healthchecked: boolean;
}

/** Throws an error whose message says what to do. `pulling` is told when it has to be fetched. */
export async function prepareImage(docker: Docker, workload: Workload, pulling: () => void, signal: AbortSignal): Promise<ImageFacts> {
  const {image, pull} = workload;
  const present = pull === 'always' ? null : await inspect(docker, image);
  if (present) return present;
  if (pull === 'never') throw new Error(`image ${image} is not on the host, and pull is never: fetch it, or set pull: missing`);
  pulling();
  await pullImage(docker, image, signal);
  const pulled = await inspect(docker, image);
  if (!pulled) throw new Error(`image ${image} was pulled and is not there: pull it by hand and look`);
  return pulled;
}

async function inspect(docker: Docker, image: string): Promise<ImageFacts | null> {
  try {
    const {Id: id, Config: config} = await docker.getImage(image).inspect();
    const test = (config as {Healthcheck?: {Test?: string[]}} | null)?.Healthcheck?.Test ?? [];
    return {id, healthchecked: test.length > 0 && test[0] !== 'NONE'};
  } catch (error) {
    if ((error as {statusCode?: number}).statusCode === 404) return null;
    throw error;
  }
}

async function pullImage(docker: Docker, image: string, signal: AbortSignal): Promise<void> {
  const tagged = /[:@][^/]*$/.test(image) ? image : `${image}:latest`;
  const authconfig = await registryAuth(image);
  const stream = await docker.pull(tagged, {abortSignal: signal, ...(authconfig && {authconfig})});
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null) => (error ? reject(error) : resolve()));
  });
}
