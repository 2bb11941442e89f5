/** A demand that is known beforehand: campaigns, working hours. Where several entries hold, the largest counts. */
import {Cron} from 'croner';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface ScheduleDemand {
  readonly source: 'schedule';
  readonly entries: readonly {readonly cron: string; readonly forMs: number; readonly demand: number}[];
  readonly otherwise: number;
  /** Null is the machine's own. */
  readonly timezone: string | null;
}

/** A machine that slept, or whose clock was set, is right again after this long. */
const lookMs = 60_000;

export function scheduleSource({entries, otherwise, timezone}: ScheduleDemand, {clock}: SourceParts): Source {
  return (report, signal) => {
    const crons = entries.map(entry => ({...entry, cron: cronOf(entry.cron, timezone)}));
    let told: number | null = null;
    let cancel: () => void = () => {};

    const look = () => {
      if (signal.aborted) return;
      const now = clock.now();
      let value: number | null = null;
      let nextAt = now + lookMs;
      for (const {cron, forMs, demand} of crons) {
        const begunAt = runAfter(cron, now - forMs);
        if (begunAt === null) continue;
        const holds = begunAt <= now;
        if (holds) value = Math.max(value ?? 0, demand);
        nextAt = Math.min(nextAt, holds ? begunAt + forMs : begunAt);
      }
      const present = value ?? otherwise;
      if (present !== told) report({kind: 'value', value: present});
      told = present;
      cancel = clock.after(Math.max(1, nextAt - now), look);
    };

    signal.addEventListener('abort', () => cancel(), {once: true});
    look();
  };
}

export interface ScheduleProblem {
  readonly place: readonly (string | number)[];
  readonly words: string;
}

/** What is wrong with a schedule, by its place in the demand. */
export function scheduleProblems({
  entries,
  timezone,
}: {
  readonly entries: readonly {readonly cron: string}[];
  readonly timezone?: string | undefined;
}): readonly ScheduleProblem[] {
  if (timezone !== undefined && !isTimezone(timezone))
    return [{place: ['timezone'], words: `is “${timezone}”, which is no time zone: expected one such as Europe/Berlin or UTC`}];
  return entries.flatMap(({cron}, index) => {
    const words = whyNoCron(cron, timezone ?? null);
    return words === null ? [] : [{place: ['entries', index, 'cron'], words}];
  });
}

function whyNoCron(text: string, timezone: string | null): string | null {
  try {
    if (runAfter(cronOf(text, timezone), Date.UTC(2024, 0, 1)) !== null) return null;
    return `is “${text}”, which never comes: check the day and the month`;
  } catch (error) {
    const why = (error as Error).message.replace(/^CronPattern: /, '');
    // What it says of the number of fields is what is said here already.
    const more = why.startsWith('invalid configuration format') ? '' : ` (${why})`;
    return `is “${text}”, which is no time: expected minute hour day month weekday, such as "0 8 * * 1-5"${more}`;
  }
}

/** Five fields, or six with seconds first. It runs nothing by itself: it only says when. */
function cronOf(text: string, timezone: string | null): Cron {
  return new Cron(text, {paused: true, mode: '5-or-6-parts', ...(timezone !== null && {timezone})});
}

/** The first time strictly after `at`; null where there is none. */
function runAfter(cron: Cron, at: number): number | null {
  return cron.nextRun(new Date(at))?.getTime() ?? null;
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', {timeZone: name}).format(0) !== '';
  } catch {
    return false;
  }
}
