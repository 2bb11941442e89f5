/** Durations and sizes as people write them. */

const durationUnits: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};
const sizeUnits: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  kb: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
};

/** `500ms`, `30s`, `1h30m` in milliseconds; null for anything else. */
export function parseDuration(text: string): number | null {
  const compact = text.trim().toLowerCase();
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(compact)) return null;
  let sum = 0;
  for (const [, amount = '', unit = ''] of compact.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    sum += Number(amount) * (durationUnits[unit] ?? Number.NaN);
  }
  return Number.isFinite(sum) ? Math.round(sum) : null;
}

/** `256m`, `1.5g`, `1048576` in bytes, as Compose means them; null for anything else. */
export function parseSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(b|k|kb|m|mb|g|gb)?$/.exec(text.trim().toLowerCase());
  if (!match) return null;
  const bytes = Number(match[1]) * (sizeUnits[match[2] ?? ''] ?? Number.NaN);
  return Number.isSafeInteger(Math.round(bytes)) ? Math.round(bytes) : null;
}

/** A duration in the one or two units that matter: `350ms`, `4.2s`, `13m57s`, `2h05m`. */
export function durationWords(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < 1000) return `${Math.round(whole)}ms`;
  if (whole < 10_000 && whole % 1000 !== 0) return `${(whole / 1000).toFixed(1)}s`;
  const seconds = Math.round(whole / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  const rest = (amount: number, unit: string) => (amount === 0 ? '' : `${String(amount).padStart(2, '0')}${unit}`);
  if (minutes < 60) return `${minutes}m${rest(seconds % 60, 's')}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}h${rest(minutes % 60, 'm')}`;
  return `${Math.floor(hours / 24)}d${rest(hours % 24, 'h')}`;
}
