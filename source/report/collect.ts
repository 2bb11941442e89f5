/** Folds a recording and gathers the facts of its report on the way, in memory that its length doesn't move. No I/O. */
import type {Entry} from '../scaler/entry.ts';
import type {ClockWords} from '../scaler/explain.ts';
import {emptyFleet, type Acting, type Fleet, type Service} from '../scaler/fleet.ts';
import {urgent} from '../scaler/score.ts';
import {step, type Step} from '../scaler/step.ts';
import {clean} from '../clean.ts';
import {measured} from './bounded.ts';
import type {Facts} from './facts.ts';
import {watchService, type ServiceWatch} from './service-watch.ts';
import {watchShortages} from './shortages.ts';
import {watchSpans} from './spans.ts';
import {createTimeline} from './timeline.ts';
import {clockOf, latestMs, momentsOf} from './words.ts';

export interface Collector {
  /** Throws for entries that can't have been recorded; what was folded before stays. */
  fold(entries: readonly Entry[]): void;
  /** Once, at the end. */
  facts(file: string, damage: string | null): Facts;
}

export function createCollector(acting: Acting, timeZone: string): Collector {
  let fleet = emptyFleet(acting);
  let from: number | null = null;
  let entriesSeen = 0;
  let parts: Parts | null = null;
  return {
    fold(entries) {
      if (entries.some(({at}) => !(at >= 0 && at <= latestMs))) throw new RangeError('a moment that no calendar has');
      const first = entries[0]?.at;
      if (first === undefined) return;
      from ??= first;
      parts ??= createParts(from, momentsOf({clock: clockOf(from), timeZone, from, to: from}).time);
      const result = step(fleet, entries);
      parts.look(fleet, result);
      fleet = result.fleet;
      entriesSeen += entries.length;
    },
    facts(file, damage) {
      const began = from ?? 0;
      const ended = Math.max(began, fleet.at);
      const {handoverMs: _latest, ...score} = fleet.score;
      const gathered = (parts ?? createParts(0, String)).gather(ended);
      const worst = score.worstShortfall;
      return {
        file: clean(file),
        project: clean(fleet.settings.project),
        from: began,
        to: ended,
        clock: clockOf(began),
        timeZone,
        entries: entriesSeen,
        damage: damage === null ? null : clean(damage),
        dryRun: acting === 'dry-run',
        capacity: fleet.settings.capacity,
        score: {...score, worstShortfall: worst && {...worst, service: clean(worst.service)}},
        ...gathered,
      };
    },
  };
}

type Gathered = Pick<Facts, 'handovers' | 'heldBackMs' | 'series' | 'services' | 'shortages' | 'overrides' | 'modes' | 'pauses' | 'losses'>;

interface Parts {
  look(before: Fleet, result: Step): void;
  gather(at: number): Gathered;
}

function createParts(from: number, clock: ClockWords): Parts {
  const timeline = createTimeline(from);
  const capacity = timeline.curve('mean');
  const services = new Map<string, ServiceWatch>();
  const shortages = watchShortages(clock);
  const spans = watchSpans(clock);
  const handovers = measured();
  let pressing: ReadonlySet<string> = new Set();

  const lookAtServices = (before: Fleet, {fleet, happenings}: Step) => {
    const earlier = sameOrder(before, fleet) ? null : new Map(before.services.map(service => [service.spec.name, service]));
    let ranks = earlier !== null;
    const changed: [Service, Service | null][] = [];
    for (const [index, service] of fleet.services.entries()) {
      const then = (earlier ? earlier.get(service.spec.name) : before.services[index]) ?? null;
      if (then === service) continue;
      if (then?.spec !== service.spec) ranks = true;
      changed.push([service, then]);
    }
    if (ranks) pressing = new Set(urgent(fleet).map(({spec}) => spec.name));
    for (const [service, then] of changed) {
      const {name} = service.spec;
      let watch = services.get(name);
      if (!watch) services.set(name, (watch = watchService(timeline, service, fleet.at)));
      watch.look(service, fleet.at);
      spans.lookAt(fleet, service, then, happenings);
    }
    // A change of ranks may make any of them pressing, or let it be.
    const looked = ranks
      ? fleet.services.map((service, index): [Service, Service | null] => [service, before.services[index] ?? null])
      : changed;
    for (const [service, then] of looked) {
      const same = then?.spec.name === service.spec.name ? then : (earlier?.get(service.spec.name) ?? null);
      shortages.look(fleet, service, same, pressing.has(service.spec.name));
    }
    if (!earlier) return;
    const there = new Set(fleet.services.map(({spec}) => spec.name));
    for (const [name, then] of earlier) {
      if (there.has(name)) continue;
      services.get(name)?.look(null, fleet.at);
      shortages.gone(name, fleet.at);
      spans.lookAt(fleet, null, then, happenings);
    }
  };

  return {
    look(before, result) {
      const {fleet, happenings} = result;
      for (const happening of happenings) shortages.hear(happening);
      if (fleet.settings !== before.settings) capacity.set(fleet.at, fleet.settings.capacity);
      spans.look(fleet, before, happenings);
      if (fleet.services !== before.services) lookAtServices(before, result);
      for (const {service, tookMs} of result.handovers) {
        handovers.add(tookMs);
        services.get(service)?.tookOver(tookMs);
      }
    },
    gather(at) {
      timeline.close(at);
      const told = [...services.values()].map(watch => watch.facts(at));
      // The most important first, fillers last; among equals the order of the configuration.
      const sorted = told.toSorted((a, b) => Number(a.fills) - Number(b.fills) || a.priority - b.priority);
      return {
        handovers: handovers.times(),
        heldBackMs: told.reduce((sum, {heldBackMs}) => sum + heldBackMs, 0),
        series: {everyMs: timeline.everyMs(), at: timeline.at(), capacity: capacity.values()},
        services: sorted,
        shortages: shortages.shortages(at),
        ...spans.spans(),
      };
    },
  };
}

function sameOrder(before: Fleet, fleet: Fleet): boolean {
  return (
    before.services.length === fleet.services.length &&
    before.services.every((service, index) => service.spec.name === fleet.services[index]?.spec.name)
  );
}
