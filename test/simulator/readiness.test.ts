import {describe, expect, test} from 'vitest';
import {calmHost, roughHost} from '../../source/orchestrators/simulated.ts';
import type {Fleet} from '../../source/scaler/fleet.ts';
import type {Observation} from '../../source/scaler/observation.ts';
import type {EndedHandover} from '../../source/scaler/handover.ts';
import type {Preempt, Standby} from '../../source/scaler/readiness.ts';
import {simulate, type Disturbance, type Simulation} from '../../source/simulator/simulate.ts';
import {filler, spec} from '../support/fleets.ts';
import type {Machine} from '../../source/orchestrators/simulated-machine.ts';
import {scenario} from '../support/scenario.ts';

const second = 1000;
const minute = 60 * second;
const freeze = {kind: 'freeze', max: 10, forMs: 10 * minute, thenStop: false} satisfies Preempt;
const paused = {kind: 'kept', replicas: 4, state: 'paused', forMs: 30 * minute} satisfies Standby;

/** Web 2 and batch 8, until somebody says otherwise. */
function box(rest: Partial<Simulation> = {}, preempt: Preempt = freeze, standby: Standby = paused): Simulation {
  return {
    seed: 3,
    forMs: 2 * minute,
    settings: {project: 'box', capacity: 10, nodeSlots: [], overrideMs: 5 * minute, modes: []},
    services: [spec('web', {max: 10, standby}), filler('batch', {priority: 2, preempt})],
    demands: new Map(),
    host: calmHost,
    ...rest,
  };
}

/** Demand of web over time, in seconds; and what was seen of both. */
async function follow(demands: readonly (readonly [seconds: number, value: number])[], simulation: Simulation) {
  const seen: {readonly at: number; readonly web: Observation; readonly batch: Observation}[] = [];
  const handovers: EndedHandover[] = [];
  const disturb: Disturbance = parts => {
    for (const [seconds, value] of demands)
      parts.clock.after(seconds * second, () => parts.present().engine.read('web', {kind: 'value', value}));
    simulation.disturb?.(parts);
  };
  const result = await simulate({
    ...simulation,
    disturb,
    watched(_entries, {fleet, handovers: ended}) {
      handovers.push(...ended);
      const [web, batch] = ['web', 'batch'].map(name => of(fleet, name));
      if (web && batch) seen.push({at: fleet.at, web, batch});
    },
  });
  expect(result.violations).toEqual([]);
  const at = (seconds: number) => seen.findLast(moment => moment.at <= seconds * second);
  return {...result, at, handovers};
}

function of(fleet: Fleet, name: string): Observation | null {
  return fleet.services.find(({spec: {name: own}}) => own === name)?.observed ?? null;
}

describe('standby', () => {
  test('is made when nothing urgent goes on, serves at once, and is made again', async () => {
    const {at, handovers} = await follow(
      [
        [0, 2],
        [20, 6],
        [60, 6],
      ],
      box(),
    );
    expect(at(19)).toMatchObject({web: {running: 2, standby: 4}, batch: {running: 8}});
    expect(at(25)).toMatchObject({web: {running: 6, standby: 4}, batch: {running: 4, frozen: 4}});
    // A cold start alone takes longer than this.
    expect(handovers.at(-1)).toMatchObject({service: 'web', replicas: 4, givers: [{service: 'batch', replicas: 4, how: 'frozen'}]});
    expect(handovers.at(-1)?.tookMs).toBeLessThan(calmHost.startMs[0]);
  });

  test('takes back what shrinks before any is stopped, and no more than there shall be', async () => {
    const {at} = await follow(
      [
        [0, 8],
        [20, 0],
      ],
      box({forMs: minute}),
    );
    expect(at(19)).toMatchObject({web: {running: 8, standby: 4}});
    expect(at(40)).toMatchObject({web: {running: 0, standby: 4}, batch: {running: 10}});
  });

  test('that was never needed is made anew after its time, one by one', async () => {
    const short: Standby = {...paused, replicas: 2, forMs: 20 * second};
    const {machine, at} = await follow([[0, 2]], box({forMs: 30 * second}, freeze, short));
    expect(at(29)).toMatchObject({web: {running: 2, standby: 2}});
    const made = machine.of('web').filter(({marked}) => !marked);
    expect(made.every(({madeAt}) => madeAt > 15 * second)).toBe(true);
  });

  test('goes when the engine leaves, and what serves stays', async () => {
    const {machine} = await follow([[0, 2]], box({forMs: minute}));
    expect(machine.holding('web')).toBe(2);
    expect(machine.holding('batch')).toBe(8);
  });
});

describe('what is frozen', () => {
  test('is the first to go on when slots return, and nothing of its work is lost', async () => {
    const {at, fleet, machine} = await follow(
      [
        [0, 2],
        [20, 8],
        [40, 2],
      ],
      box(),
    );
    expect(at(30)).toMatchObject({batch: {running: 2, frozen: 6, stopping: 0, lostMs: 0}});
    expect(at(60)).toMatchObject({batch: {running: 8, frozen: 0, frozenSince: null}});
    expect(fleet.score.lostMs).toBe(0);
    // Nobody was made anew: those that run are those that ran at first.
    expect(machine.of('batch').every(({madeAt}) => madeAt < 20 * second)).toBe(true);
  });

  test('ends after its time, with what it worked counted as lost', async () => {
    const {at, fleet} = await follow(
      [
        [0, 2],
        [20, 8],
      ],
      box({}, {...freeze, forMs: 15 * second}),
    );
    expect(at(34)).toMatchObject({batch: {frozen: 6}});
    expect(at(50)).toMatchObject({batch: {running: 2, frozen: 0, ending: 0}});
    // Six that had run for some twenty seconds.
    expect(fleet.score.lostMs).toBeGreaterThan(6 * 15 * second);
    expect(fleet.score.lostMs).toBeLessThan(6 * 21 * second);
  });

  test('is never more than may be: those beyond are stopped', async () => {
    const {at, handovers} = await follow(
      [
        [0, 2],
        [20, 8],
      ],
      box({forMs: minute}, {...freeze, max: 2}),
    );
    expect(at(30)).toMatchObject({web: {running: 8}, batch: {running: 2, frozen: 2}});
    expect(handovers.at(-1)?.givers).toEqual([
      {service: 'batch', replicas: 2, how: 'frozen'},
      {service: 'batch', replicas: 4, how: 'stopped'},
    ]);
  });

  test('ends in the background where it shall only free its CPU, and its slot is free at once', async () => {
    const {at, handovers} = await follow(
      [
        [0, 2],
        [20, 8],
      ],
      box({forMs: minute, host: {...calmHost, stopMs: [8000, 9000]}}, {...freeze, thenStop: true}),
    );
    expect(at(22)).toMatchObject({web: {running: 8}, batch: {running: 2, stopping: 0}});
    expect(at(55)).toMatchObject({batch: {running: 2, frozen: 0, ending: 0}});
    expect(handovers.at(-1)?.tookMs).toBeLessThan(1000);
  });

  test('gives way one by one while memory is short, the oldest first, and none is added', async () => {
    const disturb: Disturbance = ({present, clock}) => {
      const short = () => present().host.feel({kind: 'short', freeShare: 0.05, since: 30 * second});
      for (const seconds of [30, 32]) clock.after(seconds * second, short);
      clock.after(50 * second, () => present().host.feel({kind: 'enough'}));
    };
    const {at} = await follow(
      [
        [0, 2],
        [20, 6],
        [40, 8],
      ],
      box({disturb}),
    );
    expect(at(29)).toMatchObject({batch: {frozen: 4}});
    expect(at(31.9)).toMatchObject({batch: {frozen: 3}});
    expect(at(39)).toMatchObject({batch: {frozen: 2, ending: 0}});
    expect(at(49)).toMatchObject({web: {running: 8}, batch: {running: 2, frozen: 2}});
  });
});

describe('an engine that is killed and started again', () => {
  test('knows what waits from what is frozen, and lets both be what they were', async () => {
    const {at, machine} = await follow(
      [
        [0, 2],
        [20, 6],
        [45, 2],
      ],
      box({crashesAtMs: [30 * second]}),
    );
    const before = at(29);
    const after = at(40);
    expect(before).toMatchObject({web: {running: 6, standby: 4}, batch: {running: 4, frozen: 4}});
    expect(after).toMatchObject({web: {running: 6, standby: 4}, batch: {running: 4, frozen: 4}});
    expect(at(70)).toMatchObject({web: {running: 2}, batch: {running: 8, frozen: 0}});
    expect(machine.of('batch').every(({madeAt}) => madeAt < 20 * second)).toBe(true);
  });

  test('never takes one that serves for one that waits, at whatever moment of its thaw it dies', async () => {
    const served: number[] = [];
    for (let ms = 0; ms < 120; ms += 3) {
      const crashAt = 20 * second + ms;
      let before: readonly string[] = [];
      let after: readonly string[] = [];
      const serving = (machine: Machine) => machine.of('web').flatMap(({id, state, serves}) => (state === 'up' && serves ? [id] : []));
      const disturb: Disturbance = ({present, clock}) => {
        // Just before the next one begins, and when it has done whatever it does at first.
        clock.after(crashAt + 1400, () => (before = serving(present().host.machine)));
        clock.after(crashAt + 2500, () => (after = serving(present().host.machine)));
      };
      const {at} = await follow(
        [
          [0, 2],
          [20, 6],
          // Who begins anew knows of no demand: it holds what it found until it hears of one.
          [23, 6],
        ],
        box({forMs: 40 * second, crashesAtMs: [crashAt], disturb}),
      );
      expect({ms, left: before.filter(id => !after.includes(id))}).toEqual({ms, left: []});
      expect(at(39)).toMatchObject({web: {running: 6, standby: 4}, batch: {running: 4}});
      served.push(before.length);
    }
    // Some died before any was let go on, some between two, some after all.
    expect(Math.min(...served)).toBe(2);
    expect(Math.max(...served)).toBe(6);
  });

  test('counts the age of what is frozen anew, and ends it then', async () => {
    const {at} = await follow(
      [
        [0, 2],
        [20, 6],
      ],
      box({crashesAtMs: [30 * second]}, {...freeze, forMs: 25 * second}),
    );
    expect(at(50)).toMatchObject({batch: {frozen: 4}});
    expect(at(70)).toMatchObject({batch: {running: 4, frozen: 0, ending: 0}});
  });

  test('leaves nothing behind that nobody knows of, whenever it dies', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const rough = scenario(seed, 1.5 * minute);
      const demands = new Map([...rough.demands.keys()].map(service => [service, [{source: 'fixed', value: 3} as const]]));
      let last: Fleet | null = null;
      const {machine} = await simulate({
        ...rough,
        demands,
        host: {...roughHost, crashesPerHour: 0, refusals: 0, lostEvents: 0},
        crashesAtMs: [5000 + seed * 137, 40_000 + seed * 211],
        disturb: () => {},
        forMs: 5 * minute,
        // As it was before it left: what waits goes with it, and takes a little.
        watched(_entries, {fleet}) {
          if (fleet.at < (rough.startAt ?? 0) + 5 * minute) last = fleet;
        },
      });
      for (const {spec: service, observed} of (last as Fleet | null)?.services ?? []) {
        const there = machine.of(service.name);
        const {running = 0, frozen = 0, standby = 0, ending = 0} = observed ?? {};
        const paused = service.standby.kind === 'kept' && service.standby.state === 'paused' ? standby : 0;
        expect({seed, service: service.name, up: there.filter(({state}) => state === 'up').length}).toEqual({
          seed,
          service: service.name,
          up: running,
        });
        expect({seed, service: service.name, paused: there.filter(({state}) => state === 'paused').length}).toEqual({
          seed,
          service: service.name,
          paused: frozen + paused + ending,
        });
      }
    }
  });
});
