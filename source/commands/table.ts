/** Rows of words as columns that line up. It knows no colour and no screen. */

/** The first column is words; the others too, unless they are numbers, which stand to the right. */
export function table(rows: readonly (readonly string[])[], numbers = false): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)));
  return rows.map(row =>
    row
      .map((cell, column) => (numbers && column > 0 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** `99.2 %`, or a dash where there is nothing to take a share of. */
export function shareWords(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}

/** Replicas over time: seconds up to a minute of one replica, minutes up to an hour, then hours. */
export function replicaTimeWords(replicaMs: number): string {
  const minutes = replicaMs / 60_000;
  if (replicaMs === 0) return '0';
  if (minutes < 1) return `${(replicaMs / 1000).toFixed(1)} s`;
  return minutes < 60 ? `${minutes.toFixed(1)} min` : `${(minutes / 60).toFixed(1)} h`;
}
