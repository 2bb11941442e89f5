/**
 * Curves over a time of unknown length in bounded memory: when the places are used up, two and two become one. It knows
 * no service.
 */

/** Twice this many are never kept; half of it at least are, once a recording is longer than a minute or so. */
const places = 720;
const firstMs = 100;

/** `mean` weighs each value by how long it held; `most` keeps the largest. */
export type Kind = 'mean' | 'most';

export interface Curve {
  /** What holds from now on; null for nothing known. */
  set(at: number, value: number | null): void;
  /** What the curve has become, once the timeline is closed. */
  values(): (number | null)[];
}

export interface Timeline {
  curve(kind: Kind): Curve;
  /** Ends all curves. */
  close(at: number): void;
  readonly everyMs: () => number;
  readonly at: () => number[];
}

interface Drawn extends Curve {
  halve(): void;
  end(at: number): void;
}

export function createTimeline(origin: number): Timeline {
  const curves: Drawn[] = [];
  let widthMs = firstMs;
  let endsAt = origin;

  const reach = (at: number) => {
    endsAt = Math.max(endsAt, at);
    while (endsAt - origin > widthMs * places) {
      widthMs *= 2;
      for (const curve of curves) curve.halve();
    }
  };
  const used = () => Math.max(1, Math.ceil((endsAt - origin) / widthMs));

  const curve = (kind: Kind): Curve => {
    // For `mean`, value times milliseconds; for `most`, the largest value.
    const sums = new Float64Array(places);
    const weights = new Float64Array(places);
    let held: number | null = null;
    let since = origin;
    const add = (to: number) => {
      if (held === null || to <= since) return;
      const value = held;
      for (let from = since; from < to;) {
        const place = Math.min(places - 1, Math.floor((from - origin) / widthMs));
        const until = place === places - 1 ? to : Math.min(to, origin + (place + 1) * widthMs);
        const ms = until - from;
        sums[place] = kind === 'mean' ? (sums[place] ?? 0) + value * ms : Math.max(sums[place] ?? 0, value);
        weights[place] = (weights[place] ?? 0) + ms;
        // A place too narrow for the numbers at hand must not hold this up for ever.
        if (until <= from) break;
        from = until;
      }
    };
    const drawn: Drawn = {
      set(at, value) {
        if (value === held) return;
        reach(at);
        add(at);
        held = value;
        since = at;
      },
      end: add,
      halve() {
        for (let place = 0; place < places; place++) {
          const [one, other] = [place * 2, place * 2 + 1];
          const [a, b] = [sums[one] ?? 0, sums[other] ?? 0];
          sums[place] = kind === 'mean' ? a + b : Math.max(a, b);
          weights[place] = (weights[one] ?? 0) + (weights[other] ?? 0);
        }
      },
      values: () =>
        Array.from({length: used()}, (_, place) => {
          const weight = weights[place] ?? 0;
          if (weight === 0) return null;
          const value = kind === 'mean' ? (sums[place] ?? 0) / weight : (sums[place] ?? 0);
          return Math.round(value * 100) / 100;
        }),
    };
    curves.push(drawn);
    return drawn;
  };

  return {
    curve,
    close(at) {
      reach(at);
      for (const curve of curves) curve.end(at);
    },
    everyMs: () => widthMs,
    at: () => Array.from({length: used()}, (_, place) => origin + place * widthMs),
  };
}
