/** A made-up demand that rises and falls like a day: a sine between two values. */
import type {Clock, Source} from '../ports.ts';

export interface WaveDemand {
  readonly source: 'wave';
  readonly min: number;
  readonly max: number;
  readonly periodMs: number;
  readonly everyMs: number;
}

export function waveSource({min, max, periodMs, everyMs}: WaveDemand, clock: Clock): Source {
  return (report, signal) => {
    const startedAt = clock.now();
    const move = () => {
      if (signal.aborted) return;
      const turn = ((clock.now() - startedAt) / periodMs) * 2 * Math.PI;
      report({kind: 'value', value: min + ((max - min) * (1 - Math.cos(turn))) / 2});
      clock.after(everyMs, move);
    };
    move();
  };
}
