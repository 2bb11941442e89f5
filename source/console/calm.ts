/** What moves now and then on a slow line: charts twice a minute, the list of decisions every few seconds. Each second is more than it carries. */
import type {Happening} from '../scaler/entry.ts';
import type {ConsoleState} from './state.ts';

const chartsEveryMs = 30_000;
const listEveryMs = 5000;

/** The state as it is to be drawn. What has been shown once is never taken back, when a line turns out to be slow. */
export function createCalm(): (state: ConsoleState, isSlow: boolean) => ConsoleState {
  let shownTo = Number.NEGATIVE_INFINITY;
  let listed: readonly Happening[] = [];
  let listedAt = Number.NEGATIVE_INFINITY;
  return (state, isSlow) => {
    const latest = state.samples.at(-1)?.at;
    if (state.past || latest === undefined) {
      listedAt = Number.NEGATIVE_INFINITY;
      return state;
    }
    const mayMove = !isSlow || Math.abs(latest - listedAt) >= listEveryMs;
    if (mayMove && listed !== state.happenings) [listed, listedAt] = [state.happenings, latest];
    shownTo = isSlow ? Math.max(shownTo, Math.floor(latest / chartsEveryMs) * chartsEveryMs) : latest;
    const samples = state.samples.filter(({at}) => at <= shownTo);
    const calm = listed === state.happenings ? state : {...state, happenings: listed};
    // The first are shown as they come: there is no older chart to keep.
    return samples.length === 0 || samples.length === state.samples.length ? calm : {...calm, samples, chartsTo: shownTo};
  };
}
