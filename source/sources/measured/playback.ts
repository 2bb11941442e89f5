/** One column of measured demand as it is played: at a speed, once or over and over, with words for its end. */
import {clean} from '../../clean.ts';
import type {Reading} from '../../scaler/entry.ts';
import {openMeasured} from './measured.ts';
import {MeasuredError, type MeasuredReading} from './moment.ts';

export interface ReplayDemand {
  readonly source: 'replay';
  readonly path: string;
  /** Null for the service's own, or for the only one that there is. */
  readonly column: string | null;
  /** How many times quicker than it was measured. */
  readonly speed: number;
  readonly loop: boolean;
}

export interface PlayedReading {
  /** Milliseconds since the beginning, at the speed it is played. */
  readonly atMs: number;
  readonly reading: Reading;
}

/** What a file of one moment only lasts. */
const usualStepMs = 1000;

/** The last number holds for as long as the step before it was; then it is stale, or begins anew. Throws `MeasuredError`. */
export async function* playback(demand: ReplayDemand, service: string): AsyncGenerator<PlayedReading> {
  const {path, speed, loop} = demand;
  let begunMs = 0;
  for (;;) {
    const {columns, moments} = await openMeasured(path);
    const wanted = columns === null ? null : chooseColumn(columns, demand, service);
    const matches = ({column, demand: place}: MeasuredReading) =>
      wanted === null ? column === (demand.column ?? service) && place === 0 : column === wanted;
    let lastMs = 0;
    let stepMs = usualStepMs;
    let found = false;
    for await (const {atMs, readings} of moments) {
      if (atMs > lastMs) stepMs = atMs - lastMs;
      lastMs = atMs;
      const measured = readings.find(matches);
      if (!measured) continue;
      found = true;
      yield {atMs: begunMs + atMs / speed, reading: measured.reading};
    }
    if (!found) throw new MeasuredError(`${path} holds no number for ${wanted ?? demand.column ?? service}`);
    begunMs += (lastMs + stepMs) / speed;
    if (loop) continue;
    yield {atMs: begunMs, reading: {kind: 'stale', reason: `${clean(path)} is at its end`}};
    return;
  }
}

function chooseColumn(columns: readonly string[], {path, column}: ReplayDemand, service: string): string {
  const named = columns.find(name => name === (column ?? service));
  if (named !== undefined) return named;
  const [only] = columns;
  if (column === null && columns.length === 1 && only !== undefined) return only;
  const known = columns.slice(0, 12).join(', ');
  throw new MeasuredError(`${path} has no column “${column ?? service}”: it has ${known}${columns.length > 12 ? ', …' : ''}`);
}
