/** Moments of a recording as people write them: a time of day, a date, or how long after the beginning. Text only. */
import {parseDuration} from '../config/units.ts';
import {clockOf} from '../report/words.ts';

const date = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;
const timeOfDay = /^(\d{1,3}):(\d{2})(?::(\d{2}))?$/;

export const momentExamples = 'a time of day such as 12:04:30, a date such as 2026-11-24T12:04:30, or 10m after the beginning';

/**
 * In milliseconds since the epoch, where the operator sits; null for what is none of these. `from` is when the recording
 * begins: a time of day is the first of that name from then on.
 */
export function parseMoment(text: string, from: number): number | null {
  const afterMs = parseDuration(text);
  if (afterMs !== null) return from + afterMs;
  if (date.test(text)) {
    const whole = text.length > 10 ? text.replace(' ', 'T') : `${text}T00:00`;
    const at = Date.parse(whole.toUpperCase());
    return Number.isNaN(at) ? null : at;
  }
  const [, hours, minutes, seconds] = timeOfDay.exec(text) ?? [];
  if (hours === undefined || minutes === undefined || Number(minutes) > 59 || Number(seconds ?? 0) > 59) return null;
  // Simulated time begins at zero, and has no days.
  if (clockOf(from) === 'elapsed') return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0)) * 1000;
  if (Number(hours) > 23) return null;
  const day = new Date(from);
  day.setHours(Number(hours), Number(minutes), Number(seconds ?? 0), 0);
  // What has begun in this minute, or second, is meant by it.
  const spanMs = seconds === undefined ? 60_000 : 1000;
  if (day.getTime() + spanMs <= from) day.setDate(day.getDate() + 1);
  return day.getTime();
}
