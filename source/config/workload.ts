/** The part of a service that says what a replica is made from, resolved: words split, environment files read. */
import type {Workload} from './config.ts';
import type {ServiceText} from './schema.ts';
import {parseDuration, parseSize} from './units.ts';
import {splitWords} from './words.ts';

interface Files {
  readonly resolvePath: (path: string) => string;
  readonly readEnvFile: (path: string) => readonly string[];
}

type Complain = (mistake: {readonly key: string; readonly words: string}) => void;

/** The keys that say what a replica is made from. */
export const workloadKeys = [
  'command',
  'entrypoint',
  'environment',
  'envFile',
  'networks',
  'ports',
  'volumes',
  'user',
  'cpuShares',
  'oomScoreAdj',
  'stopSignal',
  'stopGrace',
  'init',
  'labels',
  'logging',
] as const satisfies readonly (keyof ServiceText)[];

export function workloadOf(service: ServiceText & {readonly image: string}, files: Files, complain: Complain): Workload {
  return {
    image: service.image,
    pull: service.pull,
    command: wordsOf(service.command, 'command', complain),
    entrypoint: wordsOf(service.entrypoint, 'entrypoint', complain),
    environment: environmentOf(service, files, complain),
    networks: service.networks ?? [],
    ports: (service.ports ?? []).map(String),
    volumes: (service.volumes ?? []).map(volume => resolveVolume(volume, files)),
    user: service.user === undefined ? null : String(service.user),
    cpus: service.cpus ?? null,
    memoryBytes: service.memory === undefined ? null : sizeOf(service.memory),
    cpuShares: service.cpuShares ?? null,
    oomScoreAdj: service.oomScoreAdj ?? null,
    stopSignal: service.stopSignal ?? null,
    stopGraceMs: service.stopGrace === undefined ? null : parseDuration(service.stopGrace),
    init: service.init ?? null,
    labels: Object.fromEntries(pairsOf(service.labels).map(([key, value]) => [key, value ?? ''])),
    logging: service.logging ? {driver: service.logging.driver, options: service.logging.options ?? {}} : null,
  };
}

export function sizeOf(size: string | number): number | null {
  return typeof size === 'number' ? size : parseSize(size);
}

/** A command in one string is split as a shell splits words, without running one. */
function wordsOf(words: string | readonly string[] | undefined, key: string, complain: Complain): readonly string[] | null {
  if (words === undefined) return null;
  if (typeof words !== 'string') return words;
  const split = splitWords(words);
  if (split === null) complain({key, words: 'has a quote that is never closed'});
  return split;
}

/** Later ones win: environment files in their order, then `environment`. A name without a value is taken from ours. */
function environmentOf(service: ServiceText, files: Files, complain: Complain): readonly string[] {
  const variables = new Map<string, string>();
  const envFiles = typeof service.envFile === 'string' ? [service.envFile] : (service.envFile ?? []);
  for (const path of envFiles) {
    try {
      for (const line of files.readEnvFile(files.resolvePath(path))) setVariable(variables, line);
    } catch (error) {
      complain({key: 'envFile', words: `can't be read: ${(error as Error).message}`});
    }
  }
  for (const [name, value] of pairsOf(service.environment)) {
    if (value !== null) variables.set(name, value);
    else if (process.env[name] !== undefined) variables.set(name, process.env[name]);
  }
  return [...variables].map(([name, value]) => `${name}=${value}`);
}

function setVariable(variables: Map<string, string>, line: string): void {
  const trimmed = line.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return;
  const at = trimmed.indexOf('=');
  const name = at < 0 ? trimmed : trimmed.slice(0, at).trim();
  const value = at < 0 ? process.env[name] : unquote(trimmed.slice(at + 1).trim());
  if (value !== undefined) variables.set(name, value);
}

function unquote(value: string): string {
  const quoted = /^(["'])(.*)\1$/s.exec(value);
  return quoted?.[2] ?? value;
}

type MapOrList = ServiceText['labels'];

function pairsOf(given: MapOrList): readonly (readonly [string, string | null])[] {
  if (!given) return [];
  if (!Array.isArray(given)) return Object.entries(given).map(([key, value]) => [key, value === null ? null : String(value)]);
  return given.map(item => {
    const at = item.indexOf('=');
    return at < 0 ? [item, null] : [item.slice(0, at), item.slice(at + 1)];
  });
}

/** `./data:/data` is relative to the configuration, as Compose has it; a bare name is a volume. */
function resolveVolume(volume: string, {resolvePath}: Files): string {
  const at = volume.indexOf(':');
  const source = at < 0 ? '' : volume.slice(0, at);
  return /^(\.|~)/.test(source) ? `${resolvePath(source)}${volume.slice(at)}` : volume;
}
