/** Times that come again, as cron writes them. The time zone is the machine's unless one is named. */
import {Cron} from 'croner';
import type {Window} from './scaler/circumstance.ts';

/** Times are in milliseconds since the epoch. */
export interface Calendar {
  /** The next time after that one; null for never. */
  next(after: number): number | null;
  /** What that moment is in, where each time lasts that long; null between two. */
  windowAt(at: number, forMs: number): Window | null;
}

export type ReadCron =
  | {readonly kind: 'calendar'; readonly calendar: Calendar}
  | {readonly kind: 'wrong'; readonly about: 'pattern' | 'timezone'; readonly words: string};

/** Minutes, hours, days, months, weekdays, with seconds before them where six are given. */
export function readCron(pattern: string, timezone: string | null): ReadCron {
  if (timezone !== null && !isTimezone(timezone)) {
    return {
      kind: 'wrong',
      about: 'timezone',
      words: `“${timezone}” is no time zone that is known here: expected one such as Europe/London`,
    };
  }
  let cron: Cron;
  try {
    cron = new Cron(pattern, {paused: true, mode: '5-or-6-parts', ...(timezone !== null && {timezone})});
  } catch (error) {
    const why = (error as Error).message.replace(/^[A-Za-z]+: /, '');
    return {kind: 'wrong', about: 'pattern', words: `is no time as cron writes it, such as "0 19 * * 5" (${why})`};
  }
  const next = (after: number) => cron.nextRun(new Date(Math.floor(after)))?.getTime() ?? null;
  return {
    kind: 'calendar',
    calendar: {
      next,
      windowAt(at, forMs) {
        // One that begins at this very moment is in.
        const from = cron.previousRuns(1, new Date(Math.floor(at) + 1))[0]?.getTime();
        return from !== undefined && at < from + forMs ? {from, until: from + forMs} : null;
      },
    },
  };
}

function isTimezone(timezone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', {timeZone: timezone}).format(0) !== '';
  } catch {
    return false;
  }
}
