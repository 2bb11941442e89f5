/** Real time: the wall clock where it runs forward, and never backwards when somebody sets it back. */
import type {Clock} from './ports.ts';

/** A gap this large between the two clocks is a jump (a suspended machine, a set clock) and not drift. */
const jumpMs = 2000;

export function createRealClock(): Clock {
  let offset = Date.now() - performance.now();
  return {
    now() {
      const ahead = Date.now() - performance.now() - offset;
      if (ahead > jumpMs) offset += ahead;
      return performance.now() + offset;
    },
    after(delayMs, callback) {
      const timer = setTimeout(callback, Math.min(delayMs, longestMs));
      return () => clearTimeout(timer);
    },
    soon: queueMicrotask,
  };
}

/** Longer timers overflow and would fire at once. */
const longestMs = 2 ** 31 - 1;
