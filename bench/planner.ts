/** How long a plan takes, and how that grows with the number of services. */
import {plan} from '../source/scaler/plan.ts';
import type {Fleet} from '../source/scaler/fleet.ts';
import {seededChance} from '../source/simulator/chance.ts';
import {fleetOf, spec} from '../test/support/fleets.ts';
import {median} from './statistics.ts';

const rounds = 15;

export interface PlannerResult {
  readonly services: number;
  readonly medianMs: number;
  /** Of a plain sort of the same services by priority and name, the floor of any plan. */
  readonly sortMs: number;
}

export function benchPlanner(sizes: readonly number[]): readonly PlannerResult[] {
  return sizes.map(services => {
    const fleet = someFleet(services);
    const tookMs: number[] = [];
    const sortMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now();
      plan(fleet);
      const plannedAt = performance.now();
      fleet.services.toSorted((a, b) => a.spec.priority - b.spec.priority || (a.spec.name < b.spec.name ? -1 : 1));
      tookMs.push(plannedAt - startedAt);
      sortMs.push(performance.now() - plannedAt);
    }
    return {services, medianMs: median(tookMs), sortMs: median(sortMs)};
  });
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

export function plannerLines(results: ReturnType<typeof benchPlanner>): readonly string[] {
  const limits: Readonly<Record<number, string>> = {10_000: ', under 20', 100_000: ', under 200'};
  return [
    'planning',
    ...results.map(
      ({services, medianMs, sortMs}) =>
        `  ${String(services).padStart(7)} services   ${medianMs.toFixed(2)} ms   (${(medianMs / sortMs).toFixed(2)} of a plain sort of them${limits[services] ?? ''})`,
    ),
  ];
}
