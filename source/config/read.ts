/** Text in, configuration out, every mistake named at once with its line. It opens no file but those it is given. */
import {LineCounter, isMap, isScalar, parseDocument, type Document} from 'yaml';
import type {FoundService} from '../ports.ts';
import {ConfigError, type Config} from './config.ts';
import {convert, type Surroundings} from './convert.ts';
import {crossMistakes} from './cross-checks.ts';
import {valueAt} from './known.ts';
import {mergeLabels, type Merged} from './merge.ts';
import {mistakesOf, type Mistake, type Path} from './mistakes.ts';
import {configSchema, type ConfigText} from './schema.ts';

export interface ReadOptions extends Surroundings {
  /** The name that messages give, such as `microscale.yaml`. */
  readonly name: string;
  /** Replaces what the file says. */
  readonly capacity?: number | 'auto' | undefined;
}

/**
 * Throws `ConfigError` with every mistake of the text. What is wrong with a label is a note instead: the service is left
 * alone, and the others go on.
 */
export function readConfig(text: string, options: ReadOptions): Config {
  return readWhole(text, options).config;
}

/** A configuration, and what it says in the words of its file with every default filled in. */
export interface Whole {
  readonly config: Config;
  readonly parsed: ConfigText;
}

export function readWhole(text: string, options: ReadOptions): Whole {
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
      `${options.name}:1  it is empty: expected capacity and services (see README, “What a service may say”, or have “microscale init” write one)`,
    ]);
  }
  let value: unknown;
  try {
    value = document.toJS({maxAliasCount: 1000});
  } catch (error) {
    throw new ConfigError(options.name, [`${options.name}:1  ${clean((error as Error).message)}`]);
  }
  const {config, parsed, mistakes} = readValue(value, options);
  if (config && parsed && mistakes.length === 0) return {config, parsed};
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
function readValue(
  given: unknown,
  options: ReadOptions,
): {config: Config | null; parsed: ConfigText | null; mistakes: readonly Mistake[]; notes: readonly string[]} {
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
    if (!parsed.success)
      mistakes.push(...crossMistakes(value, parsed.error.issues, (rest, more) => void convert(rest, options, merged, more)));
    const config = parsed.success ? convert(parsed.data, options, merged, mistakes) : null;
    const wrong = merged ? wrongLabels(merged, mistakes) : new Map<FoundService, readonly string[]>();
    if (wrong.size === 0) return {config: config && {...config, notes}, parsed: parsed.data ?? null, mistakes, notes};
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
