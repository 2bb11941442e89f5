/** All services' keepers on one engine: whose containers are whose, and what becomes of a service that turns into another. */
import type Docker from 'dockerode';
import type {ContainerInfo} from 'dockerode';
import type {Workload} from '../../config/config.ts';
import type {Clock} from '../../ports.ts';
import type {Action, Note} from '../../scaler/entry.ts';
import type {Observation} from '../../scaler/observation.ts';
import type {ServiceSpec} from '../../scaler/spec.ts';
import {noReadinessAsked, type Readiness} from '../../scaler/readiness.ts';
import type {CallQueue} from '../call-queue.ts';
import {createComposeRecipe} from './compose-recipe.ts';
import {createKeeper, type Keeper} from './keeper.ts';
import {createOthers, type Others} from './others.ts';
import {composeOwner, ownerKey, ownerOf, type Owner} from './owner.ts';
import type {Recipe} from './recipe.ts';
import {createWorkloadRecipe} from './workload-recipe.ts';

export interface Keepers {
  readonly others: Others;
  all(): readonly Keeper[];
  of(service: string): Keeper;
  scale(action: Action): void;
  /** Null for containers of no service that is kept. */
  owning(owner: Owner): Keeper | null;
  /** Whether a service of this Compose project is kept. */
  hasOf(composeProject: string): boolean;
  /** Makes sure that there is one for each, and lets go of what was adopted and isn't named any more. */
  name(services: readonly ServiceSpec[]): void;
  /** Puts new keepers in the place of those whose service has become another; true where there are new ones. */
  renew(): boolean;
  /** Takes a listing of all containers, asked for at `askedAt`, as the truth. */
  list(containers: readonly ContainerInfo[], askedAt: number): void;
}

export interface KeepersParts {
  readonly clock: Clock;
  readonly docker: Docker;
  readonly queue: CallQueue;
  readonly project: string;
  readonly workloadOf: (service: string) => Workload | null;
  readonly adoptedName: (service: string) => string | null;
  readonly busyness: (id: string) => number | null;
  readonly mayAct: () => boolean;
  readonly heard: () => void;
  readonly isConnected: () => boolean;
  readonly observed: (service: string, observation: Observation) => void;
  readonly noted: (note: Note) => void;
  readonly signal: AbortSignal;
}

export function createKeepers(parts: KeepersParts): Keepers {
  const {clock, docker, project, workloadOf, adoptedName, observed, noted, signal} = parts;
  const keepers = new Map<string, Keeper>();
  /** As they were asked for last; as they are declared until then. */
  const priorities = new Map<string, number>();
  const readiness = new Map<string, Readiness>();
  const isOf = ({owner}: Keeper, composeProject: string) => owner.kind === 'compose' && owner.project === composeProject;
  const others = createOthers(clock, busy => {
    for (const keeper of keepers.values()) if (isOf(keeper, busy)) keeper.prepare();
  });

  function keeperOf(service: string): Keeper {
    const known = keepers.get(service);
    if (known) return known;
    const changed = () => {
      if (!signal.aborted && keepers.get(service) === keeper) observed(service, keeper.observation());
    };
    const keeper: Keeper = createKeeper({
      ...parts,
      recipeFor: isReplica => recipeOf(service, isReplica),
      changed,
      noted: note => noted({...note, service}),
    });
    keepers.set(service, keeper);
    return keeper;
  }

  function recipeOf(service: string, isReplica: (id: string) => boolean): Recipe {
    const adopted = adoptedName(service);
    if (adopted !== null) return createComposeRecipe({docker, clock, owner: composeOwner(adopted), others, isReplica});
    const priority = () => priorities.get(service) ?? 1;
    return createWorkloadRecipe({docker, project, service, workload: () => workloadOf(service), priority});
  }

  /** What microscale made goes; what somebody else made stays as it is. */
  function letGo(service: string, keeper: Keeper): void {
    keepers.delete(service);
    if (keeper.owner.kind === 'compose') keeper.close();
    else keeper.scale({kind: 'scale', service, from: 0, replicas: 0, yields: 0, ...noReadinessAsked, order: 0});
  }

  /** Adopted, adopted from elsewhere, or made from now on. What isn't configured any more is what it was. */
  function hasBecomeAnother(service: string, {owner}: Keeper): boolean {
    const adopted = adoptedName(service);
    if (adopted !== null) return ownerKey(owner) !== ownerKey(composeOwner(adopted));
    return owner.kind === 'compose' && workloadOf(service) !== null;
  }

  return {
    others,
    all: () => [...keepers.values()],
    of: keeperOf,
    scale(action) {
      priorities.set(action.service, action.rank);
      keeperOf(action.service).scale(action);
    },
    owning: owner => [...keepers.values()].find(keeper => ownerKey(keeper.owner) === ownerKey(owner)) ?? null,
    hasOf: composeProject => [...keepers.values()].some(keeper => isOf(keeper, composeProject)),
    name(services) {
      const named = new Set(services.map(({name}) => name));
      for (const [service, keeper] of keepers) if (keeper.owner.kind === 'compose' && !named.has(service)) letGo(service, keeper);
      for (const spec of services) {
        if (!priorities.has(spec.name)) priorities.set(spec.name, spec.priority);
        readiness.set(spec.name, spec);
        keeperOf(spec.name).follow(spec);
      }
    },
    renew() {
      const changed = [...keepers].filter(([service, keeper]) => hasBecomeAnother(service, keeper));
      for (const [service, keeper] of changed) {
        const asked = keeper.asked();
        letGo(service, keeper);
        const next = keeperOf(service);
        const declared = readiness.get(service);
        if (declared) next.follow(declared);
        next.prepare();
        if (asked) next.scale(asked);
      }
      return changed.length > 0;
    },
    list(containers, askedAt) {
      const byOwner = new Map<string, ContainerInfo[]>([...keepers.values()].map(({owner}) => [ownerKey(owner), []]));
      const composeProjects = new Set<string>();
      for (const container of containers) {
        const owner = ownerOf(container.Labels);
        if (!owner) continue;
        byOwner.get(ownerKey(owner))?.push(container);
        if (owner.kind === 'compose') composeProjects.add(owner.project);
      }
      for (const keeper of keepers.values()) keeper.list(byOwner.get(ownerKey(keeper.owner)) ?? [], askedAt);
      for (const {owner} of keepers.values())
        if (owner.kind === 'compose' && !composeProjects.has(owner.project)) others.over(owner.project);
    },
  };
}
