/** `simulate`: rules through the real engine in virtual time, on demand that is made up or was measured, and how they fared. */
import {findConfig} from '../config/file.ts';
import {durationWords} from '../config/units.ts';
import {clean} from '../clean.ts';
import {openSimulatedRecording} from '../recording.ts';
import {openMeasured} from '../sources/measured/measured.ts';
import type {Measured} from '../sources/measured/moment.ts';
import {comparisonJson, comparisonLines} from './comparison.ts';
import {UsageError, type Options} from './options.ts';
import {elapsedWords, scoreLines} from './lines.ts';
import type {Output} from './run.ts';
import {parseSweep, sweepLines} from './sweep.ts';
import {tallyJson, tallyLines} from './tally-lines.ts';
import {loadTrial, type Trial} from './trial.ts';
import {runTrials, type Outcome} from './trials.ts';

/** Returns false when an invariant was broken, which is a bug of microscale's. */
export async function simulate(options: Options, output: Output): Promise<boolean> {
  const path = options.config ?? findConfig('.');
  const measured = options.demand === null ? null : await openMeasured(options.demand);
  const capacities = options.sweep === null ? null : parseSweep(options.sweep);
  const trials = trialsOf(options, path, capacities, measured);
  if (options.record !== null && trials.length > 1) throw new UsageError('--record keeps one run: leave out --sweep and --compare');
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  const recorder = options.record === null ? null : openSimulatedRecording(options.record, 'auto', reason => output.line(`!  ${reason}`));
  // Two rules are judged by the wants of the first; capacities by one rule's own.
  const yardstick = options.compare === null ? null : (trials[0] ?? null);
  const startedAt = performance.now();
  const {forMs, outcomes} = await runTrials({trials, seed, forMs: options.forMs, measured, recorder, yardstick});
  const tookMs = performance.now() - startedAt;
  const sound = outcomes.every(({violations}) => violations.length === 0);
  if (options.json) {
    output.line(JSON.stringify({seed, forMs, ...jsonOf(outcomes, capacities)}));
    return sound;
  }
  const what = outcomes.map(({trial}) => trial.name);
  const subject = capacities === null ? what.join(' and ') : `${what[0]} at ${capacities.length} capacities`;
  const played = measured === null ? '' : ` on ${measured.path}`;
  output.line(clean(`simulated ${durationWords(forMs)} of ${subject}${played} in ${durationWords(tookMs)}, seed ${seed}`));
  for (const note of notesOf(outcomes)) output.line(clean(`note: ${note}`));
  for (const text of linesOf(outcomes, capacities, !options.ascii)) output.line(text);
  for (const {violations, startAt, trial} of outcomes) {
    for (const {at, invariant, detail} of violations)
      output.line(`BROKEN at ${elapsedWords(at - startAt)} of ${trial.name}: ${invariant}: ${detail} (please report the seed)`);
  }
  return sound;
}

function trialsOf(
  options: Options,
  path: string | null,
  capacities: readonly number[] | null,
  measured: Measured | null,
): readonly Trial[] {
  const {compare, capacity} = options;
  if (capacities !== null) {
    if (compare !== null) throw new UsageError('--sweep and --compare are two questions: ask one at a time');
    if (capacity !== null) throw new UsageError('--capacity and --sweep say both how many slots there are: leave one out');
    return capacities.map(slots => loadTrial(path, options, slots, measured));
  }
  const first = loadTrial(path, options, capacity, measured);
  if (compare === null) return [first];
  const second = loadTrial(compare, options, capacity, measured);
  // Two files of one name are told apart by their whole paths.
  return first.name === second.name
    ? [
        {...first, name: path ?? first.name},
        {...second, name: compare},
      ]
    : [first, second];
}

function linesOf(outcomes: readonly Outcome[], capacities: readonly number[] | null, unicode: boolean): readonly string[] {
  if (capacities !== null) return sweepLines(sweptOf(outcomes), unicode);
  const [first, second] = outcomes;
  if (!first) return [];
  if (second) return comparisonLines(sideOf(first), sideOf(second));
  return [...scoreLines(first.fleet), ...tallyLines(first.tally)];
}

function jsonOf(outcomes: readonly Outcome[], capacities: readonly number[] | null): object {
  const violations = outcomes.flatMap(outcome => outcome.violations);
  if (capacities !== null) return {sweep: sweptOf(outcomes).map(({capacity, tally}) => ({capacity, ...tallyJson(tally)})), violations};
  const [first, second] = outcomes;
  if (!first) return {violations};
  if (!second) return {score: first.fleet.score, ...tallyJson(first.tally), violations};
  const rules = outcomes.map(({trial, fleet, tally}) => ({name: trial.name, score: fleet.score, ...tallyJson(tally)}));
  return {rules, comparison: comparisonJson(sideOf(first), sideOf(second)), violations};
}

function sweptOf(outcomes: readonly Outcome[]) {
  return outcomes.map(({trial, tally}) => ({capacity: trial.fitted.settings.capacity, tally}));
}

function sideOf({trial, tally}: Outcome) {
  return {name: trial.name, tally};
}

/** What is to be said of the files, and of services that no number ever reached. */
function notesOf(outcomes: readonly Outcome[]): readonly string[] {
  const notes = outcomes.flatMap(({trial, fleet}) => [
    ...trial.notes,
    ...fleet.services
      .filter(({spec, demand}) => spec.target.kind !== 'fill' && !spec.retired && demand.kind === 'waiting')
      .map(({spec}) => `${spec.name} had no reading at all: it held what it had`),
  ]);
  return [...new Set(notes)];
}
