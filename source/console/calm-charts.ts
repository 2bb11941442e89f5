/** Charts that move twice a minute: what moves each second is more than a slow line carries. */
import type {ConsoleState} from './state.ts';

const everyMs = 30_000;

/** The state as it is to be drawn. What a chart has shown once it never takes back, when a line turns out to be slow. */
export function createCalmCharts(): (state: ConsoleState, isSlow: boolean) => ConsoleState {
  let shownTo = Number.NEGATIVE_INFINITY;
  return (state, isSlow) => {
    const latest = state.samples.at(-1)?.at;
    if (state.past || latest === undefined) return state;
    shownTo = isSlow ? Math.max(shownTo, Math.floor(latest / everyMs) * everyMs) : latest;
    const samples = state.samples.filter(({at}) => at <= shownTo);
    // The first are shown as they come: there is no older chart to keep.
    return samples.length === 0 || samples.length === state.samples.length ? state : {...state, samples, chartsTo: shownTo};
  };
}
