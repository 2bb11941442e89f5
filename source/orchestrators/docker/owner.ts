/** Whose a container is, by its labels: microscale's, a Compose service's, or nobody's that matters here; and all of one's containers. */
import type Docker from 'dockerode';
import {projectLabel, serviceLabel} from './container.ts';

export type Owner = {readonly kind: 'made' | 'compose'; readonly project: string; readonly service: string};

export const composeProjectLabel = 'com.docker.compose.project';
export const composeServiceLabel = 'com.docker.compose.service';
export const composeNumberLabel = 'com.docker.compose.container-number';
const oneOffLabel = 'com.docker.compose.oneoff';

/** Null for what belongs to no service, such as what `docker compose run` made for once. */
export function ownerOf(labels: Readonly<Record<string, string>>): Owner | null {
  const {[serviceLabel]: made, [composeProjectLabel]: project, [composeServiceLabel]: service} = labels;
  if (made) return {kind: 'made', project: labels[projectLabel] ?? '', service: made};
  if (!project || !service || labels[oneOffLabel] === 'True') return null;
  return {kind: 'compose', project, service};
}

/** Equal for equal owners. */
export function ownerKey({kind, project, service}: Owner): string {
  return `${kind} ${project}/${service}`;
}

/** A Compose service by the name that `HostFacts` has for it, such as `shop/web`. */
export function composeOwner(hostName: string): Owner {
  const slash = hostName.indexOf('/');
  return {kind: 'compose', project: hostName.slice(0, slash), service: hostName.slice(slash + 1)};
}

export function composeHostName({project, service}: Owner): string {
  return `${project}/${service}`;
}

/** Its containers of all states, or only those that the filters let through. */
export async function listOf(
  docker: Docker,
  {kind, project, service}: Owner,
  filters: Readonly<Record<string, readonly string[]>>,
  abortSignal: AbortSignal,
): Promise<readonly Docker.ContainerInfo[]> {
  const label =
    kind === 'made'
      ? [`${projectLabel}=${project}`, `${serviceLabel}=${service}`]
      : [`${composeProjectLabel}=${project}`, `${composeServiceLabel}=${service}`];
  const options = {all: true, filters: JSON.stringify({label, ...filters}), abortSignal} as Docker.ContainerListOptions;
  // Compose's containers may have been taken up by microscale, and what ran once is no replica.
  return (await docker.listContainers(options)).filter(({Labels: labels}) => ownerOf(labels)?.kind === kind);
}
