/**
 * A handover as an object: who gave, who got, and when each stage was over. It opens when a service falls behind its
 * plan and ends when the last of its replicas serves.
 */
import type {Fleet, Score, Service} from './fleet.ts';
import {standingOf, worseOf} from './score.ts';

export interface Giver {
  readonly service: string;
  readonly replicas: number;
  readonly how: 'stopped' | 'frozen';
}

/** Times are milliseconds since the epoch; null for a stage that is yet to come. */
export interface Handover {
  /** Who gets. */
  readonly service: string;
  readonly replicas: number;
  readonly givers: readonly Giver[];
  readonly decidedAt: number;
  /** When the first thing was asked of the host for it. */
  readonly askedAt: number | null;
  /** When the last of its slots was free. */
  readonly freedAt: number | null;
  /** When the last of its replicas was started or thawed. */
  readonly startedAt: number | null;
}

export interface EndedHandover extends Handover {
  /** When the last of them served. */
  readonly healthyAt: number;
  readonly tookMs: number;
}

/** The latest handovers from one service to another, in milliseconds. */
export interface Pair {
  readonly giver: string;
  readonly heir: string;
  readonly tookMs: readonly number[];
}

/** The latest handovers that are kept for the percentiles. */
export const handoversKept = 256;
const keptPerPair = 64;
const pairsMax = 64;

/** Opens, follows and ends handovers. `frozen` says how many of each service's that leave with this step are frozen. One that ends because less was wanted is none. */
export function trackHandovers(
  before: Fleet,
  fleet: Fleet,
  frozen: ReadonlyMap<string, number>,
): {readonly fleet: Fleet; readonly handovers: readonly EndedHandover[]} {
  if (before.services === fleet.services) return {fleet, handovers: []};
  // By rank, so that who is served first is also who is given to first.
  const heirs = fleet.services.filter(service => isBehind(service) || service.handover !== null).sort(byRank);
  if (heirs.length === 0) return {fleet: {...fleet, standing: standingOf(fleet), score: scoreWith(fleet, [])}, handovers: []};
  const earlier =
    before.services.length > 0 ? new Map(before.services.map(service => [service.spec.name, service])) : new Map<string, Service>();
  const given = giftsOf(earlier, fleet, frozen);
  const ended: EndedHandover[] = [];
  let changed = false;
  const next = new Map<Service, Handover | null>();
  const served = new Map<Service, number>();
  for (const service of heirs) {
    const followed = follow(service, given, fleet.at);
    const handover = isBehind(service) ? followed : null;
    if (handover === null && service.handover !== null && hasGrown(earlier.get(service.spec.name), service)) {
      const tookMs = fleet.at - followed.decidedAt;
      ended.push({...followed, healthyAt: fleet.at, tookMs});
      served.set(service, learnServe(service.serveMs, tookMs));
    }
    if (handover !== null && service.handover !== null && sameHandover(handover, service.handover)) continue;
    next.set(service, handover);
    changed = true;
  }
  const services = changed
    ? fleet.services.map(service =>
        next.has(service) ? {...service, handover: next.get(service) ?? null, serveMs: served.get(service) ?? service.serveMs} : service,
      )
    : fleet.services;
  const following = changed ? {...fleet, services} : fleet;
  const score = scoreWith(following, ended);
  return {fleet: {...following, standing: standingOf(following), score}, handovers: ended};
}

/** How much the latest handover counts in what is learned of them. */
const latestShare = 0.3;

function learnServe(before: number | null, tookMs: number): number {
  return before === null ? tookMs : Math.round(before + latestShare * (tookMs - before));
}

function isBehind({decision, observed}: Service): boolean {
  return decision !== null && !decision.fills && observed !== null && observed.running < decision.desired;
}

function byRank(a: Service, b: Service): number {
  return (a.decision?.rank ?? 0) - (b.decision?.rank ?? 0) || (a.spec.name < b.spec.name ? -1 : 1);
}

/** What was given with this step in one way: slots that nobody has been put down for yet. */
interface Gift {
  readonly service: Service;
  readonly how: Giver['how'];
  slots: number;
}

/** What was frozen is given first: its slots are free first. */
function giftsOf(earlier: ReadonlyMap<string, Service>, fleet: Fleet, frozen: ReadonlyMap<string, number>): readonly Gift[] {
  const gifts: Gift[] = [];
  for (const service of fleet.services) {
    const before = earlier.get(service.spec.name)?.asked ?? null;
    if (before === null || service.asked === null || service.asked >= before) continue;
    const {name, slots} = service.spec;
    const leaving = before - service.asked;
    const freezing = Math.min(leaving, frozen.get(name) ?? 0);
    if (freezing > 0) gifts.push({service, how: 'frozen', slots: freezing * slots});
    if (leaving > freezing) gifts.push({service, how: 'stopped', slots: (leaving - freezing) * slots});
  }
  return gifts;
}

function follow(service: Service, gifts: readonly Gift[], at: number): Handover {
  const {spec, decision, observed, asked} = service;
  const desired = decision?.desired ?? 0;
  const running = observed?.running ?? 0;
  const known = service.handover ?? {
    service: spec.name,
    replicas: 0,
    givers: [],
    decidedAt: at,
    askedAt: null,
    freedAt: null,
    startedAt: null,
  };
  const givers = withGifts(known.givers, service, gifts);
  const started = running + (observed?.unready ?? 0) >= desired;
  const freed = asked !== null && asked >= desired;
  const begun = givers !== known.givers || (asked !== null && asked > running);
  return {
    ...known,
    replicas: Math.max(known.replicas, desired - running),
    givers,
    askedAt: known.askedAt ?? (begun ? at : null),
    freedAt: freed ? (known.freedAt ?? at) : null,
    startedAt: started ? (known.startedAt ?? at) : null,
  };
}

/** As many of the slots that were given up by lower ranks as it still waits for. */
function withGifts(known: readonly Giver[], {spec, decision, asked}: Service, gifts: readonly Gift[]): readonly Giver[] {
  if (!decision) return known;
  let missing = Math.max(0, decision.desired - (asked ?? 0)) * spec.slots;
  let givers = known;
  for (const gift of gifts) {
    const {service, how} = gift;
    if (missing <= 0) break;
    if (gift.slots <= 0 || service.spec.name === spec.name || (service.decision?.rank ?? 0) < decision.rank) continue;
    const taken = Math.min(gift.slots, missing);
    gift.slots -= taken;
    missing -= taken;
    const replicas = Math.ceil(taken / service.spec.slots);
    givers = withGiver(givers, {service: service.spec.name, replicas, how});
  }
  return givers;
}

function withGiver(givers: readonly Giver[], giver: Giver): readonly Giver[] {
  const known = givers.find(({service, how}) => service === giver.service && how === giver.how);
  if (!known) return [...givers, giver];
  return givers.map(other => (other === known ? {...known, replicas: known.replicas + giver.replicas} : other));
}

function hasGrown(before: Service | undefined, service: Service): boolean {
  return service.decision !== null && (service.observed?.running ?? 0) > (before?.observed?.running ?? 0);
}

function sameHandover(a: Handover, b: Handover): boolean {
  return (
    a.replicas === b.replicas && a.givers === b.givers && a.askedAt === b.askedAt && a.freedAt === b.freedAt && a.startedAt === b.startedAt
  );
}

function scoreWith(fleet: Fleet, ended: readonly EndedHandover[]): Score {
  const {score} = fleet;
  const worstShortfall = worseOf(fleet);
  if (ended.length === 0) return worstShortfall === score.worstShortfall ? score : {...score, worstShortfall};
  const handoverMs = [...score.handoverMs, ...ended.map(({tookMs}) => tookMs)].slice(-handoversKept);
  return {...score, worstShortfall, handoverMs, pairs: ended.reduce(learn, score.pairs)};
}

/** The pair that was heard of last stands last: those of long ago make room. */
function learn(pairs: readonly Pair[], {service: heir, givers, tookMs}: EndedHandover): readonly Pair[] {
  let learned = pairs;
  for (const giver of new Set(givers.map(({service}) => service))) {
    const known = learned.find(pair => pair.giver === giver && pair.heir === heir);
    const others = learned.filter(pair => pair !== known);
    learned = [...others, {giver, heir, tookMs: [...(known?.tookMs ?? []), tookMs].slice(-keptPerPair)}].slice(-pairsMax);
  }
  return learned;
}
