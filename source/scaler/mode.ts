/** What a mode makes of the configured services. It knows nothing of when one holds. */
import type {ChosenMode, Fleet, ServiceSpec} from './fleet.ts';

/** The fleet in that mode; one that is no longer configured is left for the normal one. */
export function inMode(fleet: Fleet, chosen: ChosenMode | null): Fleet {
  const found = fleet.settings.modes.find(({name}) => name === chosen?.name);
  const services = fleet.services.map(service => {
    const {configured} = service;
    const change = configured.retired ? undefined : found?.services[configured.name];
    const spec = change === undefined ? configured : {...configured, ...change};
    return sameSpec(spec, service.spec) ? service : {...service, spec};
  });
  return {...fleet, services, mode: found ? chosen : null};
}

function sameSpec(a: ServiceSpec, b: ServiceSpec): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
