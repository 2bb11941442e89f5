/** `plan`: observes once, says what the scaler would do and why, and changes nothing. */
import {clean} from '../clean.ts';
import {followsDemand, type ServiceSpec} from '../scaler/spec.ts';
import {assemble} from './assemble.ts';
import {clockWords, hostLine, planLines} from './lines.ts';
import type {Options} from './options.ts';
import type {Output} from './run.ts';

/** A source that has not spoken by then is shown as waiting. */
const readingsLimitMs = 2000;

export async function plan(options: Options, output: Output): Promise<void> {
  const running = await assemble({...options, dryRun: true, record: null, onExit: 'leave'});
  const {engine, facts} = running;
  await readingsOf(engine);
  const fleet = engine.fleet();
  const warnings = running.warnings();
  await running.close();
  if (options.json) {
    const services = fleet.services.map(({spec, demand, observed, decision}) => ({service: spec.name, demand, observed, decision}));
    output.line(
      JSON.stringify({host: facts.title, simulated: facts.kind === 'simulated', capacity: fleet.settings.capacity, services, warnings}),
    );
    return;
  }
  output.line(hostLine(facts, fleet));
  for (const text of planLines(fleet, clockWords)) output.line(text);
  for (const text of warnings) output.line(clean(`!  ${text}`));
}

function readingsOf(engine: {
  fleet(): {services: readonly {demand: {kind: string}; spec: Pick<ServiceSpec, 'target' | 'retired'>}[]};
}): Promise<void> {
  return new Promise(resolve => {
    const limit = Date.now() + readingsLimitMs;
    const look = () => {
      const waits = engine.fleet().services.some(({demand, spec}) => demand.kind === 'waiting' && followsDemand(spec) && !spec.retired);
      if (!waits || Date.now() >= limit) resolve();
      else setTimeout(look, 20);
    };
    look();
  });
}
