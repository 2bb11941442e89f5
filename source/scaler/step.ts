/**
 * The one idea: entries fold into the fleet, and what comes out is what to do. Pure: no clock, no chance, no I/O;
 * time is in the entry.
 */
import type {Action, Entry, Happening, Reply} from './entry.ts';
import {aliveReplicas, type Fleet, type Service} from './fleet.ts';
import {nextChange} from './circumstance.ts';
import {configure, drift, hear, inherit, lease, observe, read} from './fold.ts';
import {attribute, sameDecision} from './decision.ts';
import {settleMsOf, watchFlaps} from './flaps.ts';
import {keepFollowed, lead} from './follow.ts';
import {trackHandovers, type EndedHandover} from './handover.ts';
import {keepMode, scheduleMode} from './mode.ts';
import {expire, obey} from './override.ts';
import {plan} from './plan.ts';
import {commit, presentReplicas, reconcile} from './reconcile.ts';
import {readinessFor, remember, sameReadiness, toFreeze} from './readiness.ts';
import {addTime} from './score.ts';
import {rawWant, rememberPeaks} from './target.ts';

export interface Step {
  readonly fleet: Fleet;
  readonly actions: readonly Action[];
  readonly happenings: readonly Happening[];
  /** One per command among the entries, in their order. */
  readonly replies: readonly Reply[];
  /** Those that ended with this step. */
  readonly handovers: readonly EndedHandover[];
  /** False when nothing but time went by: such entries need not be recorded. */
  readonly changed: boolean;
}

/** Folds entries that wait together into the fleet and plans once. */
export function step(before: Fleet, entries: readonly Entry[]): Step {
  const happenings: Happening[] = [];
  const replies: Reply[] = [];
  let fleet = before;
  for (const entry of entries) fleet = fold(passTime(fleet, entry.at), entry, happenings, replies);
  const expired = expire(fleet);
  happenings.push(...expired.happenings);
  const decided = decide(keepMode(expired.fleet, happenings), happenings);
  const acted = act(decided);
  const settled = trackHandovers(before, acted.fleet, acted.frozen);
  for (const handover of settled.handovers)
    if (handover.givers.length > 0) happenings.push({kind: 'handover', at: handover.healthyAt, handover});
  const changed = !sameButForTime(before, settled.fleet);
  return {...settled, actions: acted.actions, happenings, replies, changed};
}

function passTime(fleet: Fleet, at: number): Fleet {
  if (at <= fleet.at) return fleet;
  return {...fleet, at, score: addTime(fleet, at)};
}

function fold(fleet: Fleet, entry: Entry, happenings: Happening[], replies: Reply[]): Fleet {
  switch (entry.kind) {
    case 'configured':
      return configure(fleet, entry.settings, entry.services, happenings);
    case 'reading':
      return read(fleet, entry.service, entry.demand ?? 0, entry.reading, happenings);
    case 'observed':
      return observe(fleet, entry.service, entry.observation, happenings);
    case 'connected':
    case 'disconnected':
      return hear(fleet, entry, happenings);
    case 'command': {
      const commanded = obey(fleet, entry.command, entry.owner, entry.session);
      replies.push(commanded.reply);
      happenings.push(...commanded.happenings);
      return commanded.fleet;
    }
    case 'drifted':
      return drift(fleet, entry.service, entry.replicas, happenings);
    case 'lease':
      return lease(fleet, entry.lease, happenings);
    case 'inherited':
      return inherit(fleet, entry.legacy, happenings);
    case 'scheduled':
      return scheduleMode(fleet, entry.mode, entry.when, entry.window);
    case 'memory': {
      if (entry.memory.kind !== fleet.memory.kind) happenings.push({kind: 'memory', at: fleet.at, memory: entry.memory});
      return remember(fleet, entry.memory);
    }
    case 'noted':
      happenings.push({kind: 'noted', at: fleet.at, note: entry.note});
      return fleet;
    case 'tick':
      return fleet;
  }
}

function decide(fleet: Fleet, happenings: Happening[]): Fleet {
  const remembered = shareUnchanged(fleet, service => rememberWant(lead(keepFollowed(service, fleet.at), fleet.at), fleet.at));
  const decisions = attribute(remembered, plan(remembered).decisions);
  const planned = fleet.acting !== 'auto' || fleet.lease.kind === 'elsewhere' || fleet.lease.kind === 'lapsed';
  const byName = new Map(decisions.map(decision => [decision.service, decision]));
  return shareUnchanged(remembered, service => {
    const decision = byName.get(service.spec.name);
    if (!decision || (service.decision && sameDecision(service.decision, decision))) return service;
    const from = service.decision?.desired ?? aliveReplicas(service);
    if (service.observed && from !== decision.desired) {
      happenings.push({kind: 'decided', at: fleet.at, service: service.spec.name, from, decision, planned});
    }
    return {...service, decision};
  });
}

function rememberWant(service: Service, at: number): Service {
  // Without a reading the want holds what was found; before anything was found, there is nothing to remember.
  if (service.demand.kind !== 'live' && !service.observed) return service;
  const want = rawWant(service).want;
  const settleMs = settleMsOf(service);
  const peaks = rememberPeaks(service.peaks, service.rawWant, want, at, settleMs);
  const flaps = watchFlaps(service, Math.max(want, peaks[0]?.want ?? 0), at);
  return want === service.rawWant && peaks === service.peaks && flaps === service.flaps
    ? service
    : {...service, rawWant: want, peaks, flaps};
}

interface Acted {
  readonly fleet: Fleet;
  readonly actions: readonly Action[];
  /** How many of those that leave by them are to be frozen, by service. */
  readonly frozen: ReadonlyMap<string, number>;
}

const nobodyFrozen: ReadonlyMap<string, number> = new Map();

/** Nothing is asked for without the right to, nor on guesses: not while the host is out of reach or a service unseen. */
function act(fleet: Fleet): Acted {
  const entitled = fleet.lease.kind === 'held' || fleet.lease.kind === 'unneeded';
  const ready = entitled && fleet.acting === 'auto' && fleet.host.kind === 'connected' && fleet.services.every(service => service.observed);
  if (!ready || fleet.services.every(service => hasWhatIsDecided(fleet, service))) return {fleet, actions: [], frozen: nobodyFrozen};
  const decisions = fleet.services
    .flatMap(service => service.decision ?? [])
    .sort((a, b) => a.rank - b.rank || (a.service < b.service ? -1 : 1));
  const actions: Action[] = [];
  const frozen = new Map<string, number>();
  const asked = new Map(reconcile(fleet, decisions).map(ask => [ask.service.spec.name, ask]));
  let {started, stopped} = fleet.score;
  const next = shareUnchanged(fleet, service => {
    const ask = asked.get(service.spec.name);
    if (!ask || (ask.replicas === service.asked && sameReadiness(ask.readiness, service.askedReadiness))) return service;
    const order = service.order + 1;
    const from = presentReplicas(service);
    const {replicas, yields, readiness} = ask;
    actions.push({kind: 'scale', service: service.spec.name, from, replicas, yields, ...readiness, order});
    started += Math.max(0, replicas - from);
    stopped += Math.max(0, from - replicas);
    const committed = commit(service, replicas);
    const leaving = toFreeze(service, yields, readiness);
    if (leaving > 0) frozen.set(service.spec.name, leaving);
    // Those that come are first of all those that were about to leave.
    const freezing = Math.max(0, service.freezing + leaving - Math.max(0, replicas - from));
    return {...service, asked: replicas, askedReadiness: readiness, order, committed, freezing};
  });
  if (next === fleet) return {fleet, actions, frozen};
  const place = new Map(decisions.map((decision, index) => [decision.service, index]));
  actions.sort((a, b) => (place.get(a.service) ?? 0) - (place.get(b.service) ?? 0));
  return {fleet: {...next, score: {...next.score, started, stopped}}, actions, frozen};
}

/** True where nothing would be asked for: what was asked for last is what is decided. */
function hasWhatIsDecided(fleet: Fleet, service: Service): boolean {
  const {asked, askedReadiness, decision} = service;
  return decision !== null && asked === decision.desired && sameReadiness(askedReadiness, readinessFor(fleet, service, decision, 0));
}

/** When time alone will next change something: an override, a mode or a settle window ends, a mode begins, or an expectation is void. */
export function wakeAt(fleet: Fleet): number | null {
  let soonest = fleet.chosen?.until ?? Number.POSITIVE_INFINITY;
  for (const [index, circumstances] of fleet.circumstances.entries()) {
    const rules = fleet.settings.modes[index];
    if (rules) soonest = Math.min(soonest, nextChange(circumstances, rules));
  }
  for (const service of fleet.services) {
    for (const override of service.overrides) soonest = Math.min(soonest, override.until ?? soonest);
    const peak = service.peaks[0];
    if (peak) soonest = Math.min(soonest, peak.endedAt + settleMsOf(service));
    for (const {memory} of service.followed) if (memory?.kind === 'trend') soonest = Math.min(soonest, memory.until ?? soonest);
  }
  return Number.isFinite(soonest) ? soonest : null;
}

/** Maps the services, and gives back the very same fleet when none of them changed. */
function shareUnchanged(fleet: Fleet, change: (service: Service) => Service): Fleet {
  let changed = false;
  const services = fleet.services.map(service => {
    const next = change(service);
    changed ||= next !== service;
    return next;
  });
  return changed ? {...fleet, services} : fleet;
}

function sameButForTime(before: Fleet, after: Fleet): boolean {
  return (
    before.services === after.services &&
    before.settings === after.settings &&
    before.acting === after.acting &&
    before.host === after.host &&
    before.lease === after.lease &&
    before.mode === after.mode &&
    before.chosen === after.chosen &&
    before.circumstances === after.circumstances &&
    before.memory === after.memory &&
    before.undo === after.undo
  );
}
