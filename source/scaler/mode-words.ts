/** Modes and their circumstances in words, the same for the console, the log and `explain`. It knows no screen. */
import type {Circumstance, DemandCircumstance, Ending} from './circumstance.ts';
import type {ModeCause} from './entry.ts';
import type {HeldBecause} from './fleet.ts';
import type {ClockWords} from './explain.ts';

/** Such as `web above 40 for 10 s`, or `schedule 0 19 * * 5`. */
export function circumstanceWords(circumstance: Circumstance): string {
  return circumstance.kind === 'demand'
    ? demandWords(circumstance, circumstance.side === 'above' ? `above ${circumstance.value}` : `below ${circumstance.value}`)
    : `schedule ${circumstance.schedule}${circumstance.timezone === null ? '' : ` ${circumstance.timezone}`}`;
}

function demandWords({service, forMs}: DemandCircumstance, where: string): string {
  return `${service} ${where}${forMs === 0 ? '' : ` for ${spanWords(forMs)}`}`;
}

/** Why a mode holds. */
export function becauseWords(why: HeldBecause, clock: ClockWords): string {
  switch (why.kind) {
    case 'chosen':
      return `by ${why.by}${why.until === null ? '' : ` until ${clock(why.until)}`}`;
    case 'demand':
      return circumstanceWords(why.circumstance);
    case 'schedule':
      return `${circumstanceWords(why.circumstance)} until ${clock(why.until)}`;
  }
}

/** What made the mode change. */
export function causeWords(cause: ModeCause, clock: ClockWords): string {
  switch (cause.kind) {
    case 'chosen':
      return becauseWords(cause, clock);
    case 'released':
      return `left to the circumstances by ${cause.by}`;
    case 'expired':
      return `${cause.by}’s time was up`;
    case 'began':
      return becauseWords(cause.why, clock);
    case 'ended':
      return endingWords(cause.ending);
    case 'configured':
      return 'by a new configuration';
    case 'inherited':
      return 'as the last holder of the lease left it';
  }
}

function endingWords(ending: Ending): string {
  if (ending.kind === 'schedule') return `${circumstanceWords(ending.circumstance)} is over`;
  const {circumstance, opposite} = ending;
  if (!opposite) return circumstanceWords(circumstance);
  return demandWords(circumstance, `${circumstance.value} or ${circumstance.side}`);
}

/** A length of time as people say it: `10 s`, `2 h`, `1 h 30 min`. */
export function spanWords(ms: number): string {
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
    [1, 'ms'],
  ] as const;
  const words: string[] = [];
  let left = Math.max(0, Math.round(ms));
  for (const [size, unit] of units) {
    const amount = Math.floor(left / size);
    left -= amount * size;
    if (amount > 0) words.push(`${amount} ${unit}`);
  }
  return words.length === 0 ? '0 s' : words.join(' ');
}
