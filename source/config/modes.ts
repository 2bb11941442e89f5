/** The modes of a configuration: what begins and ends each, what it changes, and what of that can't be meant. */
import {readCron} from '../cron.ts';
import type {Circumstance, DemandCircumstance} from '../scaler/circumstance.ts';
import {autoMode, normalMode} from '../scaler/fleet.ts';
import type {ModeChange, ModeSpec, ServiceSpec} from '../scaler/spec.ts';
import {spanWords} from '../scaler/mode-words.ts';
import type {DemandSpec} from '../sources/source.ts';
import type {Mistake, Path} from './mistakes.ts';
import {nearest} from './nearest.ts';
import type {CircumstanceText, ConfigText, ModeText, ServiceText} from './schema.ts';
import {followingOf, targetFrom} from './target.ts';
import type {TargetText} from './target-schema.ts';
import {parseDuration} from './units.ts';

/** What modes are read among. */
export interface Among {
  readonly services: readonly ServiceSpec[];
  /** What each follows. */
  readonly demands: ReadonlyMap<string, readonly DemandSpec[]>;
  /** Those whose labels on a host, which isn't known yet, may say more. */
  readonly unsure: ReadonlySet<string>;
  /** The present time, in milliseconds since the epoch, for schedules that never come again. */
  readonly now: number;
}

type Complain = (path: Path, words: string, key?: boolean) => void;

/** Each mode must be one that could begin, hold and end. */
export function modesOf(parsed: ConfigText, among: Among, mistakes: Mistake[]): readonly ModeSpec[] {
  const complain: Complain = (path, words, key = false) => mistakes.push({path, words, key});
  return Object.entries(parsed.modes ?? {}).map(([name, mode]) => {
    const path = ['modes', name];
    if (name === normalMode) complain(path, 'is what holds when no other mode does: give it another name', true);
    if (name === autoMode) complain(path, 'is what leaves the mode to the circumstances: give it another name', true);
    const spec = {
      name,
      say: mode.say ?? '',
      ...rulesOf(mode, path, among, complain),
      services: changesOf(mode, parsed, among, path, mistakes),
    };
    checkFloor(spec, parsed, among, path, complain);
    return spec;
  });
}

function rulesOf(mode: ModeText, path: Path, among: Among, complain: Complain): Pick<ModeSpec, 'when' | 'until'> {
  const read = (given: ModeText['when'], key: string) =>
    listOf(given).flatMap(({item, index}) => {
      const place = index === null ? [...path, key] : [...path, key, index];
      const circumstance = circumstanceOf(item, place, among, complain);
      return circumstance === null ? [] : [{circumstance, place}];
    });
  const when = read(mode.when, 'when');
  const until: {circumstance: DemandCircumstance; place: Path}[] = [];
  for (const {circumstance, place} of read(mode.until, 'until')) {
    if (circumstance.kind === 'demand') until.push({circumstance, place});
    else complain(place, 'is a schedule, which ends by itself after its for: until is for a demand');
  }
  if (mode.until !== undefined && mode.when === undefined)
    complain([...path, 'until'], 'has no when: a mode that is chosen by hand ends when its time is up', true);
  for (const end of until) {
    for (const {circumstance} of when) {
      const words = circumstance.kind === 'demand' ? whyNeverApart(circumstance, end.circumstance) : null;
      if (words) complain([...end.place, 'demand', end.circumstance.side], words);
    }
  }
  return {when: when.map(({circumstance}) => circumstance), until: until.map(({circumstance}) => circumstance)};
}

function listOf(given: ModeText['when']): readonly {item: CircumstanceText; index: number | null}[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? given.map((item, index) => ({item, index})) : [{item: given, index: null}];
}

/** Where what ends a mode may be so while what begins it is. */
function whyNeverApart(begin: DemandCircumstance, end: DemandCircumstance): string | null {
  if (begin.service !== end.service || begin.demand !== end.demand) return null;
  const further = begin.side === 'above' ? end.value > begin.value : end.value < begin.value;
  const begins = `the mode begins ${begin.side} ${begin.value}`;
  if (begin.side !== end.side) return further ? `is ${end.value}, and ${begins}: it would end while what begins it lasts` : null;
  return further ? null : `is ${end.value}, and ${begins}: it would end as soon as it begins`;
}

function circumstanceOf(text: CircumstanceText, path: Path, among: Among, complain: Complain): Circumstance | null {
  const {service, demand, schedule, timezone} = text;
  const ofDemand = service !== undefined || demand !== undefined;
  const ofSchedule = schedule !== undefined || timezone !== undefined;
  if (ofDemand && ofSchedule) {
    complain(path, 'mixes a demand and a schedule: make each an entry of a list, of which any begins the mode');
    return null;
  }
  if (ofSchedule) return scheduleOf(text, path, among, complain);
  if (!ofDemand) {
    complain(path, 'says nothing: expected {service: web, demand: {above: 40, for: 10s}} or {schedule: "0 19 * * 5", for: 2h}');
    return null;
  }
  if (text.for !== undefined) complain([...path, 'for'], 'belongs to the demand: write demand: {above: 40, for: 10s}', true);
  if (service === undefined) complain(path, 'needs a service: whose demand is meant?');
  else checkService(service, path, among, complain);
  const sides = (['above', 'below'] as const).filter(side => demand?.[side] !== undefined);
  const [side] = sides;
  if (side === undefined || sides.length > 1) {
    complain(
      demand === undefined ? path : [...path, 'demand'],
      'needs one line to cross: above or below, such as demand: {above: 40, for: 10s}',
    );
    return null;
  }
  const value = demand?.[side];
  if (service === undefined || value === undefined || demand === undefined) return null;
  const place = placeOf(service, demand.source, among);
  if (place < 0)
    complain([...path, 'demand', 'source'], `is ${demand.source}, and ${service} follows no such: name the source of one of its demands`);
  return {kind: 'demand', service, demand: Math.max(0, place), side, value, forMs: parseDuration(demand.for) ?? 0};
}

/** Where among its demands the one that is meant stands; -1 for none. */
function placeOf(service: string, source: string | undefined, {demands}: Among): number {
  const all = demands.get(service) ?? [];
  return source === undefined || all.length === 0 ? 0 : all.findIndex(demand => demand.source === source);
}

function checkService(service: string, path: Path, {services, demands, unsure}: Among, complain: Complain): void {
  const names = services.map(({name}) => name);
  if (names.includes(service)) {
    if (!demands.has(service) && !unsure.has(service))
      complain([...path, 'service'], `is ${service}, which has no demand: give it one, or name another`);
    return;
  }
  const close = nearest(service, names);
  complain(
    [...path, 'service'],
    `“${service}” is no service here: ${close ? `did you mean “${close}”?` : `known are ${names.join(', ')}`}`,
  );
}

/** So many times are looked at to see whether one begins before the last is over. */
const timesMax = 60;

function scheduleOf(text: CircumstanceText, path: Path, {now}: Among, complain: Complain): Circumstance | null {
  const {schedule, timezone = null} = text;
  if (schedule === undefined) {
    complain(path, 'has a timezone and no schedule: say when, such as schedule: "0 19 * * 5"');
    return null;
  }
  const read = readCron(schedule, timezone);
  if (read.kind === 'wrong') {
    complain([...path, read.about === 'timezone' ? 'timezone' : 'schedule'], read.words);
    return null;
  }
  const forMs = text.for === undefined ? null : parseDuration(text.for);
  if (forMs === null) {
    complain(path, 'needs a for: how long does it last?');
    return null;
  }
  const times: number[] = [];
  for (let at = read.calendar.next(now); at !== null && times.length < timesMax; at = read.calendar.next(at)) times.push(at);
  if (times.length === 0) complain([...path, 'schedule'], 'never comes: no such day is left in any calendar');
  const longest = Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? at)));
  if (times.length > 1 && forMs >= longest)
    complain([...path, 'for'], `is ${text.for}, and the next time comes after ${spanWords(longest)}: the mode would never end`);
  return {kind: 'schedule', schedule, timezone, forMs};
}

function changesOf(mode: ModeText, parsed: ConfigText, among: Among, path: Path, mistakes: Mistake[]): ModeSpec['services'] {
  const {services} = among;
  const changes: Record<string, ModeChange> = {};
  for (const [service, {target, ...change}] of Object.entries(mode.services)) {
    const place = [...path, 'services', service];
    const spec = services.find(({name}) => name === service);
    const usual = parsed.services[service];
    if (!spec || !usual) {
      const names = services.map(({name}) => name);
      const close = nearest(service, names);
      mistakes.push({path: place, words: `is no service here${close ? `: did you mean “${close}”?` : ''}`, key: true});
      continue;
    }
    const {min = spec.min, max = spec.max} = change;
    if (min > max) mistakes.push({path: [...place, 'min'], words: `is ${min} and max is ${max}: min can't be over max`});
    const sources = among.demands.get(service) ?? [];
    const known = !among.unsure.has(service);
    const following = target && (known ? followingIn({...usual, min}, target, sources, place, mistakes) : {target: targetFrom(target)});
    changes[service] = {...(change as ModeChange), ...following};
  }
  return changes;
}

/** How a service follows its demands by the target of a mode: those that have a target of their own keep it, but for the first. */
function followingIn(usual: ServiceText, target: TargetText, sources: readonly DemandSpec[], place: Path, mistakes: Mistake[]): ModeChange {
  const asked = targetFrom(target);
  // For a while nothing need be read of what it follows.
  if (asked.kind === 'fill' || asked.kind === 'fixed') return {target: asked};
  const [first, ...others] = Array.isArray(usual.demand) ? usual.demand : usual.demand ? [usual.demand] : [];
  const demand = first && [{...first, target: undefined}, ...others];
  const service = {...usual, demand, target, lead: undefined};
  const {target: followed, tolerance, flapGuardMs, settleMs} = followingOf(service, sources, place, mistakes);
  return {target: followed, tolerance, flapGuardMs, settleMs};
}

/** Every min together must fit the capacity in that mode too. */
function checkFloor({services: changes}: ModeSpec, {capacity}: ConfigText, {services}: Among, path: Path, complain: Complain): void {
  if (capacity === 'auto' || !Object.values(changes).some(({min}) => min !== undefined)) return;
  const floor = floorIn(changes, services);
  if (floor > capacity)
    complain([...path, 'services'], `take ${floor} slots by their min in this mode, and capacity is ${capacity}: raise it or lower a min`);
}

/** Slots that every min together takes in a mode. */
export function floorIn(changes: ModeSpec['services'], services: readonly ServiceSpec[]): number {
  return services.reduce((sum, {name, min, slots}) => sum + (changes[name]?.min ?? min) * slots, 0);
}
