/** What an engine leaves to whoever holds the lease after it: the operators' decisions, and what of the modes has begun. */
import {begun} from './circumstance.ts';
import type {Legacy} from './entry.ts';
import type {Fleet} from './fleet.ts';

/** What the next holder of the lease should go on with. */
export function legacyOf({acting, chosen, circumstances, services}: Fleet): Legacy {
  const overridden = services.filter(service => service.overrides.length > 0);
  const standing = circumstances.filter(({beginnings}) => beginnings.some(({phase}) => phase !== 'off')).map(begun);
  return {
    acting,
    mode: chosen,
    circumstances: standing,
    overrides: overridden.map(service => [service.spec.name, service.overrides] as const),
  };
}

/** What is left by an engine that has put things back: nothing that an operator had decided for its run. */
export function undecided(legacy: Legacy): Legacy {
  return {...legacy, acting: 'auto', mode: null, overrides: []};
}

/** True when the two fleets would leave different things to the next holder. */
export function leavesOther(before: Fleet, after: Fleet): boolean {
  if (before.lease.kind !== 'held' || before.acting !== after.acting || before.chosen !== after.chosen) return true;
  if (before.circumstances !== after.circumstances && begunIn(before) !== begunIn(after)) return true;
  if (before.services === after.services) return false;
  const earlier = new Map(before.services.map(service => [service.spec.name, service.overrides]));
  return (
    after.services.some(({spec, overrides}) => overrides !== earlier.get(spec.name)) || before.services.length !== after.services.length
  );
}

function begunIn({circumstances}: Fleet): string {
  return JSON.stringify(circumstances.map(begun));
}
