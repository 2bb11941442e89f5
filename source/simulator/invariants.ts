/** What must always hold, as checkers over one step each. They know only the fleet and what really runs. */
import type {Step} from '../scaler/step.ts';
import type {Decision} from '../scaler/decision.ts';
import {heldReplicas, type Fleet, type Service} from '../scaler/fleet.ts';
import type {Observation} from '../scaler/observation.ts';

export interface Moment {
  readonly before: Fleet;
  readonly result: Step;
  /** What the host really holds, whether it was told or not; null where nobody knows. */
  readonly truth: ReadonlyMap<string, Observation> | null;
  /** How many replicas of a service really run in slots; null where nobody knows. */
  readonly holding: ((service: string) => number) | null;
}

export interface Violation {
  readonly at: number;
  readonly invariant: string;
  readonly detail: string;
}

type Check = (moment: Moment) => string | null;

/** Each names what is wrong, or null. A checker that keeps memory is made anew for every run. */
export function createInvariants(): (moment: Moment) => readonly Violation[] {
  const checks: readonly (readonly [string, Check])[] = Object.entries({
    'slots never exceed the capacity, once it held': capacityHolds(),
    'bounds hold, or a reason says why not': boundsHold,
    'nobody is short while a lower rank is above its floor': noInversion,
    'no slot is free that somebody could use': workConserving,
    'a lost source never shrinks a service': lostNeverShrinks,
    'an expired override never applies, and each has an owner': overridesHold,
    'a mode that ended never applies, and one that holds does': modesHold,
    'no count is negative or no number': countsAreNumbers,
    'nothing is frozen longer than it may, nor more than may be': frozenEnds,
    'only what yields is frozen, and nothing waits beyond what is asked for': readinessHolds,
  });
  return moment => {
    const violations: Violation[] = [];
    for (const [invariant, check] of checks) {
      const detail = check(moment);
      if (detail !== null) violations.push({at: moment.result.fleet.at, invariant, detail});
    }
    return violations;
  };
}

function capacityHolds(): Check {
  let held = false;
  let capacityBefore = 0;
  return ({result: {fleet}, truth, holding}) => {
    const {capacity} = fleet.settings;
    if (capacity < capacityBefore) held = false;
    capacityBefore = capacity;
    let known = 0;
    let real = 0;
    let running = 0;
    for (const service of fleet.services) {
      const {name, slots} = service.spec;
      known += heldReplicas(service) * slots;
      const there = truth?.get(name);
      running += (holding?.(name) ?? 0) * slots;
      if (there) real += (there.running + there.pending + there.stopping) * slots;
    }
    const most = Math.max(known, real, running);
    if (most <= capacity) {
      held = true;
      return null;
    }
    return held ? `${most} slots are held and there are ${capacity} (known ${known}, believed ${real}, running ${running})` : null;
  };
}

const boundsHold: Check = ({result: {fleet}}) => {
  for (const {spec, decision, overrides} of fleet.services) {
    if (!decision || spec.retired || overrides.some(override => override.rule.kind === 'pin')) continue;
    const excused = decision.shortfall > 0 || decision.reasons.some(reason => reason.kind === 'trouble') || decision.fills;
    if (decision.desired > spec.max) return `${spec.name} has ${decision.desired}, above its max of ${spec.max}`;
    if (decision.desired < spec.min && !excused) return `${spec.name} has ${decision.desired}, below its min of ${spec.min}`;
  }
  return null;
};

/** What a service keeps before others' wants are looked at. */
function floorOf({spec, overrides}: Service, decision: Decision): number {
  const fixed = overrides.find(({rule}) => rule.kind === 'pin' || rule.kind === 'hold');
  if (fixed) return decision.want;
  return spec.retired ? 0 : Math.min(spec.min, decision.want);
}

const noInversion: Check = ({result: {fleet}}) => {
  for (const short of fleet.services) {
    const {decision} = short;
    if (!decision || decision.shortfall === 0 || troubled(decision)) continue;
    let takeable = 0;
    for (const other of fleet.services) {
      const theirs = other.decision;
      const lower = theirs && !decision.fills && (theirs.fills || theirs.rank > decision.rank);
      if (lower && other !== short) takeable += Math.max(0, theirs.desired - floorOf(other, theirs)) * other.spec.slots;
    }
    if (takeable >= short.spec.slots) return `${short.spec.name} is short of ${decision.shortfall}, and ${takeable} slots lie lower`;
  }
  return null;
};

const workConserving: Check = ({result: {fleet}}) => {
  if (fleet.services.some(service => !service.decision)) return null;
  const planned = fleet.services.reduce((sum, {spec, decision}) => sum + (decision?.desired ?? 0) * spec.slots, 0);
  const free = fleet.settings.capacity - planned;
  for (const {spec, decision} of fleet.services) {
    if (!decision || troubled(decision) || decision.desired >= decision.want) continue;
    if (spec.slots <= free) return `${free} slots are free, and ${spec.name} has ${decision.desired} of ${decision.want}`;
  }
  return null;
};

function troubled(decision: Decision): boolean {
  return decision.reasons.some(reason => reason.kind === 'trouble');
}

const lostNeverShrinks: Check = ({before, result: {fleet}}) => {
  if (!fleet.services.some(({demand}) => demand.kind === 'lost')) return null;
  const earlier = new Map(before.services.map(service => [service.spec.name, service]));
  for (const service of fleet.services) {
    const {spec, demand, rawWant, decision} = service;
    const was = earlier.get(spec.name);
    if (spec.demands.length > 1) {
      const shrunk = whichShrank(service, was);
      if (shrunk !== null) return shrunk;
      continue;
    }
    if (demand.kind !== 'lost' || was?.demand.kind === 'lost' || was?.spec !== spec) continue;
    const held = spec.onLost.kind === 'hold' && spec.target.kind !== 'fill';
    if (held && was.rawWant !== null && decision && (rawWant ?? 0) < was.rawWant) {
      return `${spec.name} lost its source and wants ${rawWant} after ${was.rawWant}`;
    }
  }
  return null;
};

/** Of several demands, one that has just been lost asks for no less than before; the others go their way. */
function whichShrank({spec, followed}: Service, was: Service | undefined): string | null {
  if (spec.onLost.kind !== 'hold' || was?.spec !== spec) return null;
  for (const [index, {demand, want}] of followed.entries()) {
    const before = was.followed[index];
    const lost = demand.kind === 'lost' && before !== undefined && before.demand.kind !== 'lost';
    if (lost && (want ?? 0) < (before.want ?? 0)) return `${spec.name} lost demand ${index + 1} and wants ${want} after ${before.want}`;
  }
  return null;
}

const overridesHold: Check = ({result: {fleet}}) => {
  for (const {spec, overrides} of fleet.services) {
    for (const {until, owner} of overrides) {
      if (until !== null && until <= fleet.at) return `${spec.name} has an override that ended`;
      if (owner.trim() === '') return `${spec.name} has an override without an owner`;
    }
  }
  return null;
};

const modesHold: Check = ({result: {fleet}}) => {
  const {at, mode, chosen, settings, circumstances} = fleet;
  if (chosen?.until !== undefined && chosen.until !== null && chosen.until <= at) return `the choice of ${chosen.name} has ended`;
  for (const {mode: name, beginnings} of circumstances) {
    const over = beginnings.some(beginning => beginning.phase === 'on' && beginning.window !== null && beginning.window.until <= at);
    if (over) return `the time of ${name} is over`;
  }
  const wanted = circumstances.find(({beginnings}) => beginnings.some(({phase}) => phase === 'on'));
  const right = chosen?.name ?? wanted?.mode;
  if (mode?.name !== right) return `the mode is ${mode?.name ?? 'normal'}, and ${right ?? 'normal'} should hold`;
  const changes = settings.modes.find(({name}) => name === mode?.name)?.services ?? {};
  for (const {spec, configured} of fleet.services) {
    if (spec === configured && (configured.retired || changes[configured.name] === undefined)) continue;
    const {name, priority, min, max, weight, target} = {...configured, ...(!configured.retired && changes[configured.name])};
    const same =
      spec.priority === priority &&
      spec.min === min &&
      spec.max === max &&
      spec.weight === weight &&
      JSON.stringify(spec.target) === JSON.stringify(target);
    if (!same) return `${name} is not as the mode ${mode?.name ?? 'normal'} says`;
  }
  return null;
};

/** How late an end may be decided: by a timer of the host's own, whatever becomes of the calls that it takes. */
const lateMs = 1000;

const frozenEnds: Check = ({result: {fleet}, truth}) => {
  for (const {spec, observed} of fleet.services) {
    const {preempt, name} = spec;
    const there = truth?.get(name) ?? observed;
    if (!there || preempt.kind === 'stop' || there.frozenSince === null) continue;
    const forMs = fleet.at - there.frozenSince;
    if (forMs > preempt.forMs + lateMs) return `${name} has one that is frozen for ${forMs} ms and may be for ${preempt.forMs}`;
    if (there.order > 0 && there.frozen > preempt.max) return `${name} has ${there.frozen} frozen and may have ${preempt.max}`;
  }
  return null;
};

const readinessHolds: Check = ({result: {actions, fleet}}) => {
  if (actions.length === 0) return null;
  const specs = new Map(fleet.services.map(({spec}) => [spec.name, spec]));
  for (const {service, from, replicas, yields, frozen, standby} of actions) {
    const spec = specs.get(service);
    if (yields > Math.max(0, from - replicas)) return `${yields} of ${service} yield, and ${from - replicas} leave`;
    if (spec?.preempt.kind === 'stop' && frozen > 0) return `${service} stops who leaves, and ${frozen} may be frozen`;
    if (spec && standby > (spec.standby.kind === 'kept' ? spec.standby.replicas : 0))
      return `${service} was asked for ${standby} on standby`;
  }
  return null;
};

const countsAreNumbers: Check = ({result: {fleet, actions}}) => {
  for (const {spec, demand} of fleet.services) {
    if (demand.kind === 'live' && !(Number.isFinite(demand.value) && demand.value >= 0))
      return `${spec.name} has a demand of ${demand.value}`;
  }
  for (const {service, replicas, standby} of actions) {
    const fine = Number.isSafeInteger(replicas) && replicas >= 0 && Number.isSafeInteger(standby) && standby >= 0;
    if (!fine) return `${service} was asked for ${replicas} and ${standby} on standby`;
  }
  return null;
};
