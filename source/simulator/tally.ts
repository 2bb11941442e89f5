/**
 * How each service fared over a run, added up from steps. It watches and decides nothing, so that it serves a simulated
 * run and a real one alike.
 */
import type {Action} from '../scaler/entry.ts';
import type {Fleet, Service} from '../scaler/fleet.ts';
import type {ServiceSpec} from '../scaler/spec.ts';
import {plan} from '../scaler/plan.ts';
import type {Step} from '../scaler/step.ts';
import {replicasFor} from '../scaler/target.ts';

/** Times in milliseconds; a replica-millisecond is one replica for one millisecond. */
export interface ServiceTally {
  readonly service: string;
  readonly priority: number;
  readonly fills: boolean;
  /** How long it had all that it wanted. Always for a filler, which wants whatever is left. */
  readonly metMs: number;
  /** How long it was short of something. */
  readonly shortMs: number;
  /** Replicas that it was short of, over time. */
  readonly missedReplicaMs: number;
  readonly runningReplicaMs: number;
  /** For a filler: what it would have had, had nobody above it wanted more than their min, less what it had. */
  readonly heldBackReplicaMs: number;
  readonly started: number;
  readonly stopped: number;
}

export interface Tally {
  readonly ms: number;
  /** How long every service that isn't a filler had all that it wanted. */
  readonly allMetMs: number;
  /** The same for those of the best priority alone. */
  readonly urgentMetMs: number;
  readonly capacitySlotMs: number;
  readonly runningSlotMs: number;
  readonly services: readonly ServiceTally[];
}

export interface Tallying {
  stepped(result: Pick<Step, 'fleet' | 'actions'>): void;
  tally(): Tally;
}

interface Sums {
  priority: number;
  fills: boolean;
  urgent: boolean;
  metMs: number;
  shortMs: number;
  missedReplicaMs: number;
  runningReplicaMs: number;
  heldBackReplicaMs: number;
  started: number;
  stopped: number;
  /** What stood until now. */
  missing: number;
  running: number;
  heldBack: number;
}

/**
 * Judged by what each service itself wants, as the score is; or, so that two rules can be judged alike, by what the targets
 * of the yardstick ask for at that moment, whatever a rule's own bounds and windows make of it.
 */
export function createTally(yardstick: readonly ServiceSpec[] | null = null): Tallying {
  const measures = yardstick === null ? null : measuresOf(yardstick);
  const sums = new Map<string, Sums>();
  let idle: Idle | null = null;
  let before: Fleet | null = null;
  let ms = 0;
  let allMetMs = 0;
  let urgentMetMs = 0;
  let capacitySlotMs = 0;
  let runningSlotMs = 0;

  function addTime(stood: Fleet, passedMs: number): void {
    ms += passedMs;
    let allMet = true;
    let urgentMet = true;
    for (const sum of sums.values()) {
      if (sum.missing > 0) {
        allMet &&= sum.fills;
        urgentMet &&= sum.fills || !sum.urgent;
        sum.shortMs += passedMs;
        sum.missedReplicaMs += passedMs * sum.missing;
      } else sum.metMs += passedMs;
      sum.runningReplicaMs += passedMs * sum.running;
      sum.heldBackReplicaMs += passedMs * sum.heldBack;
    }
    if (allMet) allMetMs += passedMs;
    if (measures === null ? stood.standing.met : urgentMet) urgentMetMs += passedMs;
    capacitySlotMs += passedMs * stood.settings.capacity;
    runningSlotMs += passedMs * Math.min(stood.standing.runningSlots, stood.settings.capacity);
  }

  function take(service: Service, shares: ReadonlyMap<string, number>): void {
    const {spec, decision, observed} = service;
    const sum = sumOf(spec.name);
    const running = observed?.running ?? 0;
    sum.priority = spec.priority;
    sum.fills = decision?.fills ?? spec.target.kind === 'fill';
    sum.running = running;
    const measure = measures?.get(spec.name);
    sum.urgent = measure?.urgent ?? false;
    const want = measures === null ? (decision?.want ?? 0) : measure ? wantBy(measure.spec, service) : 0;
    sum.missing = sum.fills || !decision ? 0 : Math.max(0, want - running);
    sum.heldBack = Math.max(0, (shares.get(spec.name) ?? 0) - running);
  }

  function sumOf(service: string): Sums {
    const known = sums.get(service);
    if (known) return known;
    const sum = {...nothing};
    sums.set(service, sum);
    return sum;
  }

  return {
    stepped({fleet, actions}) {
      // As the score does: nothing is counted before there is a plan.
      const counts = before !== null && before.host.kind !== 'connecting' && before.services.some(service => service.decision);
      if (before && counts && fleet.at > before.at) addTime(before, fleet.at - before.at);
      if (before === null || fleet.services !== before.services || fleet.settings !== before.settings) {
        idle = idleShares(fleet, idle);
        for (const service of fleet.services) take(service, idle.shares);
        if (before !== null && fleet.services.length < before.services.length) settleGone(sums, fleet);
      }
      for (const action of actions) addAction(sumOf(action.service), action);
      before = fleet;
    },
    tally: () => ({
      ms,
      allMetMs,
      urgentMetMs,
      capacitySlotMs,
      runningSlotMs,
      services: [...sums].map(([service, {missing: _missing, running: _running, heldBack: _heldBack, urgent: _urgent, ...sum}]) => ({
        service,
        ...sum,
      })),
    }),
  };
}

interface YardstickSpec {
  readonly spec: ServiceSpec;
  /** Of the best priority. */
  readonly urgent: boolean;
}

function measuresOf(yardstick: readonly ServiceSpec[]): ReadonlyMap<string, YardstickSpec> {
  const measured = yardstick.filter(({target, retired}) => target.kind !== 'fill' && !retired);
  const best = Math.min(...measured.map(({priority}) => priority));
  return new Map(measured.map(spec => [spec.name, {spec, urgent: spec.priority === best}]));
}

/**
 * What the yardstick's targets ask for at these demands, the largest of them, and no less than the min. A target that
 * remembers what came before can't be asked of another rule's history: there each rule is judged by its own want.
 */
function wantBy(spec: ServiceSpec, service: Service): number {
  const demands = service.followed.length === 0 ? [service.demand] : service.followed.map(({demand}) => demand);
  let want = spec.min;
  for (const [index, demand] of demands.slice(0, Math.max(1, spec.demands.length)).entries()) {
    const target = spec.demands[index]?.target ?? spec.target;
    if (target.kind === 'queue' || target.kind === 'pd' || target.kind === 'utilization') return service.decision?.want ?? 0;
    if (demand.kind !== 'waiting' && demand.value !== null) want = Math.max(want, replicasFor(target, demand.value));
  }
  return want;
}

const nothing: Sums = {
  priority: 1,
  fills: false,
  urgent: false,
  metMs: 0,
  shortMs: 0,
  missedReplicaMs: 0,
  runningReplicaMs: 0,
  heldBackReplicaMs: 0,
  started: 0,
  stopped: 0,
  missing: 0,
  running: 0,
  heldBack: 0,
};

function addAction(sum: Sums, {from, replicas}: Action): void {
  sum.started += Math.max(0, replicas - from);
  sum.stopped += Math.max(0, from - replicas);
}

/** A service that is no longer there misses nothing. */
function settleGone(sums: Map<string, Sums>, fleet: Fleet): void {
  const there = new Set(fleet.services.map(({spec}) => spec.name));
  for (const [service, sum] of sums) if (!there.has(service)) Object.assign(sum, {missing: 0, running: 0, heldBack: 0});
}

/** What each filler would have on a quiet day: it changes only with the configuration and the mode. */
interface Idle {
  readonly specs: readonly Service['spec'][];
  readonly settings: Fleet['settings'];
  readonly shares: ReadonlyMap<string, number>;
}

function idleShares(fleet: Fleet, known: Idle | null): Idle {
  const {services, settings} = fleet;
  const same = known?.settings === settings && known.specs.length === services.length;
  if (same && services.every(({spec}, index) => spec === known.specs[index])) return known;
  const quiet = services.map((service): Service => ({
    ...service,
    demand: {kind: 'live', value: 0},
    followed: [],
    rawWant: null,
    observed: null,
    overrides: [],
    peaks: [],
  }));
  const fillers = plan({...fleet, services: quiet}).decisions.filter(({fills}) => fills);
  return {specs: services.map(({spec}) => spec), settings, shares: new Map(fillers.map(({service, desired}) => [service, desired]))};
}
