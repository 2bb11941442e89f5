/** How well it goes: shares of time in which priority 1 had what it asked for and the slots were in use. */
import type {Fleet, Score, Service, Standing} from './fleet.ts';

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

/** Whether somebody's override keeps a service of the best priority below what its demand asks for, within its bounds. */
export function isOverruled(fleet: Fleet): boolean {
  return urgent(fleet).some(
    ({spec, overrides, decision, rawWant}) =>
      overrides.length > 0 && decision !== null && rawWant !== null && decision.want < Math.min(rawWant, spec.max),
  );
}

/** The value below which a share `q` of the numbers lies (nearest rank); null for none. */
export function percentile(values: readonly number[], q: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? null;
}
