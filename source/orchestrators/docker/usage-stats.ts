/** What one statistic of the engine says, in plain numbers. It asks nobody. */

/** The part of the engine's answer that is read; any of it may be missing. */
export interface Stats {
  readonly read?: string;
  readonly cpu_stats?: {
    readonly cpu_usage?: {readonly total_usage?: number; readonly percpu_usage?: readonly number[] | null};
    readonly online_cpus?: number;
  };
  readonly memory_stats?: {
    readonly usage?: number;
    readonly limit?: number;
    readonly stats?: Readonly<Record<string, number>>;
  };
  readonly networks?: Readonly<Record<string, {readonly rx_bytes?: number; readonly tx_bytes?: number}>>;
}

/** What a container may use of the host's CPUs; zero and empty for no limit. */
export interface Limits {
  readonly nanoCpus: number;
  readonly quota: number;
  readonly period: number;
  readonly cpuset: string;
}

/** The engine's usual period of a CPU quota, in microseconds. */
const usualPeriod = 100_000;

/** In milliseconds; null for a container that doesn't run. */
export function takenAt({read}: Stats): number | null {
  const at = Date.parse(read ?? '');
  return Number.isNaN(at) || at <= 0 ? null : at;
}

export function cpuSeconds({cpu_stats: cpu}: Stats): number {
  return sound(cpu?.cpu_usage?.total_usage, 'the CPU') / 1e9;
}

/** How many CPUs are all that it may use: its own limit, else those that it is bound to, else all of the host. */
export function cpusOf({cpu_stats: cpu}: Stats, {nanoCpus, quota, period, cpuset}: Limits): number {
  const host = cpu?.online_cpus || cpu?.cpu_usage?.percpu_usage?.length || 1;
  const bound = Math.min(host, cpuset.trim() === '' ? host : countOf(cpuset));
  if (nanoCpus > 0) return Math.min(bound, nanoCpus / 1e9);
  if (quota > 0) return Math.min(bound, quota / (period > 0 ? period : usualPeriod));
  return bound;
}

/** Of its limit, or of the host's memory. */
export function memoryShare(stats: Stats): number {
  const limit = sound(stats.memory_stats?.limit, 'the memory');
  if (limit <= 0) throw new Error('the engine does not measure the memory');
  return memoryBytes(stats) / limit;
}

/** What it uses without the file cache that could go, as `docker stats` has it. */
export function memoryBytes({memory_stats: memory}: Stats): number {
  const usage = sound(memory?.usage, 'the memory');
  const inactive = memory?.stats?.['total_inactive_file'] ?? memory?.stats?.['inactive_file'] ?? 0;
  return inactive < usage ? usage - inactive : usage;
}

/** In and out, over all networks. */
export function networkBytes({networks}: Stats): number {
  if (!networks) throw new Error('its containers have no network of their own to measure');
  return Object.values(networks).reduce((sum, {rx_bytes: received = 0, tx_bytes: sent = 0}) => sum + received + sent, 0);
}

function sound(value: number | undefined, what: string): number {
  if (value === undefined || !Number.isFinite(value) || value < 0) throw new Error(`the engine does not measure ${what}`);
  return value;
}

/** `0-3,8` are five. */
function countOf(cpuset: string): number {
  let count = 0;
  for (const part of cpuset.split(',')) {
    const [first = 0, last = first] = part.split('-').map(Number);
    count += Number.isFinite(last - first) ? Math.max(0, last - first) + 1 : 0;
  }
  return Math.max(1, count);
}
