/** How much capacity is enough: the same demand at each number of slots, as a table, a chart and a sentence. */
import {plotLines} from '../console/plot.ts';
import {durationWords} from '../config/units.ts';
import type {Tally} from '../simulator/tally.ts';
import {UsageError} from './options.ts';
import {replicaTimeWords, shareWords, table} from './table.ts';

export interface Swept {
  readonly capacity: number;
  readonly tally: Tally;
}

const runsMax = 100;

/** The capacities of `capacity=8..20` or `capacity=8..20/2`; the last is always among them. */
export function parseSweep(text: string): readonly number[] {
  const [whole, from = '', to = '', step = '1'] = /^capacity=(\d{1,8})\.\.(\d{1,8})(?:\/(\d{1,8}))?$/.exec(text.replaceAll(' ', '')) ?? [];
  if (whole === undefined) throw new UsageError(`--sweep ${text}: expected capacity=8..20, or capacity=8..20/2 for every second`);
  const [first, last, by] = [Number(from), Number(to), Number(step)];
  if (first < 1 || last < first || by < 1)
    throw new UsageError(`--sweep ${text}: expected a range that rises from 1 or more, such as capacity=8..20`);
  const runs = Math.floor((last - first) / by) + 1;
  if (runs > runsMax)
    throw new UsageError(
      `--sweep ${text}: that is ${runs} runs, and ${runsMax} are the most: try capacity=${first}..${last}/${Math.ceil((last - first + 1) / runsMax)}`,
    );
  const capacities = Array.from({length: runs}, (_, index) => first + index * by);
  return capacities.at(-1) === last ? capacities : [...capacities, last];
}

export function sweepLines(swept: readonly Swept[], unicode: boolean): readonly string[] {
  const rows = swept.map(({capacity, tally}) => {
    const sums = sumsOf(tally);
    return [
      String(capacity),
      shareWords(tally.urgentMetMs, tally.ms),
      shareWords(tally.allMetMs, tally.ms),
      durationWords(tally.ms - tally.allMetMs),
      replicaTimeWords(sums.missed),
      replicaTimeWords(sums.filled),
      String(sums.started),
      String(sums.stopped),
    ];
  });
  const labels = swept.map(({capacity}) => String(capacity));
  const chart = (title: string, values: readonly number[], unit: string) => plotLines({title, labels, values, unit, unicode});
  const allMet = swept.map(({tally}) => (tally.ms === 0 ? 0 : (100 * tally.allMetMs) / tally.ms));
  const filled = swept.map(({tally}) => sumsOf(tally).filled / 3_600_000);
  return [
    ...table([['CAPACITY', 'PRI 1 MET', 'ALL MET', 'SHORT', 'MISSED', 'FILLERS RAN', 'STARTS', 'STOPS'], ...rows], true),
    ...(swept.length < 2 ? [] : ['', ...chart('all demand met, by capacity', allMet, '%')]),
    ...(swept.length < 2 || filled.every(value => value === 0)
      ? []
      : ['', ...chart('work that fillers got (replica-hours), by capacity', filled, 'h')]),
    '',
    enoughWords(swept),
  ];
}

/** Within this share of the time of the best that was tried, more slots are worth nothing. */
const sameShare = 0.001;

/** The least capacity that meets the demand as well as the best that was tried, in a sentence. */
export function enoughWords(swept: readonly Swept[]): string {
  const met = ({tally}: Swept) => (tally.ms === 0 ? 0 : tally.allMetMs / tally.ms);
  const best = Math.max(...swept.map(met));
  const enough = swept.find(one => met(one) >= best - sameShare);
  const last = swept.at(-1);
  if (!enough || !last) return 'nothing was tried';
  const share = shareWords(enough.tally.allMetMs, enough.tally.ms);
  if (enough === last && swept.length > 1)
    return `${enough.capacity} slots are the most that was tried and meet most (${share}): more may still help`;
  const more = swept.length > 1 ? '; more slots only give the fillers more' : '';
  return `${enough.capacity} slots are enough for this demand: all of it is met ${share} of the time${more}`;
}

export function sumsOf({services}: Tally): {missed: number; filled: number; started: number; stopped: number} {
  const sums = {missed: 0, filled: 0, started: 0, stopped: 0};
  for (const service of services) {
    sums.missed += service.missedReplicaMs;
    if (service.fills) sums.filled += service.runningReplicaMs;
    sums.started += service.started;
    sums.stopped += service.stopped;
  }
  return sums;
}
