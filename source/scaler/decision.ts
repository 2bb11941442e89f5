/** A decision and its reasons, who took the slots that it lost, and whether anything is new in it. */
import {aliveReplicas, type Fleet, type Override} from './fleet.ts';
import type {Trouble} from './observation.ts';
import type {OnLost, Target} from './spec.ts';

/** One piece of the answer to "why this number?". */
export type Reason =
  /** `label` names one of several demands and is empty for the only one; `ahead` is what is expected, where that is more. */
  | {readonly kind: 'demand'; readonly value: number; readonly ahead: number | null; readonly target: Target; readonly label: string}
  | {
      readonly kind: 'queue';
      readonly backlog: number;
      readonly arrivals: number;
      /** Null while it isn't known. */
      readonly rate: number | null;
      readonly drainWithinMs: number;
      readonly label: string;
    }
  | {readonly kind: 'utilization'; readonly used: number; readonly replicas: number; readonly ratio: number; readonly label: string}
  | {readonly kind: 'steady'; readonly replicas: number; readonly tolerance: number}
  | {readonly kind: 'fixed'; readonly replicas: number}
  | {readonly kind: 'fill'}
  | {readonly kind: 'waiting'; readonly replicas: number; readonly label: string}
  | {readonly kind: 'lost'; readonly cause: string; readonly since: number; readonly onLost: OnLost; readonly label: string}
  | {readonly kind: 'settling'; readonly replicas: number; readonly until: number}
  | {readonly kind: 'override'; readonly override: Override; readonly beyondBounds: boolean}
  | {readonly kind: 'bound'; readonly bound: 'min' | 'max'; readonly replicas: number}
  | {readonly kind: 'trouble'; readonly trouble: Trouble}
  | {readonly kind: 'preempted'; readonly by: string; readonly priority: number}
  | {readonly kind: 'short'; readonly replicas: number}
  | {readonly kind: 'retired'};

/** What the plan says about one service. */
export interface Decision {
  readonly service: string;
  /** Replicas asked for once the target, overrides, settle and bounds have spoken. A filler's is its upper bound. */
  readonly want: number;
  readonly fills: boolean;
  readonly desired: number;
  readonly shortfall: number;
  /** Effective priority; 0 is boosted. */
  readonly rank: number;
  readonly reasons: readonly Reason[];
}

/**
 * Adds to each decision who took its slots: the service of a better rank that gained most in the same plan. The
 * reason stays for as long as the service is short or still on its way down.
 */
export function attribute(fleet: Fleet, decisions: readonly Decision[]): readonly Decision[] {
  const services = new Map(fleet.services.map(service => [service.spec.name, service]));
  const gains = decisions.flatMap(decision => {
    const service = services.get(decision.service);
    const gained = decision.desired - (service?.decision?.desired ?? decision.desired);
    return service && gained > 0 ? [{decision, slots: gained * service.spec.slots}] : [];
  });
  const gainers = gains.sort((a, b) => b.slots - a.slots).map(gain => gain.decision);
  return decisions.map(decision => {
    const service = services.get(decision.service);
    const before = service?.decision;
    if (!service || !before || (!decision.fills && decision.shortfall === 0)) return decision;
    if (decision.desired < before.desired) {
      const gainer = gainers.find(other => other.rank < decision.rank) ?? gainers.find(other => isPinned(other));
      return gainer ? withReason(decision, {kind: 'preempted', by: gainer.service, priority: gainer.rank}) : decision;
    }
    const standing = before.reasons.find(reason => reason.kind === 'preempted');
    const lasting = decision.desired === before.desired && (decision.shortfall > 0 || isLeaving(service, decision));
    return standing && lasting ? withReason(decision, standing) : decision;
  });
}

function isLeaving(service: Fleet['services'][number], decision: Decision): boolean {
  return aliveReplicas(service) > decision.desired || (service.observed?.stopping ?? 0) > 0;
}

function isPinned(decision: Decision): boolean {
  return decision.reasons.some(reason => reason.kind === 'override' && 'replicas' in reason.override.rule);
}

function withReason(decision: Decision, reason: Reason): Decision {
  return {...decision, reasons: [...decision.reasons, reason]};
}

/** True when the two say the same, number for number and reason for reason. */
export function sameDecision(a: Decision, b: Decision): boolean {
  return (
    a.want === b.want &&
    a.desired === b.desired &&
    a.shortfall === b.shortfall &&
    a.fills === b.fills &&
    a.rank === b.rank &&
    a.reasons.length === b.reasons.length &&
    a.reasons.every((reason, index) => sameFields(reason, b.reasons[index]))
  );
}

/** Field by field; fields that are objects are shared between plans, so that being the same object is enough. */
function sameFields(a: Reason, b: Reason | undefined): boolean {
  if (!b || a.kind !== b.kind) return false;
  // What differs most often is looked at first: walking over the fields takes many times as long.
  if (a.kind === 'demand' && b.kind === 'demand' && a.value !== b.value) return false;
  for (const key in a) {
    if (a[key as keyof Reason] !== b[key as keyof Reason]) return false;
  }
  return true;
}
