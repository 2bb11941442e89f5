/** How well it goes: shares of time in which priority 1 had what it asked for and the slots were in use. */
import {demandedReplicas, type Fleet, type Score, type Service, type Standing} from './fleet.ts';
import {followsDemand} from './spec.ts';

/** Adds the time from `fleet.at` to `at`, in which everything stood as the fleet says. */
export function addTime(fleet: Fleet, at: number): Score {
  const {score, standing} = fleet;
  if (fleet.host.kind === 'connecting' || !fleet.services.some(service => service.decision)) return score;
  const ms = at - fleet.at;
  return {
    ...score,
    ms: score.ms + ms,
    metMs: score.metMs + (standing.met ? ms : 0),
    wonMs: score.wonMs + (standing.won ? ms : 0),
    capacitySlotMs: score.capacitySlotMs + ms * fleet.settings.capacity,
    runningSlotMs: score.runningSlotMs + ms * Math.min(standing.runningSlots, fleet.settings.capacity),
  };
}

/** What holds now. Demand is met when every service of the best priority that has a demand runs what it wants. */
export function standingOf(fleet: Fleet): Standing {
  const met = urgent(fleet).every(({observed, decision}) => decision !== null && (observed?.running ?? 0) >= decision.want);
  let runningSlots = 0;
  let heldSlots = 0;
  let desiredSlots = 0;
  for (const {spec, observed, decision} of fleet.services) {
    const running = observed?.running ?? 0;
    runningSlots += running * spec.slots;
    heldSlots += (running + (observed?.pending ?? 0) + (observed?.stopping ?? 0)) * spec.slots;
    desiredSlots += (decision?.desired ?? 0) * spec.slots;
  }
  return {met, won: met && runningSlots >= desiredSlots, runningSlots, heldSlots};
}

/** The most replicas that a service of the best priority has missed at any moment. */
export function worseOf(fleet: Fleet): Score['worstShortfall'] {
  let worst = fleet.score.worstShortfall;
  for (const {spec, decision, observed} of urgent(fleet)) {
    const missing = decision && observed ? decision.want - observed.running : 0;
    if (missing > (worst?.replicas ?? 0)) worst = {service: spec.name, replicas: missing, at: fleet.at};
  }
  return worst;
}

/** The services of the best priority that have a demand to meet. */
export function urgent(fleet: Fleet): readonly Service[] {
  const candidates = fleet.services.filter(({spec}) => spec.target.kind !== 'fill' && !spec.retired);
  const best = candidates.reduce((least, {spec}) => Math.min(least, spec.priority), Number.POSITIVE_INFINITY);
  return candidates.filter(({spec}) => spec.priority === best);
}

/** Whether a demand of the best priority can't be read: whether it is met then nobody knows. */
export function isUnknown(fleet: Fleet): boolean {
  return urgent(fleet).some(({spec, demand}) => followsDemand(spec) && demand.kind === 'lost');
}

/** How many replicas the best priority still waits for, all of which are granted and on their way; null where more is missing. */
export function comingUp(fleet: Fleet): number | null {
  const behind = urgent(fleet).filter(({observed, decision}) => (observed?.running ?? 0) < (decision?.want ?? 0));
  const onTheWay = behind.every(({observed, decision, handover}) => {
    const isRecent = handover !== null && fleet.at - handover.decidedAt < startLimitMs;
    return isRecent && decision?.shortfall === 0 && observed?.trouble.kind === 'none';
  });
  return onTheWay && behind.length > 0
    ? behind.reduce((sum, {observed, decision}) => sum + (decision?.want ?? 0) - (observed?.running ?? 0), 0)
    : null;
}

/** Replicas that take longer than this are missing. */
const startLimitMs = 2000;

/** Whether somebody's override keeps a service of the best priority below what its demand asks for, within its bounds. */
export function isOverruled(fleet: Fleet): boolean {
  return urgent(fleet).some(
    service => service.overrides.length > 0 && service.decision !== null && service.decision.want < (demandedReplicas(service) ?? 0),
  );
}

/** The value below which a share `q` of the numbers lies (nearest rank); null for none. */
export function percentile(values: readonly number[], q: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? null;
}
