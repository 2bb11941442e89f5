/** Shapes that several parts of a configuration share: durations, sizes, counts, texts. */
import * as z from 'zod';
import {parseDuration, parseSize} from './units.ts';

export const duration = z
  .string()
  .refine(text => parseDuration(text) !== null, {error: 'expected a duration such as 500ms, 30s or 2h'})
  .meta({pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$', examples: ['30s', '5m', '2h']});

export const positiveDuration = duration.refine(value => parseDuration(value) !== 0, {error: 'must be longer than 0'});

export const size = z
  .union([z.int().nonnegative(), z.string().refine(text => parseSize(text) !== null, {error: 'expected a size such as 256m or 2g'})])
  .meta({examples: ['256m', '1g']});

export const count = z.int().min(0).max(1_000_000);
export const text = z.string().min(1);
export const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const words = z.union([z.string(), z.array(z.string())]);
export const mapOrList = z.union([z.record(z.string(), scalar), z.array(z.string())]);
