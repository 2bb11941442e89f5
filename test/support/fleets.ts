/** Fleets for tests: short to write, complete to the scaler. */
import fc from 'fast-check';
import type {Action, Entry} from '../../source/scaler/entry.ts';
import {emptyFleet, type Fleet} from '../../source/scaler/fleet.ts';
import {emptyObservation, type Observation} from '../../source/scaler/observation.ts';
import {unbounded, type ServiceSpec} from '../../source/scaler/spec.ts';
import {plainReadiness} from '../../source/scaler/readiness.ts';
import {step} from '../../source/scaler/step.ts';

export function spec(name: string, rest: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    name,
    priority: 1,
    min: 0,
    max: unbounded,
    slots: 1,
    weight: 1,
    target: {kind: 'direct'},
    demands: [],
    lead: {kind: 'off'},
    onLost: {kind: 'hold'},
    tolerance: 0,
    flapGuardMs: 0,
    settleMs: 0,
    stepMax: unbounded,
    drift: 'reassert',
    adopted: false,
    retired: false,
    ...plainReadiness,
    ...rest,
  };
}

export const filler = (name: string, rest: Partial<ServiceSpec> = {}) => spec(name, {priority: 9, target: {kind: 'fill'}, ...rest});

export function observation(rest: Partial<Observation> = {}): Observation {
  return {...emptyObservation, ...rest};
}

/** A request for a number of replicas, and nothing beside. */
export function scaling(service: string, replicas: number, rest: Partial<Action> = {}): Action {
  return {kind: 'scale', service, from: 0, replicas, standby: 0, ahead: 0, frozen: 0, rank: 1, yields: 0, order: 1, ...rest};
}

export type Timeless = Entry extends infer One ? (One extends Entry ? Omit<One, 'at'> : never) : never;

export const reading = (service: string, value: number): Timeless => ({kind: 'reading', service, reading: {kind: 'value', value}});
export const observed = (service: string, rest: Partial<Observation> = {}): Timeless => ({
  kind: 'observed',
  service,
  observation: observation(rest),
});

/** A fleet that was configured, connected and seen, with nothing running unless said. */
export function fleetOf(specs: readonly ServiceSpec[], capacity: number, more: readonly Timeless[] = [], at = 1000): Fleet {
  const entries: Timeless[] = [
    {kind: 'configured', settings: {project: 'test', capacity, nodeSlots: [], overrideMs: 60_000, modes: []}, services: specs},
    {kind: 'connected'},
    ...specs.map(({name}) => observed(name)),
    ...more,
  ];
  return step(
    emptyFleet('auto'),
    entries.map(entry => ({...entry, at})),
  ).fleet;
}

/** One step more, at a moment of its own. */
export function after(fleet: Fleet, at: number, ...entries: readonly Timeless[]) {
  return step(
    fleet,
    entries.map(entry => ({...entry, at})),
  );
}

export function desiredOf(fleet: Fleet): Record<string, number> {
  return Object.fromEntries(fleet.services.map(({spec: {name}, decision}) => [name, decision?.desired ?? -1]));
}

/** Any fleet that a configuration could describe, with demands. */
export const anyFleet = fc
  .record({
    capacity: fc.integer({min: 1, max: 60}),
    services: fc.uniqueArray(
      fc.record({
        name: fc.stringMatching(/^[a-z]{1,6}$/),
        priority: fc.integer({min: 1, max: 4}),
        min: fc.integer({min: 0, max: 4}),
        span: fc.integer({min: 0, max: 30}),
        slots: fc.integer({min: 1, max: 4}),
        weight: fc.constantFrom(0.5, 1, 2, 3),
        fills: fc.boolean(),
        demand: fc.double({min: 0, max: 80, noNaN: true}),
        perReplica: fc.option(fc.integer({min: 1, max: 9}), {nil: null}),
      }),
      {selector: service => service.name, minLength: 1, maxLength: 8},
    ),
  })
  .map(({capacity, services}) => {
    const specs = services.map(({name, priority, min, span, slots, weight, fills, perReplica}) =>
      spec(name, {
        priority,
        min,
        max: min + span,
        slots,
        weight,
        target: fills ? {kind: 'fill'} : perReplica === null ? {kind: 'direct'} : {kind: 'perReplica', value: perReplica},
      }),
    );
    const readings = services.filter(({fills}) => !fills).map(({name, demand}) => reading(name, demand));
    return fleetOf(specs, capacity, readings);
  });
