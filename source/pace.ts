/** How soon news is planned for: at once, unless it comes so thick and fast that a plan for each would cost more than it is worth. */

/** A handover of ten slots is some thirty pieces of news: none of them waits. */
const atOnceMost = 32;
/** In a stream of news so often: a tenth of the quickest handover. */
const everyMs = 4;

/** `next` is called when something is to be planned for, and answers in how many milliseconds; 0 is at once. */
export interface Pace {
  next(now: number): number;
}

/** A token bucket (Turner, 1986, “New directions in communications”): `atOnceMost` plans, and one more every `everyMs`. */
export function createPace(): Pace {
  let left = atOnceMost;
  let countedAt = Number.NEGATIVE_INFINITY;
  return {
    next(now) {
      left = Math.min(atOnceMost, left + (now - countedAt) / everyMs) - 1;
      countedAt = now;
      return left >= 0 ? 0 : -left * everyMs;
    },
  };
}
