/** What the schema knows at a place: the keys of a map, the kinds of a choice. Found by walking the schema itself. */
import * as z from 'zod';

type Schema = z.core.$ZodType;

/** The keys that may stand in the map at this path; the value chooses between the alternatives of a union. */
export function knownKeys(schema: Schema, path: readonly PropertyKey[], value: unknown): readonly string[] {
  return alternatives(walk(schema, path, value), valueAt(value, path)).flatMap(found =>
    found instanceof z.ZodObject ? Object.keys(found.shape) : [],
  );
}

/** The values that a choice between maps turns on. */
export function knownKinds(schema: Schema, path: readonly PropertyKey[], value: unknown): readonly string[] {
  const found = choiceIn(walk(schema, path, value));
  if (!found) return [];
  const key = found.def.discriminator;
  return found.options.flatMap(option => {
    const literal = option instanceof z.ZodObject ? option.shape[key] : undefined;
    return literal instanceof z.ZodLiteral ? [...literal.values].map(String) : [];
  });
}

/** The choice itself, or the one among the alternatives that it stands between. */
function choiceIn(schema: Schema | undefined): z.ZodDiscriminatedUnion | undefined {
  const found = bare(schema);
  if (found instanceof z.ZodDiscriminatedUnion) return found;
  if (!(found instanceof z.ZodUnion)) return undefined;
  return found.options.map(option => choiceIn(option)).find(choice => choice !== undefined);
}

function walk(schema: Schema, path: readonly PropertyKey[], value: unknown): Schema | undefined {
  let at: Schema | undefined = schema;
  path.forEach((key, index) => {
    const options = alternatives(at, valueAt(value, path.slice(0, index)));
    at = undefined;
    for (const option of options) {
      if (option instanceof z.ZodObject) at ??= option.shape[String(key)] as Schema | undefined;
      else if (option instanceof z.ZodRecord) at ??= option.valueType;
      else if (option instanceof z.ZodArray) at ??= option.element;
    }
  });
  return at;
}

/** The schema without its wrappers, or the options of a union; a discriminated one is narrowed by the value. */
function alternatives(schema: Schema | undefined, value: unknown): readonly Schema[] {
  const found = bare(schema);
  if (!found) return [];
  if (found instanceof z.ZodDiscriminatedUnion) {
    const key = found.def.discriminator;
    const kind = (value as Record<string, unknown> | undefined)?.[key];
    const fitting = found.options.filter(option => {
      const literal = option instanceof z.ZodObject ? option.shape[key] : undefined;
      return literal instanceof z.ZodLiteral && literal.values.has(kind as never);
    });
    return fitting.length > 0 ? fitting : found.options;
  }
  if (found instanceof z.ZodUnion) return found.options.flatMap(option => alternatives(option, value));
  return [found];
}

function bare(schema: Schema | undefined): Schema | undefined {
  let at = schema;
  while (at instanceof z.ZodOptional || at instanceof z.ZodDefault || at instanceof z.ZodNullable) at = at.unwrap();
  return at;
}

/** What stands at the path, or undefined. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}
