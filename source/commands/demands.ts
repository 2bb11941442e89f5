/** Follows the demands of a configuration; a demand that did not change goes on undisturbed. */
import type {Engine} from '../engine.ts';
import type {Clock} from '../ports.ts';
import {branch} from '../simulator/chance.ts';
import {createSource, type DemandSpec} from '../sources/source.ts';

export interface Demands {
  follow(demands: ReadonlyMap<string, DemandSpec>): void;
  close(): void;
}

export function followDemands(engine: Engine, clock: Clock, seed: number): Demands {
  const open = new Map<string, {readonly spec: string; readonly stop: AbortController}>();
  const end = (service: string) => {
    open.get(service)?.stop.abort();
    open.delete(service);
  };
  return {
    follow(demands) {
      for (const service of open.keys()) if (!demands.has(service)) end(service);
      for (const [service, demand] of demands) {
        const spec = JSON.stringify(demand);
        if (open.get(service)?.spec === spec) continue;
        end(service);
        const stop = new AbortController();
        open.set(service, {spec, stop});
        const source = createSource(demand, {clock, chance: branch(seed, `demand ${service}`)});
        source(reading => {
          if (!stop.signal.aborted) engine.read(service, reading);
        }, stop.signal);
      }
    },
    close() {
      for (const service of open.keys()) end(service);
    },
  };
}
