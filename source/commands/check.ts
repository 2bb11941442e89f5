/** `check`: reads a configuration and says what is wrong with it, or what it means. */
import {loadConfig} from '../config/file.ts';
import {modeHints} from '../config/mode-hints.ts';
import {readinessNotes} from '../config/readiness.ts';
import {unbounded} from '../scaler/spec.ts';
import {circumstanceWords} from '../scaler/mode-words.ts';
import {targetWords} from '../scaler/target-words.ts';
import type {Output} from './run.ts';

export function check(path: string, output: Output): void {
  const config = loadConfig(path);
  output.line(`${path} is fine: project ${config.project}, capacity ${config.capacity}, ${config.services.length} services`);
  const host = config.orchestrator === 'swarm' ? ({kind: 'swarm', nodes: []} as const) : null;
  const notes = [...config.notes, ...modeHints(config, Date.now()), ...readinessNotes(config, host)];
  for (const note of notes) output.line(`  note: ${note}`);
  for (const spec of config.services.toSorted((a, b) => a.priority - b.priority)) {
    const max = spec.max === unbounded ? 'no max' : `max ${spec.max}`;
    const demand =
      config.demands
        .get(spec.name)
        ?.map(({source}) => source)
        .join(' and ') ?? 'no demand';
    output.line(`  ${spec.priority}  ${spec.name}  ${targetWords(spec.target)}, ${demand}, min ${spec.min}, ${max}`);
    const workload = config.workloads.get(spec.name);
    const fixedPort = workload?.ports.find(port => /:\d+:?\d*(\/|$)/.test(port) || /^\d+:\d+/.test(port));
    if (fixedPort && spec.max > 1) {
      output.line(`     note: port ${fixedPort} can be taken by one replica only: leave the host's port out, or set max: 1`);
    }
  }
  for (const {name, when, until} of config.modes) {
    const any = (all: typeof when) => all.map(circumstanceWords).join(' or ');
    output.line(`  mode  ${name}  ${when.length === 0 ? 'by hand' : any(when)}${until.length === 0 ? '' : `, until ${any(until)}`}`);
  }
}
