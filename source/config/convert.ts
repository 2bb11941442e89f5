/** A configuration that has the right shape, as plain numbers with every default filled in; what can't be meant is a mistake. */
import type {FoundService} from '../ports.ts';
import {unbounded, type ServiceSpec} from '../scaler/spec.ts';
import {scrubberOf} from '../sources/scrub.ts';
import type {DemandSpec} from '../sources/source.ts';
import type {Config, Workload} from './config.ts';
import {demandOf} from './convert-demand.ts';
import type {DemandText, FollowedDemandText} from './demand-schema.ts';
import type {Merged} from './merge.ts';
import type {Mistake, Path} from './mistakes.ts';
import {modesOf} from './modes.ts';
import {readinessOf} from './readiness.ts';
import {serviceNamePattern, type ConfigText, type ServiceText} from './schema.ts';
import {fillDemand, noSecrets, type SecretStore} from './secrets.ts';
import {followingOf} from './target.ts';
import {parseDuration} from './units.ts';
import {sizeOf, workloadKeys, workloadOf} from './workload.ts';

/** What a configuration needs of its surroundings. */
export interface Surroundings {
  /** Makes a path relative to the configuration absolute. */
  readonly resolvePath: (path: string) => string;
  /** The lines of an environment file; throws where it can't be read. */
  readonly readEnvFile: (path: string) => readonly string[];
  /** Where the secrets of demands come from; nothing unless said. */
  readonly secrets?: SecretStore;
  /** What runs on the host already; null while the host isn't known yet, when nothing is said of what is to be adopted. */
  readonly found?: readonly FoundService[] | null;
}

export function convert(parsed: ConfigText, options: Surroundings, merged: Merged | null, mistakes: Mistake[]): Config {
  const services: ServiceSpec[] = [];
  const workloads = new Map<string, Workload>();
  const demands = new Map<string, readonly DemandSpec[]>();
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
    const fromLabels = merged?.fromLabels.get(name)?.fields.has('demand') ?? false;
    const sources = service.demand ? demandsOf(service.demand, {...options, fromLabels}, [...path, 'demand'], mistakes) : [];
    services.push({...specOf(name, service, sources, path, mistakes), drift: service.drift ?? parsed.drift, adopted: !made});
    if (service.slots !== undefined) slotsGiven.add(name);
    if (service.demand) demands.set(name, sources);
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
  const unknown = options.found === undefined || options.found === null;
  const open = Object.entries(parsed.services).filter(([, {image, demand}]) => image === undefined && demand === undefined);
  const unsure = new Set(unknown ? open.map(([name]) => name) : []);
  const modes = modesOf(parsed, {services, demands, unsure, now: Date.now()}, mistakes);
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
    modes,
    theme: parsed.console?.theme ?? null,
    onExit: parsed.onExit ?? null,
  };
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
  {found}: Surroundings,
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

function specOf(name: string, service: ServiceText, sources: readonly DemandSpec[], path: Path, mistakes: Mistake[]): ServiceSpec {
  const following = followingOf(service, sources, path, mistakes);
  const max = service.max ?? unbounded;
  if (service.min > max) mistakes.push({path: [...path, 'min'], words: `is ${service.min} and max is ${max}: min can't be over max`});
  return {
    name,
    priority: service.priority,
    min: service.min,
    max,
    slots: service.slots ?? 1,
    weight: service.weight,
    ...following,
    onLost: typeof service.onLost === 'number' ? {kind: 'replicas', replicas: service.onLost} : {kind: service.onLost},
    stepMax: service.stepMax ?? unbounded,
    drift: 'reassert',
    adopted: false,
    retired: false,
    ...readinessOf(service, (key, words) => mistakes.push({path: [...path, key], words})),
  };
}

function demandsOf(
  given: NonNullable<ServiceText['demand']>,
  options: Surroundings & {readonly fromLabels: boolean},
  path: Path,
  mistakes: Mistake[],
): readonly DemandSpec[] {
  const {secrets = noSecrets, resolvePath, fromLabels} = options;
  const one = (text: FollowedDemandText, at: Path): DemandSpec => {
    const filled = fillDemand(withoutTarget(text), {secrets, resolvePath, fromLabels}, at, mistakes);
    const found: Mistake[] = [];
    const spec = demandOf(filled.demand, options, at, found);
    const scrub = scrubberOf(spec, filled.secrets);
    mistakes.push(...found.map(mistake => ({...mistake, words: scrub(mistake.words)})));
    return filled.secrets.length === 0 ? spec : {...spec, secrets: filled.secrets};
  };
  return Array.isArray(given) ? given.map((demand, index) => one(demand, [...path, index])) : [one(given, path)];
}

/** How a demand is followed is no matter of its source. */
function withoutTarget(followed: FollowedDemandText): DemandText {
  const {target, ...demand} = followed;
  return target === undefined ? followed : demand;
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
