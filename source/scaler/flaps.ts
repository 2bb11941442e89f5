/** Guards a service against flapping: a want that soon goes up again after it went down waits longer to go down. */
import type {Flaps, Service} from './fleet.ts';

/** What is doubled with each flap, where the service has no settle window of its own. */
const shortestMs = 5000;
const countMax = 10;
/** Without another flap for this many times the guard, all is forgotten. */
const forgottenAfter = 3;

/** How long a want must stay low before this service shrinks, at this moment. */
export function settleMsOf({spec, flaps}: Service): number {
  if (!flaps || flaps.count === 0) return spec.settleMs;
  return Math.max(spec.settleMs, Math.min(spec.flapGuardMs, Math.max(spec.settleMs, shortestMs) * 2 ** flaps.count));
}

/** What is remembered once the settled want is this. */
export function watchFlaps({spec, flaps: before}: Service, want: number, at: number): Flaps | null {
  const guardMs = spec.flapGuardMs;
  if (guardMs === 0) return null;
  if (before === null) return {want, shrunkAt: null, flappedAt: at, count: 0};
  if (want === before.want) return before;
  if (want < before.want) return {...before, want, shrunkAt: at};
  const flapped = before.shrunkAt !== null && at - before.shrunkAt <= guardMs;
  if (flapped) return {want, shrunkAt: null, flappedAt: at, count: Math.min(countMax, before.count + 1)};
  return {...before, want, count: at - before.flappedAt > forgottenAfter * guardMs ? 0 : before.count};
}
