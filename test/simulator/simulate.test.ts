import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {calmHost, roughHost} from '../../source/orchestrators/simulated.ts';
import type {Entry} from '../../source/scaler/entry.ts';
import {tell} from '../../source/scaler/explain.ts';
import {emptyFleet} from '../../source/scaler/fleet.ts';
import type {ModeSpec} from '../../source/scaler/spec.ts';
import {step} from '../../source/scaler/step.ts';
import {simulate, type Simulation} from '../../source/simulator/simulate.ts';
import {scenario} from '../support/scenario.ts';
import {filler, spec} from '../support/fleets.ts';

const minute = 60_000;
const box: Simulation = {
  seed: 7,
  forMs: 10 * minute,
  settings: {project: 'box', capacity: 10, nodeSlots: [], overrideMs: 5 * minute, modes: []},
  services: [spec('web', {max: 10}), filler('batch', {priority: 2})],
  demands: new Map([['web', [{source: 'random', min: 0, max: 10, everyMs: 1000, step: 3, spikes: 0.03}]]]),
  host: calmHost,
};

describe('what must always hold, over a thousand seeds', () => {
  // Each seed makes another fleet, other demands, operators, kills, lost connections, little memory, an
  // engine that dies and starts again, and a host on a bad day.
  test.each(Array.from({length: 50}, (_, block) => block))('block %i of 20 seeds', async block => {
    for (let seed = block * 20 + 1; seed <= block * 20 + 20; seed++) {
      // One in ten goes on for longer: some things take their time.
      const {violations} = await simulate(scenario(seed, (seed % 10 === 0 ? 5 : 1) * minute));
      expect({seed, violations}).toEqual({seed, violations: []});
    }
  });
});

test('the seeds see a host that freezes for longer than it may', async () => {
  const seen: number[] = [];
  for (let seed = 1; seed <= 20; seed++) {
    const sound = scenario(seed, minute);
    const endless = sound.services.map(service =>
      service.preempt.kind === 'freeze' ? {...service, preempt: {...service.preempt, forMs: 60 * minute}} : service,
    );
    const {violations} = await simulate({
      ...sound,
      // The host is told another time than the fleet goes by, again and again: the meddling tells it the right one.
      disturb(parts) {
        sound.disturb?.(parts);
        for (let at = 0; at < minute; at += 100) parts.clock.after(at, () => parts.present().host.configure(endless));
      },
    });
    if (violations.some(({invariant}) => invariant.startsWith('nothing is frozen longer'))) seen.push(seed);
  }
  expect(seen.length).toBeGreaterThan(3);
});

test('the same seed gives the same day, another seed another', async () => {
  const [one, again, other] = [await simulate(box), await simulate(box), await simulate({...box, seed: 8})];
  expect(JSON.stringify(again.fleet)).toBe(JSON.stringify(one.fleet));
  expect(JSON.stringify(other.fleet)).not.toBe(JSON.stringify(one.fleet));
});

test('folding the recorded entries again gives the live fleet, byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({min: 1, max: 1e6}), async seed => {
      const recorded: Entry[][] = [];
      const recorder = {
        write: (entries: readonly Entry[]) => void recorded.push(JSON.parse(JSON.stringify(entries)) as Entry[]),
        close: async () => {},
      };
      const {fleet} = await simulate({...scenario(seed, 2 * minute), crashesAtMs: [], recorder});
      let folded = emptyFleet('auto');
      for (const entries of recorded) folded = step(folded, entries).fleet;
      expect(JSON.stringify(folded)).toBe(JSON.stringify(fleet));
    }),
    {numRuns: 25},
  );
});

test('with constant demand the actions cease', async () => {
  const {fleet, lastActionAt} = await simulate({...box, demands: new Map([['web', [{source: 'fixed', value: 6}]]]), forMs: 60 * minute});
  expect(fleet.services.map(({observed}) => observed?.running)).toEqual([6, 4]);
  expect(lastActionAt).toBeLessThan(10_000);
});

test('priority 1 is met most of the time, and the slots are full', async () => {
  const {
    fleet: {score},
  } = await simulate({
    ...box,
    forMs: 30 * minute,
    demands: new Map([['web', [{source: 'wave', min: 0, max: 10, periodMs: 2 * minute, everyMs: 1000}]]]),
  });
  expect(score.metMs / score.ms).toBeGreaterThan(0.9);
  expect(score.runningSlotMs / score.capacitySlotMs).toBeGreaterThan(0.95);
});

test('after the worst, it settles where the plan is', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const rough = scenario(seed, 3 * minute);
    const demands = new Map([...rough.demands.keys()].map(service => [service, [{source: 'fixed', value: 3} as const]]));
    const {fleet} = await simulate({
      ...rough,
      demands,
      host: {...roughHost, crashesPerHour: 0, refusals: 0, lostEvents: 0},
      disturb: parts => rough.disturb?.(parts),
      forMs: 12 * minute,
    });
    const open = fleet.services.map(({spec: {name}, observed, decision}) => ({
      seed,
      name,
      running: observed?.running,
      left: (observed?.pending ?? 0) + (observed?.stopping ?? 0),
      desired: decision?.desired,
    }));
    expect(open).toEqual(open.map(service => ({...service, running: service.desired, left: 0})));
  }
});

describe('modes over a day', () => {
  const hour = 60 * minute;
  const sale: ModeSpec = {
    name: 'sale',
    say: '',
    when: [{kind: 'demand', service: 'web', demand: 0, side: 'above', value: 8, forMs: minute}],
    until: [{kind: 'demand', service: 'web', demand: 0, side: 'below', value: 4.5, forMs: minute}],
    services: {mail: {max: 1}},
  };
  const newsletter: ModeSpec = {
    name: 'newsletter',
    say: '',
    when: [{kind: 'schedule', schedule: '0 19 * * *', timezone: 'UTC', forMs: 2 * hour}],
    until: [],
    services: {mail: {priority: 1, max: 6}},
  };
  const day: Simulation = {
    ...box,
    seed: 1,
    startAt: Date.UTC(2026, 10, 27),
    forMs: 24 * hour,
    settings: {...box.settings, modes: [newsletter, sale]},
    services: [spec('web', {max: 10}), spec('mail', {priority: 2, max: 4}), filler('batch', {priority: 3})],
    demands: new Map([
      ['web', [{source: 'wave', min: 0, max: 10, periodMs: 12 * hour, everyMs: 10_000}]],
      ['mail', [{source: 'fixed', value: 6}]],
    ]),
  };

  test('begin and end by demand and by the calendar, at the moment that they say', async () => {
    const told: string[] = [];
    const {violations} = await simulate({
      ...day,
      watched(_entries, {happenings}) {
        for (const happening of happenings) {
          if (happening.kind !== 'mode') continue;
          const time = new Date(happening.at).toISOString().slice(11, 19);
          told.push(`${time} ${tell(happening, at => new Date(at).toISOString().slice(11, 16)).words}`);
        }
      },
    });
    expect(violations).toEqual([]);
    expect(told).toEqual([
      '04:14:50 normal → sale, web above 8 for 1 min',
      '09:12:30 sale → normal, web below 4.5 for 1 min',
      '16:14:50 normal → sale, web above 8 for 1 min',
      '19:00:00 sale → newsletter, schedule 0 19 * * * UTC until 21:00',
      '21:00:00 newsletter → sale, schedule 0 19 * * * UTC is over',
      '21:12:30 sale → normal, web below 4.5 for 1 min',
    ]);
  });

  test('are folded again from what was recorded, byte for byte, with the calendar’s word in it', async () => {
    const recorded: Entry[][] = [];
    const recorder = {
      write: (entries: readonly Entry[]) => void recorded.push(JSON.parse(JSON.stringify(entries)) as Entry[]),
      close: async () => {},
    };
    const {fleet} = await simulate({...day, forMs: 20 * hour, recorder});
    expect(fleet.mode?.name).toBe('newsletter');
    let folded = emptyFleet('auto');
    for (const entries of recorded) folded = step(folded, entries).fleet;
    expect(JSON.stringify(folded)).toBe(JSON.stringify(fleet));
  });
});
