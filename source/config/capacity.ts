/** Slots from what the host is: `capacity: auto` and the slots that a replica's limits take. */
import type {HostFacts} from '../ports.ts';
import type {ServiceSpec} from '../scaler/fleet.ts';
import {ConfigError, type Config} from './config.ts';

export interface Fitted {
  readonly capacity: number;
  readonly services: readonly ServiceSpec[];
}

/** Throws `ConfigError` when the host can't hold what the configuration promises. */
export function fitToHost(config: Config, facts: Pick<HostFacts, 'cpus' | 'memoryBytes' | 'title'>): Fitted {
  if (config.capacity !== 'auto') return {capacity: config.capacity, services: config.services};
  const {cpus, memoryBytes} = config.slot;
  const byCpu = cpus === null || facts.cpus === null ? Number.POSITIVE_INFINITY : Math.floor(facts.cpus / cpus + 1e-9);
  const byMemory =
    memoryBytes === null || facts.memoryBytes === null ? Number.POSITIVE_INFINITY : Math.floor(facts.memoryBytes / memoryBytes);
  const capacity = Math.min(byCpu, byMemory);
  if (!Number.isFinite(capacity))
    throw new ConfigError('capacity: auto', [`${facts.title} doesn't say what it has: give capacity as a number`]);
  const services = config.services.map(spec => (config.slotsGiven.has(spec.name) ? spec : {...spec, slots: slotsOf(config, spec.name)}));
  const floor = services.reduce((sum, {min, slots}) => sum + min * slots, 0);
  const problems: string[] = [];
  if (capacity < 1) problems.push('the host holds not even one slot: make slot smaller');
  else if (floor > capacity)
    problems.push(`the host holds ${capacity} slots, and the services' min take ${floor}: lower a min or make slot smaller`);
  for (const {name, slots} of services) {
    if (capacity >= 1 && slots > capacity) problems.push(`${name} takes ${slots} slots and the host holds ${capacity}: it could never run`);
  }
  if (problems.length > 0) throw new ConfigError('capacity: auto', problems);
  return {capacity, services};
}

/** As many slots as the larger of its limits fills; a service without limits takes one. */
function slotsOf({slot, workloads}: Config, service: string): number {
  const workload = workloads.get(service);
  const byCpu = slot.cpus !== null && workload?.cpus ? Math.ceil(workload.cpus / slot.cpus - 1e-9) : 1;
  const byMemory = slot.memoryBytes !== null && workload?.memoryBytes ? Math.ceil(workload.memoryBytes / slot.memoryBytes) : 1;
  return Math.max(1, byCpu, byMemory);
}
