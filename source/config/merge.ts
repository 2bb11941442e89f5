/** A file's services and those that a host's labels describe, as one configuration. The file wins, field by field. */
import type {FoundService} from '../ports.ts';
import {readLabels} from './labels.ts';

export interface Merged {
  /** What the schema reads. */
  readonly value: Record<string, unknown>;
  /** The service on the host that each configured service adopts. */
  readonly adopted: ReadonlyMap<string, FoundService>;
  /** Fields of each service that come from its labels, and whether the file says nothing of it at all. */
  readonly fromLabels: ReadonlyMap<string, {readonly fields: ReadonlySet<string>; readonly alone: boolean}>;
  /** What is wrong with a service's labels, by its configured name. */
  readonly problems: ReadonlyMap<string, readonly string[]>;
}

/** `value` is the file as it was parsed, or an empty map where there is none. */
export function mergeLabels(value: Readonly<Record<string, unknown>>, found: readonly FoundService[]): Merged {
  const given = value['services'];
  const written = isMap(given) ? given : {};
  const services: Record<string, unknown> = {...written};
  const adopted = new Map<string, FoundService>();
  const fromLabels = new Map<string, {readonly fields: ReadonlySet<string>; readonly alone: boolean}>();
  const problems = new Map<string, readonly string[]>();
  const taken = new Set<FoundService>();
  for (const [name, entry] of Object.entries(written)) {
    const match = isMap(entry) ? adoptionOf(name, entry, found) : null;
    if (!match) continue;
    adopted.set(name, match);
    taken.add(match);
    lay(name, entry as Record<string, unknown>, match);
  }
  for (const service of found) {
    if (taken.has(service) || service.unfit !== null) continue;
    const name = shortNameOf(service, found);
    if (services[name] !== undefined || readLabels(service.labels).fields === null) continue;
    adopted.set(name, service);
    lay(name, {}, service);
  }
  return {value: given === undefined || isMap(given) ? {...value, services} : {...value}, adopted, fromLabels, problems};

  function lay(name: string, entry: Readonly<Record<string, unknown>>, service: FoundService): void {
    const read = readLabels(service.labels);
    const fields = read.fields ?? {};
    services[name] = {...fields, ...entry};
    const own = new Set(Object.keys(fields).filter(field => entry[field] === undefined));
    fromLabels.set(name, {fields: own, alone: written[name] === undefined});
    if (read.problems.length > 0) problems.set(name, read.problems);
  }
}

/** What an entry of the file adopts: what it names, or, where it has no image to make its own from, its namesake. */
function adoptionOf(name: string, entry: Readonly<Record<string, unknown>>, found: readonly FoundService[]): FoundService | null {
  const adopt = entry['adopt'];
  if (adopt === undefined && entry['image'] !== undefined) return null;
  const wanted = typeof adopt === 'string' ? adopt : name;
  const exact = found.find(({hostName}) => hostName === wanted);
  if (exact) return exact;
  const namesakes = found.filter(({shortName}) => shortName === wanted);
  return namesakes.length === 1 ? (namesakes[0] ?? null) : null;
}

/** Without its stack's name, unless another stack has its namesake. */
function shortNameOf(service: FoundService, found: readonly FoundService[]): string {
  const namesakes = found.filter(({shortName}) => shortName === service.shortName);
  return namesakes.length > 1 ? service.hostName : service.shortName;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
