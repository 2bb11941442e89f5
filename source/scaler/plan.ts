/** The plan: how many replicas each service should have, and why. Pure arithmetic over what the fleet knows. */
import {aspect, overrideOf} from './override.ts';
import type {Decision, Reason} from './decision.ts';
import type {Fleet, Service, Settings} from './fleet.ts';
import {unbounded} from './spec.ts';
import {settleMsOf} from './flaps.ts';
import {nameOrder} from './name-order.ts';
import {rawWant} from './target.ts';

/** What a service asks for before capacity is looked at. Counts are replicas. */
interface Claim {
  readonly name: string;
  readonly want: number;
  readonly fills: boolean;
  readonly rank: number;
  readonly pinned: boolean;
  /** What it gets before anyone's want is looked at: a pin, or the smaller of min and want. */
  readonly floor: number;
  /** What it may use at this moment: less than the want while its replicas can't be had. */
  readonly usable: number;
  readonly reasons: readonly Reason[];
  /** What one replica takes, and the share of a filler. */
  readonly slots: number;
  readonly weight: number;
  granted: number;
}

/** Decisions in the order of service: by rank, then by name. */
export interface Plan {
  readonly decisions: readonly Decision[];
  /** Slots that nobody could use. */
  readonly free: number;
}

/**
 * Pins first, then every min, then by rank up to the want with equal ranks max-min fair, then fillers by rank and
 * weight. Ties break by name. Cost: O(n log n) in the number of services.
 */
export function plan(fleet: Fleet): Plan {
  const {capacity} = fleet.settings;
  // In their order from the beginning: what lies side by side in memory is read many times as fast.
  const claims = byRank(fleet.services).map(service => claimOf(service, fleet.at, fleet.settings));
  let free = capacity;
  for (const claim of claims) if (claim.pinned) free -= grant(claim, claim.floor, free);
  for (const claim of claims) if (!claim.pinned && claim.floor > 0) free -= grant(claim, claim.floor, free);
  const counted = claims.filter(claim => !claim.fills);
  const fillers = claims.filter(claim => claim.fills);
  for (const tier of [...tiersOf(counted), ...tiersOf(fillers)]) {
    if (free <= 0) break;
    free -= share(tier, free);
  }
  return {decisions: claims.map(decisionOf), free};
}

function claimOf(service: Service, at: number, settings: Settings): Claim {
  const {spec} = service;
  const raw = rawWant(service);
  let {want, fills, reasons} = raw;
  const peak = service.peaks[0];
  const settledAt = peak ? peak.endedAt + settleMsOf(service) : 0;
  if (!fills && peak && peak.want > want && settledAt > at) {
    want = peak.want;
    reasons = [...reasons, {kind: 'settling', replicas: peak.want, until: settledAt}];
  }
  const overruled = service.overrides.length > 0;
  const boosted = overruled && overrideOf(service, 'boost');
  if (boosted) fills = false;
  const fixed = overruled ? (overrideOf(service, 'pin') ?? overrideOf(service, 'hold')) : undefined;
  const capped = overruled ? overrideOf(service, 'cap') : undefined;
  if (fixed) {
    want = fixed.rule.replicas;
    fills = false;
  } else if (capped) want = Math.min(want, capped.rule.replicas);
  const pinned = fixed?.rule.kind === 'pin';
  const bounded = pinned || spec.retired ? want : Math.min(Math.max(want, spec.min), spec.max);
  for (const override of service.overrides) {
    const beyond = pinned && aspect(override.rule) === 'count' && (want < spec.min || want > spec.max);
    reasons = [...reasons, {kind: 'override', override, beyondBounds: beyond}];
  }
  if (bounded > want) reasons = [...reasons, {kind: 'bound', bound: 'min', replicas: spec.min}];
  if (bounded < want && want !== unbounded) reasons = [...reasons, {kind: 'bound', bound: 'max', replicas: spec.max}];
  const most = mostReplicas(settings, spec.slots);
  want = want === unbounded ? Math.min(bounded, most) : bounded;
  const usable = Math.min(want, usableReplicas(service));
  if (usable < want && service.observed) reasons = [...reasons, {kind: 'trouble', trouble: service.observed.trouble}];
  const floor = Math.min(usable, fixed ? want : spec.retired ? 0 : Math.min(spec.min, want));
  const weight = fills ? spec.weight : 1;
  return {
    name: spec.name,
    want,
    fills,
    rank: rankOf(service),
    pinned: fixed !== undefined,
    floor,
    usable,
    reasons,
    slots: spec.slots,
    weight,
    granted: 0,
  };
}

/** As many as the slots hold; a replica of several slots needs them all on one node. */
function mostReplicas({capacity, nodeSlots}: Settings, slots: number): number {
  if (slots === 1 || nodeSlots.length === 0) return Math.floor(capacity / slots);
  return nodeSlots.reduce((sum, free) => sum + Math.floor(free / slots), 0);
}

/**
 * A service whose replicas can't be had keeps what runs and one slot to try again in; the others use the rest. While
 * its image is still being fetched there is nothing to try, so it keeps only what it has.
 */
function usableReplicas(service: Service): number {
  const observed = service.observed;
  if (!observed) return unbounded;
  switch (observed.trouble.kind) {
    case 'none':
      return unbounded;
    case 'preparing':
      return observed.running + observed.pending;
    case 'failing':
      return observed.running + 1;
    case 'unplaceable':
      return observed.trouble.placed;
  }
}

/** By rank, then by name: sorted as numbers, rank and place by name in one, since strings are slow to compare. */
function byRank(services: readonly Service[]): readonly Service[] {
  if (services.length <= fewServices) return services.toSorted((a, b) => rankOf(a) - rankOf(b) || (a.spec.name < b.spec.name ? -1 : 1));
  const order = nameOrder(services.map(({spec}) => spec.name));
  const ranks = new Float64Array(services.length);
  for (const [index, service] of services.entries()) ranks[index] = rankOf(service);
  const keys = new Float64Array(services.length);
  for (let place = 0; place < order.length; place++) keys[place] = (ranks[order[place] ?? 0] ?? 0) * rankWidth + place;
  keys.sort();
  const sorted: Service[] = [];
  for (const key of keys) sorted.push(services[order[key % rankWidth] ?? 0] as Service);
  return sorted;
}

/** So few are sorted sooner than their keys are made. */
const fewServices = 16;

/** A boost goes ahead of every priority. */
function rankOf(service: Service): number {
  if (service.overrides.length === 0) return service.spec.priority;
  return overrideOf(service, 'boost') ? 0 : (overrideOf(service, 'priority')?.rule.priority ?? service.spec.priority);
}

/** More services than there will ever be; ranks times this are still whole numbers. */
const rankWidth = 2 ** 32;

/** Gives up to `replicas` more, as far as the free slots and what it can use go; returns the slots taken. */
function grant(claim: Claim, replicas: number, free: number): number {
  const {slots} = claim;
  const given = Math.max(0, Math.min(replicas, claim.usable - claim.granted, Math.floor(free / slots)));
  claim.granted += given;
  return given * slots;
}

function tiersOf(claims: readonly Claim[]): readonly (readonly Claim[])[] {
  const tiers: Claim[][] = [];
  for (const claim of claims) {
    const tier = tiers.at(-1);
    if (tier?.[0]?.rank === claim.rank) tier.push(claim);
    else tiers.push([claim]);
  }
  return tiers;
}

/**
 * Shares free slots among equals, max-min fair by slots over weight (progressive filling: Bertsekas and Gallager,
 * Data Networks, 6.5.2): everybody rises to one common level, except those that want less. What whole replicas
 * leave over goes one replica at a time to whoever is lowest. Returns the slots taken.
 */
function share(tier: readonly Claim[], free: number): number {
  const open = tier.filter(claim => claim.granted < claim.usable);
  const wanted = open.reduce((sum, claim) => sum + slotsLeft(claim), 0);
  if (wanted <= free) return open.reduce((sum, claim) => sum + grant(claim, unbounded, free), 0);
  const [only] = open;
  if (only && open.length === 1) return grant(only, unbounded, free);
  const level = commonLevel(open, free);
  let taken = 0;
  for (const claim of open) {
    const replicas = Math.floor((level * claim.weight) / claim.slots + 1e-9);
    taken += grant(claim, replicas - claim.granted, free - taken);
  }
  return taken + shareRemainder(open, free - taken);
}

/** The level at which the tier, raised from what it has, holds exactly the free slots more. */
function commonLevel(open: readonly Claim[], free: number): number {
  return open.every(({weight}) => weight === 1) ? evenLevel(open, free) : weightedLevel(open, free);
}

/** Where all weigh the same, the edges are plain numbers, which are sorted many times as fast. */
function evenLevel(open: readonly Claim[], free: number): number {
  const begins = Float64Array.from(open, ({granted, slots}) => granted * slots).sort();
  const ends = Float64Array.from(open, ({usable, slots}) => usable * slots).sort();
  let level = begins[0] ?? 0;
  let left = free;
  let begun = 0;
  let ended = 0;
  while (ended < ends.length) {
    const begin = begins[begun] ?? Number.POSITIVE_INFINITY;
    const end = ends[ended] ?? Number.POSITIVE_INFINITY;
    const edge = Math.min(begin, end);
    const rising = begun - ended;
    const needed = rising * (edge - level);
    if (needed >= left) return level + left / rising;
    left -= needed;
    level = edge;
    if (begin <= end) begun++;
    else ended++;
  }
  return level;
}

function weightedLevel(open: readonly Claim[], free: number): number {
  const edges: {readonly at: number; readonly weight: number}[] = [];
  for (const {slots, weight, granted, usable} of open) {
    edges.push({at: (granted * slots) / weight, weight}, {at: (usable * slots) / weight, weight: -weight});
  }
  edges.sort((a, b) => a.at - b.at);
  let level = edges[0]?.at ?? 0;
  let rising = 0;
  let left = free;
  for (const edge of edges) {
    const needed = rising * (edge.at - level);
    if (needed >= left) return level + left / rising;
    left -= needed;
    level = edge.at;
    rising += edge.weight;
  }
  return level;
}

function shareRemainder(open: readonly Claim[], free: number): number {
  const least = open.reduce((fewest, {slots}) => Math.min(fewest, slots), Number.POSITIVE_INFINITY);
  let taken = 0;
  while (free - taken >= least) {
    const before = taken;
    // Equals stay in their order, which is that of rank and name.
    const lowest = open
      .filter(claim => claim.granted < claim.usable)
      .map(claim => ({claim, level: (claim.granted * claim.slots) / claim.weight}))
      .sort((a, b) => a.level - b.level);
    for (const {claim} of lowest) taken += grant(claim, 1, free - taken);
    if (taken === before) break;
  }
  return taken;
}

function slotsLeft(claim: Claim): number {
  return (claim.usable - claim.granted) * claim.slots;
}

function decisionOf(claim: Claim): Decision {
  const shortfall = claim.fills ? 0 : Math.max(0, claim.want - claim.granted);
  const reasons: readonly Reason[] = shortfall > 0 ? [...claim.reasons, {kind: 'short', replicas: shortfall}] : claim.reasons;
  return {
    service: claim.name,
    want: claim.want,
    fills: claim.fills,
    desired: claim.granted,
    shortfall,
    rank: claim.rank,
    reasons,
  };
}
