/** Times that cron writes, in English where they are simple, and as cron writes them where they aren't. */
import {list} from './english.ts';

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const short = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** Such as `every Friday at 19:00`, `on 1 December at 8:00`, or the pattern itself. */
export function cronWords(pattern: string, timezone: string | undefined): string {
  const where = timezone === undefined ? '' : ` (${timezone} time)`;
  return `${plainWords(pattern) ?? `at the times of “${pattern}”`}${where}`;
}

function plainWords(pattern: string): string | null {
  const fields = (nicknames[pattern.trim().toLowerCase()] ?? pattern).trim().split(/\s+/);
  if (fields.length !== 5) return null;
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const at = timesOf(minute, hour);
  if (at === null) return null;
  if (day === '*' && month === '*') {
    const on = weekdaysOf(weekday);
    return on === null ? null : weekday === '*' && at.startsWith('every') ? at : `${on} ${at}`;
  }
  if (weekday !== '*' || !/^\d{1,2}(,\d{1,2})*$/.test(day)) return null;
  const dates = day.split(',');
  if (month === '*') return `on day ${list(dates)} of every month ${at}`;
  const named = /^\d{1,2}$/.test(month) ? months[Number(month) - 1] : undefined;
  return named === undefined ? null : `every ${list(dates)} ${named} ${at}`;
}

function timesOf(minute: string, hour: string): string | null {
  const step = /^\*\/(\d{1,2})$/.exec(minute)?.[1];
  if (step !== undefined && hour === '*') return `every ${step} minutes`;
  if (!/^\d{1,2}$/.test(minute)) return null;
  const two = minute.padStart(2, '0');
  if (hour === '*') return minute === '0' ? 'every hour' : `every hour, ${minute} minutes past`;
  if (!/^\d{1,2}(,\d{1,2})*$/.test(hour)) return null;
  return `at ${list(hour.split(',').map(one => `${Number(one)}:${two}`))}`;
}

function weekdaysOf(text: string): string | null {
  if (text === '*') return 'every day';
  const number = (one: string) => (/^\d$/.test(one) ? Number(one) % 7 : short.indexOf(one.toLowerCase()));
  const range = /^(\w+)-(\w+)$/.exec(text);
  if (range) {
    const [from, to] = [days[number(range[1] ?? '')], days[number(range[2] ?? '')]];
    return from && to ? `every day from ${from} to ${to}` : null;
  }
  const named = text.split(',').map(one => days[number(one)]);
  return named.every(name => name !== undefined) ? `every ${list(named)}` : null;
}
