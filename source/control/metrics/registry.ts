/** What is told of a fleet, as text that Prometheus reads, at the moment it is asked for. It changes nothing, and knows no HTTP. */
import {Counter, Gauge, Registry} from 'prom-client';
import type {Fleet, Service} from '../../scaler/fleet.ts';
import type {Step} from '../../scaler/step.ts';
import {heardSeconds, type Watched} from './health.ts';
import {countSteps} from './step-counts.ts';

interface Metrics {
  /** The content type of the text. */
  readonly type: string;
  text(): Promise<string>;
  /** To be called after each step. */
  stepped(result: Step): void;
}

/** A gauge and how it is read; null leaves it out, since what isn't known is never told as zero. */
interface Told<From> {
  readonly name: string;
  readonly help: string;
  readonly of: (from: From) => number | null;
}

const flag = (holds: boolean) => (holds ? 1 : 0);

const serviceGauges: readonly Told<Service>[] = [
  {
    name: 'microscale_demand',
    help: 'The load on the service; absent while it can’t be read',
    of: ({demand}) => (demand.kind === 'live' ? demand.value : null),
  },
  {
    name: 'microscale_want_replicas',
    help: 'Replicas that the target asks for, before overrides and bounds; absent for a filler',
    of: ({spec, rawWant}) => (spec.target.kind === 'fill' ? null : rawWant),
  },
  {name: 'microscale_desired_replicas', help: 'Replicas that the plan grants', of: ({decision}) => decision?.desired ?? null},
  {name: 'microscale_running_replicas', help: 'Replicas that run', of: ({observed}) => observed?.running ?? null},
  {name: 'microscale_pending_replicas', help: 'Replicas on their way up', of: ({observed}) => observed?.pending ?? null},
  {name: 'microscale_standby_replicas', help: 'Replicas that wait for a slot', of: ({observed}) => observed?.standby ?? null},
  {
    name: 'microscale_frozen_replicas',
    help: 'Replicas that are paused with their work in them',
    of: ({observed}) => observed?.frozen ?? null,
  },
  {name: 'microscale_stopping_replicas', help: 'Replicas on their way down', of: ({observed}) => observed?.stopping ?? null},
  {
    name: 'microscale_shortfall_replicas',
    help: 'Replicas that the service wants and the plan can’t grant',
    of: ({decision}) => decision?.shortfall ?? null,
  },
  {name: 'microscale_overrides', help: 'Overrides that stand', of: ({overrides}) => overrides.length},
  {name: 'microscale_source_lost', help: '1 while the demand’s source is lost', of: ({demand}) => flag(demand.kind === 'lost')},
  {
    name: 'microscale_trouble',
    help: '1 while replicas can’t be had: they fail, or find no place',
    of: ({observed}) => observed && flag(observed.trouble.kind === 'failing' || observed.trouble.kind === 'unplaceable'),
  },
];

const fleetGauges: readonly Told<Fleet>[] = [
  {name: 'microscale_capacity_slots', help: 'Slots that the host holds', of: ({settings}) => settings.capacity},
  {name: 'microscale_running_slots', help: 'Slots of running replicas', of: ({standing}) => standing.runningSlots},
  {name: 'microscale_held_slots', help: 'Slots of running, pending and stopping replicas', of: ({standing}) => standing.heldSlots},
  {
    name: 'microscale_lease_held',
    help: '1 while this engine has the right to act',
    of: ({lease}) => flag(lease.kind === 'held' || lease.kind === 'unneeded'),
  },
  {name: 'microscale_host_connected', help: '1 while the host can be reached', of: ({host}) => flag(host.kind === 'connected')},
  {name: 'microscale_acting', help: '1 while the scaler acts; 0 while paused or in a dry run', of: ({acting}) => flag(acting === 'auto')},
];

export function createMetrics(watched: Watched): Metrics {
  const fleet = () => watched.engine.fleet();
  const registry = new Registry();
  for (const metric of [
    ...serviceGauges.map(told => gaugePerService(told, fleet)),
    ...fleetGauges.map(({name, help, of}) => gaugeOf(name, help, () => of(fleet()))),
    gaugeOf('microscale_host_heard_age_seconds', 'Since the host last answered', () => heardSeconds(watched)),
    gaugeOf('microscale_process_resident_memory_bytes', 'Memory of the engine’s process', () => process.memoryUsage.rss()),
    sumOf('microscale_observed_seconds_total', 'Time that the other two are shares of', () => fleet().score.ms / 1000),
    sumOf('microscale_met_seconds_total', 'Time in which priority 1 ran what it wanted', () => fleet().score.metMs / 1000),
    sumOf('microscale_won_seconds_total', 'Time in which that held and the slots were in use', () => fleet().score.wonMs / 1000),
    sumOf(
      'microscale_lost_work_seconds_total',
      'How long replicas had worked that were ended for others',
      () => fleet().score.lostMs / 1000,
    ),
    sumOf('microscale_process_cpu_seconds_total', 'Processor time of the engine’s process', cpuSeconds),
  ])
    registry.registerMetric(metric);
  const counts = countSteps(registry);
  return {
    type: registry.contentType,
    async text() {
      counts.begin(fleet());
      const text = await registry.metrics();
      // Whoever is gone was told of a last time.
      counts.forget(fleet());
      return text;
    },
    stepped: counts.stepped,
  };
}

function gaugePerService({name, help, of}: Told<Service>, fleet: () => Fleet): Gauge<'service'> {
  return new Gauge({
    name,
    help,
    labelNames: ['service'],
    registers: [],
    collect() {
      this.reset();
      for (const service of fleet().services) {
        const value = of(service);
        if (value !== null) this.set({service: service.spec.name}, value);
      }
    },
  });
}

/** A null is left out. */
function gaugeOf(name: string, help: string, read: () => number | null): Gauge {
  return new Gauge({
    name,
    help,
    registers: [],
    collect() {
      const value = read();
      if (value === null) this.remove();
      else this.set(value);
    },
  });
}

/** A sum that is kept elsewhere, and only ever grows. */
function sumOf(name: string, help: string, read: () => number): Counter {
  let told = 0;
  return new Counter({
    name,
    help,
    registers: [],
    collect() {
      told = Math.max(told, read());
      this.reset();
      this.inc(told);
    },
  });
}

function cpuSeconds(): number {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1_000_000;
}
