/** Two rules beside each other: a table with the differences, and in words which is better in what. */
import {durationWords} from '../config/units.ts';
import {clean} from '../clean.ts';
import type {ServiceTally, Tally} from '../simulator/tally.ts';
import {replicaTimeWords, shareWords, table} from './table.ts';

export interface Side {
  readonly name: string;
  readonly tally: Tally;
}

/** One thing that both were measured by. */
interface Measure {
  readonly title: string;
  readonly values: readonly [number | null, number | null];
  /** Null where neither is better. */
  readonly better: 'more' | 'less' | null;
  /** Smaller differences than this count for nothing. */
  readonly least: number;
  readonly words: (value: number) => string;
}

type Verdict = 'first' | 'second' | 'same';

export function comparisonLines(first: Side, second: Side): readonly string[] {
  const measures = measuresOf(first.tally, second.tally);
  const names = [first.name, second.name];
  const rows = measures.map(measure => {
    const [one, other] = measure.values.map(value => (value === null ? '-' : measure.words(value)));
    const verdict = verdictOf(measure);
    return [
      measure.title,
      one ?? '-',
      other ?? '-',
      differenceWords(measure),
      verdict === 'same' ? '' : (names[verdict === 'first' ? 0 : 1] ?? ''),
    ];
  });
  const lists = (verdict: Verdict) =>
    measures.filter(measure => verdictOf(measure) === verdict).map(measure => measureWords(measure, verdict));
  return [
    ...table([['', ...names, 'DIFFERENCE', 'BETTER'], ...rows], true),
    `Both are judged by the replicas that the targets of ${first.name} ask for, whatever their bounds and windows make of it.`,
    ...betterLine(first.name, lists('first')),
    ...betterLine(second.name, lists('second')),
    ...(measures.every(measure => verdictOf(measure) === 'same') ? ['Both fared the same.'] : []),
  ].map(clean);
}

export function comparisonJson(first: Side, second: Side): readonly object[] {
  const names = {first: first.name, second: second.name, same: null};
  return measuresOf(first.tally, second.tally).map(measure => ({
    measure: measure.title,
    values: measure.values,
    better: names[verdictOf(measure)],
  }));
}

function betterLine(name: string, words: readonly string[]): readonly string[] {
  return words.length === 0 ? [] : [`${name} is better in: ${words.join('; ')}`];
}

/** Such as `web missed 12.0 min instead of 30.5 min`. */
function measureWords({title, values: [one, other], words}: Measure, verdict: Verdict): string {
  const [better, worse] = verdict === 'first' ? [one, other] : [other, one];
  return `${title} ${words(better ?? 0)} instead of ${words(worse ?? 0)}`;
}

function verdictOf({values: [one, other], better, least}: Measure): Verdict {
  if (better === null || one === null || other === null || Math.abs(one - other) < least) return 'same';
  return one > other === (better === 'more') ? 'first' : 'second';
}

function differenceWords({values: [one, other], least, words}: Measure): string {
  if (one === null || other === null) return '';
  const difference = other - one;
  if (Math.abs(difference) < least) return '0';
  return `${difference > 0 ? '+' : '-'}${words(Math.abs(difference))}`;
}

function measuresOf(first: Tally, second: Tally): readonly Measure[] {
  const both = (of: (tally: Tally) => number | null): Measure['values'] => [of(first), of(second)];
  const share = (title: string, values: Measure['values']): Measure => ({title, values, better: 'more', least: 0.0005, words: percent});
  const missed = (title: string, values: Measure['values']): Measure => ({
    title,
    values,
    better: 'less',
    least: 1000,
    words: replicaTimeWords,
  });
  const count = (title: string, values: Measure['values']): Measure => ({title, values, better: 'less', least: 1, words: String});
  const sum = (tally: Tally, of: (service: ServiceTally) => number) => tally.services.reduce((total, service) => total + of(service), 0);
  const names = [...new Set([...first.services, ...second.services].map(({service}) => service))];
  const perService = names.flatMap((name): readonly Measure[] => {
    const [one, other] = [first, second].map(({services}) => services.find(({service}) => service === name));
    const ran = {title: `${name} ran`, better: 'more', least: 1000, words: replicaTimeWords} as const;
    // What only one of the two rules knows can be told, and not compared.
    if (!one || !other || one.fills !== other.fills)
      return [{...ran, values: [one?.runningReplicaMs ?? null, other?.runningReplicaMs ?? null], better: null}];
    if (one.fills) return [{...ran, values: [one.runningReplicaMs, other.runningReplicaMs]}];
    return [
      share(`${name} met`, [ratio(one.metMs, first.ms), ratio(other.metMs, second.ms)]),
      {title: `${name} short`, values: [one.shortMs, other.shortMs], better: 'less', least: 1000, words: durationWords},
      missed(`${name} missed`, [one.missedReplicaMs, other.missedReplicaMs]),
    ];
  });
  return [
    share(
      'priority 1 met',
      both(tally => ratio(tally.urgentMetMs, tally.ms)),
    ),
    share(
      'everything met',
      both(tally => ratio(tally.allMetMs, tally.ms)),
    ),
    share(
      'slots full',
      both(tally => ratio(tally.runningSlotMs, tally.capacitySlotMs)),
    ),
    count(
      'starts',
      both(tally => sum(tally, service => service.started)),
    ),
    count(
      'stops',
      both(tally => sum(tally, service => service.stopped)),
    ),
    ...perService,
  ];
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function percent(value: number): string {
  return shareWords(value, 1);
}
