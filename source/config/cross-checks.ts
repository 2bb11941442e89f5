/**
 * What can be said of the numbers of a configuration whose shape is wrong elsewhere: what is wrong is taken out of a copy,
 * and the rest checked. Rather nothing is said than what only follows from another mistake.
 */
import type * as z from 'zod';
import type {Mistake, Path} from './mistakes.ts';
import {configSchema, type ConfigText} from './schema.ts';

type Issue = z.core.$ZodIssue;

/** `convert` adds what it finds wrong with a configuration of the right shape. */
export function crossMistakes(
  value: unknown,
  issues: readonly Issue[],
  convert: (parsed: ConfigText, mistakes: Mistake[]) => void,
): readonly Mistake[] {
  const rest = structuredClone(value);
  const out = issues.flatMap(takenOut);
  for (const path of out) takeOut(rest, path);
  const parsed = configSchema.safeParse(rest);
  if (!parsed.success) return [];
  const found: Mistake[] = [];
  convert(parsed.data, found);
  return found.filter(({path}) => standsAlone(path, out));
}

/** A field of a service goes as a whole, since parts of one belong together; so does any other part of the top. */
function takenOut({path, code, ...issue}: Issue): readonly Path[] {
  const keys = code === 'unrecognized_keys' && 'keys' in issue ? issue.keys.map(key => [...path, key]) : [path];
  return keys.map(found => found.slice(0, found[0] === 'services' ? 3 : 1));
}

/** What can't be missing gets something that is in nobody's way. */
const fillers: Readonly<Record<string, unknown>> = {capacity: 10_000_000, priority: 1};

function takeOut(value: unknown, path: Path): void {
  const last = path.at(-1);
  let holder = value;
  for (const key of path.slice(0, -1)) holder = (holder as Record<PropertyKey, unknown> | null | undefined)?.[key];
  if (typeof holder !== 'object' || holder === null || last === undefined) return;
  const filler = path.length === 2 ? undefined : fillers[String(last)];
  if (filler === undefined) delete (holder as Record<PropertyKey, unknown>)[last];
  else (holder as Record<PropertyKey, unknown>)[last] = filler;
}

/** Of a service with a mistake only what is about its own numbers; what is about several, only where none has one. */
function standsAlone([top, name, field]: Path, out: readonly Path[]): boolean {
  if (top !== 'services') return out.length === 0;
  const own = out.filter(path => path[0] === 'services' && path[1] === name);
  const sized = !out.some(path => path[0] === 'capacity');
  if (field === 'min') return !own.some(path => path.length < 3 || path[2] === 'min' || path[2] === 'max');
  if (field === 'slots') return sized && !own.some(path => path.length < 3 || path[2] === 'slots');
  return own.length === 0;
}
