/** Compose services as they are found on an engine, and what their containers are called. Pure. */
import type {ContainerInfo} from 'dockerode';
import {isOurLabel} from '../../config/labels.ts';
import type {FoundService} from '../../ports.ts';
import {defaultGraceMs} from './container.ts';
import {composeHostName, composeNumberLabel, ownerOf, type Owner} from './owner.ts';

/** What one container may use, and how long it may take to stop. */
export interface Limits {
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
  readonly stopGraceMs: number;
}

/** As far as an inspection of a container is read for its limits. */
export interface Inspected {
  readonly Config: {readonly StopTimeout?: number | null};
  readonly HostConfig: {readonly NanoCpus?: number; readonly Memory?: number};
}

export function limitsOf({Config: {StopTimeout: stopSeconds}, HostConfig: {NanoCpus: nanoCpus, Memory: memoryBytes}}: Inspected): Limits {
  return {
    cpus: nanoCpus ? nanoCpus / 1e9 : null,
    memoryBytes: memoryBytes || null,
    stopGraceMs: stopSeconds === undefined || stopSeconds === null ? defaultGraceMs : stopSeconds * 1000,
  };
}

/** The labels are the newest container's: that is what the service was deployed as last. */
export function foundOf(owner: Owner, newest: ContainerInfo, limits: Limits): FoundService {
  const hostName = composeHostName(owner);
  const ours = Object.entries(newest.Labels).filter(([name]) => isOurLabel(name));
  return {
    hostName,
    shortName: owner.service,
    title: `Compose service ${hostName}`,
    labels: Object.fromEntries(ours.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    ...limits,
    unfit: null,
  };
}

/** Each Compose service's containers, the newest first; what was made for once is left out. Services are in the order of their names. */
export function composeServices(containers: readonly ContainerInfo[]): readonly {owner: Owner; containers: readonly ContainerInfo[]}[] {
  const byName = new Map<string, {owner: Owner; containers: ContainerInfo[]}>();
  for (const container of containers) {
    const owner = ownerOf(container.Labels);
    if (owner?.kind !== 'compose') continue;
    const name = composeHostName(owner);
    const service = byName.get(name) ?? {owner, containers: []};
    byName.set(name, service);
    service.containers.push(container);
  }
  return [...byName]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, service]) => ({...service, containers: newestFirst(service.containers)}));
}

export function newestFirst(containers: readonly ContainerInfo[]): readonly ContainerInfo[] {
  return containers.toSorted((a, b) => b.Created - a.Created || numberOf(b.Labels) - numberOf(a.Labels));
}

/** A replica's number, as Compose counts; 0 where it says none. */
export function numberOf(labels: Readonly<Record<string, string>>): number {
  return Number(labels[composeNumberLabel]) || 0;
}

/** True for a container that could be started. */
export function isStopped({State: state}: Pick<ContainerInfo, 'State'>): boolean {
  return state === 'exited' || state === 'created';
}

/**
 * A sibling's name with another number: `shop-web-3` (Compose v2), `shop_web_3` (v1). A name that ends otherwise was
 * given by hand, and gets the number at its end.
 */
export function siblingName(name: string, own: number, number: number): string {
  // While Compose puts one container in another's place, the id of one stands before the name.
  const bare = name.replace(/^\//, '').replace(/^[0-9a-f]{12}_/, '');
  const ending = [`-${own}`, `_${own}`].find(end => bare.endsWith(end));
  return ending === undefined ? `${bare}-${number}` : `${bare.slice(0, -String(own).length)}${number}`;
}
