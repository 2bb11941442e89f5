/** Runs rules on trial, all on the same demand and from the same seed, in virtual time. */
import {calmHost} from '../orchestrators/simulated.ts';
import type {Recorder} from '../ports.ts';
import type {Fleet} from '../scaler/fleet.ts';
import type {Violation} from '../simulator/invariants.ts';
import {inOrder, playTo, type PlayedReading, type Player} from '../simulator/played.ts';
import {openSimulation} from '../simulator/simulate.ts';
import {createTally, type Tally} from '../simulator/tally.ts';
import {MeasuredError, type Measured, type MeasuredReading} from '../sources/measured/moment.ts';
import {playback, type ReplayDemand} from '../sources/measured/playback.ts';
import type {Place, Trial} from './trial.ts';

export interface Outcome {
  readonly trial: Trial;
  readonly fleet: Fleet;
  readonly tally: Tally;
  readonly violations: readonly Violation[];
  /** When virtual time began, in milliseconds since 1970. */
  readonly startAt: number;
  /** How often the engine has folded what waited. */
  readonly steps: number;
}

export interface Trials {
  readonly trials: readonly Trial[];
  readonly seed: number;
  /** Null for as long as what was measured lasts. */
  readonly forMs: number | null;
  readonly measured: Measured | null;
  readonly recorder?: Recorder | null;
  /** By whose wants all are judged; each by its own unless said. */
  readonly yardstick?: Trial | null;
}

/** One moment of the file, or of one replay that a single trial follows. */
type Heard = {readonly atMs: number; readonly last?: boolean} & (
  | {readonly kind: 'measured'; readonly readings: readonly MeasuredReading[]}
  | {readonly kind: 'replayed'; readonly trial: Trial; readonly readings: readonly PlayedReading[]}
);

const hourMs = 3_600_000;

/** Throws `MeasuredError` at the first line that can't be meant. */
export async function runTrials({
  trials,
  seed,
  forMs,
  measured,
  recorder = null,
  yardstick = null,
}: Trials): Promise<{forMs: number; outcomes: readonly Outcome[]}> {
  const startAt = measured?.startAt ?? 0;
  const open = await Promise.all(
    trials.map(async trial => {
      const tallying = createTally(yardstick?.fitted.services ?? null);
      const counted = {steps: 0};
      const {settings, services} = trial.fitted;
      const running = await openSimulation({
        seed,
        startAt,
        settings,
        services,
        demands: trial.madeUp,
        host: calmHost,
        recorder,
        watched: (_entries, result) => {
          counted.steps++;
          tallying.stepped(result);
        },
      });
      return {trial, running, tallying, counted};
    }),
  );
  const players = open.map(({trial, running}): Player<Heard> => ({running, hear: moment => heardBy(trial, moment)}));
  const streams = [
    ...(measured === null ? [] : [measuredMoments(measured)]),
    ...trials.flatMap(trial => trial.replays.map(({place, demand}) => replayedMoments(trial, place, demand))),
  ];
  const tookMs = await playTo(players, inOrder(streams), forMs ?? (measured === null ? hourMs : null));
  const outcomes: Outcome[] = [];
  for (const {trial, running, tallying, counted} of open) {
    const {fleet, violations} = await running.end();
    outcomes.push({trial, fleet, violations, tally: tallying.tally(), startAt, steps: counted.steps});
  }
  return {forMs: tookMs, outcomes};
}

function heardBy(trial: Trial, moment: Heard): readonly PlayedReading[] {
  if (moment.kind === 'replayed') return moment.trial === trial ? moment.readings : [];
  const heard: PlayedReading[] = [];
  for (const {column, demand, reading} of moment.readings) {
    const place = trial.placeOf({column, demand});
    if (place !== null) heard.push({...place, reading});
  }
  return heard;
}

/** The last line of a CSV holds for as long as the step before it was, a recording ends where it ends; whoever goes on after that hears that there is no more. */
async function* measuredMoments({path, columns, moments}: Measured): AsyncGenerator<Heard> {
  let lastMs = 0;
  let stepMs = usualStepMs;
  const seen = new Set<string>(columns);
  for await (const {atMs, readings} of moments) {
    if (atMs > lastMs) stepMs = atMs - lastMs;
    lastMs = atMs;
    if (columns === null) for (const {column} of readings) seen.add(column);
    yield {kind: 'measured', atMs, readings};
  }
  const reading = {kind: 'stale', reason: `${path} is at its end`} as const;
  yield {
    kind: 'measured',
    atMs: columns === null ? lastMs : lastMs + stepMs,
    last: true,
    readings: [...seen].map(column => ({column, demand: 0, reading})),
  };
}

/** What a file of one moment only lasts. */
const usualStepMs = 1000;

async function* replayedMoments(trial: Trial, place: Place, demand: ReplayDemand): AsyncGenerator<Heard> {
  const readingOf = (reading: PlayedReading['reading']) => [{...place, reading}];
  try {
    for await (const {atMs, reading} of playback(demand, place.service))
      yield {kind: 'replayed', atMs, trial, readings: readingOf(reading)};
  } catch (error) {
    // In words that say whose demand it is.
    throw error instanceof MeasuredError ? new MeasuredError(`${place.service}: ${error.message}`) : error;
  }
}
