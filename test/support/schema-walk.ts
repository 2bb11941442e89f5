/** Walks a zod schema: every field with its place, and two values or more for each that it takes. */
import {z} from 'zod';

type Schema = z.core.$ZodType;

export interface Field {
  /** `services.*.demand.redis.list`: `*` is any name of a record, and a source stands for the alternative of it. */
  readonly place: string;
  /** A whole configuration for each of several values of the field, the rest being the same. */
  readonly variants: readonly unknown[];
}

/** Puts a value of a part into the whole. */
type Whole = (part: unknown) => unknown;

/** Every field that holds a value, at any depth. What a record or a list holds is walked as well. */
export function fieldsOf(schema: Schema, base: unknown): readonly Field[] {
  const fields: Field[] = [];
  walk(bare(schema), base, '', part => part, fields);
  return fields;
}

function walk(schema: Schema, base: unknown, place: string, whole: Whole, fields: Field[]): void {
  if (schema instanceof z.ZodObject) {
    const given = isRecord(base) ? base : smallest(schema);
    for (const [key, part] of Object.entries(schema.shape)) {
      const inner = bare(part);
      if (inner instanceof z.ZodLiteral) continue;
      walk(inner, given[key], place === '' ? key : `${place}.${key}`, value => whole({...given, [key]: value}), fields);
    }
    return;
  }
  if (schema instanceof z.ZodRecord) {
    const [name = 'alpha'] = isRecord(base) ? Object.keys(base) : [];
    const given = isRecord(base) ? base : {};
    const inner = bare(schema.valueType);
    walk(inner, given[name], `${place}.*`, value => whole({...given, [name]: value}), fields);
    return;
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    for (const option of schema.options) {
      const kind = kindOf(option, schema.def.discriminator);
      const meant = isRecord(base) && base[schema.def.discriminator] === kind;
      const given = meant ? base : {...smallest(option as z.ZodObject), [schema.def.discriminator]: kind};
      walk(option, given, `${place}.${kind}`, whole, fields);
    }
    return;
  }
  if (schema instanceof z.ZodUnion) {
    const options = schema.options.map(option => bare(option));
    const deep = options.filter(isDeep);
    for (const option of deep) walk(option, base, place, whole, fields);
    const samples = deep.length === 0 ? samplesOf(schema) : single(options.filter(option => !isDeep(option))).flatMap(samplesOf);
    if (samples.length > 0) fields.push({place, variants: samples.map(whole)});
    return;
  }
  if (schema instanceof z.ZodArray && bare(schema.element) instanceof z.ZodObject) {
    walk(bare(schema.element), undefined, place, value => whole([value]), fields);
    return;
  }
  fields.push({place, variants: samplesOf(schema).map(whole)});
}

function isDeep(schema: Schema): boolean {
  return schema instanceof z.ZodObject || schema instanceof z.ZodDiscriminatedUnion;
}

/** A list of what may also stand alone says nothing new but that there are several. */
function single(options: readonly Schema[]): readonly Schema[] {
  const alone = options.filter(option => !(option instanceof z.ZodArray));
  return alone.length > 0 ? alone : options.filter(option => !isDeep(bare((option as z.ZodArray).element)));
}

/** Two values or more that the schema takes, each unlike the others. */
function samplesOf(given: Schema): readonly unknown[] {
  const schema = bare(given);
  const examples = [...new Set([given, schema].flatMap(examplesOf))];
  // A share may be written in two ways, and its examples are the same one in both.
  if (examples.includes('70%')) return ['70%', 0.8];
  if (examples.length > 1) return examples;
  const [example] = examples;
  if (typeof example === 'string') return [`${example}/alpha`, `${example}/beta`];
  if (schema instanceof z.ZodEnum) return schema.options;
  if (schema instanceof z.ZodLiteral) return [...schema.values];
  if (schema instanceof z.ZodBoolean) return [true, false];
  if (schema instanceof z.ZodNumber) {
    const least = Math.max(0, schema.minValue ?? 0);
    return (schema.maxValue ?? Number.POSITIVE_INFINITY) <= 1 ? [0.25, 0.5] : [least + 2, least + 3];
  }
  if (schema instanceof z.ZodString) return ['alpha', 'beta'];
  if (schema instanceof z.ZodArray) return samplesOf(schema.element).map(sample => [sample]);
  if (schema instanceof z.ZodRecord) return [{alpha: 'x'}, {beta: 'x'}];
  if (schema instanceof z.ZodUnion) return single(schema.options as readonly Schema[]).flatMap(samplesOf);
  if (schema instanceof z.ZodNull) return [];
  throw new Error(`no values are known for ${schema.constructor.name}`);
}

function examplesOf(schema: Schema): readonly unknown[] {
  const examples = (schema as z.ZodType).meta()?.['examples'];
  return Array.isArray(examples) ? examples : [];
}

/** An object with only what it must have. */
function smallest(schema: z.ZodObject): Record<string, unknown> {
  const entries = Object.entries(schema.shape).flatMap(([key, part]) => {
    const optional = part instanceof z.ZodOptional || part instanceof z.ZodDefault;
    return optional ? [] : [[key, smallestValue(bare(part))] as const];
  });
  return Object.fromEntries(entries);
}

function smallestValue(schema: Schema): unknown {
  if (schema instanceof z.ZodObject) return smallest(schema);
  if (schema instanceof z.ZodArray && bare(schema.element) instanceof z.ZodObject) return [smallest(bare(schema.element) as z.ZodObject)];
  return samplesOf(schema)[0];
}

function kindOf(option: Schema, discriminator: string): string {
  const literal = option instanceof z.ZodObject ? option.shape[discriminator] : undefined;
  return literal instanceof z.ZodLiteral ? [...literal.values].map(String).join() : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bare(schema: Schema): Schema {
  let at: Schema = schema;
  while (at instanceof z.ZodOptional || at instanceof z.ZodDefault || at instanceof z.ZodNullable) at = at.unwrap();
  return at;
}
