/** A service's fields from the labels that it carries on its host. It knows no host and merges nothing. */
import {parse} from 'yaml';

/** What a service's labels say, in the shape of the file, and what is wrong with them. */
export interface Labelled {
  /** Null where the labels don't ask for the service to be scaled. */
  readonly fields: Readonly<Record<string, unknown>> | null;
  readonly problems: readonly string[];
}

const prefix = 'microscale.';
const olderPrefix = 'com.microscaling.';

/** Labels that microscale sets itself, to know again what it made; and what a container says of itself while it runs. */
const itsOwn = new Set(['project', 'service', 'number', 'spec', 'lease', 'busy']);

/** True for a label that this reads. */
export function isOurLabel(name: string): boolean {
  return (name.startsWith(prefix) && !itsOwn.has(name.slice(prefix.length))) || name.startsWith(olderPrefix);
}

/** No configuration is deeper, and no label's name needs to be. */
const depthMax = 6;

/**
 * `microscale.demand.source` is the field `source` of `demand`. A value is read as YAML reads a scalar, so that `2` is a
 * number and `{perReplica: 10}` a map. The older `com.microscaling.*` labels are understood, and newer ones win.
 */
export function readLabels(labels: Readonly<Record<string, string>>): Labelled {
  const problems: string[] = [];
  const fields: Record<string, unknown> = older(labels, problems) ?? {};
  let asked = Object.keys(fields).length > 0;
  for (const [name, value] of Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (!name.startsWith(prefix) || !isOurLabel(name)) continue;
    asked = true;
    const path = name.slice(prefix.length).split('.');
    const problem = path.length > depthMax || !path.every(isKey) ? 'is no name of a field' : put(fields, path, scalar(value));
    if (problem !== null) problems.push(`label ${name}  ${problem}`);
  }
  // A demand says by itself what it is for; what filled before it was given fills no more.
  if (fields['demand'] !== undefined && !labels[`${prefix}target`] && fields['target'] === 'fill') delete fields['target'];
  return {fields: asked || problems.length > 0 ? fields : null, problems};
}

function isKey(key: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9]*$/.test(key) && !(key in Object.prototype);
}

function scalar(value: string): unknown {
  if (value.length > 10_000) return value;
  try {
    const parsed: unknown = parse(value, {maxAliasCount: 0});
    return parsed === null ? value : parsed;
  } catch {
    return value;
  }
}

function put(fields: Record<string, unknown>, path: readonly string[], value: unknown): string | null {
  let at = fields;
  for (const key of path.slice(0, -1)) {
    const next = at[key] ?? {};
    if (typeof next !== 'object') return `can't stand beside a label that gives ${key} as a whole`;
    at[key] = next;
    at = next as Record<string, unknown>;
  }
  at[path.at(-1) ?? ''] = value;
  return null;
}

/** The labels of the first microscaling engine. They say nothing of demand: such a service takes what is left. */
function older(labels: Readonly<Record<string, string>>, problems: string[]): Record<string, unknown> | null {
  const scalable = labels[`${olderPrefix}is-scalable`];
  if (scalable === undefined) return null;
  if (scalable !== 'true' && scalable !== 'false') {
    problems.push(`label ${olderPrefix}is-scalable  expected true or false, not ${JSON.stringify(scalable.slice(0, 60))}`);
    return null;
  }
  if (scalable === 'false') return null;
  const fields: Record<string, unknown> = {priority: 1, target: 'fill'};
  for (const [name, field] of olderNames) {
    const value = labels[olderPrefix + name];
    if (value === undefined) continue;
    if (/^\d{1,9}$/.test(value)) fields[field] = Number(value);
    else problems.push(`label ${olderPrefix}${name}  expected a whole number, not ${JSON.stringify(value.slice(0, 60))}`);
  }
  return fields;
}

const olderNames = [
  ['priority', 'priority'],
  ['min-containers', 'min'],
  ['max-containers', 'max'],
  ['max-delta', 'stepMax'],
] as const;
