/** Moments, times and amounts as a report writes them, the same on the page and in Markdown. */
import {durationWords} from '../config/units.ts';
import {clean} from '../clean.ts';
import type {Facts, Span} from './facts.ts';

/** Real clocks have passed this long ago (1980); simulated ones begin at zero. */
const earliestMs = 315_532_800_000;
/** The last moment that a calendar can say. */
export const latestMs = 8_640_000_000_000_000;
const dayMs = 86_400_000;

export function clockOf(at: number): Facts['clock'] {
  return at < earliestMs ? 'elapsed' : 'calendar';
}

/** Moments in words: with their day where the recording has more than one. */
export interface Moments {
  readonly time: (at: number) => string;
  readonly moment: (at: number) => string;
}

export function momentsOf({clock, timeZone, from, to}: Pick<Facts, 'clock' | 'timeZone' | 'from' | 'to'>): Moments {
  if (clock === 'elapsed') return {time: elapsed, moment: elapsed};
  const time = new Intl.DateTimeFormat('en-GB', {timeZone, timeStyle: 'medium'});
  const day = new Intl.DateTimeFormat('en-CA', {timeZone, dateStyle: 'short'});
  const oneDay = day.format(from) === day.format(to);
  const timeWords = (at: number) => time.format(at);
  return {time: timeWords, moment: oneDay ? timeWords : at => `${day.format(at)} ${time.format(at)}`};
}

/** The whole time of a recording, such as `2026-11-24 12:00:00 to 13:00:00`. */
export function extentWords(facts: Facts): string {
  const {moment, time} = momentsOf(facts);
  if (facts.clock === 'elapsed') return `${elapsed(facts.from)} to ${elapsed(facts.to)}, simulated`;
  const day = new Intl.DateTimeFormat('en-CA', {timeZone: facts.timeZone, dateStyle: 'short'});
  const sameDay = day.format(facts.from) === day.format(facts.to);
  return sameDay
    ? `${day.format(facts.from)} ${time(facts.from)} to ${time(facts.to)}, ${facts.timeZone}`
    : `${moment(facts.from)} to ${moment(facts.to)}, ${facts.timeZone}`;
}

export function spanWords({from, to}: Span, {moment}: Moments): string {
  const begins = moment(from);
  if (to === null) return `${begins} to the end`;
  const [day, time] = moment(to).split(' ', 2);
  // The day is said once.
  return `${begins} to ${time !== undefined && begins.startsWith(`${day} `) ? time : moment(to)}`;
}

function elapsed(at: number): string {
  const seconds = Math.floor(at / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const days = Math.floor(at / dayMs);
  return `${days > 0 ? `${days}d ` : ''}${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

export const lasting = (ms: number | null): string => (ms === null ? '–' : durationWords(ms));

/** Replica-time, such as `3.2 replica-hours`. */
export function replicaTime(ms: number): string {
  if (ms === 0) return 'none';
  const [unit, each] =
    ms >= 3_600_000 ? (['hours', 3_600_000] as const) : ms >= 60_000 ? (['minutes', 60_000] as const) : (['seconds', 1000] as const);
  return `${amount(ms / each)} replica-${unit}`;
}

export function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

export function amount(value: number | null): string {
  if (value === null) return '–';
  return Number.isInteger(value) ? String(value) : value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

/** Names and notes may be as long as somebody likes; a report's columns are not. */
const shownMax = 160;

export function short(text: string): string {
  const characters = [...clean(text)];
  return characters.length <= shownMax ? characters.join('') : `${characters.slice(0, shownMax - 1).join('')}…`;
}

/** What the whole thing comes to, in one or two sentences. */
export function verdict({score, shortages, damage}: Facts): string {
  if (score.ms === 0) return 'Nothing was decided in this recording: no service had a plan while the host was connected.';
  const met = `Priority 1 had what it asked for ${share(score.metMs, score.ms)} of the time`;
  const worst = shortages.worst[0];
  const shortWords = worst
    ? `; it was short ${shortages.count === 1 ? 'once' : `${shortages.count} times`}, and missed most when ${short(worst.service)} ran ${worst.running} of ${worst.want} in a shortage of ${lasting(worst.ms)}`
    : ', and was never short';
  return `${met}${shortWords}.${damage === null ? '' : ' The recording is damaged: this is what could be read.'}`;
}
