/** Times as files of measurements write them. The first one says which kind a file has; the others must be like it. */

export type TimeKind = 'date' | 'epoch-s' | 'epoch-ms' | 'seconds' | 'clock';

const date = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;
const clock = /^(\d{1,4}):(\d{2})(?::(\d{2}(?:\.\d{1,9})?))?$/;
const number = /^\d{1,15}(?:\.\d{1,9})?$/;

/** Numbers below are offsets in seconds (three years' worth), those above are seconds since 1970, or milliseconds. */
const epochSecondsFrom = 1e8;
const epochMillisecondsFrom = 1e11;

/** Null for what is no time. */
export function timeKindOf(text: string): TimeKind | null {
  if (date.test(text)) return 'date';
  if (clock.test(text)) return 'clock';
  if (!number.test(text)) return null;
  const value = Number(text);
  return value < epochSecondsFrom ? 'seconds' : value < epochMillisecondsFrom ? 'epoch-s' : 'epoch-ms';
}

/** In milliseconds; a date without a zone is taken as UTC, so that no hour is there twice. Null for what isn't of that kind. */
export function readTime(text: string, kind: TimeKind): number | null {
  switch (kind) {
    case 'date': {
      const match = date.exec(text);
      if (!match) return null;
      const zone = match[1] ?? (text.length > 10 ? 'Z' : '');
      const ms = Date.parse(`${match[1] ? text.slice(0, -match[1].length) : text}${zone}`.replace(' ', 'T').replace(',', '.'));
      return Number.isNaN(ms) ? null : ms;
    }
    case 'clock': {
      const [whole, hours, minutes, seconds = '0'] = clock.exec(text) ?? [];
      if (whole === undefined || Number(minutes) > 59 || Number(seconds) >= 60) return null;
      return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000);
    }
    case 'seconds':
    case 'epoch-s':
      return number.test(text) ? Math.round(Number(text) * 1000) : null;
    case 'epoch-ms':
      return number.test(text) ? Math.round(Number(text)) : null;
  }
}

export const timeWords: Readonly<Record<TimeKind, string>> = {
  date: 'a date such as 2026-11-27T18:00:00Z',
  clock: 'a time such as 00:00:05',
  seconds: 'a number of seconds',
  'epoch-s': 'seconds since 1970',
  'epoch-ms': 'milliseconds since 1970',
};
