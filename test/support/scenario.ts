/** A day in the life, from a seed: some fleet, some demands, operators who meddle, and a host on a bad day. */
import {roughHost} from '../../source/orchestrators/simulated.ts';
import type {Chance} from '../../source/ports.ts';
import type {Command} from '../../source/scaler/entry.ts';
import type {Circumstance, DemandCircumstance} from '../../source/scaler/circumstance.ts';
import type {ModeSpec, ServiceSpec} from '../../source/scaler/spec.ts';
import type {Preempt, Readiness, Standby} from '../../source/scaler/readiness.ts';
import {branch} from '../../source/simulator/chance.ts';
import type {Simulation} from '../../source/simulator/simulate.ts';
import type {DemandSpec} from '../../source/sources/source.ts';
import {spec} from './fleets.ts';

export function scenario(seed: number, forMs: number): Simulation {
  const chance = branch(seed, 'scenario');
  const pick = (least: number, most: number) => least + Math.floor(chance() * (most - least + 1));
  const services: ServiceSpec[] = [];
  const demands = new Map<string, readonly DemandSpec[]>();
  for (let index = pick(2, 6); index > 0; index--) {
    const name = `s${index}`;
    const fills = index === 1 || chance() < 0.25;
    const min = pick(0, 2);
    services.push(
      spec(name, {
        priority: pick(1, 4),
        min,
        max: min + pick(1, 20),
        slots: chance() < 0.7 ? 1 : pick(2, 3),
        weight: pick(1, 3),
        ...someReadiness(pick),
        settleMs: chance() < 0.5 ? 0 : pick(1, 20) * 1000,
        onLost: [{kind: 'hold'}, {kind: 'min'}, {kind: 'max'}, {kind: 'replicas', replicas: 2}][pick(0, 3)] as ServiceSpec['onLost'],
        target: fills ? {kind: 'fill'} : chance() < 0.5 ? {kind: 'direct'} : {kind: 'perReplica', value: pick(1, 5)},
      }),
    );
    if (fills) continue;
    const everyMs = pick(300, 3000);
    demands.set(name, [
      chance() < 0.7
        ? {source: 'random', min: 0, max: pick(3, 20), everyMs, step: pick(1, 6), spikes: 0.05}
        : {source: 'wave', min: 0, max: pick(3, 20), periodMs: 60_000, everyMs},
    ]);
  }
  const floor = services.reduce((sum, {min, slots}) => sum + min * slots, 0);
  const modes = someModes(services, [...demands.keys()], branch(seed, 'modes'));
  return {
    seed,
    forMs,
    startAt: 1_700_000_000_000,
    settings: {project: 'scenario', capacity: Math.max(floor, pick(4, 30)), nodeSlots: [], overrideMs: pick(5, 60) * 1000, modes},
    services,
    demands,
    host: {...roughHost, crashesPerHour: pick(0, 60), refusals: chance() * 0.1, lostEvents: chance() * 0.2},
    crashesAtMs: crashes(branch(seed, 'crashes'), forMs),
    disturb({present, clock}) {
      const meddling = branch(seed, 'meddling');
      const one = <Item>(items: readonly Item[]): Item => items[Math.floor(meddling() * items.length)] as Item;
      let over = false;
      const meddle = () => {
        if (over) return;
        const {engine, host} = present();
        const {name} = one(services);
        const what = meddling();
        if (what < 0.06 && modes.length > 0) {
          const mode = one([...modes.map(mode => mode.name), 'normal', 'auto']);
          void engine.command({kind: 'mode', mode, lasting: meddling() < 0.5 ? 'default' : {ms: 5000}}, 'ann@one');
        } else if (what < 0.5) void engine.command(someCommand(name, meddling), meddling() < 0.5 ? 'ann@one' : 'bob@two');
        else if (what < 0.7) host.kill(name);
        else if (what < 0.8)
          engine.read(
            name,
            one([
              {kind: 'error', reason: 'unreachable'},
              {kind: 'stale', reason: 'old'},
              {kind: 'value', value: Number.NaN},
              {kind: 'value', value: -1},
            ] as const),
          );
        else if (what < 0.83) {
          host.feel({kind: 'short', freeShare: 0.05, since: clock.now()});
          clock.after(meddling() * 6000, () => present().host.feel({kind: 'enough'}));
        } else if (what < 0.9) {
          host.cut('the line was cut');
          clock.after(meddling() * 8000, () => present().host.mend());
        } else if (what < 0.95) host.refresh();
        else {
          const changed = services.map(service =>
            service.name === name ? {...service, priority: 1 + Math.floor(meddling() * 4), min: 0} : service,
          );
          engine.configure(engine.fleet().settings, changed);
        }
        clock.after(meddling() * 4000, meddle);
      };
      clock.after(1000, meddle);
      // The meddling ends in time for what must settle to do so.
      clock.after(forMs, () => {
        over = true;
        const {engine, host} = present();
        host.mend();
        void engine.command({kind: 'clear-all'}, 'ann@one');
        void engine.command({kind: 'resume'}, 'ann@one');
      });
    },
  };
}

/** Modes of all kinds: by hand, by demand with and without an end of their own, by the calendar. */
function someModes(services: readonly ServiceSpec[], demanding: readonly string[], chance: () => number): readonly ModeSpec[] {
  const pick = (least: number, most: number) => least + Math.floor(chance() * (most - least + 1));
  const demand = (side: 'above' | 'below', value: number): DemandCircumstance => ({
    kind: 'demand',
    service: demanding[pick(0, demanding.length - 1)] ?? '',
    demand: 0,
    side,
    value,
    forMs: pick(0, 10) * 1000,
  });
  return Array.from({length: pick(0, 3)}, (_, index): ModeSpec => {
    const level = pick(2, 12);
    const when: Circumstance[] = [];
    if (chance() < 0.6 && demanding.length > 0) when.push(demand('above', level));
    if (chance() < 0.3) when.push({kind: 'schedule', schedule: '*/2 * * * *', timezone: 'UTC', forMs: pick(5, 100) * 1000});
    const changed = services.filter(() => chance() < 0.5);
    return {
      name: `m${index}`,
      say: '',
      when,
      until: when.length > 0 && demanding.length > 0 && chance() < 0.5 ? [demand('below', pick(1, level))] : [],
      services: Object.fromEntries(
        changed.map(({name, max, target}) => [
          name,
          {priority: pick(1, 5), min: 0, ...(chance() < 0.5 && {max: max + pick(0, 5)}), ...(chance() < 0.3 && {target})},
        ]),
      ),
    };
  });
}

/** Half of the fleets' services keep nothing and stop, as they did before there was anything else. */
function someReadiness(pick: (least: number, most: number) => number): Readiness {
  const standby: readonly Standby[] = [
    {kind: 'none'},
    {kind: 'none'},
    {kind: 'kept', replicas: pick(1, 4), state: 'created', forMs: pick(4, 40) * 1000},
    {kind: 'kept', replicas: pick(1, 4), state: 'paused', forMs: pick(4, 40) * 1000},
  ];
  const preempt: readonly Preempt[] = [
    {kind: 'stop'},
    {kind: 'freeze', max: pick(1, 12), forMs: pick(2, 20) * 1000, thenStop: false},
    {kind: 'freeze', max: pick(1, 12), forMs: pick(2, 20) * 1000, thenStop: pick(0, 1) === 1},
  ];
  return {
    standby: standby[pick(0, 3)] ?? {kind: 'none'},
    preempt: preempt[pick(0, 2)] ?? {kind: 'stop'},
    victim: (['youngest', 'oldest', 'leastBusy'] as const)[pick(0, 2)] ?? 'youngest',
  };
}

/** An engine that dies now and then, at any moment, with whatever it was about to do. */
function crashes(chance: Chance, forMs: number): readonly number[] {
  const times = Array.from({length: Math.floor(chance() * 4)}, () => 2000 + chance() * (forMs - 4000)).sort((a, b) => a - b);
  return times.filter((at, index) => index === 0 || at > (times[index - 1] ?? 0) + 5000);
}

function someCommand(service: string, chance: () => number): Command {
  const replicas = Math.floor(chance() * 12);
  const commands: readonly Command[] = [
    {kind: 'adjust', service, by: 1, lasting: 'default'},
    {kind: 'adjust', service, by: -1, lasting: 'default'},
    {kind: 'override', service, rule: {kind: 'pin', replicas}, lasting: {ms: 3000}, sure: chance() < 0.5},
    {kind: 'override', service, rule: {kind: 'cap', replicas}, lasting: 'default', sure: true},
    {kind: 'hold', service, lasting: 'default', toggle: true},
    {kind: 'boost', service, lasting: 'default', toggle: true},
    {kind: 'rank', service, by: chance() < 0.5 ? 1 : -1, lasting: 'until-cleared'},
    {kind: 'last', service, lasting: {ms: 1000}},
    {kind: 'clear', service},
    {kind: 'undo'},
    {kind: 'pause'},
    {kind: 'resume'},
    {kind: 'resume'},
    {kind: 'clear-all'},
  ];
  return commands[Math.floor(chance() * commands.length)] as Command;
}
