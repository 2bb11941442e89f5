/** `simulate`: a configuration, or the box, through the real engine in virtual time, and its score. */
import {boxConfig, boxImage} from '../config/box.ts';
import {fitToHost} from '../config/capacity.ts';
import {findConfig, loadConfig} from '../config/file.ts';
import {durationWords} from '../config/units.ts';
import {calmHost, simulatedNode} from '../orchestrators/simulated.ts';
import {ConfigError} from '../config/config.ts';
import {openSimulatedRecording} from '../recording.ts';
import {simulate as runSimulation} from '../simulator/simulate.ts';
import {UsageError, type Options} from './options.ts';
import {elapsedWords, scoreLines} from './lines.ts';
import type {Output} from './run.ts';

const hourMs = 3_600_000;

/** Returns false when an invariant was broken, which is a bug of microscale's. */
export async function simulate(options: Options, output: Output): Promise<boolean> {
  const path = options.config ?? findConfig('.');
  if (path === null && options.capacity === 'auto')
    throw new UsageError('--capacity auto needs a configuration: slot must say what one slot holds');
  const capacityGiven = options.capacity === 'auto' || options.capacity === null ? 10 : options.capacity;
  const config = path === null ? boxConfig(options.image ?? boxImage, capacityGiven) : loadConfig(path, options.capacity ?? undefined);
  for (const [service, demands] of config.demands) {
    if (demands.some(({source}) => source === 'file'))
      throw new UsageError(`${service} reads its demand from a file, which has no virtual time: use random, wave or fixed to simulate`);
  }
  const {settings, services, problems} = fitToHost(config, {title: 'the simulated host', nodes: [simulatedNode]});
  if (problems.length > 0) throw new ConfigError('capacity: auto', problems);
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  const forMs = options.forMs ?? hourMs;
  const recorder = options.record === null ? null : openSimulatedRecording(options.record, 'auto', reason => output.line(`!  ${reason}`));
  const startedAt = performance.now();
  const {fleet, violations} = await runSimulation({
    seed,
    forMs,
    settings,
    services,
    demands: config.demands,
    host: calmHost,
    recorder,
  });
  const tookMs = performance.now() - startedAt;
  if (options.json) {
    output.line(JSON.stringify({seed, forMs, score: fleet.score, violations}));
    return violations.length === 0;
  }
  output.line(`simulated ${durationWords(forMs)} of ${path ?? 'the box'} in ${durationWords(tookMs)}, seed ${seed}`);
  for (const text of scoreLines(fleet)) output.line(text);
  for (const {at, invariant, detail} of violations)
    output.line(`BROKEN at ${elapsedWords(at)}: ${invariant}: ${detail} (please report the seed)`);
  return violations.length === 0;
}
