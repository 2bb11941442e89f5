/** How long a plan takes, and how that grows with the number of services. */
import {plan} from '../source/scaler/plan.ts';
import type {Fleet} from '../source/scaler/fleet.ts';
import {seededChance} from '../source/simulator/chance.ts';
import {fleetOf, spec} from '../test/support/fleets.ts';
import {atMost, under, verdict, type Line, type Verdict} from './results.ts';
import {median} from './statistics.ts';

const rounds = 15;
/** Planned at least so many services in one measurement. */
const leastServices = 10_000;

export interface PlannerResult {
  readonly services: number;
  readonly medianMs: number;
  /** Of a plain sort of the same services by priority and name, the floor of any plan. */
  readonly sortMs: number;
}

/** All sizes take turns, so that none is measured by code that is still cold; the first round isn't counted. */
export function benchPlanner(sizes: readonly number[]): readonly PlannerResult[] {
  const measured = sizes.map(services => ({services, fleet: someFleet(services), planMs: [] as number[], sortMs: [] as number[]}));
  for (let round = 0; round <= rounds; round++) {
    for (const {services, fleet, planMs, sortMs} of measured) {
      // Names change with the configuration alone: their order is known when a fleet is planned again.
      plan(fleet);
      // What is over in no time is done again and again, and the time divided.
      const times = Math.ceil(leastServices / services);
      const startedAt = performance.now();
      for (let time = 0; time < times; time++) plan(fleet);
      const plannedAt = performance.now();
      for (let time = 0; time < times; time++)
        fleet.services.toSorted((a, b) => a.spec.priority - b.spec.priority || (a.spec.name < b.spec.name ? -1 : 1));
      if (round === 0) continue;
      planMs.push((plannedAt - startedAt) / times);
      sortMs.push((performance.now() - plannedAt) / times);
    }
  }
  return measured.map(({services, planMs, sortMs}) => ({services, medianMs: median(planMs), sortMs: median(sortMs)}));
}

function someFleet(count: number): Fleet {
  const chance = seededChance(1);
  const specs = Array.from({length: count}, (_, index) =>
    spec(`service-${index}`, {
      priority: 1 + Math.floor(chance() * 5),
      min: Math.floor(chance() * 2),
      max: 20,
      slots: 1 + Math.floor(chance() * 2),
      target: chance() < 0.2 ? {kind: 'fill'} : {kind: 'direct'},
    }),
  );
  // Made by hand: folding a hundred thousand entries one by one is another thing than planning.
  const [template] = fleetOf([spec('template')], 1).services;
  if (!template) throw new Error('a fleet of one service has one');
  const services = specs.map(given => ({...template, spec: given, demand: {kind: 'live', value: Math.floor(chance() * 20)} as const}));
  return {...fleetOf([], count * 6), services};
}

/** What was promised of these numbers of services, in milliseconds. */
const limitsMs: Readonly<Record<number, number>> = {10_000: 20, 100_000: 200};

export function plannerLines(results: readonly PlannerResult[]): readonly Line[] {
  return [
    `planning, ${rounds} rounds, medians`,
    ...results.map(({services, medianMs, sortMs}): Line => {
      const limitMs = limitsMs[services];
      const named = `${count({services})} services, ${(medianMs / sortMs).toFixed(2)} of a plain sort of them`;
      return limitMs === undefined ? `       ${named}: ${medianMs.toFixed(2)} ms` : verdict(named, medianMs, under(limitMs), 'ms');
    }),
    ...growthVerdicts(results),
  ];
}

type Timed = Pick<PlannerResult, 'services' | 'medianMs'>;

/**
 * From each size to the next, and from the first to the last: by how much the time grew, over by how much n log n did. 1 is
 * n log n itself; n² would come to 7 for a tenfold and to 400 for the whole.
 */
export function growthVerdicts(results: readonly Timed[]): readonly Verdict[] {
  const [first, last] = [results[0], results.at(-1)];
  if (!first || !last) return [];
  const steps = results.slice(1).map((to, index) => growthVerdict(results[index] ?? first, to));
  return results.length > 2 ? [...steps, growthVerdict(first, last)] : steps;
}

function growthVerdict(from: Timed, to: Timed): Verdict {
  const work = ({services}: Timed) => services * Math.log(services);
  const growth = to.medianMs / from.medianMs / (work(to) / work(from));
  const isSmall = to.services <= smallServices;
  return verdict(`from ${count(from)} to ${count(to)}, growth over that of n log n`, growth, atMost(isSmall ? smallSlack : slack), '');
}

const count = ({services}: Pick<Timed, 'services'>) => services.toLocaleString('en-GB');

/** A large fleet has outgrown the processor's caches: each look at it is dearer for that, and not for its number. */
const slack = 2;
/** A small plan takes so little that a pause of the collector, or a constant cost that one size pays, is much of it. */
const smallSlack = 3;
const smallServices = 1000;
