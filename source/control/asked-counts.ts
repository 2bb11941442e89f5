/** What had been asked for before each action, followed from step to step. It asks for nothing itself. */
import {aliveReplicas, type Fleet} from '../scaler/fleet.ts';
import type {Step} from '../scaler/step.ts';

/**
 * What had been asked for before each action of a step, by service, or what was there where nothing had been: the
 * number that the scaler counted from. It is to be shown every step; `first` is the fleet before the first of them.
 */
export function followAsked(first: Fleet | null): (result: Step) => ReadonlyMap<string, number> {
  let asked = first ? askedOf(first) : new Map<string, number>();
  return ({fleet, actions, happenings, changed}) => {
    if (!changed) return new Map();
    for (const happening of happenings) {
      // Whoever has just got the lease begins with what is there; whoever's count was changed, with the new one.
      if (happening.kind === 'lease' && happening.lease.kind === 'held') asked.clear();
      if (happening.kind === 'drifted') asked.set(happening.service, happening.to);
    }
    const services = new Map(fleet.services.map(service => [service.spec.name, service]));
    const before = new Map<string, number>();
    for (const {service: name} of actions) {
      const service = services.get(name);
      before.set(name, asked.get(name) ?? (service ? aliveReplicas(service) : 0));
    }
    asked = askedOf(fleet);
    return before;
  };
}

function askedOf(fleet: Fleet): Map<string, number> {
  return new Map(fleet.services.flatMap(({spec, asked}) => (asked === null ? [] : [[spec.name, asked] as const])));
}
