/**
 * One line of a recording: the entries that were folded together, as short as JSON lets them be. A day of a busy box is
 * a million entries, nearly all of them readings and observations: those are lists of numbers, the rest stays JSON.
 */
import type {Entry, Reading} from './scaler/entry.ts';
import {emptyObservation, type Observation, type Trouble, type VictimReason} from './scaler/observation.ts';

/** A service by its number in the recording, or by its name where it is said for the first time. */
type Name = number | string;
type Timeless = Entry extends infer One ? (One extends Entry ? Omit<One, 'at'> : never) : never;
/** What an observation counts and tells beside the trouble that there is. */
type Counts = Exclude<keyof Observation, 'trouble'>;

/** Every count of an observation, in the order in which the orchestrators tell them, and its place in a line. */
const places: Readonly<Record<Counts, number>> = {
  running: 0,
  pending: 2,
  unready: 5,
  paused: 11,
  stopping: 3,
  standby: 4,
  frozen: 7,
  frozenSince: 9,
  ending: 8,
  lostMs: 6,
  chosen: 10,
  order: 1,
};
const counts = Object.keys(places) as readonly Counts[];
const written = counts.toSorted((a, b) => places[a] - places[b]);
/** A reason is written as its place here. */
const victimReasons: readonly (VictimReason | null)[] = [null, 'not serving', 'outdated', 'least busy', 'youngest', 'oldest'];

/** The version of what a recording, and each of its lines, looks like. */
export const formatVersion = 3;

/** Writes, or reads, the lines of one recording in their order: each may refer to those before it. */
export interface Lines {
  encode(entries: readonly Entry[]): string;
  /** Null for a line that holds no entries. */
  decode(line: string): readonly Entry[] | null;
  /** What the lines so far have said. The list of names grows with the lines to come. */
  known(): {readonly at: number; readonly names: readonly string[]};
}

/**
 * A line is `[milliseconds since the line before, entry, …]`; entries that are folded together share their time. `begun`
 * is what lines before the first of these have said.
 */
export function recordingLines(begun: ReturnType<Lines['known']> = {at: 0, names: []}): Lines {
  const names = [...begun.names];
  const numbers = new Map(names.map((name, number) => [name, number] as const));
  let at = begun.at;

  const nameOf = (service: string): Name => {
    const known = numbers.get(service);
    if (known !== undefined) return known;
    learn(service);
    return service;
  };
  const learn = (service: string) => {
    numbers.set(service, names.length);
    names.push(service);
  };
  const serviceOf = (name: unknown): string => {
    if (typeof name === 'number') return names[name] ?? fail();
    if (typeof name !== 'string') return fail();
    learn(name);
    return name;
  };

  const shorten = ({at: _at, ...entry}: Entry): unknown => {
    if (entry.kind === 'tick') return 0;
    if (entry.kind === 'observed' && entry.observation.trouble.kind === 'none') {
      const {observation} = entry;
      const list = written.map(key => (key === 'chosen' ? victimReasons.indexOf(observation.chosen) : observation[key]));
      // At the end of a list what is at rest is left out.
      while (list.at(-1) === 0 || list.at(-1) === null) list.pop();
      return ['o', nameOf(entry.service), ...list];
    }
    if (entry.kind === 'reading') {
      const {service, reading, demand = 0} = entry;
      if (reading.kind === 'value') return ['r', nameOf(service), reading.value, ...(demand > 0 ? [demand] : [])];
      if (reading.kind === 'queue') return ['q', nameOf(service), demand, reading.waiting, reading.inFlight, reading.arrived];
    }
    return entry;
  };

  const lengthen = (given: unknown): Timeless => {
    if (given === 0) return {kind: 'tick'};
    if (!Array.isArray(given)) return typeof given === 'object' && given !== null && 'kind' in given ? (given as Timeless) : fail();
    const [kind, name, ...rest] = given as unknown[];
    const service = serviceOf(name);
    const number = (value: unknown) => (typeof value === 'number' ? value : fail());
    switch (kind) {
      case 'o': {
        // Filled in place: a recording is made of hardly anything else.
        const observation: Record<string, unknown> = {...atRest};
        for (const key of counts) observation[key] = countOf(key, rest[places[key]]);
        return {kind: 'observed', service, observation: observation as unknown as Observation};
      }
      case 'r':
        return readingOf(service, rest[1] === undefined ? 0 : number(rest[1]), {kind: 'value', value: number(rest[0])});
      case 'q': {
        const arrived = rest[3] === null ? null : number(rest[3]);
        return readingOf(service, number(rest[0]), {kind: 'queue', waiting: number(rest[1]), inFlight: number(rest[2]), arrived});
      }
      default:
        return fail();
    }
  };

  return {
    encode(entries) {
      const sinceMs = (entries[0]?.at ?? at) - at;
      at += sinceMs;
      return JSON.stringify([sinceMs, ...entries.map(shorten)]);
    },
    decode(line) {
      try {
        const parsed = JSON.parse(line) as unknown;
        if (!Array.isArray(parsed)) return null;
        const [sinceMs, ...rest] = parsed as unknown[];
        if (typeof sinceMs !== 'number') return null;
        const entries = rest.map(lengthen);
        at += sinceMs;
        // They were made here: their time is put in and not copied in.
        return entries.map(entry => Object.assign(entry, {at}));
      } catch {
        return null;
      }
    },
    known: () => ({at, names}),
  };
}

const calm: Trouble = {kind: 'none'};
/** Its fields stand in the order in which the orchestrators tell them: a fleet that is folded again is the same, byte for byte. */
const atRest = {...Object.fromEntries(counts.map(key => [key, emptyObservation[key]])), trouble: calm};

function countOf(key: Counts, given: unknown): unknown {
  if (key === 'chosen') return victimReasons[typeof given === 'number' ? given : 0] ?? null;
  return given ?? emptyObservation[key];
}

function readingOf(service: string, demand: number, reading: Reading): Timeless {
  return demand === 0 ? {kind: 'reading', service, reading} : {kind: 'reading', service, demand, reading};
}

function fail(): never {
  throw new Error('no entry of a recording');
}
