/** When a service that keeps failing may be tried again, and what is said of it meanwhile. */
import type {Clock} from '../ports.ts';
import type {Trouble} from '../scaler/observation.ts';

/** A replica that ran this long is taken to work: its end is an end, not a failure to start. */
export const stableMs = 10_000;
const firstWaitMs = 1000;
const longestWaitMs = 60_000;

export interface Backoff {
  /** The engine refused a call that began at `begunAt`. */
  refused(reason: string, begunAt: number): void;
  /** A replica that began at `bornAt` ended by itself. */
  died(reason: string, bornAt: number): void;
  /** A replica that began at `bornAt` serves. */
  worked(bornAt: number): void;
  /** The engine could not be reached: nobody's failure, only no use trying at once. */
  pause(forMs: number): void;
  /** True while nothing should be tried. */
  waits(): boolean;
  trouble(): Trouble;
  forget(): void;
}

/**
 * Doubles the wait with each failure, from 1 s to 60 s. What was begun before the last failure belongs to it: ten
 * replicas killed together are one failure, and a first sudden end is answered at once.
 */
export function createBackoff(clock: Clock, retry: () => void): Backoff {
  let failures = 0;
  let failedAt = Number.NEGATIVE_INFINITY;
  let retryAt = 0;
  let reason = '';
  let needsStability = false;
  let cancel: () => void = () => {};

  function count(why: string, begunAt: number, free: number): void {
    if (begunAt <= failedAt && failures > 0) return;
    failures++;
    failedAt = clock.now();
    reason = why;
    const doublings = failures - 1 - free;
    const waitMs = doublings < 0 ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(doublings, 16));
    retryAt = failedAt + waitMs;
    cancel();
    if (waitMs > 0) cancel = clock.after(waitMs, retry);
  }

  function forget(): void {
    failures = 0;
    retryAt = 0;
    failedAt = Number.NEGATIVE_INFINITY;
    cancel();
  }

  return {
    refused(why, begunAt) {
      needsStability = false;
      count(why, begunAt, 0);
    },
    died(why, bornAt) {
      if (clock.now() - bornAt >= stableMs) return;
      if (failures === 0) needsStability = true;
      count(why, bornAt, 1);
    },
    worked(bornAt) {
      if (failures === 0 || bornAt < failedAt) return;
      if (!needsStability) return forget();
      const failuresThen = failures;
      cancel();
      cancel = clock.after(stableMs, () => {
        if (failures !== failuresThen) return;
        forget();
        retry();
      });
    },
    pause(forMs) {
      if (clock.now() < retryAt) return;
      retryAt = clock.now() + forMs;
      cancel();
      cancel = clock.after(forMs, retry);
    },
    waits: () => clock.now() < retryAt,
    trouble() {
      const grave = failures > (needsStability ? 1 : 0);
      return grave ? {kind: 'failing', reason, failures, retryAt} : {kind: 'none'};
    },
    forget,
  };
}
