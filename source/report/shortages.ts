/** The times in which services of priority 1 ran fewer than they wanted: all counted, the worst kept with what led to them. */
import type {Happening} from '../scaler/entry.ts';
import {tell, type ClockWords} from '../scaler/explain.ts';
import type {Fleet, Service} from '../scaler/fleet.ts';
import {clean} from '../clean.ts';
import {causesOf, whyWords} from './causes.ts';
import type {Event, Shortage, Shortages} from './facts.ts';

/** Of the longest, and of the deepest. */
const eachKept = 5;
/** When so many wait to be judged, all but the worst are let go. */
const waitingMax = 200;
const eventsMax = 12;
const causesMax = 6;
/** What happened this long before may have led to it. */
const beforeMs = 60_000;

type Open = {-readonly [Key in keyof Shortage]: Shortage[Key]} & {
  readonly events: Event[];
  missingNow: number;
  since: number;
  before: Service | null;
};

export interface ShortageWatch {
  /** Each service whose state has changed; `urgent` says whether it is of priority 1 and has a demand. */
  look(fleet: Fleet, service: Service, before: Service | null, urgent: boolean): void;
  /** A service that is gone. */
  gone(name: string, at: number): void;
  hear(happening: Happening): void;
  shortages(at: number): Shortages;
}

export function watchShortages(clock: ClockWords): ShortageWatch {
  const open = new Map<string, Open>();
  const recent: Event[] = [];
  let waiting: Shortage[] = [];
  let count = 0;
  let ms = 0;

  const missingOf = ({decision, observed}: Service) =>
    decision && observed && !decision.fills ? Math.max(0, decision.want - observed.running) : 0;
  const addUp = (one: Open, at: number) => {
    one.replicaMs += one.missingNow * (at - one.since);
    one.since = at;
  };
  const ended = (one: Open, at: number, to: number | null): Shortage => {
    addUp(one, at);
    const {missingNow: _missing, since: _since, before: _before, ...shortage} = one;
    return {...shortage, to, ms: at - one.from};
  };
  const close = (name: string, at: number) => {
    const one = open.get(name);
    if (!one) return;
    open.delete(name);
    const shortage = ended(one, at, at);
    // What came and went at one moment was never missed by anybody.
    if (shortage.ms === 0) return;
    count++;
    ms += shortage.ms;
    waiting.push(shortage);
    if (waiting.length > waitingMax) waiting = worstOf(waiting);
  };

  return {
    look(fleet, service, before, urgent) {
      const {name} = service.spec;
      const missing = urgent ? missingOf(service) : 0;
      const one = open.get(name);
      if (missing === 0) return close(name, fleet.at);
      if (one) {
        addUp(one, fleet.at);
        one.missingNow = missing;
        if (missing > one.missing)
          Object.assign(one, deepest(fleet, service, missing, clock), {causes: deeper(one, fleet, service, clock)});
        return;
      }
      const events = recent.filter(({at}) => fleet.at - at <= beforeMs).slice(-eventsMax);
      open.set(name, {
        service: clean(name),
        from: fleet.at,
        to: null,
        ms: 0,
        replicaMs: 0,
        events,
        missingNow: missing,
        since: fleet.at,
        before,
        ...deepest(fleet, service, missing, clock),
        causes: causesOf(fleet, service, before, clock),
      });
    },
    gone: close,
    hear(happening) {
      if (!isTelling(happening)) return;
      const {about, words} = tell(happening, clock);
      const event = {at: happening.at, about: clean(about), words: clean(words)};
      recent.push(event);
      if (recent.length > eventsMax) recent.shift();
      for (const one of open.values()) if (one.events.length < eventsMax) one.events.push(event);
    },
    shortages(at) {
      const lasting = [...open.values()].map(one => ended(one, at, null));
      return {
        count: count + lasting.length,
        ms: ms + lasting.reduce((sum, one) => sum + one.ms, 0),
        worst: worstOf([...waiting, ...lasting]).toSorted((a, b) => b.replicaMs - a.replicaMs),
      };
    },
  };
}

function deepest(fleet: Fleet, service: Service, missing: number, clock: ClockWords) {
  return {
    missing,
    worstAt: fleet.at,
    want: service.decision?.want ?? 0,
    running: service.observed?.running ?? 0,
    why: whyWords(service, clock),
  };
}

/** What holds now it is worse, then what led to it at first; how it changed since nothing was missing is told once. */
function deeper({causes, before}: Open, fleet: Fleet, service: Service, clock: ClockWords): readonly string[] {
  const now = causesOf(fleet, service, before, clock);
  return [...new Set([...now.slice(0, -1), ...causes.slice(0, -1), ...now.slice(-1)])].slice(0, causesMax);
}

function worstOf(shortages: readonly Shortage[]): Shortage[] {
  const longest = shortages.toSorted((a, b) => b.ms - a.ms).slice(0, eachKept);
  const deepest = shortages.toSorted((a, b) => b.missing - a.missing || b.ms - a.ms).slice(0, eachKept);
  return [...new Set([...longest, ...deepest])];
}

/** Plans follow each other all the time; what somebody did, or what broke, is worth telling. */
function isTelling({kind}: Happening): boolean {
  return kind !== 'decided';
}
