/** How each kind of news changes what the fleet knows. No decision is made here. */
import type {Entry, Happening, Legacy, Reading} from './entry.ts';
import type {Demand, Fleet, Lease, Override, Service, Settings} from './fleet.ts';
import type {Observation, Trouble} from './observation.ts';
import type {ServiceSpec} from './spec.ts';
import {keepFollowed, readFollowed, valueOf} from './follow.ts';
import {configureModes, inheritMode} from './mode.ts';
import {aspect} from './override.ts';
import {noReadinessAsked, stillFreezing} from './readiness.ts';

/**
 * A new configuration: known services keep their state; those no longer named are emptied, then forgotten, or let go at
 * once where somebody else made them.
 */
export function configure(fleet: Fleet, settings: Settings, specs: readonly ServiceSpec[], happenings: Happening[]): Fleet {
  const known = new Map(fleet.services.map(service => [service.spec.name, service]));
  const named = new Set(specs.map(spec => spec.name));
  const services = specs.map(spec => {
    const service = known.get(spec.name);
    return service ? {...service, configured: spec} : newService(spec);
  });
  for (const service of fleet.services) {
    if (named.has(service.spec.name) || isEmpty(service) || service.spec.adopted) continue;
    services.push({...service, configured: retire(service.configured), overrides: []});
  }
  const count = specs.filter(spec => !spec.retired).length;
  happenings.push({kind: 'configured', at: fleet.at, services: count, capacity: settings.capacity});
  const undo = fleet.undo && named.has(fleet.undo.service) ? fleet.undo : null;
  return configureModes(fleet, {...fleet, settings, services, undo}, happenings);
}

/** The spec of a service that is to be emptied. */
export function retire(spec: ServiceSpec): ServiceSpec {
  return {...spec, min: 0, max: 0, retired: true};
}

function newService(spec: ServiceSpec): Service {
  return {
    spec,
    configured: spec,
    demand: {kind: 'waiting'},
    leading: 0,
    followed: [],
    overrides: [],
    peaks: [],
    rawWant: null,
    flaps: null,
    serveMs: null,
    observed: null,
    asked: null,
    askedReadiness: noReadinessAsked,
    freezing: 0,
    frozenMost: null,
    order: 0,
    committed: 0,
    decision: null,
    handover: null,
  };
}

function isEmpty(service: Service): boolean {
  const {observed} = service;
  return observed === null || presentOf(observed) === 0;
}

/** Everything that is there of a service, whatever it does. */
function presentOf({running, pending, stopping, standby, frozen, ending}: Observation): number {
  return running + pending + stopping + standby + frozen + ending;
}

/** `index` is the place of the demand among those that the service follows. */
export function read(fleet: Fleet, name: string, index: number, given: Reading, happenings: Happening[]): Fleet {
  const {at} = fleet;
  const reading = soundReading(given);
  const told = reading.kind === 'stale' || reading.kind === 'error' ? null : reading;
  return changeService(fleet, name, found => {
    const service = keepFollowed(found, at);
    const simply = service.followed.length === 0;
    const before = simply && index === 0 ? service.demand : service.followed[index]?.demand;
    // A demand that is no longer followed may have been on its way.
    if (!before) return found;
    const demand = demandAfter(before, reading, at);
    const label = simply ? '' : (service.spec.demands[index]?.label ?? '');
    if (demand.kind === 'lost' && before.kind !== 'lost') {
      const which = service.followed.length > 1 ? `${label}: ` : '';
      happenings.push({kind: 'source-lost', at, service: name, reason: which + demand.reason});
    }
    if (demand.kind === 'live' && before.kind === 'lost') {
      happenings.push({kind: 'source-found', at, service: name});
    }
    if (!simply) return readFollowed(service, index, demand, told, at);
    return demand === before ? service : {...service, demand};
  });
}

/** A number that is no demand (NaN, negative, without end) is an error, before anything is made of it or recorded. */
export function soundReading(reading: Reading): Reading {
  const wrong = numbersOf(reading).find(number => !Number.isFinite(number) || number < 0);
  return wrong === undefined ? reading : {kind: 'error', reason: `read ${wrong}, which is no demand`};
}

function numbersOf(reading: Reading): readonly number[] {
  switch (reading.kind) {
    case 'value':
      return [reading.value];
    case 'queue':
      return [reading.waiting, reading.inFlight, reading.arrived ?? 0];
    case 'usage':
      return [reading.total, reading.replicas];
    case 'stale':
    case 'error':
      return [];
  }
}

function demandAfter(before: Demand, reading: Reading, at: number): Demand {
  if (reading.kind === 'stale' || reading.kind === 'error') return lose(before, reading.reason, at);
  const value = valueOf(reading);
  return before.kind === 'live' && before.value === value ? before : {kind: 'live', value};
}

function lose(before: Demand, reason: string, at: number): Demand {
  if (before.kind === 'lost') return before.reason === reason ? before : {...before, reason};
  return {kind: 'lost', value: before.kind === 'live' ? before.value : null, reason, since: at};
}

export function observe(fleet: Fleet, name: string, observation: Observation, happenings: Happening[]): Fleet {
  const next = changeService(fleet, name, service => {
    // An observation from before the last request doesn't know of what may be on its way.
    const committed = observation.order === service.order ? (service.asked ?? 0) : service.committed;
    if (committed === service.committed && service.observed && sameObservation(service.observed, observation)) return service;
    tellTrouble(fleet, name, service.observed?.trouble, observation.trouble, happenings);
    // What was decided before anything was seen is decided, and told, from what turned out to be there.
    const decision = service.observed ? service.decision : null;
    return {...service, observed: observation, committed, decision, freezing: stillFreezing(service, observation)};
  });
  const service = next.services.find(candidate => candidate.spec.name === name);
  const counted = loseWork(fleet, next, name, observation.lostMs);
  if (!service?.spec.retired || !isEmpty(service)) return counted;
  return {...counted, services: counted.services.filter(other => other !== service)};
}

/** The host counts from when it was opened: less than before is a new beginning. */
function loseWork(before: Fleet, fleet: Fleet, name: string, lostMs: number): Fleet {
  if (fleet === before) return fleet;
  const known = before.services.find(({spec}) => spec.name === name)?.observed?.lostMs ?? 0;
  const lost = lostMs < known ? lostMs : lostMs - known;
  return lost === 0 ? fleet : {...fleet, score: {...fleet.score, lostMs: fleet.score.lostMs + lost}};
}

function tellTrouble(fleet: Fleet, service: string, before: Trouble | undefined, after: Trouble, happenings: Happening[]): void {
  const at = fleet.at;
  if (after.kind === 'none') {
    if (before?.kind === 'failing' || before?.kind === 'unplaceable') happenings.push({kind: 'recovered', at, service});
    return;
  }
  if (before && before.kind === after.kind && before.reason === after.reason) return;
  happenings.push({kind: 'trouble', at, service, reason: after.reason, retryAt: after.kind === 'preparing' ? null : after.retryAt});
}

function sameObservation(a: Observation, b: Observation): boolean {
  return (
    a.running === b.running &&
    a.pending === b.pending &&
    a.stopping === b.stopping &&
    a.standby === b.standby &&
    a.unready === b.unready &&
    a.paused === b.paused &&
    a.frozen === b.frozen &&
    a.frozenSince === b.frozenSince &&
    a.ending === b.ending &&
    a.lostMs === b.lostMs &&
    a.chosen === b.chosen &&
    a.order === b.order &&
    sameTrouble(a.trouble, b.trouble)
  );
}

function sameTrouble(a: Trouble, b: Trouble): boolean {
  if (a.kind === 'none' || b.kind === 'none') return a.kind === b.kind;
  if (a.kind !== b.kind || a.reason !== b.reason) return false;
  if (a.kind === 'unplaceable' && b.kind === 'unplaceable') return a.retryAt === b.retryAt && a.placed === b.placed;
  return a.kind !== 'failing' || b.kind !== 'failing' || (a.retryAt === b.retryAt && a.failures === b.failures);
}

/**
 * Somebody else has set the count. Theirs is what stands now; where the service yields it stays for as long as an
 * override does, and else the next plan puts ours back.
 */
export function drift(fleet: Fleet, name: string, replicas: number, happenings: Happening[]): Fleet {
  return changeService(fleet, name, service => {
    const {asked, spec} = service;
    if (asked === null || asked === replicas || spec.retired) return service;
    const {at, settings} = fleet;
    happenings.push({kind: 'drifted', at, service: name, from: asked, to: replicas, drift: spec.drift});
    const found = {...service, asked: replicas, committed: Math.max(service.committed, replicas)};
    if (spec.drift === 'reassert') return found;
    const override: Override = {
      rule: {kind: 'pin', replicas},
      owner: 'somebody outside microscale',
      placedAt: at,
      until: settings.overrideMs === null ? null : at + settings.overrideMs,
      note: 'its count was changed on the host',
    };
    happenings.push({kind: 'overridden', at, service: name, override});
    return {...found, overrides: [...service.overrides.filter(({rule}) => aspect(rule) !== 'count'), override]};
  });
}

/** Whether this engine has the right to act. Without it nothing that was asked for before counts any more. */
export function lease(fleet: Fleet, next: Lease, happenings: Happening[]): Fleet {
  if (JSON.stringify(fleet.lease) === JSON.stringify(next)) return fleet;
  if (next.kind !== 'seeking') happenings.push({kind: 'lease', at: fleet.at, lease: next});
  if (next.kind !== 'held') return {...fleet, lease: next};
  // What the last holder asked for is not known: what is there now is where this one begins.
  const services = fleet.services.map(service => ({...service, asked: null, committed: 0, freezing: 0}));
  return {...fleet, lease: next, services};
}

/**
 * What the holder of the lease leaves, or has at this moment: its overrides, its mode, and whether it is paused. Overrides
 * that the engine which acts now goes on with are told: nobody has placed them before its eyes.
 */
export function inherit(fleet: Fleet, legacy: Legacy, happenings: Happening[]): Fleet {
  const left = new Map(legacy.overrides);
  const services = fleet.services.map(service => ({...service, overrides: left.get(service.spec.name) ?? []}));
  const acting = fleet.acting === 'dry-run' ? fleet.acting : legacy.acting;
  if (fleet.lease.kind === 'held') {
    const standing = services.flatMap(({spec, overrides}) =>
      overrides.filter(({until}) => until === null || until > fleet.at).map(override => ({service: spec.name, override})),
    );
    if (standing.length > 0) happenings.push({kind: 'inherited', at: fleet.at, overrides: standing});
  }
  return inheritMode({...fleet, services, acting}, legacy, happenings);
}

/** Whether the host can be reached. */
export function hear(fleet: Fleet, entry: Extract<Entry, {kind: 'connected' | 'disconnected'}>, happenings: Happening[]): Fleet {
  if (entry.kind === 'connected') {
    if (fleet.host.kind === 'connected') return fleet;
    happenings.push({kind: 'connected', at: fleet.at});
    return {...fleet, host: {kind: 'connected'}};
  }
  if (fleet.host.kind === 'lost' && fleet.host.reason === entry.reason) return fleet;
  if (fleet.host.kind !== 'lost') happenings.push({kind: 'disconnected', at: fleet.at, reason: entry.reason});
  const since = fleet.host.kind === 'lost' ? fleet.host.since : fleet.at;
  return {...fleet, host: {kind: 'lost', reason: entry.reason, since}};
}

function changeService(fleet: Fleet, name: string, change: (service: Service) => Service): Fleet {
  const index = fleet.services.findIndex(service => service.spec.name === name);
  const service = fleet.services[index];
  if (!service) return fleet;
  const next = change(service);
  return next === service ? fleet : {...fleet, services: fleet.services.with(index, next)};
}
