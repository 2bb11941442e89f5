/** Which mode holds, and what it makes of the configured services. What a circumstance is, is another file's matter. */
import {follow, goOn, noCircumstances, schedule, type Circumstances, type Ending, type Window} from './circumstance.ts';
import type {Happening, Legacy, ModeCause, Reply} from './entry.ts';
import {autoMode, normalMode, type ChosenMode, type Fleet, type HeldMode} from './fleet.ts';
import type {ModeSpec, ServiceSpec} from './spec.ts';

/** An operator's choice, or else the first mode in the file's order whose circumstance holds; null for the normal one. */
function heldMode({at, chosen, settings, circumstances}: Fleet): HeldMode | null {
  if (chosen) return {name: chosen.name, since: chosen.since, why: {kind: 'chosen', by: chosen.by, until: chosen.until}};
  for (const [index, {beginnings}] of circumstances.entries()) {
    const spec = settings.modes[index];
    const [first] = beginnings
      .flatMap((beginning, place) => (beginning.phase === 'on' ? [{...beginning, circumstance: spec?.when[place]}] : []))
      .toSorted((a, b) => a.since - b.since);
    if (!spec || !first?.circumstance) continue;
    const {circumstance, window} = first;
    if (circumstance.kind === 'demand') return {name: spec.name, since: at, why: {kind: 'demand', circumstance}};
    return {name: spec.name, since: at, why: {kind: 'schedule', circumstance, until: window?.until ?? at}};
  }
  return null;
}

/** The fleet in the mode that holds. A change is told, with its cause. */
function hold(fleet: Fleet, happenings: Happening[], causeOf: (from: HeldMode | null, to: HeldMode | null) => ModeCause): Fleet {
  const from = fleet.mode;
  const to = heldMode(fleet);
  if (sameName(from, to)) {
    if (JSON.stringify(from?.why) === JSON.stringify(to?.why)) return fleet;
    // A circumstance that has taken the place of another changes nothing but the reason.
    return {...fleet, mode: to && {...to, since: from?.since ?? to.since}};
  }
  happenings.push(told(fleet, from, to, causeOf(from, to)));
  return inMode(fleet, to);
}

function told({at, settings}: Fleet, from: HeldMode | null, to: HeldMode | null, cause: ModeCause): Happening {
  const say = settings.modes.find(({name}) => name === to?.name)?.say ?? '';
  return {kind: 'mode', at, from: nameOf(from), to: nameOf(to), cause, say};
}

function inMode(fleet: Fleet, mode: HeldMode | null): Fleet {
  const found = fleet.settings.modes.find(({name}) => name === mode?.name);
  const services = fleet.services.map(service => {
    const {configured} = service;
    const change = configured.retired ? undefined : found?.services[configured.name];
    const spec = change === undefined ? configured : {...configured, ...change};
    return sameSpec(spec, service.spec) ? service : {...service, spec};
  });
  return {...fleet, services, mode};
}

function sameSpec(a: ServiceSpec, b: ServiceSpec): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function sameName(a: HeldMode | null, b: HeldMode | null): boolean {
  return nameOf(a) === nameOf(b) && (a === null) === (b === null);
}

function nameOf(mode: HeldMode | null): string {
  return mode?.name ?? normalMode;
}

/** Lets go of a choice whose time is up, follows the circumstances, and puts in force what they come to. */
export function keepMode(fleet: Fleet, happenings: Happening[]): Fleet {
  const {chosen} = fleet;
  const over = chosen !== null && chosen.until !== null && chosen.until <= fleet.at ? chosen : null;
  const {fleet: followed, ended} = followCircumstances(over ? {...fleet, chosen: null} : fleet);
  if (over) return change(followed, happenings, {kind: 'expired', by: over.by});
  return hold(followed, happenings, (from, to) => {
    const ending = from && ended.get(from.name);
    if (ending) return {kind: 'ended', ending};
    return to ? {kind: 'began', why: to.why} : {kind: 'configured'};
  });
}

function followCircumstances(fleet: Fleet): {readonly fleet: Fleet; readonly ended: ReadonlyMap<string, Ending>} {
  const ended = new Map<string, Ending>();
  const {modes} = fleet.settings;
  let changed = false;
  const known = {at: fleet.at, demandOf: (service: string, demand: number) => knownDemand(fleet, service, demand)};
  const circumstances = fleet.circumstances.map((before, index) => {
    const rules = modes[index];
    if (!rules) return before;
    const next = follow(before, rules, known);
    changed ||= next.now !== before;
    if (next.ended) ended.set(rules.name, next.ended);
    return next.now;
  });
  return {fleet: changed ? {...fleet, circumstances} : fleet, ended};
}

function knownDemand({services}: Fleet, name: string, place: number): number | null {
  const service = services.find(({spec}) => spec.name === name);
  const demand = service?.followed[place]?.demand ?? (place === 0 ? service?.demand : undefined);
  return demand?.kind === 'live' ? demand.value : null;
}

/** What an operator or their time has changed is told even where the mode stays as it is. */
function change(fleet: Fleet, happenings: Happening[], cause: ModeCause): Fleet {
  const toldBefore = happenings.length;
  const next = hold(fleet, happenings, () => cause);
  if (happenings.length === toldBefore) happenings.push(told(fleet, fleet.mode, next.mode, cause));
  return next;
}

/** The calendar's word for one of a mode's circumstances; of a mode that isn't there, or not so any more, it is nothing. */
export function scheduleMode(fleet: Fleet, mode: string, when: number, window: Window | null): Fleet {
  const index = fleet.settings.modes.findIndex(({name}) => name === mode);
  const before = fleet.circumstances[index];
  if (!before || fleet.settings.modes[index]?.when[when]?.kind !== 'schedule') return fleet;
  const next = schedule(before, when, window);
  return next === before ? fleet : {...fleet, circumstances: fleet.circumstances.with(index, next)};
}

/** A mode whose circumstances are described as before goes on; a choice that can't be any more is dropped. */
export function configureModes(before: Fleet, fleet: Fleet, happenings: Happening[]): Fleet {
  const earlier = new Map(before.settings.modes.map((spec, index) => [spec.name, {spec, known: before.circumstances[index]}]));
  const circumstances = fleet.settings.modes.map(spec => {
    const same = earlier.get(spec.name);
    return same?.known && sameRules(same.spec, spec) ? same.known : noCircumstances(spec.name, spec);
  });
  const next = {...fleet, circumstances, chosen: possible(fleet, fleet.chosen)};
  const held = hold(next, happenings, () => ({kind: 'configured'}));
  return inMode(held, held.mode);
}

function sameRules(a: ModeSpec, b: ModeSpec): boolean {
  return JSON.stringify([a.when, a.until]) === JSON.stringify([b.when, b.until]);
}

function possible({settings: {modes}}: Fleet, chosen: ChosenMode | null): ChosenMode | null {
  const there = modes.some(({name}) => name === chosen?.name) || (chosen?.name === normalMode && hasCircumstances(modes));
  return there ? chosen : null;
}

function hasCircumstances(modes: readonly ModeSpec[]): boolean {
  return modes.some(({when}) => when.length > 0);
}

/** What the last holder of the lease had chosen, and what had begun for it. */
export function inheritMode(fleet: Fleet, {mode, circumstances: left}: Legacy, happenings: Happening[]): Fleet {
  const theirs = new Map(left.map(circumstances => [circumstances.mode, circumstances]));
  const circumstances = fleet.circumstances.map((own): Circumstances => {
    const last = theirs.get(own.mode);
    return last ? goOn(own, last) : own;
  });
  const next = {...fleet, circumstances, chosen: possible(fleet, mode)};
  const held = hold(next, happenings, () => ({kind: 'inherited'}));
  return inMode(held, held.mode);
}

interface Chosen {
  readonly fleet: Fleet;
  readonly reply: Reply;
  readonly happenings: readonly Happening[];
}

/**
 * An operator's word for the mode. Where circumstances decide, `normal` is a choice like any other, and ends like one;
 * `auto` leaves it to them again.
 */
export function chooseMode(fleet: Fleet, name: string, until: number | null, by: string): Chosen {
  const {modes} = fleet.settings;
  const circumstantial = hasCircumstances(modes);
  const wanted = modes.find(mode => mode.name === name);
  const isBack = name === autoMode || (name === normalMode && !circumstantial);
  if (!wanted && name !== normalMode && name !== autoMode) {
    const words = modes.length === 0 ? 'the configuration has no modes' : `known are ${modeNames(modes).join(', ')}`;
    return refuse(fleet, `there is no mode “${name}”: ${words}`);
  }
  if (isBack && fleet.chosen === null)
    return refuse(fleet, circumstantial ? 'the mode follows the circumstances already' : 'the mode is normal already');
  const chosen = isBack ? null : {name, by, since: fleet.at, until};
  const happenings: Happening[] = [];
  const cause: ModeCause = isBack && circumstantial ? {kind: 'released', by} : {kind: 'chosen', by, until: chosen?.until ?? null};
  const next = change({...fleet, chosen}, happenings, cause);
  return {fleet: next, reply: {kind: 'accepted', words: replyWords(next, wanted, isBack && circumstantial)}, happenings};
}

/** What an operator may choose: `auto` only where there is a circumstance to leave it to. */
export function modeNames(modes: readonly ModeSpec[]): readonly string[] {
  return [normalMode, ...modes.map(({name}) => name), ...(hasCircumstances(modes) ? [autoMode] : [])];
}

function replyWords({mode}: Fleet, wanted: ModeSpec | undefined, isBack: boolean): string {
  if (isBack) return `the mode follows the circumstances: ${nameOf(mode)}`;
  return wanted?.say ? `mode ${wanted.name}: ${wanted.say}` : `mode ${nameOf(mode)}`;
}

function refuse(fleet: Fleet, reason: string): Chosen {
  return {fleet, reply: {kind: 'refused', reason}, happenings: []};
}
