/** Through time: to a moment of the last hour, or of a recording, and on from there. */
import {latestMoment, momentWords, speedLeast, speedMost, type Pace} from '../past.ts';
import type {ConsoleState} from '../state.ts';
import {event, refuse, type Effect} from './effect.ts';
import type {KeySection} from './key.ts';

export const pastKeys: KeySection = {
  title: 'The past',
  keys: [
    {
      keys: ['left'],
      shown: '←',
      words: 'a second back into the past; the last hour is kept',
      name: 'back',
      bar: ['←', 'past'],
      past: ['←→', '1s'],
      acts: false,
      press: travelBy(-1000),
    },
    {keys: ['right'], shown: '→', words: 'a second on', name: 'on', bar: null, acts: false, press: travelBy(1000)},
    {
      keys: ['['],
      shown: '[',
      words: 'a minute back into the past',
      name: 'back a minute',
      bar: null,
      past: ['[]', '1m'],
      acts: false,
      press: travelBy(-60_000),
    },
    {keys: [']'], shown: ']', words: 'a minute on', name: 'on a minute', bar: null, acts: false, press: travelBy(60_000)},
    {
      keys: [' '],
      shown: 'Space',
      words: 'play the past from here; again stops',
      name: 'play',
      bar: null,
      past: ['Space', 'play'],
      acts: false,
      press: playAt(({kind, speed}) => ({kind: kind === 'playing' ? 'still' : 'playing', speed})),
    },
    {
      keys: ['>'],
      shown: '>',
      words: 'play the past twice as fast',
      name: 'faster',
      bar: null,
      past: ['<>', 'speed'],
      acts: false,
      press: playAt(({speed}) => ({kind: 'playing', speed: Math.min(speedMost, speed * 2)})),
    },
    {
      keys: ['<'],
      shown: '<',
      words: 'play the past half as fast',
      name: 'slower',
      bar: null,
      acts: false,
      press: playAt(({speed}) => ({kind: 'playing', speed: Math.max(speedLeast, speed / 2)})),
    },
  ],
};

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
