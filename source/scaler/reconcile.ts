/**
 * What may be asked of the orchestrator now, so that the host never holds more than its slots. It decides no wants:
 * it walks from what is observed towards the plan.
 */
import type {Decision} from './decision.ts';
import {aliveReplicas, heldReplicas, type Fleet, type Service} from './fleet.ts';
import {readinessFor, yielding, type ReadinessAsked} from './readiness.ts';

/** The number to ask for at this moment, what is kept ready beside it, and how many of those that leave yield to others. */
export interface Asked {
  readonly service: Service;
  readonly replicas: number;
  readonly yields: number;
  readonly readiness: ReadinessAsked;
}

/** At most this many replicas are created ahead per service: each holds a name, a file system and some memory. */
export const aheadMax = 64;

/**
 * Shrinking is asked for at once. Growth gets the slots that are free now, in the plan's order; a slot that a service
 * still waits for is earmarked, so that nobody of a lower rank takes it on the way.
 */
export function reconcile(fleet: Fleet, decisions: readonly Decision[]): readonly Asked[] {
  const byName = new Map(fleet.services.map(service => [service.spec.name, service]));
  let free = fleet.settings.capacity;
  for (const service of fleet.services) free -= heldReplicas(service) * service.spec.slots;
  const asked: Asked[] = [];
  for (const decision of decisions) {
    const service = byName.get(decision.service);
    if (!service) continue;
    const {slots} = service.spec;
    const present = presentReplicas(service);
    const {stepMax} = service.spec;
    if (decision.desired <= present) {
      const leaving = service.observed?.stopping ?? 0;
      const replicas = Math.max(decision.desired, present - Math.max(0, stepMax - leaving));
      const yields = fleet.memory.kind === 'short' ? 0 : yielding(present, decision, replicas);
      asked.push({service, replicas, yields, readiness: readinessFor(fleet, service, decision, 0)});
      continue;
    }
    const needed = decision.desired - present;
    const coming = service.observed?.pending ?? 0;
    const given = Math.min(needed, Math.max(0, stepMax - coming), Math.max(0, Math.floor(free / slots)));
    const waiting = needed - given;
    free -= needed * slots;
    const ahead = service.observed?.trouble.kind === 'none' ? Math.min(waiting, aheadMax) : 0;
    asked.push({service, replicas: present + given, yields: 0, readiness: readinessFor(fleet, service, decision, ahead)});
  }
  return asked;
}

/** What growth is counted from: what was asked for, or what was found before anything was. */
export function presentReplicas(service: Service): number {
  return service.asked ?? aliveReplicas(service);
}

/**
 * The most replicas that may exist once this is asked for too. Until an observation accounts for it, a lower number
 * frees nothing and a higher one adds to it: those that leave and those that come may be there together.
 */
export function commit(service: Service, replicas: number): number {
  const before = service.asked === null ? aliveReplicas(service) : service.committed;
  return before + Math.max(0, replicas - presentReplicas(service));
}
