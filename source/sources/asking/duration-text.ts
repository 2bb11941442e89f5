/** Milliseconds as a configuration writes them: `500ms`, `1.5s`, `2m`. */

export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  for (const [unit, unitMs] of units) if (ms % unitMs === 0) return `${ms / unitMs}${unit}`;
  return `${ms / 1000}s`;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;
