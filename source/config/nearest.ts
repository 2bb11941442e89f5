/** The known name that a mistyped one was probably meant to be. */

/** Null when nothing is near: at most a third of the letters may differ, unless the one begins with the other. */
export function nearest(given: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(given.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(given.slice(0, 64).toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best ?? beginningLike(given.toLowerCase(), known);
}

/** Fewer letters begin too many words. */
const beginningLeast = 3;

/** The first that it is short for, else the longest that it goes on from. */
function beginningLike(given: string, known: readonly string[]): string | null {
  if (given.length < beginningLeast) return null;
  const within = known.filter(name => name.length >= beginningLeast && given.startsWith(name.toLowerCase()));
  const [longest = null] = within.toSorted((a, b) => b.length - a.length);
  return known.find(name => name.toLowerCase().startsWith(given)) ?? longest;
}

/** Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({length: b.length + 1}, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (last[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      let cost = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, replaced);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length] ?? 0;
}
