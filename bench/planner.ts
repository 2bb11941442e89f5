/** How long a plan takes, and how that grows with the number of services. */
import {plan} from '../source/scaler/plan.ts';
import type {Fleet} from '../source/scaler/fleet.ts';
import {seededChance} from '../source/simulator/chance.ts';
import {fleetOf, spec} from '../test/support/fleets.ts';
import {median} from './statistics.ts';

const rounds = 15;

export function benchPlanner(sizes: readonly number[]): readonly {readonly services: number; readonly medianMs: number}[] {
  return sizes.map(services => {
    const fleet = someFleet(services);
    const tookMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now();
      plan(fleet);
      tookMs.push(performance.now() - startedAt);
    }
    return {services, medianMs: median(tookMs)};
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
  const limits: Readonly<Record<number, string>> = {10_000: '   (under 20)'};
  return [
    'planning',
    ...results.map(
      ({services, medianMs}) => `  ${String(services).padStart(7)} services   ${medianMs.toFixed(2)} ms${limits[services] ?? ''}`,
    ),
  ];
}
