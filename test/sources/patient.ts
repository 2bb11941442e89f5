/** A machine that is busy with other tests may be late: what a suite waits for is the answer, not its haste. */

/** To be laid over the README's line; tests of lateness say their own limit. `every` is for sources that are asked seldom. */
export function patient(source: string, every?: string): Readonly<Record<string, string>> {
  return {[`{source: ${source},`]: `{source: ${source}, timeout: 30s,${every === undefined ? '' : ` every: ${every},`}`};
}
