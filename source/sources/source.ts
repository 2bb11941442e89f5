/** From what the configuration says of a demand to the source that reads it: one line a kind. */
import type {Chance, Clock, Source} from '../ports.ts';
import {fileSource, type FileDemand} from './file.ts';
import {fixedSource, type FixedDemand} from './fixed.ts';
import type {ReplayDemand} from './measured/playback.ts';
import {randomSource, type RandomDemand} from './random.ts';
import {replaySource} from './replay.ts';
import {waveSource, type WaveDemand} from './wave.ts';

/** Times are in milliseconds, paths absolute. */
export type DemandSpec = RandomDemand | WaveDemand | FileDemand | FixedDemand | ReplayDemand;

export interface SourceParts {
  readonly clock: Clock;
  readonly chance: Chance;
}

export function createSource(demand: DemandSpec, {clock, chance}: SourceParts): Source {
  switch (demand.source) {
    case 'random':
      return randomSource(demand, clock, chance);
    case 'wave':
      return waveSource(demand, clock);
    case 'file':
      return fileSource(demand);
    case 'fixed':
      return fixedSource(demand);
    case 'replay':
      return replaySource(demand, clock);
  }
}
