/** Tells an engine what the calendar says of its modes. It knows neither which mode holds nor what a mode changes. */
import {readCron, type Calendar} from './cron.ts';
import type {Engine} from './engine.ts';
import type {Clock} from './ports.ts';
import type {ModeSpec} from './scaler/spec.ts';

export interface ModeSchedules {
  /** Follows the schedules of these modes, and of no others any more. What holds now is told at once. */
  follow(modes: readonly ModeSpec[]): void;
  close(): void;
}

/** A machine that slept, or whose clock was set, is noticed within this time. */
const lookMs = 60_000;

export function followModeSchedules(engine: Pick<Engine, 'schedule'>, clock: Clock): ModeSchedules {
  let cancels: (() => void)[] = [];
  const close = () => {
    for (const cancel of cancels) cancel();
    cancels = [];
  };

  function followOne(mode: string, when: number, calendar: Calendar, forMs: number): void {
    const place = cancels.length;
    cancels.push(() => {});
    let next: number | null = Number.NEGATIVE_INFINITY;
    const look = () => {
      const at = clock.now();
      if (next !== null && at >= next) {
        // That one is over needs no word: its end was told with its beginning.
        engine.schedule(mode, when, calendar.windowAt(at, forMs));
        next = calendar.next(at);
      }
      if (next !== null) cancels[place] = clock.after(Math.max(1, Math.min(Math.ceil(next - at), lookMs)), look);
    };
    look();
  }

  return {
    follow(modes) {
      close();
      for (const {name, when} of modes) {
        for (const [index, circumstance] of when.entries()) {
          if (circumstance.kind !== 'schedule') continue;
          const read = readCron(circumstance.schedule, circumstance.timezone);
          if (read.kind === 'calendar') followOne(name, index, read.calendar, circumstance.forMs);
        }
      }
    },
    close,
  };
}
