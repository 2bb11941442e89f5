/** The middle of what was measured: one slow round on a shared machine doesn't move it. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The slowest of what was measured; no number where nothing was. */
export function longest(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : Math.max(...values);
}
