/** Asks each demand of a configuration once, all at the same time, and says what it answered. */
import type {Chance, Clock, Source} from '../ports.ts';
import type {Reading} from '../scaler/entry.ts';
import {createSource, type DemandSpec} from '../sources/source.ts';
import {durationWords} from '../config/units.ts';
import {note, ok, wrong, type Finding} from './finding.ts';

export interface DemandParts {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly limitMs: number;
}

export async function demandFindings(
  demands: ReadonlyMap<string, readonly DemandSpec[]>,
  {clock, chance, limitMs}: DemandParts,
): Promise<readonly Finding[]> {
  const all = [...demands].flatMap(([service, list]) => list.map(demand => ({service, demand})));
  return Promise.all(
    all.map(async ({service, demand}) => {
      const said = unasked(service, demand);
      if (said) return said;
      const source = createSource(demand, {clock, chance, service, usage: null, pushes: null});
      return answered(service, demand.source, await firstOf(source, limitMs), limitMs);
    }),
  );
}

/** What can't be asked from here, and why that is well; null for what can. */
function unasked(service: string, {source}: DemandSpec): Finding | null {
  if (source === 'push')
    return ok('demand', `${service}, push: comes by “microscale demand ${service} N”, or by HTTP on the control socket`);
  if (source === 'docker') return ok('demand', `${service}, docker: the engine is asked for what its replicas use, once microscale runs`);
  return null;
}

/** The first thing that it says; null where it says nothing in time. */
function firstOf(source: Source, limitMs: number): Promise<Reading | null> {
  return new Promise(resolve => {
    const stop = new AbortController();
    const end = (reading: Reading | null) => {
      clearTimeout(timer);
      stop.abort();
      resolve(reading);
    };
    const timer = setTimeout(() => end(null), limitMs);
    source(end, stop.signal);
  });
}

export function answered(service: string, source: string, reading: Reading | null, limitMs: number): Finding {
  const begin = `${service}, ${source}`;
  if (reading === null)
    return note(
      'demand',
      `${begin}: said nothing within ${durationWords(limitMs)}`,
      'see whether it needs two looks, as a rate does, or has a longer timeout',
    );
  switch (reading.kind) {
    case 'value':
      return ok('demand', `${begin}: ${reading.value}`);
    case 'queue':
      return ok('demand', `${begin}: ${reading.waiting} waiting, ${reading.inFlight} being worked on`);
    case 'usage':
      return ok('demand', `${begin}: ${reading.total} over ${reading.replicas} replicas`);
    case 'stale':
      return note('demand', `${begin}: ${reading.reason}`, 'see whether whoever writes it still does');
    case 'error':
      return wrong('demand', `${begin}: ${reading.reason}`, 'until it answers, the service does what its onLost says');
  }
}
