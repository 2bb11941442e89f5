/** A machine that is busy with other tests may be late: what a suite waits for is the answer, not its haste. */

/** To be laid over the README's line; tests of lateness say their own limit. */
export function patient(source: string): Readonly<Record<string, string>> {
  return {[`{source: ${source},`]: `{source: ${source}, timeout: 30s,`};
}
