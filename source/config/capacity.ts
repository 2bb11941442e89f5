/** Slots from what the host is: `capacity: auto`, node by node, and the slots that a replica's size takes. */
import type {HostFacts, NodeFacts} from '../ports.ts';
import type {Settings} from '../scaler/fleet.ts';
import type {ServiceSpec} from '../scaler/spec.ts';
import {floorIn} from './modes.ts';
import {durationWords} from './units.ts';
import type {Config} from './config.ts';

export interface Fitted {
  readonly settings: Settings;
  readonly services: readonly ServiceSpec[];
  /** Why the host can't hold what the configuration promises. With these it runs as well as it can. */
  readonly problems: readonly string[];
}

type Host = Pick<HostFacts, 'title' | 'nodes'>;

export function fitToHost(config: Config, host: Host): Fitted {
  const {project, overrideMs, modes} = config;
  if (config.capacity !== 'auto') {
    return {settings: {project, overrideMs, modes, capacity: config.capacity, nodeSlots: []}, services: config.services, problems: []};
  }
  const slot = slotOf(config);
  const managed = new Set([...config.adopted.values()].map(({hostName}) => hostName));
  const nodeSlots = host.nodes.map(node => slotsOfNode(node, slot, managed));
  const services = config.services.map(spec =>
    config.slotsGiven.has(spec.name) ? spec : {...spec, slots: slotsOf(config, slot, spec.name)},
  );
  const problems: string[] = [];
  if (nodeSlots.some(slots => !Number.isFinite(slots))) {
    problems.push(`${host.title} doesn't say what it has: give capacity as a number`);
    return {settings: {project, overrideMs, modes, capacity: 0, nodeSlots: []}, services, problems};
  }
  const capacity = nodeSlots.reduce((sum, slots) => sum + slots, 0);
  const largest = Math.max(0, ...nodeSlots);
  const floor = services.reduce((sum, {min, slots}) => sum + min * slots, 0);
  if (capacity < 1) problems.push('the host holds not even one slot: make slot smaller, or lower what others reserve');
  else if (floor > capacity)
    problems.push(`the host holds ${capacity} slots, and the services' min take ${floor}: lower a min or make slot smaller`);
  for (const {name, services: changes} of modes) {
    const inMode = floorIn(changes, services);
    if (capacity >= 1 && inMode > Math.max(floor, capacity))
      problems.push(`the host holds ${capacity} slots, and the services' min take ${inMode} in the mode ${name}: lower a min of it`);
  }
  for (const {name, slots} of services) {
    if (capacity >= 1 && slots > largest)
      problems.push(
        `${name} takes ${slots} slots and ${nodeSlots.length > 1 ? 'no node holds more than' : 'the host holds'} ${largest}: it could never run`,
      );
  }
  return {settings: {project, overrideMs, modes, capacity, nodeSlots: nodeSlots.length > 1 ? nodeSlots : []}, services, problems};
}

/** What one slot holds: what the configuration says, or the least that a service reserves. */
function slotOf(config: Config): Config['slot'] {
  if (config.slot.cpus !== null || config.slot.memoryBytes !== null) return config.slot;
  const least = (values: readonly (number | null)[]) => {
    const known = values.filter((value): value is number => value !== null && value > 0);
    return known.length === 0 ? null : Math.min(...known);
  };
  const sizes = [...config.sizes.values()];
  return {cpus: least(sizes.map(({cpus}) => cpus)), memoryBytes: least(sizes.map(({memoryBytes}) => memoryBytes))};
}

/** Whole slots in what services outside microscale leave of a node; infinite where nothing says how much that is. */
function slotsOfNode({cpus, memoryBytes, reserved}: NodeFacts, slot: Config['slot'], managed: ReadonlySet<string>): number {
  const others = reserved.filter(({service}) => !managed.has(service));
  const taken = (of: 'cpus' | 'memoryBytes') => others.reduce((sum, reservation) => sum + reservation[of], 0);
  const fits = (whole: number | null, used: number, part: number | null) =>
    part === null || whole === null ? Number.POSITIVE_INFINITY : Math.max(0, Math.floor((whole - used) / part + 1e-9));
  return Math.min(fits(cpus, taken('cpus'), slot.cpus), fits(memoryBytes, taken('memoryBytes'), slot.memoryBytes));
}

/** As many slots as the larger of its sizes fills; a service that says nothing of its size takes one. */
function slotsOf({sizes}: Config, slot: Config['slot'], service: string): number {
  const size = sizes.get(service);
  const byCpu = slot.cpus !== null && size?.cpus ? Math.ceil(size.cpus / slot.cpus - 1e-9) : 1;
  const byMemory = slot.memoryBytes !== null && size?.memoryBytes ? Math.ceil(size.memoryBytes / slot.memoryBytes) : 1;
  return Math.max(1, byCpu, byMemory);
}

/** Where a victim may take longer to stop than the service above it can wait, in words. */
export function preflight({
  services,
  handoverWithinMs,
  graceMs,
}: Pick<Config, 'services' | 'handoverWithinMs' | 'graceMs'>): readonly string[] {
  const warnings: string[] = [];
  for (const heir of services) {
    const withinMs = handoverWithinMs.get(heir.name);
    if (withinMs === undefined) continue;
    for (const victim of services) {
      const grace = graceMs.get(victim.name) ?? 0;
      if (victim.priority <= heir.priority || grace <= withinMs) continue;
      warnings.push(
        `${heir.name} can wait ${durationWords(withinMs)} for a handover, and ${victim.name} may take ${durationWords(grace)} to stop: shorten its stop grace period`,
      );
    }
  }
  return warnings;
}
