/** What one service did over the whole recording: its curves, its sums and its handovers. */
import type {Service} from '../scaler/fleet.ts';
import {clean} from '../clean.ts';
import {measured} from './bounded.ts';
import type {ServiceFacts} from './facts.ts';
import type {Timeline} from './timeline.ts';

export interface ServiceWatch {
  /** What holds from now on; null for a service that is gone. */
  look(service: Service | null, at: number): void;
  tookOver(ms: number): void;
  /** Once the timeline is closed. */
  facts(at: number): ServiceFacts;
}

export function watchService(timeline: Timeline, first: Service, from: number): ServiceWatch {
  const curves = {
    demand: timeline.curve('mean'),
    want: timeline.curve('mean'),
    desired: timeline.curve('mean'),
    running: timeline.curve('mean'),
    missing: timeline.curve('mean'),
    missingMost: timeline.curve('most'),
  };
  const handovers = measured();
  let {spec} = first;
  let now = numbersOf(null);
  let since = from;
  const sums = {seenMs: 0, runningMs: 0, shortMs: 0, missingMs: 0, fillingMs: 0, filledMs: 0};
  const most = {demand: null as number | null, want: null as number | null, running: 0, missing: 0, given: 0};

  const pass = (at: number) => {
    const ms = at - since;
    since = at;
    if (now.running === null) return;
    sums.seenMs += ms;
    sums.runningMs += ms * now.running;
    sums.missingMs += ms * (now.missing ?? 0);
    if ((now.missing ?? 0) > 0) sums.shortMs += ms;
    if (!now.fills) return;
    sums.fillingMs += ms;
    sums.filledMs += ms * now.running;
  };

  return {
    look(service, at) {
      pass(at);
      if (service) ({spec} = service);
      now = numbersOf(service);
      for (const key of ['demand', 'want', 'desired', 'running', 'missing'] as const) curves[key].set(at, now[key]);
      curves.missingMost.set(at, now.missing);
      if (now.demand !== null) most.demand = Math.max(most.demand ?? 0, now.demand);
      if (now.want !== null) most.want = Math.max(most.want ?? 0, now.want);
      most.running = Math.max(most.running, now.running ?? 0);
      most.missing = Math.max(most.missing, now.missing ?? 0);
      if (now.fills && service?.overrides.length === 0) most.given = Math.max(most.given, now.desired ?? 0);
    },
    tookOver: ms => handovers.add(ms),
    facts(at) {
      pass(at);
      return {
        name: clean(spec.name),
        priority: spec.priority,
        slots: spec.slots,
        fills: spec.target.kind === 'fill',
        demandMost: most.demand,
        wantMost: most.want,
        runningMost: most.running,
        runningMean: sums.seenMs === 0 ? 0 : Math.round((100 * sums.runningMs) / sums.seenMs) / 100,
        shortMs: sums.shortMs,
        missingReplicaMs: sums.missingMs,
        missingMost: most.missing,
        heldBackMs: Math.max(0, most.given * sums.fillingMs - sums.filledMs),
        handovers: handovers.times(),
        curves: {
          demand: curves.demand.values(),
          want: curves.want.values(),
          desired: curves.desired.values(),
          running: curves.running.values(),
          missing: curves.missing.values(),
          missingMost: curves.missingMost.values(),
        },
      };
    },
  };
}

/** What is known of a service at a moment. What can't be known isn't zero: it is null. */
function numbersOf(service: Service | null) {
  const decision = service?.decision ?? null;
  const running = service?.observed?.running ?? null;
  const want = decision && !decision.fills ? decision.want : null;
  return {
    demand: service?.demand.kind === 'live' ? service.demand.value : null,
    want,
    desired: decision?.desired ?? null,
    running,
    missing: want === null || running === null ? null : Math.max(0, want - running),
    fills: decision?.fills ?? false,
  };
}
