/** How well it goes: shares of time in which priority 1 had what it asked for and the slots were in use. */
import type {Fleet, Score, Service, Standing} from './fleet.ts';

/** One that has come to its end, in milliseconds from the decision to the last replica that serves. */
export interface Handover {
  readonly service: string;
  readonly tookMs: number;
}

/** The latest handovers that are kept for the percentiles. */
export const handoversKept = 256;

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

/**
 * Notes when a service falls behind its plan and, once its last replica serves, how long the handover took. One that
 * ends because less was wanted is no handover.
 */
export function handovers(before: Fleet, fleet: Fleet): {readonly fleet: Fleet; readonly handovers: readonly Handover[]} {
  if (before.services === fleet.services) return {fleet, handovers: []};
  const took: Handover[] = [];
  let changed = false;
  const services = fleet.services.map(service => {
    const behindSince = behindSinceOf(service, fleet.at);
    if (behindSince === service.behindSince) return service;
    changed = true;
    if (service.behindSince === null || !service.decision || !hasGrown(before, service)) return {...service, behindSince};
    const tookMs = fleet.at - service.behindSince;
    took.push({service: service.spec.name, tookMs});
    return {...service, behindSince, serveMs: learnServe(service.serveMs, tookMs)};
  });
  const next = changed ? {...fleet, services} : fleet;
  const worstShortfall = worseOf(next);
  if (took.length === 0 && worstShortfall === next.score.worstShortfall)
    return {fleet: {...next, standing: standingOf(next)}, handovers: took};
  const handoverMs = [...next.score.handoverMs, ...took.map(({tookMs}) => tookMs)].slice(-handoversKept);
  return {fleet: {...next, standing: standingOf(next), score: {...next.score, worstShortfall, handoverMs}}, handovers: took};
}

/** How much the latest handover counts in what is learned of them. */
const latestShare = 0.3;

function learnServe(before: number | null, tookMs: number): number {
  return before === null ? tookMs : Math.round(before + latestShare * (tookMs - before));
}

function behindSinceOf(service: Service, at: number): number | null {
  if (!service.decision || service.decision.fills || !service.observed) return null;
  return service.observed.running >= service.decision.desired ? null : (service.behindSince ?? at);
}

function hasGrown(before: Fleet, service: Service): boolean {
  const earlier = before.services.find(other => other.spec.name === service.spec.name);
  return (service.observed?.running ?? 0) > (earlier?.observed?.running ?? 0);
}

/** The most replicas that a service of the best priority has missed at any moment. */
function worseOf(fleet: Fleet): Score['worstShortfall'] {
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

/** The value below which a share `q` of the numbers lies (nearest rank); null for none. */
export function percentile(values: readonly number[], q: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? null;
}
