/** What waits and what is frozen, shown apart from what runs: in the title of the slots and in columns of the table. */
import {durationWords} from '../config/units.ts';
import type {Fleet, Service} from '../scaler/fleet.ts';

/** Such as `slots 8/10, 2 standby, 3 frozen for 12s`; shorter where there is no room. */
export function slotsTitle({standing, settings, services, at}: Fleet, isNarrow: boolean): string {
  const slots = `slots ${standing.runningSlots}/${settings.capacity}`;
  const standby = sumOf(services, 'standby');
  const frozen = sumOf(services, 'frozen') + sumOf(services, 'ending');
  if (isNarrow) return slots + (frozen > 0 ? ` frozen ${frozen}` : standby > 0 ? ` standby ${standby}` : '');
  const ages = services.flatMap(({observed}) => observed?.frozenSince ?? []);
  const age = ages.length === 0 ? '' : ` for ${ageWords(at - Math.min(...ages))}`;
  return slots + (standby > 0 ? `, ${standby} standby` : '') + (frozen > 0 ? `, ${frozen} frozen${age}` : '');
}

/** Whether any service has something to show of it: else the table needs no column for it. */
export function isAnyReady(services: readonly Service[]): boolean {
  return services.some(({spec, observed}) => spec.standby.kind === 'kept' || spec.preempt.kind === 'freeze' || (observed?.frozen ?? 0) > 0);
}

/** How many wait, and how many are frozen. */
export function readyWords({observed}: Service): string {
  return observed ? `${observed.standby}/${observed.frozen + observed.ending}` : '-';
}

/** How long the one that was frozen first has been so. */
export function frozenAgeWords({observed}: Service, now: number): string {
  return observed?.frozenSince === null || observed === null ? '-' : ageWords(now - observed.frozenSince);
}

/** Whole minutes once there are some, so that the screen doesn't change each second for it. */
function ageWords(ms: number): string {
  const unit = ms >= 60_000 ? 60_000 : 1000;
  return durationWords(Math.max(0, Math.floor(ms / unit) * unit));
}

function sumOf(services: readonly Service[], count: 'standby' | 'frozen' | 'ending'): number {
  return services.reduce((sum, {observed}) => sum + (observed?.[count] ?? 0), 0);
}
