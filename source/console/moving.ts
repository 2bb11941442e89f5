/** What the keys do that only move about: through the services, a log and time. */
import {event, refuse, type Effect} from './effect.ts';
import {latestMoment, momentWords, type Pace} from './past.ts';
import {listedServices, type ConsoleState} from './state.ts';

/** How far a page leads. */
export const screenful = 10;

export function move(by: number | 'first' | 'last'): (state: ConsoleState) => Effect {
  return state => {
    if (scrolls(state, by)) return {kind: 'scroll', by};
    const names = listedServices(state).map(({spec}) => spec.name);
    const at = Math.max(0, names.indexOf(state.selected ?? ''));
    const to = by === 'first' ? 0 : by === 'last' ? names.length - 1 : Math.min(names.length - 1, Math.max(0, at + by));
    const service = names[to];
    return service === undefined
      ? refuse(state.find === '' ? 'there is no service yet' : `no service has “${state.find}” in its name: Esc shows all`)
      : event({kind: 'selected', service});
  };
}

/** In an open log all of them scroll; in the table of replicas, those that take a page. */
function scrolls({view, closeUp}: ConsoleState, by: number | 'first' | 'last'): boolean {
  return view.kind === 'detail' && (closeUp.pane === 'logs' || Math.abs(Number(by)) === screenful);
}

/** To a moment, unless it is the one that is looked at, and nothing lies beyond. */
export function travel({update, past, recording}: ConsoleState, at: number): Effect {
  if (!update) return refuse('not connected yet');
  const present = past?.present.update ?? update;
  if (recording && past && at > past.at && past.at >= latestMoment(past.present)) return refuse('the recording ends here');
  if (past && past.from !== null && at <= past.at && past.at <= past.from)
    return refuse(recording ? 'the recording begins here' : `nothing before ${momentWords(past.from)} is kept`);
  if (!past && at > present.vitals.at) return refuse('this is now: the left arrow looks at what was');
  return event({kind: 'travelled', at});
}

/** From the moment that was asked for last: each press of a held key counts. */
export function travelBy(ms: number): (state: ConsoleState) => Effect {
  return state => travel(state, (state.past?.at ?? Math.floor((state.update?.vitals.at ?? 0) / 1000) * 1000) + ms);
}

export function playAt(paced: (pace: Pace) => Pace): (state: ConsoleState) => Effect {
  return ({past, pace, recording}) => {
    if (!past) return refuse('this is now: the left arrow looks at what was, and Space plays it from there');
    const next = paced(pace);
    if (recording && next.kind === 'playing' && past.at >= latestMoment(past.present)) return refuse('the recording ends here');
    return event({kind: 'paced', pace: next});
  };
}
