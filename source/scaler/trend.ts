/**
 * Looks ahead by the time that a replica takes to serve, so that on a ramp they are there when it arrives: the value
 * plus its slope times that time (Holt's linear trend: C. C. Holt, Forecasting Seasonals and Trends, 1957). It never
 * says less than what is measured: a replica that comes too early costs a slot for a moment, one that goes too early
 * is missed.
 */
import type {TrendMemory} from './memory.ts';

/** Readings that follow sooner than this have no slope of their own. */
const apartMs = 50;
/** A slope is averaged over at least this long. */
const slopeSecondsMin = 3;

export function readTrend(before: TrendMemory | null, value: number, at: number, leadMs: number): TrendMemory {
  if (before === null) return {kind: 'trend', at, value, slope: 0, ahead: value, until: null};
  const gapMs = at - before.at;
  if (gapMs < apartMs) return value === before.value ? before : {...before, value, ahead: Math.max(value, before.ahead)};
  const seconds = gapMs / 1000;
  const over = Math.max(slopeSecondsMin, (2 * leadMs) / 1000);
  const share = 1 - Math.exp(-seconds / over);
  const slope = before.slope + share * ((value - before.value) / seconds - before.slope);
  const rise = Math.max(0, slope) * (leadMs / 1000);
  // Less than a thousandth of the line is no movement, and would only keep everybody awake.
  const rises = rise > Math.max(1, value) * 1e-3;
  if (!rises && value === before.value && before.ahead === value && Math.abs(slope) < 1e-6) return before;
  return {kind: 'trend', at, value, slope, ahead: rises ? value + rise : value, until: rises ? at + Math.max(3 * gapMs, leadMs) : null};
}

/** A source that has fallen silent promises nothing any more. */
export function expireTrend(trend: TrendMemory, at: number): TrendMemory {
  return trend.until === null || trend.until > at ? trend : {...trend, slope: 0, ahead: trend.value, until: null};
}
