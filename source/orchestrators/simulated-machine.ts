/** What is on a simulated host, whoever looks after it: it outlives its engine, so that a restart can be simulated too. */
import type {Listed, Purpose} from './replica.ts';

export interface Thing {
  readonly id: string;
  readonly service: string;
  readonly number: number;
  state: 'created' | 'up' | 'paused' | 'dead';
  /** Whether it was last started, or let go on, to serve. */
  serves: boolean;
  /** Whether a listing tells that it serves or did: what was made to wait has no such sign until it is given one. */
  marked: boolean;
  readonly madeAt: number;
  /** Null for one of which it can't be told. */
  readonly busy: number | null;
}

export interface Machine {
  make(service: string, number: number, purpose: Purpose, at: number): string;
  /** Null for one that is gone. */
  get(id: string): Thing | null;
  remove(id: string): void;
  of(service: string): readonly Thing[];
  list(service: string): readonly Listed[];
  /** The slots that are really in use, in replicas. */
  holding(service: string): number;
}

export function createMachine(): Machine {
  const things = new Map<string, Thing>();
  // The simulator looks at every service at every step: each has a list of its own.
  const byService = new Map<string, Set<Thing>>();
  const nothing: ReadonlySet<Thing> = new Set();
  let made = 0;
  const of = (service: string) => [...(byService.get(service) ?? nothing)];
  return {
    make(service, number, purpose, at) {
      const id = `${service}-${number}-${++made}`;
      // It needs no chance of its own, which would change the days of all seeds: any spread will do.
      const busy = made % 3 === 0 ? null : ((made * 37) % 100) / 100;
      const thing: Thing = {id, service, number, state: 'created', serves: false, marked: purpose === 'serve', madeAt: at, busy};
      things.set(id, thing);
      byService.set(service, (byService.get(service) ?? new Set()).add(thing));
      return id;
    },
    get: id => things.get(id) ?? null,
    remove(id) {
      const thing = things.get(id);
      if (!thing) return;
      things.delete(id);
      byService.get(thing.service)?.delete(thing);
    },
    of,
    list: service =>
      of(service).map(({id, number, state, marked, madeAt}) => ({
        id,
        number,
        state: state === 'up' ? 'running' : state,
        served: marked,
        startedAt: madeAt,
        outdated: false,
      })),
    holding(service) {
      let held = 0;
      for (const {state, serves} of byService.get(service) ?? nothing) if (state === 'up' && serves) held++;
      return held;
    },
  };
}
