/** Follows the demands of a configuration; a demand that did not change goes on undisturbed. */
import type {Engine} from '../engine.ts';
import type {Clock, Pushes, ReadUsage} from '../ports.ts';
import {branch} from '../simulator/chance.ts';
import {createSource, type DemandSpec} from '../sources/source.ts';

export interface Demands {
  follow(demands: ReadonlyMap<string, readonly DemandSpec[]>): void;
  close(): void;
}

export interface DemandsParts {
  readonly clock: Clock;
  readonly seed: number;
  readonly usage: ReadUsage | null;
  readonly pushes: Pushes | null;
}

export function followDemands(engine: Engine, {clock, seed, usage, pushes}: DemandsParts): Demands {
  const open = new Map<string, {readonly spec: string; readonly stop: AbortController}>();
  const end = (key: string) => {
    open.get(key)?.stop.abort();
    open.delete(key);
  };
  return {
    follow(demands) {
      const all = [...demands].flatMap(([service, list]) =>
        list.map((demand, index) => ({service, demand, index, key: keyOf(service, index)})),
      );
      const wanted = new Set(all.map(({key}) => key));
      for (const key of open.keys()) if (!wanted.has(key)) end(key);
      for (const {service, demand, index, key} of all) {
        const spec = JSON.stringify(demand);
        if (open.get(key)?.spec === spec) continue;
        end(key);
        const stop = new AbortController();
        open.set(key, {spec, stop});
        const source = createSource(demand, {clock, chance: branch(seed, keyOf(`demand ${service}`, index)), service, usage, pushes});
        source(reading => {
          if (!stop.signal.aborted) engine.read(service, reading, index);
        }, stop.signal);
      }
    },
    close() {
      for (const key of open.keys()) end(key);
    },
  };
}

function keyOf(service: string, index: number): string {
  return index === 0 ? service : `${service} ${index}`;
}
