/** What is counted from step to step, service by service, for as long as the service is there. It knows nothing of who asks. */
import {Counter, Histogram, type Registry} from 'prom-client';
import type {Fleet} from '../../scaler/fleet.ts';
import type {Step} from '../../scaler/step.ts';

interface StepCounts {
  /** Begins the counts of a fleet at zero and not at their first change, which a rate would miss. */
  begin(fleet: Fleet): void;
  /** To be called after each step. */
  stepped(result: Step): void;
  /** Drops the counts of services that are gone, which would else add up for ever. */
  forget(fleet: Fleet): void;
}

/** From a replica that only has to be thawed to an image that has to be pulled, in seconds; each costs a line per service. */
const handoverBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60];

export function countSteps(registry: Registry): StepCounts {
  const labelled = {labelNames: ['service'] as const, registers: [registry]};
  const counterOf = (name: string, help: string) => new Counter({name, help, ...labelled});
  const started = counterOf('microscale_replicas_started_total', 'Replicas that were asked for beyond what had been');
  const stopped = counterOf('microscale_replicas_stopped_total', 'Replicas that were asked to go');
  const actions = counterOf('microscale_actions_total', 'Requests to the orchestrator');
  const failures = counterOf('microscale_failures_total', 'Times that replicas couldn’t be had and are tried again');
  const handover = new Histogram({
    name: 'microscale_handover_seconds',
    help: 'From the decision to the moment the last of the new replicas serves',
    ...labelled,
    buckets: handoverBuckets,
  });
  const counters = [started, stopped, actions, failures];
  const known = new Set<string>();

  function know(service: string): void {
    if (known.has(service)) return;
    known.add(service);
    for (const counter of counters) counter.inc({service}, 0);
    handover.zero({service});
  }

  return {
    begin({services}) {
      for (const {spec} of services) know(spec.name);
    },
    stepped(result) {
      for (const {service, from, replicas} of result.actions) {
        know(service);
        actions.inc({service});
        started.inc({service}, Math.max(0, replicas - from));
        stopped.inc({service}, Math.max(0, from - replicas));
      }
      for (const happening of result.happenings) {
        if (happening.kind !== 'trouble' || happening.retryAt === null) continue;
        know(happening.service);
        failures.inc({service: happening.service});
      }
      for (const {service, tookMs} of result.handovers) {
        know(service);
        handover.observe({service}, tookMs / 1000);
      }
    },
    forget({services}) {
      const present = new Set(services.map(({spec}) => spec.name));
      for (const service of known) {
        if (present.has(service)) continue;
        known.delete(service);
        for (const metric of [...counters, handover]) metric.remove(service);
      }
    },
  };
}
