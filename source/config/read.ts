/** Text in, configuration out, every mistake named at once with its line. It opens no file but those it is given. */
import {LineCounter, isMap, isScalar, parseDocument, type Document} from 'yaml';
import type {z} from 'zod';
import {normalMode, unbounded, type ModeSpec, type ServiceSpec, type Target} from '../scaler/fleet.ts';
import type {DemandSpec} from '../sources/source.ts';
import {ConfigError, type Config, type Workload} from './config.ts';
import {knownKeys, knownKinds, valueAt} from './known.ts';
import {nearest} from './nearest.ts';
import {mergeLabels, type Merged} from './merge.ts';
import {configSchema, serviceNamePattern, type ConfigText, type DemandText, type ServiceText} from './schema.ts';
import {parseDuration} from './units.ts';
import {sizeOf, workloadKeys, workloadOf} from './workload.ts';
import type {FoundService} from '../ports.ts';

export interface ReadOptions {
  /** The name that messages give, such as `microscale.yaml`. */
  readonly name: string;
  /** Makes a path relative to the configuration absolute. */
  readonly resolvePath: (path: string) => string;
  /** The lines of an environment file; throws where it can't be read. */
  readonly readEnvFile: (path: string) => readonly string[];
  /** Replaces what the file says. */
  readonly capacity?: number | 'auto' | undefined;
  /** What runs on the host already; null while the host isn't known yet, when nothing is said of what is to be adopted. */
  readonly found?: readonly FoundService[] | null;
}

type Path = readonly PropertyKey[];
/** A mistake, where it is, and whether it is about a key and not its value. */
interface Mistake {
  readonly path: Path;
  readonly words: string;
  readonly key?: boolean;
}

/**
 * Throws `ConfigError` with every mistake of the text. What is wrong with a label is a note instead: the service is left
 * alone, and the others go on.
 */
export function readConfig(text: string, options: ReadOptions): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, {lineCounter: lines, prettyErrors: false});
  if (document.errors.length > 0) {
    throw new ConfigError(
      options.name,
      document.errors.map(error => {
        const {line, col} = lines.linePos(error.pos[0]);
        return `${options.name}:${line}:${col}  ${clean(error.message)}`;
      }),
    );
  }
  if (document.contents === null) {
    throw new ConfigError(options.name, [
      `${options.name}:1  it is empty: expected project, capacity and services (see README, “Configuration”)`,
    ]);
  }
  let value: unknown;
  try {
    value = document.toJS({maxAliasCount: 1000});
  } catch (error) {
    throw new ConfigError(options.name, [`${options.name}:1  ${clean((error as Error).message)}`]);
  }
  const {config, mistakes} = readValue(value, options);
  if (config && mistakes.length === 0) return config;
  const placed = mistakes.map(mistake => ({line: lineOf(document, lines, mistake), mistake}));
  placed.sort((a, b) => a.line - b.line);
  const problems = placed.map(({line, mistake}) => `${options.name}:${line}  ${pathWords(mistake.path)}${clean(mistake.words)}`);
  throw new ConfigError(options.name, [...new Set(problems)]);
}

/** The configuration of a host whose services say in their labels what they need. Throws `ConfigError` for one without any. */
export function readLabelled(options: ReadOptions & {readonly found: readonly FoundService[]}): Config {
  if (!options.found.some(({labels}) => Object.keys(labels).length > 0)) throw new ConfigError(options.name, [noLabels]);
  const {config, mistakes, notes} = readValue({project: projectOf(options.found), services: {}}, options);
  if (config && mistakes.length === 0 && config.services.length > 0) return config;
  // That nothing is left to run follows from the rest.
  const others = mistakes.filter(({path}) => path.length !== 1 || path[0] !== 'services');
  const problems = [...notes, ...others.map(({path, words}) => `${pathWords(path)}${clean(words)}`)];
  throw new ConfigError(options.name, problems.length > 0 ? problems : [noLabels]);
}

const noLabels =
  'no service there carries a label microscale.priority, and there is no microscale.yaml here: label a service, write a file, or try “microscale demo”';

/** The stack or Compose project, where all that is labelled belongs to one. */
function projectOf(found: readonly FoundService[]): string {
  const labelled = found.filter(({labels}) => Object.keys(labels).length > 0);
  const projects = new Set(
    labelled.map(({hostName, shortName}) => (hostName.endsWith(shortName) ? hostName.slice(0, -shortName.length - 1) : '')),
  );
  const [project = ''] = projects;
  return projects.size === 1 && /^[a-z0-9][a-z0-9_-]{0,62}$/.test(project) ? project : 'microscale';
}

/** The file and the labels together; a service whose labels are wrong is left out and tried again without it. */
function readValue(given: unknown, options: ReadOptions): {config: Config | null; mistakes: readonly Mistake[]; notes: readonly string[]} {
  const isMapping = typeof given === 'object' && given !== null && !Array.isArray(given);
  const whole = isMapping && options.capacity !== undefined ? {...given, capacity: options.capacity} : given;
  const notes: string[] = [];
  const filed = options.found === undefined || options.found === null ? supposeLabels(whole, notes) : whole;
  let found = options.found ?? [];
  for (;;) {
    const merged = isMapping ? mergeLabels(filed as Record<string, unknown>, found) : null;
    const value = merged?.value ?? filed;
    const parsed = configSchema.safeParse(value);
    const mistakes = parsed.success ? [] : parsed.error.issues.flatMap(issue => mistakesOf(issue, value));
    const config = parsed.success ? convert(parsed.data, options, merged, mistakes) : null;
    const wrong = merged ? wrongLabels(merged, mistakes) : new Map<FoundService, readonly string[]>();
    if (wrong.size === 0) return {config: config && {...config, notes}, mistakes, notes};
    for (const [service, problems] of wrong) {
      notes.push(`${service.title} is left alone: ${problems.join('; ')}`);
    }
    // Without its labels a service that the file names is still adopted, and one that it doesn't isn't there.
    found = found.map(service => (wrong.has(service) ? {...service, labels: {}} : service));
  }
}

/** While the host isn't known, what an entry leaves to the labels of the service that it adopts is taken to be there. */
function supposeLabels(value: unknown, notes: string[]): unknown {
  const services = valueAt(value, ['services']);
  if (typeof services !== 'object' || services === null || Array.isArray(services)) return value;
  const supposed = Object.entries(services as Record<string, unknown>).map(([name, entry]) => {
    if (typeof entry !== 'object' || entry === null || 'image' in entry) return [name, entry] as const;
    const missing = {...(!('priority' in entry) && {priority: 1}), ...(!('target' in entry || 'demand' in entry) && {target: 'fill'})};
    if (Object.keys(missing).length > 0) notes.push(`${name} leaves ${Object.keys(missing).join(' and ')} to its labels on the host`);
    return [name, {...missing, ...entry}] as const;
  });
  return {...(value as object), services: Object.fromEntries(supposed)};
}

/** The services whose labels, and not the file, are wrong. */
function wrongLabels({adopted, fromLabels, problems}: Merged, mistakes: readonly Mistake[]): ReadonlyMap<FoundService, readonly string[]> {
  const wrong = new Map<FoundService, string[]>();
  const add = (name: string, words: string) => {
    const service = adopted.get(name);
    if (service && Object.keys(service.labels).length > 0) wrong.set(service, [...(wrong.get(service) ?? []), words]);
  };
  for (const [name, all] of problems) for (const words of all) add(name, words);
  for (const {path, words} of mistakes) {
    const [top, name = '', field] = path.map(String);
    const labels = top === 'services' ? fromLabels.get(name) : undefined;
    if (!labels) continue;
    if (field !== undefined && labels.fields.has(field)) add(name, `label microscale.${path.slice(2).map(String).join('.')}  ${words}`);
    else if (labels.alone) add(name, `${field === undefined ? '' : `${field} `}${words}`);
  }
  return wrong;
}

function mistakesOf(issue: z.core.$ZodIssue, value: unknown): readonly Mistake[] {
  const path = issue.path;
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownKeys(configSchema, path, value);
      return issue.keys.map(key => {
        const close = nearest(key, known);
        const hint = close ? `did you mean “${close}”?` : `known are ${known.join(', ')}`;
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

function withGiven(words: string, value: unknown, path: Path): string {
  const given = valueAt(value, path);
  return given === undefined || typeof given === 'object' ? words : `${words}, not ${JSON.stringify(given).slice(0, 60)}`;
}

function typeWords(expected: string): string {
  return expected === 'object' || expected === 'record' ? 'a map' : expected === 'int' ? 'a whole number' : `a ${expected}`;
}

function lineOf(document: Document, lines: LineCounter, {path, key}: Mistake): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const parent = length <= 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    if (length > 0 && isMap(parent)) {
      const pair = parent.items.find(item => isScalar(item.key) && item.key.value === path[length - 1]);
      const place = key && length === path.length ? pair?.key : (pair?.key ?? pair?.value);
      const start = (place as {range?: readonly number[]} | undefined)?.range?.[0];
      if (start !== undefined) return lines.linePos(start).line;
    }
    const start = (node as {range?: readonly number[]} | undefined)?.range?.[0];
    if (start !== undefined) return lines.linePos(start).line;
  }
  return 1;
}

function pathWords(path: Path): string {
  return path.length === 0 ? '' : `${clean(path.map(String).join('.'))}  `;
}

/** Messages are printed: nothing that a terminal would obey, nothing endless. */
function clean(words: string): string {
  return words.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').slice(0, 400);
}

function convert(parsed: ConfigText, options: ReadOptions, merged: Merged | null, mistakes: Mistake[]): Config {
  const services: ServiceSpec[] = [];
  const workloads = new Map<string, Workload>();
  const demands = new Map<string, DemandSpec>();
  const slotsGiven = new Set<string>();
  const adopted = new Map<string, FoundService>();
  const sizes = new Map<string, {cpus: number | null; memoryBytes: number | null}>();
  const graceMs = new Map<string, number>();
  const handoverWithinMs = new Map<string, number>();
  for (const [name, service] of Object.entries(parsed.services)) {
    const path = ['services', name];
    if (!serviceNamePattern.test(name)) {
      mistakes.push({path, words: 'is no service name: expected letters, digits, -, _ and ., at most 63', key: true});
    }
    const host = merged?.adopted.get(name) ?? null;
    const made = service.image !== undefined && service.adopt === undefined;
    if (!made) checkAdoption(name, service, host, options, path, mistakes);
    services.push({...specOf(name, service, path, mistakes), drift: service.drift ?? parsed.drift, adopted: !made});
    if (service.slots !== undefined) slotsGiven.add(name);
    const demand = service.demand ? demandOf(service.demand, options, [...path, 'demand'], mistakes) : null;
    if (demand) demands.set(name, demand);
    const withinMs = service.handoverWithin === undefined ? null : parseDuration(service.handoverWithin);
    if (withinMs !== null) handoverWithinMs.set(name, withinMs);
    if (made && service.image !== undefined) {
      const {image} = service;
      const complain = ({key, words}: {key: string; words: string}) => mistakes.push({path: [...path, key], words});
      const workload = workloadOf({...service, image}, options, complain);
      workloads.set(name, workload);
      sizes.set(name, {cpus: workload.cpus, memoryBytes: workload.memoryBytes});
      graceMs.set(name, workload.stopGraceMs ?? defaultGraceMs);
    } else {
      if (host) adopted.set(name, host);
      const memoryBytes = service.memory === undefined ? (host?.memoryBytes ?? null) : sizeOf(service.memory);
      sizes.set(name, {cpus: service.cpus ?? host?.cpus ?? null, memoryBytes});
      graceMs.set(name, host?.stopGraceMs ?? defaultGraceMs);
    }
  }
  const sized =
    [...sizes.values()].some(({cpus, memoryBytes}) => cpus !== null || memoryBytes !== null) || adopted.size < adoptions(parsed);
  checkCapacity(parsed, services, sized, mistakes);
  const expire = parsed.overrides.expire;
  return {
    project: parsed.project,
    capacity: parsed.capacity,
    slot: slotOf(parsed),
    services,
    slotsGiven,
    orchestrator: parsed.orchestrator ?? null,
    lease: parsed.lease,
    adopted,
    sizes,
    graceMs,
    handoverWithinMs,
    notes: [],
    workloads,
    demands,
    overrideMs: expire === 'never' ? null : parseDuration(expire),
    modes: modesOf(parsed, services, mistakes),
    onExit: parsed.onExit ?? null,
  };
}

/** Each mode must be one that could hold: its services are there, and their bounds fit together. */
function modesOf({modes = {}}: ConfigText, services: readonly ServiceSpec[], mistakes: Mistake[]): readonly ModeSpec[] {
  return Object.entries(modes).map(([name, {say = '', services: changes}]) => {
    if (name === normalMode)
      mistakes.push({path: ['modes', name], words: 'is what holds when no other mode does: give it another name', key: true});
    for (const [service, change] of Object.entries(changes)) {
      const path = ['modes', name, 'services', service];
      const spec = services.find(candidate => candidate.name === service);
      if (!spec) {
        const close = nearest(
          service,
          services.map(candidate => candidate.name),
        );
        mistakes.push({path, words: `is no service here${close ? `: did you mean “${close}”?` : ''}`, key: true});
        continue;
      }
      const {min = spec.min, max = spec.max} = change;
      if (min > max) mistakes.push({path: [...path, 'min'], words: `is ${min} and max is ${max}: min can't be over max`});
    }
    return {name, say, services: changes as ModeSpec['services']};
  });
}

/** What an engine grants a replica to end by itself where nothing else is said. */
const defaultGraceMs = 10_000;

function adoptions({services}: ConfigText): number {
  return Object.values(services).filter(({image, adopt}) => image === undefined || adopt !== undefined).length;
}

/** A service without an image is one that runs already: it must be there, be fit, and not be told what it is made from. */
function checkAdoption(
  name: string,
  service: ServiceText,
  host: FoundService | null,
  {found}: ReadOptions,
  path: Path,
  mistakes: Mistake[],
): void {
  if (service.image !== undefined) {
    mistakes.push({path: [...path, 'adopt'], words: 'can’t stand beside image: a service is adopted, or made from an image'});
  }
  for (const key of workloadKeys) {
    if (service[key] !== undefined)
      mistakes.push({path: [...path, key], words: 'needs an image: a service that is adopted keeps what it is made from'});
  }
  if (found === undefined || found === null) return;
  const wanted = service.adopt ?? name;
  if (host?.unfit) mistakes.push({path, words: `can't be adopted: ${host.title} ${host.unfit}`});
  if (host) return;
  const namesakes = found.filter(({shortName}) => shortName === wanted).map(({hostName}) => hostName);
  const known = found.map(({hostName}) => hostName).slice(0, 12);
  const words =
    namesakes.length > 1
      ? `could be ${namesakes.join(' or ')}: say which with adopt`
      : `has no image, and no service “${wanted}” runs here to adopt: give it an image, or ${known.length > 0 ? `adopt one of ${known.join(', ')}` : 'deploy it first'}`;
  mistakes.push({path, words, key: true});
}

/** How long a noisy target's want must stay low before its replicas go. */
const noisySettleMs = 15_000;

function specOf(name: string, service: ServiceText, path: Path, mistakes: Mistake[]): ServiceSpec {
  const target = targetOf(service, path, mistakes);
  const max = service.max ?? unbounded;
  if (service.min > max) mistakes.push({path: [...path, 'min'], words: `is ${service.min} and max is ${max}: min can't be over max`});
  const settleMs = service.settle === undefined ? null : parseDuration(service.settle);
  return {
    name,
    priority: service.priority,
    min: service.min,
    max,
    slots: service.slots ?? 1,
    weight: service.weight,
    target,
    onLost: typeof service.onLost === 'number' ? {kind: 'replicas', replicas: service.onLost} : {kind: service.onLost},
    settleMs: settleMs ?? (target.kind === 'perReplica' ? noisySettleMs : 0),
    stepMax: service.stepMax ?? unbounded,
    drift: 'reassert',
    adopted: false,
    retired: false,
  };
}

function targetOf(service: ServiceText, path: Path, mistakes: Mistake[]): Target {
  const given = service.target ?? (service.demand ? 'direct' : undefined);
  if (given === undefined) {
    mistakes.push({path, words: 'says neither demand nor target: give it a demand, or target: fill to take what is left'});
    return {kind: 'fill'};
  }
  const target: Target = typeof given === 'string' ? {kind: given} : {kind: 'perReplica', value: given.perReplica};
  if (target.kind !== 'fill' && !service.demand)
    mistakes.push({path, words: 'has a target that follows demand, and no demand: say where it comes from'});
  if (target.kind === 'fill' && service.demand)
    mistakes.push({path: [...path, 'demand'], words: 'is never read: target is fill, which takes what is left'});
  return target;
}

function demandOf(demand: DemandText, options: ReadOptions, path: Path, mistakes: Mistake[]): DemandSpec {
  const ms = (duration: string) => parseDuration(duration) ?? 0;
  switch (demand.source) {
    case 'random':
    case 'wave':
      if (demand.min > demand.max)
        mistakes.push({path: [...path, 'min'], words: `is ${demand.min} and max is ${demand.max}: min can't be over max`});
      if (demand.source === 'wave') {
        return {source: 'wave', min: demand.min, max: demand.max, periodMs: ms(demand.period), everyMs: ms(demand.every)};
      }
      return {source: 'random', min: demand.min, max: demand.max, everyMs: ms(demand.every), step: demand.step, spikes: demand.spikes};
    case 'file':
      return {source: 'file', path: options.resolvePath(demand.path)};
    case 'fixed':
      return demand;
  }
}

function checkCapacity(parsed: ConfigText, services: readonly ServiceSpec[], sized: boolean, mistakes: Mistake[]): void {
  if (parsed.capacity === 'auto') {
    if (!sized && parsed.slot?.cpus === undefined && parsed.slot?.memory === undefined) {
      mistakes.push({
        path: ['capacity'],
        words: 'is auto, and nothing says what one slot holds: give slot: {cpus: 0.5, memory: 256m}, or the services cpus or memory',
      });
    }
    return;
  }
  const capacity = parsed.capacity;
  const floor = services.reduce((sum, {min, slots}) => sum + min * slots, 0);
  if (floor > capacity) {
    mistakes.push({path: ['capacity'], words: `is ${capacity}, and the services' min take ${floor} slots: raise capacity or lower a min`});
  }
  for (const {name, slots} of services) {
    if (slots > capacity)
      mistakes.push({path: ['services', name, 'slots'], words: `is ${slots}, more than the capacity of ${capacity}: it could never run`});
  }
}

function slotOf(parsed: ConfigText): Config['slot'] {
  const memory = parsed.slot?.memory;
  return {cpus: parsed.slot?.cpus ?? null, memoryBytes: memory === undefined ? null : sizeOf(memory)};
}
