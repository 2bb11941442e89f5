/** The plan on a copy of the fleet: what would be decided if one thing were another. Nothing is asked of anybody. */
import {plan} from './plan.ts';
import {aliveReplicas, type Fleet} from './fleet.ts';
import {percentile} from './score.ts';
import {step} from './step.ts';

export type Supposition =
  | {readonly kind: 'demand'; readonly service: string; readonly value: number}
  | {readonly kind: 'capacity'; readonly slots: number}
  /** A machine is gone, with so many of the slots. */
  | {readonly kind: 'node-gone'; readonly slots: number};

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
  /** How long handovers have taken here: the median, and what 95 of 100 stay under. Null where none was seen. */
  readonly expectedMs: {readonly usual: number; readonly slow: number} | null;
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
  const usual = percentile(fleet.score.handoverMs, 0.5);
  const slow = percentile(fleet.score.handoverMs, 0.95);
  return {supposition, paused: fleet.acting === 'paused', changes, expectedMs: usual === null || slow === null ? null : {usual, slow}};
}

/** A demand goes through the same fold as a real one, so that its target, settle window and bounds have their say. */
function supposed(fleet: Fleet, supposition: Supposition): Fleet {
  switch (supposition.kind) {
    case 'demand': {
      const {service, value} = supposition;
      return step({...fleet, acting: 'dry-run'}, [{at: fleet.at, kind: 'reading', service, reading: {kind: 'value', value}}]).fleet;
    }
    case 'capacity':
      return {...fleet, settings: {...fleet.settings, capacity: supposition.slots, nodeSlots: []}};
    case 'node-gone': {
      const capacity = Math.max(0, fleet.settings.capacity - supposition.slots);
      return {...fleet, settings: {...fleet.settings, capacity, nodeSlots: []}};
    }
  }
}
