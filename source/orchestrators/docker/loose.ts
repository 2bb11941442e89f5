/** Containers that belong to no service: what runs beside microscale, and how more of the like would be made. */
import type Docker from 'dockerode';
import type {Likeness} from '../../config/likeness.ts';
import {nameOf} from './container.ts';
import {ownerOf} from './owner.ts';
import {within} from './within.ts';

export interface LooseContainer {
  readonly name: string;
  readonly image: string;
  /** Null where it could not be looked at in time. */
  readonly like: Likeness | null;
}

/** Answers are read this far. */
const containersMax = 200;

export async function looseContainers(docker: Docker, limitMs: number): Promise<readonly LooseContainer[]> {
  const containers = await within(limitMs, () => docker.listContainers());
  const loose = containers
    .filter(({Labels: labels}) => ownerOf(labels) === null && labels['com.docker.swarm.service.id'] === undefined)
    .slice(0, containersMax);
  return Promise.all(
    loose.map(async container => {
      const like = within(limitMs, () => lookAt(docker, container.Id)).catch(() => null);
      return {name: nameOf(container), image: container.Image, like: await like};
    }),
  );
}

async function lookAt(docker: Docker, id: string): Promise<Likeness> {
  const container = (await docker.getContainer(id).inspect()) as Made;
  const image = (await docker.getImage(container.Image).inspect()) as Pick<Made, 'Config'>;
  return likenessOf(container, image);
}

/** The part of an inspection that is read. Of a value that nobody gave, engines say null, nothing, or what is empty. */
export interface Made {
  readonly Image: string;
  readonly Config?: {
    readonly Cmd?: readonly string[] | null;
    readonly Entrypoint?: readonly string[] | null;
    readonly Env?: readonly string[] | null;
    readonly User?: string;
  } | null;
  readonly HostConfig?: {readonly Init?: boolean | null; readonly NetworkMode?: string};
  readonly NetworkSettings?: {readonly Networks?: Readonly<Record<string, unknown>> | null};
}

export function likenessOf(
  {Config: own, HostConfig: host, NetworkSettings: joined}: Made,
  {Config: image}: Pick<Made, 'Config'>,
): Likeness {
  const entrypoint = own?.Entrypoint ?? [];
  const command = own?.Cmd ?? [];
  const isOwnEntrypoint = !same(entrypoint, image?.Entrypoint ?? []);
  const fromImage = new Set(image?.Env);
  const user = own?.User ?? '';
  return {
    entrypoint: isOwnEntrypoint && entrypoint.length > 0 ? entrypoint : null,
    // An entrypoint of one's own takes the image's command away, so that it must be said again.
    command: command.length > 0 && (isOwnEntrypoint || !same(command, image?.Cmd ?? [])) ? command : null,
    user: user !== '' && user !== (image?.User ?? '') ? user : null,
    networks: networksOf(host?.NetworkMode ?? 'default', Object.keys(joined?.Networks ?? {})),
    environment: (own?.Env ?? []).filter(variable => !fromImage.has(variable)).map(variable => variable.split('=', 1)[0] ?? ''),
    init: host?.Init === true,
  };
}

/** Nothing where it is the engine's usual one alone; another container's network can't be had by several. */
function networksOf(mode: string, joined: readonly string[]): readonly string[] {
  if (mode === 'none' || mode === 'host') return [mode];
  if (mode.startsWith('container:')) return [];
  const usual = mode === 'default' || mode === 'bridge';
  const first = usual ? 'bridge' : mode;
  const others = joined.filter(name => name !== first);
  return usual && others.length === 0 ? [] : [first, ...others];
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word, index) => word === other[index]);
}
