/** The README's own line for each source, so that what it tells people is what the tests run. */
import {readFileSync} from 'node:fs';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The flow map `{source: redis, …}` of the README's table of demands; `line` chooses where a source has several. */
export function readmeDemand(source: string, line = 0): string {
  const lines = [...readme.matchAll(/^\| *`(\{source: ([a-z-]+)[,}].*?)` *\|/gm)].filter(([, , name]) => name === source);
  const found = lines[line]?.[1];
  if (found === undefined) throw new Error(`the README has no line ${line + 1} for the source ${source}`);
  return found;
}
