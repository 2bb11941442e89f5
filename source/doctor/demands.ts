/** Asks each demand of a configuration once, all at the same time, and says what it answered. */
import type {Chance, Clock, HostFacts, Source} from '../ports.ts';
import type {Reading} from '../scaler/entry.ts';
import {createSource, type DemandSpec} from '../sources/source.ts';
import {durationWords} from '../config/units.ts';
import {note, ok, wrong, type Finding} from './finding.ts';

type Demands = ReadonlyMap<string, readonly DemandSpec[]>;

export interface DemandParts {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly limitMs: number;
}

export async function demandFindings(demands: Demands, {clock, chance, limitMs}: DemandParts): Promise<readonly Finding[]> {
  const all = [...demands].flatMap(([service, list]) =>
    list.map(demand => ({service, demand})).filter(({demand}) => demand.source !== 'docker'),
  );
  return Promise.all(
    all.map(async ({service, demand}) => {
      const said = unasked(service, demand);
      if (said) return said;
      const source = createSource(demand, {clock, chance, service, usage: null, pushes: null});
      return answered(service, demand.source, await firstOf(source, limitMs), limitMs);
    }),
  );
}

/** Numbers that are pushed can't be asked for. Null for what can. */
function unasked(service: string, {source}: DemandSpec): Finding | null {
  if (source !== 'push') return null;
  return ok('demand', `${service}, push: comes by “microscale demand ${service} N”, or by HTTP on the control socket`);
}

/** What a service's own replicas use is the engine's to say, once microscale runs; and only a single engine can. */
export function ownUseFindings(demands: Demands, facts: Pick<HostFacts, 'kind'> | null): readonly Finding[] {
  const services = [...demands].filter(([, list]) => list.some(({source}) => source === 'docker')).map(([service]) => service);
  return services.map(service =>
    facts?.kind === 'swarm'
      ? wrong(
          'demand',
          `${service}, docker: a Swarm’s manager does not know what tasks on other nodes use`,
          'read it from Prometheus or from /metrics pages',
        )
      : ok('demand', `${service}, docker: the engine says what its replicas use, once microscale runs`),
  );
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
