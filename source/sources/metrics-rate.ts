/** How quickly the counters of one page rise, over a window that the given times make. It knows no page and no clock. */
import type {Sample} from './metrics-page.ts';

export interface RateFollower {
  /** A second, over all series; null until there are two looks within the window. */
  rateAt(at: number, samples: readonly Sample[]): number | null;
}

interface Counter {
  readonly at: number;
  readonly value: number;
}

/**
 * As Prometheus's own `rate`: each series by itself, a counter that is lower than before has begun anew at 0, and where a
 * series is seen for the first time nothing is known of how it came to stand there. Nothing is extrapolated: it is what
 * was added between the first and the last look of the window, by the time between them.
 */
export function followRate(windowMs: number): RateFollower {
  const counters = new Map<string, Counter>();
  let looks: readonly {readonly at: number; readonly added: number}[] = [];
  let added = 0;
  return {
    rateAt(at, samples) {
      for (const {key, value} of samples) {
        const before = counters.get(key);
        if (before && at - before.at <= windowMs) added += value < before.value ? value : value - before.value;
        counters.set(key, {at, value});
      }
      for (const [key, {at: seenAt}] of counters) if (at - seenAt > windowMs) counters.delete(key);
      looks = [...looks.filter(look => at - look.at <= windowMs && look.at < at), {at, added}];
      const [first] = looks;
      return looks.length < 2 || !first ? null : ((added - first.added) * 1000) / (at - first.at);
    },
  };
}
