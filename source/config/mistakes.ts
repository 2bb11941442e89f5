/** What the schema found wrong, in words that say what was expected and which known name was probably meant. */
import type * as z from 'zod';
import {knownKeys, knownKinds, valueAt} from './known.ts';
import {nearest} from './nearest.ts';
import {configSchema} from './schema.ts';

export type Path = readonly PropertyKey[];
/** A mistake, where it is, and whether it is about a key and not its value. */
export interface Mistake {
  readonly path: Path;
  readonly words: string;
  readonly key?: boolean;
}

export function mistakesOf(issue: z.core.$ZodIssue, value: unknown): readonly Mistake[] {
  const path = issue.path;
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownKeys(configSchema, path, value);
      return issue.keys.map(key => {
        const close = nearest(key, known);
        const hint = close ? `did you mean “${close}”?` : `known are ${listed(known)}`;
        return {path: [...path, key], words: `is not a known key: ${hint}`, key: true};
      });
    }
    case 'invalid_union': {
      if (issue.discriminator !== undefined) {
        // The path names the discriminating key itself.
        const holder = path.slice(0, -1);
        const kinds = knownKinds(configSchema, holder, value);
        const chosen = valueAt(value, path);
        if (chosen === undefined) return [{path: holder, words: `needs a ${issue.discriminator}: one of ${kinds.join(', ')}`}];
        const given = typeof chosen === 'string' ? chosen : JSON.stringify(chosen);
        const close = nearest(given, kinds);
        return [{path, words: `“${given}” is not known: ${close ? `did you mean “${close}”?` : `known are ${kinds.join(', ')}`}`}];
      }
      // A map or a list is meant for the alternative of its own kind: what is wrong is what that one says.
      const given = valueAt(value, path);
      const meant = issue.errors.filter(
        errors => !errors.some(({code, path: inside}) => (code === 'invalid_type' || code === 'invalid_value') && inside.length === 0),
      );
      const [only] = meant;
      if (typeof given === 'object' && given !== null && meant.length === 1 && only)
        return only.flatMap(error => mistakesOf({...error, path: [...path, ...error.path]}, value));
      const inner = issue.errors.flat().find(error => error.path.length > 0 || error.code === 'custom' || error.code === 'too_small');
      const words = inner && issue.message === 'Invalid input' ? inner.message : issue.message;
      return [{path: [...path, ...(inner?.path ?? [])], words: withGiven(words, value, path)}];
    }
    case 'invalid_type':
      if (valueAt(value, path) === undefined) return [{path, words: `is missing: expected ${typeWords(issue.expected)}`}];
      return [{path, words: withGiven(`expected ${typeWords(issue.expected)}`, value, path)}];
    case 'invalid_value': {
      const close = nearest(String(valueAt(value, path)), issue.values.map(String));
      const hint = close ? `, did you mean “${close}”?` : '';
      return [{path, words: withGiven(`expected ${issue.values.map(String).join(', ')}${hint}`, value, path)}];
    }
    case 'too_small':
      return [{path, words: withGiven(`expected ${issue.inclusive ? 'at least' : 'more than'} ${String(issue.minimum)}`, value, path)}];
    case 'too_big':
      return [{path, words: withGiven(`expected at most ${String(issue.maximum)}`, value, path)}];
    default:
      return [{path, words: withGiven(issue.message, value, path)}];
  }
}

/** As many as fit in a line or two are told at all. */
const listedMost = 12;
const firstListed = 8;

function listed(known: readonly string[]): string {
  if (known.length <= listedMost) return known.join(', ');
  const more = known.length - firstListed;
  return `${known.slice(0, firstListed).join(', ')} and ${more} more (see README, “What a service may say”)`;
}

function withGiven(words: string, value: unknown, path: Path): string {
  const given = valueAt(value, path);
  return given === undefined || typeof given === 'object' ? words : `${words}, not ${JSON.stringify(given).slice(0, 60)}`;
}

function typeWords(expected: string): string {
  return expected === 'object' || expected === 'record' ? 'a map' : expected === 'int' ? 'a whole number' : `a ${expected}`;
}
