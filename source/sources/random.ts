/** A made-up demand: a random walk that moves about every second, with spikes where asked for, as on stage. */
import type {Chance, Clock, Source} from '../ports.ts';

export interface RandomDemand {
  readonly source: 'random';
  readonly min: number;
  readonly max: number;
  readonly everyMs: number;
  /** The longest step up or down. */
  readonly step: number;
  /** How likely a move is a leap to the top, between 0 and 1. */
  readonly spikes: number;
}

export function randomSource({min, max, everyMs, step, spikes}: RandomDemand, clock: Clock, chance: Chance): Source {
  return (report, signal) => {
    let value = Math.round(min + chance() * (max - min) * 0.5);
    const move = () => {
      if (signal.aborted) return;
      report({kind: 'value', value});
      value = chance() < spikes ? max : walk(value, min, max, step, chance);
      // The talk's line moved about once a second, not exactly: a fifth either way.
      clock.after(everyMs * (0.8 + 0.4 * chance()), move);
    };
    move();
  };
}

/** One step of at least 1 and at most `step`, turned back at the edges so that the line doesn't stick to them. */
function walk(value: number, min: number, max: number, step: number, chance: Chance): number {
  const size = 1 + Math.floor(chance() * step);
  const up = chance() < 0.5;
  const next = up ? value + size : value - size;
  if (next > max) return Math.max(min, value - size);
  if (next < min) return Math.min(max, value + size);
  return next;
}
