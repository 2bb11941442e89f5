/** When to call an operator who is looking elsewhere: priority 1 has been short for longer than it may. Pure. */
import type {Update} from '../ports.ts';
import {urgent} from '../scaler/score.ts';

export interface Bell {
  /** Since when priority 1 is short, by the engine's clock; null while it has what it wants. */
  readonly shortSince: number | null;
  /** It has rung for this shortage already. */
  readonly rung: boolean;
}

export const quietBell: Bell = {shortSince: null, rung: false};

/** `words` is what to say, once for each shortage; null for nothing. */
export function listen(bell: Bell, {fleet, vitals}: Update, afterMs: number | null): {readonly bell: Bell; readonly words: string | null} {
  if (afterMs === null || fleet.standing.met) return {bell: quietBell, words: null};
  const shortSince = bell.shortSince ?? vitals.at;
  if (bell.rung || vitals.at - shortSince < afterMs) return {bell: {...bell, shortSince}, words: null};
  const missing = urgent(fleet)
    .filter(({observed, decision}) => (observed?.running ?? 0) < (decision?.want ?? 0))
    .map(({spec, observed, decision}) => `${spec.name} has ${observed?.running ?? 0} of ${decision?.want ?? 0}`);
  const seconds = Math.round((vitals.at - shortSince) / 1000);
  return {bell: {shortSince, rung: true}, words: `short for ${seconds} s: ${missing.join(', ')}`};
}
