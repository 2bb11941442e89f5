/** Adds up what the counters of several servers have counted, over the restart of each. */

/** More than these are no counters of one demand; what is no longer told is then forgotten. */
const countersMax = 10_000;

/**
 * Takes what every counter says now and gives how many have ever arrived, which never falls: a counter that fell has begun
 * anew. One that comes later adds only what it counts from then on: how long it has counted isn't known, and all
 * of it at once would look like a rush.
 */
export function createArrivals(): (counters: ReadonlyMap<string, number>) => number {
  const last = new Map<string, number>();
  let total: number | null = null;
  return counters => {
    if (total === null) {
      total = 0;
      for (const count of counters.values()) total += count;
    } else {
      for (const [name, count] of counters) {
        const before = last.get(name) ?? count;
        total += count < before ? count : count - before;
      }
    }
    for (const [name, count] of counters) last.set(name, count);
    if (last.size > countersMax) for (const name of last.keys()) if (!counters.has(name)) last.delete(name);
    return total;
  };
}
