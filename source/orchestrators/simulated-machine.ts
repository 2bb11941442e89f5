/** What is on a simulated host, whoever looks after it: it outlives its engine, so that a restart can be simulated too. */
import type {Listed, Purpose} from './replica.ts';

export interface Thing {
  readonly id: string;
  readonly service: string;
  readonly number: number;
  state: 'created' | 'up' | 'paused' | 'dead';
  /** False for one that was made to wait and never served. */
  served: boolean;
  readonly madeAt: number;
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
  let made = 0;
  const of = (service: string) => [...things.values()].filter(thing => thing.service === service);
  return {
    make(service, number, purpose, at) {
      const id = `${service}-${number}-${++made}`;
      things.set(id, {id, service, number, state: 'created', served: purpose === 'serve', madeAt: at});
      return id;
    },
    get: id => things.get(id) ?? null,
    remove: id => void things.delete(id),
    of,
    list: service =>
      of(service).map(({id, number, state, served, madeAt}) => ({
        id,
        number,
        state: state === 'up' ? 'running' : state,
        served,
        startedAt: madeAt,
        outdated: false,
      })),
    holding: service => of(service).filter(({state, served}) => state === 'up' && served).length,
  };
}
