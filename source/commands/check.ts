/** `check`: reads a configuration and says what is wrong with it, or what it means. */
import {loadConfig} from '../config/file.ts';
import {readinessNotes} from '../config/readiness.ts';
import {unbounded} from '../scaler/fleet.ts';
import type {Output} from './run.ts';

export function check(path: string, output: Output): void {
  const config = loadConfig(path);
  output.line(`${path} is fine: project ${config.project}, capacity ${config.capacity}, ${config.services.length} services`);
  const host = config.orchestrator === 'swarm' ? ({kind: 'swarm', nodes: []} as const) : null;
  for (const note of [...config.notes, ...readinessNotes(config, host)]) output.line(`  note: ${note}`);
  for (const spec of config.services.toSorted((a, b) => a.priority - b.priority)) {
    const target = spec.target.kind === 'perReplica' ? `1 replica per ${spec.target.value}` : spec.target.kind;
    const max = spec.max === unbounded ? 'no max' : `max ${spec.max}`;
    const demand = config.demands.get(spec.name)?.source ?? 'no demand';
    output.line(`  ${spec.priority}  ${spec.name}  ${target}, ${demand}, min ${spec.min}, ${max}`);
    const workload = config.workloads.get(spec.name);
    const fixedPort = workload?.ports.find(port => /:\d+:?\d*(\/|$)/.test(port) || /^\d+:\d+/.test(port));
    if (fixedPort && spec.max > 1) {
      output.line(`     note: port ${fixedPort} can be taken by one replica only: leave the host's port out, or set max: 1`);
    }
  }
}
