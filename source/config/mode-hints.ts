/** What an owner may want to look at in the modes: those that can't be had, and those that stand in each other's way. */
import {readCron} from '../cron.ts';
import type {Circumstance, DemandCircumstance, ScheduleCircumstance} from '../scaler/circumstance.ts';
import {unbounded, type ModeSpec} from '../scaler/spec.ts';
import type {Config} from './config.ts';
import {rangeOf} from './demand-range.ts';

export type HintParts = Pick<Config, 'modes' | 'services' | 'demands' | 'capacity'>;

interface Known extends HintParts {
  readonly timesOf: (circumstance: ScheduleCircumstance) => readonly number[] | null;
}

/**
 * Sentences, in the order of the file. None is a mistake: it runs, though maybe not as it was meant. `now` is the present
 * time, in milliseconds since the epoch.
 */
export function modeHints(given: HintParts, now: number): readonly string[] {
  const {modes} = given;
  const times = new Map<string, readonly number[] | null>();
  const parts: Known = {
    ...given,
    timesOf(circumstance) {
      const key = `${circumstance.schedule} ${circumstance.timezone}`;
      if (!times.has(key)) times.set(key, timesOf(circumstance, now));
      return times.get(key) ?? null;
    },
  };
  return modes.flatMap((mode, index) => [
    ...emptyHints(mode),
    ...reachHints(mode, parts),
    ...boundHints(mode, parts),
    ...modes.slice(0, index).flatMap(earlier => conflictHints(earlier, mode, parts)),
  ]);
}

function emptyHints({name, services}: ModeSpec): readonly string[] {
  return Object.keys(services).length === 0 ? [`the mode ${name} changes nothing: give it services`] : [];
}

/** A demand that is made up has bounds: a line beyond them is never crossed. */
function reachHints({name, when, until}: ModeSpec, {demands}: HintParts): readonly string[] {
  const known = (circumstance: DemandCircumstance) => {
    const demand = demands.get(circumstance.service)?.[circumstance.demand];
    return demand ? rangeOf(demand) : null;
  };
  const hints: string[] = [];
  for (const circumstance of when) {
    if (circumstance.kind !== 'demand') continue;
    const {service, side, value} = circumstance;
    const range = known(circumstance);
    if (!range) continue;
    const {min, max} = range;
    if (side === 'above' ? max <= value : min >= value)
      hints.push(`the mode ${name} never begins by ${service}: its demand is from ${min} to ${max}, and never ${side} ${value}`);
    else if (side === 'above' ? min > value : max < value)
      hints.push(`the mode ${name} always holds by ${service}: its demand is from ${min} to ${max}, and always ${side} ${value}`);
  }
  for (const circumstance of until) {
    const {service, side, value} = circumstance;
    const range = known(circumstance);
    if (range && (side === 'above' ? range.max <= value : range.min >= value))
      hints.push(`the mode ${name} never ends by ${service}: its demand is from ${range.min} to ${range.max}, and never ${side} ${value}`);
  }
  return hints;
}

function boundHints({name, services: changes}: ModeSpec, {services, capacity}: HintParts): readonly string[] {
  if (capacity === 'auto') return [];
  return services.flatMap(({name: service, slots}) => {
    const max = changes[service]?.max;
    return max === undefined || max === unbounded || max * slots <= capacity
      ? []
      : [`in the mode ${name}, ${service} may have ${max}, which takes ${max * slots} slots, and there are ${capacity}`];
  });
}

/** Two that can hold at once and differ: the first in the file does, as a whole. */
function conflictHints(first: ModeSpec, second: ModeSpec, {services, timesOf: known}: Known): readonly string[] {
  if (first.when.length === 0 || second.when.length === 0) return [];
  if (second.when.every(circumstance => isWithin(circumstance, second, first)))
    return [`the mode ${second.name} never holds by itself: whenever it could, ${first.name} does, which comes first: put it before that`];
  const differ = services.filter(({name}) => differs(first.services[name], second.services[name])).map(({name}) => name);
  if (differ.length === 0) return [];
  const meets = first.when.some(one => second.when.some(other => canMeet(one, first, other, second, known)));
  if (!meets) return [];
  return [
    `the modes ${first.name} and ${second.name} can hold at once, and differ over ${wordsOf(differ)}: then ${first.name} holds, which comes first`,
  ];
}

function wordsOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

function differs(a: ModeSpec['services'][string] | undefined, b: ModeSpec['services'][string] | undefined): boolean {
  const fields = ['priority', 'min', 'max', 'weight', 'target'] as const;
  return fields.some(field => JSON.stringify(a?.[field]) !== JSON.stringify(b?.[field]));
}

/** True where the other mode begins no later and ends no sooner. What ends them otherwise makes that uncertain. */
function isWithin(circumstance: Circumstance, own: ModeSpec, mode: ModeSpec): boolean {
  if (mode.until.length > 0 && circumstance.kind === 'schedule') return false;
  return mode.when.some(one => {
    if (circumstance.kind === 'schedule') {
      return one.kind === 'schedule' && sameTimes(one, circumstance) && one.forMs >= circumstance.forMs;
    }
    if (one.kind !== 'demand' || !sameDemand(one, circumstance) || one.side !== circumstance.side) return false;
    const lasts = mode.until.every(end => sameDemand(end, one));
    const wider = one.side === 'above' ? one.value <= circumstance.value : one.value >= circumstance.value;
    return lasts && wider && one.forMs <= circumstance.forMs && endsNoLater(circumstance, own, one, mode);
  });
}

function endsNoLater(a: DemandCircumstance, aMode: ModeSpec, b: DemandCircumstance, bMode: ModeSpec): boolean {
  const [level, other] = [lastsTo(a, aMode), lastsTo(b, bMode)];
  const spans = (begin: DemandCircumstance, {until}: ModeSpec) => (until.length === 0 ? [begin] : until).map(({forMs}) => forMs);
  const sooner = Math.max(...spans(a, aMode)) <= Math.min(...spans(b, bMode));
  return sooner && (a.side === 'above' ? level >= other : level <= other);
}

function sameTimes(a: ScheduleCircumstance, b: ScheduleCircumstance): boolean {
  return a.schedule === b.schedule && a.timezone === b.timezone;
}

function sameDemand(a: DemandCircumstance, b: DemandCircumstance): boolean {
  return a.service === b.service && a.demand === b.demand;
}

function canMeet(a: Circumstance, aMode: ModeSpec, b: Circumstance, bMode: ModeSpec, known: Known['timesOf']): boolean {
  if (a.kind === 'demand' && b.kind === 'demand') {
    if (!sameDemand(a, b) || a.side === b.side) return true;
    const [above, below] =
      a.side === 'above'
        ? ([
            [a, aMode],
            [b, bMode],
          ] as const)
        : ([
            [b, bMode],
            [a, aMode],
          ] as const);
    // One lasts down to where it ends, the other up to where it does.
    return lastsTo(above[0], above[1]) < lastsTo(below[0], below[1]);
  }
  return a.kind === 'demand' || b.kind === 'demand' || timesMeet(a, b, known);
}

/** The demand at which a mode that it began is let go. */
function lastsTo(begin: DemandCircumstance, {until}: ModeSpec): number {
  if (until.length === 0) return begin.value;
  const own = until.filter(end => sameDemand(end, begin) && end.side !== begin.side).map(({value}) => value);
  if (own.length === 0) return begin.side === 'above' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return begin.side === 'above' ? Math.max(...own) : Math.min(...own);
}

/** So many times of each are compared, and no more than a year of them. */
const timesMax = 400;
const yearMs = 366 * 86_400_000;

function timesMeet(a: ScheduleCircumstance, b: ScheduleCircumstance, known: Known['timesOf']): boolean {
  const [ours, theirs] = [known(a), known(b)];
  // More often than that, and they are taken to meet.
  if (ours === null || theirs === null) return true;
  return ours.some(at => theirs.some(other => at < other + b.forMs && other < at + a.forMs));
}

function timesOf({schedule, timezone}: ScheduleCircumstance, now: number): readonly number[] | null {
  const read = readCron(schedule, timezone);
  if (read.kind === 'wrong') return [];
  const times: number[] = [];
  for (let at = read.calendar.next(now); at !== null && at < now + yearMs; at = read.calendar.next(at)) {
    if (times.push(at) > timesMax) return null;
  }
  return times;
}
