/** The calls that change one service, and what their answers mean. They decide nothing. */
import type {Workload} from '../../config/config.ts';
import {fingerprint, specLabel, type Made} from '../docker/container.ts';
import {refusal} from '../docker/recipe.ts';
import {registryAuth} from '../docker/registry-auth.ts';
import {within} from '../docker/within.ts';
import type {SwarmApi} from './api.ts';
import {callFailure, isOfTheSwarm} from './failures.ts';
import {isStale} from './lease-store.ts';
import {serviceSpec} from './service-spec.ts';
import type {SwarmCalls, UpdateOutcome} from './swarm-service.ts';
import {withReplicas, type ServiceObject, type ServiceSpecObject} from './wire.ts';

export interface CallsParts {
  /** Asked for at each call: the manager that answers may change. */
  readonly api: () => SwarmApi;
  readonly project: string;
  readonly service: string;
  /** Its name on the Swarm, and whether somebody else made it: another configuration may say otherwise. */
  readonly name: () => string;
  readonly isAdopted: () => boolean;
  readonly workload: () => Workload | null;
  readonly heard: () => void;
  /** The Swarm itself is out of reach. */
  readonly lost: (error: unknown) => void;
}

/** A manager without a leader keeps its callers waiting: another may know better. */
const updateLimitMs = 10_000;
const inspectLimitMs = 5000;

export function createCalls({api, project, service, name, isAdopted, workload, heard, lost}: CallsParts): SwarmCalls {
  const madeOf = (present: Workload): Made => ({project, service, priority: 1, workload: present});

  /** An adopted service's own spec; one that was made here follows its configuration. */
  function specNow(seen: ServiceObject): ServiceSpecObject {
    const present = workload();
    if (!present || !isOutdated(seen, present)) return seen.Spec;
    const fresh = serviceSpec(madeOf(present), 0) as unknown as ServiceSpecObject;
    const forced = seen.Spec.TaskTemplate?.ForceUpdate ?? 0;
    return {...fresh, TaskTemplate: {...fresh.TaskTemplate, ForceUpdate: forced}};
  }

  async function attempt(call: (signal: AbortSignal) => Promise<unknown>): Promise<UpdateOutcome> {
    try {
      await within(updateLimitMs, call);
      heard();
      return {kind: 'done'};
    } catch (error) {
      if (isStale(error)) return {kind: 'stale'};
      if (isOfTheSwarm(error)) lost(error);
      return {kind: 'failed', failure: callFailure(error)};
    }
  }

  return {
    update: (seen, replicas) => attempt(signal => api().update(seen.ID, seen.Version.Index, withReplicas(specNow(seen), replicas), signal)),
    create: replicas =>
      attempt(async signal => {
        const present = workload();
        if (isAdopted()) throw refusal(`there is no service ${name()} any more: deploy it again`);
        if (!present) throw refusal('it is no longer configured');
        return api().create(serviceSpec(madeOf(present), replicas), await registryAuth(present.image), signal);
      }),
    async inspect(id) {
      try {
        return await within(inspectLimitMs, signal => api().service(id ?? name(), signal));
      } catch (error) {
        if ((error as {statusCode?: number}).statusCode === 404) return null;
        throw error;
      }
    },
  };
}

/** True for a service that was made here from another workload. */
export function isOutdated({Spec: spec}: ServiceObject, workload: Workload | null): boolean {
  return workload !== null && spec.Labels?.[specLabel] !== fingerprint(workload);
}
