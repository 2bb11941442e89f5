/** Waits for a condition, never for a duration. */

const usualLimitMs = 45_000;

/** Resolves with the first value that is neither false, null nor undefined; fails with `what` when none comes. */
export async function until<Value>(
  what: string,
  look: () => Value | Promise<Value>,
  limitMs = usualLimitMs,
): Promise<NonNullable<Exclude<Value, false>>> {
  const end = Date.now() + limitMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await look();
      if (value !== false && value !== null && value !== undefined) return value as NonNullable<Exclude<Value, false>>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${limitMs / 1000} s for ${what}; last: ${String(last)}`);
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}
