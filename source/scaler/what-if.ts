/** The plan on a copy of the fleet: what would be decided if one thing were another. Nothing is asked of anybody. */
import {plan} from './plan.ts';
import {aliveReplicas, type Fleet, type Settings} from './fleet.ts';
import {percentile} from './score.ts';
import {step} from './step.ts';

export type Supposition =
  | {readonly kind: 'demand'; readonly service: string; readonly which: WhichDemand; readonly value: number}
  | {readonly kind: 'capacity'; readonly slots: number}
  /** So many slots are gone, wherever they were. */
  | {readonly kind: 'slots-gone'; readonly slots: number}
  /** The machine at that place among `nodeSlots` is gone. */
  | {readonly kind: 'node-gone'; readonly node: string; readonly place: number; readonly slots: number};

/** Of several demands, the one that an operator said or the one that leads, by its place among them. */
export type WhichDemand =
  {readonly kind: 'only'} | {readonly kind: 'said' | 'leading'; readonly place: number; readonly of: number; readonly label: string};

/** How long an heir should take to have its replicas, and what that was learned from. */
export type ExpectedTime =
  /** Its own handovers from those who would give. */
  | {readonly kind: 'pairs'; readonly givers: readonly string[]; readonly count: number; readonly usualMs: number; readonly slowMs: number}
  /** The time from a decision until its replicas served, smoothed over the latest. */
  | {readonly kind: 'service'; readonly usualMs: number}
  /** All handovers that were seen here. */
  | {readonly kind: 'all'; readonly count: number; readonly usualMs: number; readonly slowMs: number}
  | {readonly kind: 'unknown'};

export interface WhatIf {
  readonly supposition: Supposition;
  /** Whether the scaler is paused: nothing of it would be done. */
  readonly paused: boolean;
  /** Every service, in the order in which the plan serves them. */
  readonly changes: readonly {
    readonly service: string;
    readonly from: number;
    readonly to: number;
    /** What it would be missing of what it may have. */
    readonly shortfall: number;
    /** What its demand would ask for, whatever it may have; null for a filler. */
    readonly asked: number | null;
  }[];
  /** For each service that would get some, in the same order. */
  readonly expected: readonly {readonly heir: string; readonly time: ExpectedTime}[];
}

export function planOnCopy(fleet: Fleet, supposition: Supposition): WhatIf {
  const copy = supposed(fleet, supposition);
  const before = new Map(fleet.services.map(service => [service.spec.name, service.decision?.desired ?? aliveReplicas(service)]));
  const asked = new Map(copy.services.map(({spec, rawWant}) => [spec.name, spec.target.kind === 'fill' ? null : rawWant]));
  const changes = plan(copy).decisions.map(({service, desired, shortfall}) => ({
    service,
    from: before.get(service) ?? 0,
    to: desired,
    shortfall,
    asked: asked.get(service) ?? null,
  }));
  const givers = new Set(changes.filter(({from, to}) => to < from).map(({service}) => service));
  const heirs = changes.filter(({from, to}) => to > from).map(({service}) => service);
  const expected = heirs.map(heir => ({heir, time: expectedTime(fleet, givers, heir)}));
  return {supposition, paused: fleet.acting === 'paused', changes, expected};
}

/** A demand goes through the same fold as a real one, so that its target, settle window and bounds have their say. */
function supposed(fleet: Fleet, supposition: Supposition): Fleet {
  const {settings} = fleet;
  switch (supposition.kind) {
    case 'demand': {
      const {service, which, value} = supposition;
      const demand = which.kind === 'only' ? 0 : which.place;
      return step({...fleet, acting: 'dry-run'}, [{at: fleet.at, kind: 'reading', service, demand, reading: {kind: 'value', value}}]).fleet;
    }
    case 'capacity':
      return {...fleet, settings: {...settings, capacity: supposition.slots, nodeSlots: []}};
    case 'slots-gone': {
      // A node of just so many is the one that is meant, as far as a plan can tell them apart.
      const place = settings.nodeSlots.indexOf(supposition.slots);
      if (place >= 0) return {...fleet, settings: withoutNode(settings, place)};
      return {...fleet, settings: {...settings, capacity: Math.max(0, settings.capacity - supposition.slots), nodeSlots: []}};
    }
    case 'node-gone':
      return {...fleet, settings: withoutNode(settings, supposition.place)};
  }
}

/** As the host is counted once it has gone. Of a node that is left alone the slots need no list. */
function withoutNode(settings: Settings, place: number): Settings {
  const nodeSlots = settings.nodeSlots.toSpliced(place, 1);
  const capacity = Math.max(0, settings.capacity - (settings.nodeSlots[place] ?? 0));
  return {...settings, capacity, nodeSlots: nodeSlots.length > 1 ? nodeSlots : []};
}

/** By what is nearest to it: handovers between the same two, else what the heir itself took, else what all took. */
function expectedTime({score, services}: Fleet, givers: ReadonlySet<string>, heir: string): ExpectedTime {
  const pairs = score.pairs.filter(pair => pair.heir === heir && givers.has(pair.giver));
  const ofPairs = spread(pairs.flatMap(({tookMs}) => tookMs));
  if (ofPairs) return {kind: 'pairs', givers: pairs.map(({giver}) => giver).toSorted(), ...ofPairs};
  const serveMs = services.find(({spec}) => spec.name === heir)?.serveMs ?? null;
  if (serveMs !== null) return {kind: 'service', usualMs: serveMs};
  const ofAll = spread(score.handoverMs);
  return ofAll ? {kind: 'all', ...ofAll} : {kind: 'unknown'};
}

/** The median, and what 95 of 100 stay under; null where none was seen. */
function spread(tookMs: readonly number[]): {readonly count: number; readonly usualMs: number; readonly slowMs: number} | null {
  const usualMs = percentile(tookMs, 0.5);
  const slowMs = percentile(tookMs, 0.95);
  return usualMs === null || slowMs === null ? null : {count: tookMs.length, usualMs, slowMs};
}
