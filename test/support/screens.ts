/** A console state to draw: a shop in the middle of a rush, the same each time. */
import type {Sample, Update} from '../../source/ports.ts';
import type {Happening} from '../../source/scaler/entry.ts';
import type {Fleet} from '../../source/scaler/fleet.ts';
import type {ModeSpec} from '../../source/scaler/spec.ts';
import {emptyState, reduce, type ConsoleState} from '../../source/console/state.ts';
import {asciiSymbols, createStyle, unicodeSymbols} from '../../source/console/style.ts';
import type {Look} from '../../source/console/look.ts';
import {after, filler, fleetOf, observed, reading, spec} from './fleets.ts';

/** Tuesday, 12:00:00 UTC. */
const noon = Date.UTC(2026, 10, 24, 12);
export const at = noon + 120_000;

export const plainUnicode: Look = {style: createStyle(unicodeSymbols, 0), clock: time => new Date(time).toISOString().slice(11, 19)};
export const plainAscii: Look = {...plainUnicode, style: createStyle(asciiSymbols, 0)};
export const colored: Look = {...plainUnicode, style: createStyle(unicodeSymbols, 1)};

/** web follows demand, pay is pinned, batch fills; the rush has just come. */
export function shopState(readOnly = false): ConsoleState {
  const specs = [spec('web', {min: 1, max: 10}), spec('pay', {priority: 2, max: 4}), filler('batch', {priority: 3})];
  let fleet = fleetOf(
    specs,
    10,
    [reading('web', 3), reading('pay', 4), observed('web', {running: 3}), observed('pay', {running: 4}), observed('batch', {running: 3})],
    noon,
  );
  const happenings: Happening[] = [];
  const play = (time: number, ...entries: Parameters<typeof after>[2][]) => {
    const result = after(fleet, time, ...entries);
    fleet = result.fleet;
    happenings.push(...result.happenings);
  };
  play(noon + 90_000, {
    kind: 'command',
    owner: 'ops@mgr-1',
    command: {kind: 'override', service: 'pay', rule: {kind: 'pin', replicas: 2}, lasting: {ms: 900_000}, sure: false},
  });
  play(noon + 91_000, observed('pay', {running: 2, order: 2}), observed('batch', {running: 5, order: 2}));
  play(noon + 119_000, reading('web', 7));
  const order = (name: string) => fleet.services.find(service => service.spec.name === name)?.order ?? 0;
  play(noon + 119_400, observed('batch', {running: 1, stopping: 1, order: order('batch')}));
  play(at, observed('web', {running: 5, pending: 1, order: order('web')}));
  return stateOf(fleet, samples(), happenings, readOnly);
}

/** A shop whose demand has begun a sale: payments wait. */
export function saleState(): ConsoleState {
  const specs = [spec('web', {min: 1, max: 6}), spec('pay', {priority: 1, min: 1, max: 4}), filler('batch', {priority: 3})];
  const sale: ModeSpec = {
    name: 'sale',
    say: 'A rush of visitors. The site stays up; taking payment can wait.',
    when: [{kind: 'demand', service: 'web', demand: 0, side: 'above', value: 40, forMs: 10_000}],
    until: [{kind: 'demand', service: 'web', demand: 0, side: 'below', value: 25, forMs: 60_000}],
    services: {web: {max: 10}, pay: {priority: 3}},
  };
  let fleet = fleetOf(
    specs,
    10,
    [reading('web', 6), reading('pay', 4), observed('web', {running: 6}), observed('pay', {running: 4})],
    noon,
  );
  const happenings: Happening[] = [];
  const play = (time: number, ...entries: Parameters<typeof after>[2][]) => {
    const result = after(fleet, time, ...entries);
    fleet = result.fleet;
    happenings.push(...result.happenings);
  };
  play(noon + 1000, {kind: 'configured', settings: {...fleet.settings, modes: [sale]}, services: specs});
  play(noon + 100_000, reading('web', 45));
  play(noon + 110_000, {kind: 'tick'});
  const order = (name: string) => fleet.services.find(service => service.spec.name === name)?.order ?? 0;
  play(noon + 110_400, observed('pay', {running: 1, order: order('pay')}));
  play(at, observed('web', {running: 8, pending: 1, order: order('web')}));
  return stateOf(fleet, samples(), happenings, false);
}

/** web has what it needs from its standby, and batch has given it frozen. */
export function readyState(): ConsoleState {
  const specs = [
    spec('web', {max: 10, standby: {kind: 'kept', replicas: 4, state: 'paused', forMs: 3_600_000}}),
    filler('batch', {priority: 2, preempt: {kind: 'freeze', max: 8, forMs: 600_000, thenStop: false}}),
  ];
  let fleet = fleetOf(specs, 10, [reading('web', 3), observed('web', {running: 3}), observed('batch', {running: 7})], noon);
  const happenings: Happening[] = [];
  const order = (name: string) => fleet.services.find(service => service.spec.name === name)?.order ?? 0;
  const play = (time: number, ...entries: Parameters<typeof after>[2][]) => {
    const result = after(fleet, time, ...entries);
    fleet = result.fleet;
    happenings.push(...result.happenings);
  };
  play(noon + 1000, observed('web', {running: 3, standby: 4, order: order('web')}), observed('batch', {running: 7, order: order('batch')}));
  play(noon + 107_000, reading('web', 6));
  const frozen = {running: 4, frozen: 3, frozenSince: noon + 107_000, chosen: 'youngest'} as const;
  play(noon + 107_024, observed('batch', {...frozen, order: order('batch')}));
  play(noon + 107_061, observed('web', {running: 6, standby: 1, order: order('web')}));
  play(at, observed('web', {running: 6, standby: 4, order: order('web')}));
  return stateOf(fleet, [], happenings, false);
}

/** Many services, for lists that don't fit. */
export function crowdState(count: number): ConsoleState {
  const specs = Array.from({length: count}, (_, index) =>
    spec(`service-${String(index).padStart(3, '0')}`, {priority: 1 + (index % 5), max: 8}),
  );
  const fleet = fleetOf(
    specs,
    count * 3,
    [
      ...specs.map(({name}, index) => reading(name, index % 7)),
      ...specs.map(({name}, index) => observed(name, {running: Math.min(index % 7, 2)})),
    ],
    noon,
  );
  return stateOf(fleet, [], [], false);
}

function stateOf(fleet: Fleet, taken: readonly Sample[], happenings: readonly Happening[], readOnly: boolean): ConsoleState {
  const vitals = {
    facts: {title: 'docker 28.2 @ unix:///var/run/docker.sock', kind: 'docker' as const, remark: '', nodes: [], made: [], found: []},
    heardAt: at - 400,
    at,
    alarms: [],
    you: 'ops@mgr-1',
    session: 1,
    operators: [],
  };
  return reduce(emptyState(readOnly), {kind: 'updated', update: {fleet, vitals, samples: taken, happenings}});
}

function samples(): readonly Sample[] {
  return Array.from({length: 120}, (_, second) => {
    const want = second < 119 ? 3 : 7;
    const running = second < 119 ? 3 : 5;
    const pay = second < 90 ? 4 : 2;
    return {
      at: noon + (second + 1) * 1000,
      services: {
        web: {demand: want, want, desired: want, running},
        pay: {demand: 4, want: 4, desired: pay, running: pay},
        batch: {demand: null, want: null, desired: 10 - want - pay, running: 10 - running - pay},
      },
    };
  });
}

export const goldenSizes = [
  {columns: 60, rows: 15},
  {columns: 80, rows: 24},
  {columns: 100, rows: 30},
  {columns: 140, rows: 40},
  {columns: 200, rows: 60},
] as const;

/** What an engine tells a console, so that it has this state. */
export function updateOf({update, samples, happenings}: ConsoleState): Update {
  if (!update) throw new Error('there is nothing to show');
  return {...update, samples, happenings};
}
