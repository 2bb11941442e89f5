/** Looking at the past: which moment is sought, what is shown of it, and what of the present waits behind it. Pure. */
import {happeningsMax, sampleMs, samplesMax} from '../history/sample.ts';
import type {Scene} from '../history/reader.ts';
import type {Sample, Update} from '../ports.ts';
import type {Happening} from '../scaler/entry.ts';

/** What the engine has told: the present, which goes on while the past is shown. */
export interface Told {
  readonly update: Update;
  readonly samples: readonly Sample[];
  readonly happenings: readonly Happening[];
}

export interface Past {
  /** The moment that was asked for last, a whole second. */
  readonly at: number;
  /** The one that is on the screen: another, while the stretch with the first is on its way. */
  readonly shownAt: number;
  /** The first moment that is kept; null until the first look tells. */
  readonly from: number | null;
  readonly present: Told;
}

/** `speed` is how many seconds go by in one, once it plays. */
export interface Pace {
  readonly kind: 'still' | 'playing';
  readonly speed: number;
}

export const stillPace: Pace = {kind: 'still', speed: 1};
export const speedLeast = 0.25;
export const speedMost = 1024;

/** The last moment that there is: now, or the end of a recording. */
export function latestMoment({update}: Told): number {
  return Math.floor(update.vitals.at / sampleMs) * sampleMs;
}

/** Such as 12:04:31, where the operator sits. */
export function momentWords(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** Such as 24 Nov, where the operator sits. */
export function dayWords(at: number): string {
  return new Date(at).toLocaleDateString('en-GB', {day: 'numeric', month: 'short'});
}

/** What the past's scene makes of an update: its fleet and its moment, and whatever has no past as it is now. */
export function sceneAsTold({at, fleet, since, samples, happenings}: Scene, {present}: Past): Told {
  const {update} = present;
  // What has not been read yet of the minutes before may still be known from when it was new.
  const before = <Item extends {readonly at: number}>(known: readonly Item[]) =>
    known.filter(item => item.at < since && item.at > at - samplesMax * sampleMs);
  return {
    update: {fleet, vitals: {...update.vitals, at, heardAt: at}, samples: [], happenings: []},
    samples: [...before(present.samples), ...samples],
    happenings: [...before(present.happenings), ...happenings].slice(-happeningsMax),
  };
}

/** How far the next turn of a play goes, in whole seconds, and when it is due: four turns a second at most. */
export function turnOf({speed}: Pace): {readonly stepMs: number; readonly afterMs: number} {
  const seconds = Math.max(1, Math.ceil(speed / 4));
  return {stepMs: seconds * sampleMs, afterMs: (seconds / speed) * sampleMs};
}
