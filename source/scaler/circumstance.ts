/** What begins a mode and what ends it, followed over time. It knows demands by their service's name, and no fleet. */

/** A demand that has stayed on one side of a line for some time. */
export interface DemandCircumstance {
  readonly kind: 'demand';
  readonly service: string;
  /** Its place among those that the service follows. */
  readonly demand: number;
  readonly side: 'above' | 'below';
  readonly value: number;
  readonly forMs: number;
}

/** A time that comes again, as cron writes it, and how long it lasts. Null is the time zone of the machine. */
export interface ScheduleCircumstance {
  readonly kind: 'schedule';
  readonly schedule: string;
  readonly timezone: string | null;
  readonly forMs: number;
}

export type Circumstance = DemandCircumstance | ScheduleCircumstance;

/** One time of a schedule, in milliseconds since the epoch. */
export interface Window {
  readonly from: number;
  readonly until: number;
}

/** Since when something has been so. While nobody knows whether it is, the time stands still. */
export interface Timer {
  readonly since: number;
  readonly pausedAt: number | null;
}

/**
 * What is known of one circumstance that begins a mode. `spent` is one that still lasts and that an `until` has ended:
 * it has to be over before it can begin again. The window is null for a demand.
 */
export type Beginning =
  | {readonly phase: 'off'; readonly timer: Timer | null}
  | {readonly phase: 'on'; readonly since: number; readonly timer: Timer | null; readonly window: Window | null}
  | {readonly phase: 'spent'; readonly window: Window | null};

/** What is known of the circumstances of one mode, in the order of its `when` and its `until`. */
export interface Circumstances {
  readonly mode: string;
  readonly beginnings: readonly Beginning[];
  /** They count from when the mode has begun. */
  readonly endings: readonly (Timer | null)[];
}

/** Why a mode's circumstance is over. `opposite` is that what began it has not been so for as long. */
export type Ending =
  | {readonly kind: 'demand'; readonly circumstance: DemandCircumstance; readonly opposite: boolean}
  | {readonly kind: 'schedule'; readonly circumstance: ScheduleCircumstance};

/** What a mode says of its circumstances. */
export interface Rules {
  readonly when: readonly Circumstance[];
  /** Any of these ends it; none leaves that to the opposite of what began it. */
  readonly until: readonly DemandCircumstance[];
}

/** What is known at a moment; null for a demand that isn't known. */
export interface Known {
  readonly at: number;
  readonly demandOf: (service: string, demand: number) => number | null;
}

const off: Beginning = {phase: 'off', timer: null};

export function noCircumstances(mode: string, {when, until}: Rules): Circumstances {
  return {mode, beginnings: when.map(() => off), endings: until.map(() => null)};
}

/** The same object where nothing has changed. Following it again at the same moment changes nothing more. */
export function follow(before: Circumstances, rules: Rules, known: Known): {readonly now: Circumstances; readonly ended: Ending | null} {
  let now = before;
  let ended: Ending | null = null;
  // What begins at once may end at once, and is spent by then: nothing goes on from there.
  for (let pass = 0; pass < passesMax; pass++) {
    const next = followOnce(now, rules, known);
    ended = next.ended ?? ended;
    if (next.now === now) break;
    now = next.now;
  }
  return {now, ended};
}

const passesMax = 4;

function followOnce(before: Circumstances, rules: Rules, known: Known): {now: Circumstances; ended: Ending | null} {
  let ended: Ending | null = null;
  const beginnings = before.beginnings.map((beginning, index) => {
    const circumstance = rules.when[index];
    if (!circumstance) return beginning;
    const next =
      circumstance.kind === 'schedule'
        ? followSchedule(beginning, known.at)
        : followDemand(beginning, circumstance, rules.until.length > 0, known);
    if (beginning.phase === 'on' && next.phase === 'off')
      ended =
        circumstance.kind === 'schedule'
          ? {kind: 'schedule', circumstance}
          : {kind: 'demand', circumstance: opposite(circumstance), opposite: true};
    return next;
  });
  const isOn = beginnings.some(({phase}) => phase === 'on');
  const endings = before.endings.map((timer, index) => {
    const circumstance = rules.until[index];
    return isOn && circumstance ? run(timer, holds(circumstance, known), known.at, circumstance.forMs) : null;
  });
  const over = rules.until.find((circumstance, index) => hasRunOut(endings[index] ?? null, known.at, circumstance.forMs));
  if (over) {
    const spent = beginnings.map((beginning): Beginning =>
      beginning.phase === 'on' ? {phase: 'spent', window: beginning.window} : beginning,
    );
    const now = {...before, beginnings: spent, endings: endings.map(() => null)};
    return {now, ended: {kind: 'demand', circumstance: over, opposite: false}};
  }
  const same =
    beginnings.every((beginning, index) => beginning === before.beginnings[index]) &&
    endings.every((timer, index) => timer === before.endings[index]);
  return {now: same ? before : {...before, beginnings, endings}, ended};
}

function followSchedule(beginning: Beginning, at: number): Beginning {
  if (beginning.phase === 'off') return beginning;
  return beginning.window !== null && beginning.window.until <= at ? off : beginning;
}

function followDemand(beginning: Beginning, circumstance: DemandCircumstance, hasUntil: boolean, known: Known): Beginning {
  const so = holds(circumstance, known);
  const {at} = known;
  switch (beginning.phase) {
    case 'off': {
      const timer = run(beginning.timer, so, at, circumstance.forMs);
      if (hasRunOut(timer, at, circumstance.forMs)) return {phase: 'on', since: at, timer: null, window: null};
      return timer === beginning.timer ? beginning : {phase: 'off', timer};
    }
    case 'on': {
      if (hasUntil) return beginning;
      const timer = run(beginning.timer, so === null ? null : !so, at, circumstance.forMs);
      if (hasRunOut(timer, at, circumstance.forMs)) return off;
      return timer === beginning.timer ? beginning : {...beginning, timer};
    }
    case 'spent':
      return so === false ? off : beginning;
  }
}

/** Null for a demand that isn't known: a source that is lost is neither above nor below. */
function holds({service, demand, side, value}: DemandCircumstance, {demandOf}: Known): boolean | null {
  const now = demandOf(service, demand);
  if (now === null) return null;
  return side === 'above' ? now > value : now < value;
}

/**
 * What was so when the source was lost, and is so when it is back, goes on; the time between isn't counted. A gap longer
 * than the time itself begins it anew.
 */
function run(timer: Timer | null, so: boolean | null, at: number, forMs: number): Timer | null {
  if (so === false) return null;
  if (so === null) return timer === null || timer.pausedAt !== null ? timer : {...timer, pausedAt: at};
  if (timer === null) return {since: at, pausedAt: null};
  if (timer.pausedAt === null) return timer;
  const gapMs = at - timer.pausedAt;
  return {since: gapMs > forMs ? at : timer.since + gapMs, pausedAt: null};
}

function hasRunOut(timer: Timer | null, at: number, forMs: number): boolean {
  return timer !== null && timer.pausedAt === null && at - timer.since >= forMs;
}

function opposite(circumstance: DemandCircumstance): DemandCircumstance {
  return {...circumstance, side: circumstance.side === 'above' ? 'below' : 'above'};
}

/** What a schedule says now: its window, or null between two. One that an `until` has ended stays so. */
export function schedule(before: Circumstances, index: number, window: Window | null): Circumstances {
  const beginning = before.beginnings[index];
  if (!beginning) return before;
  const present = beginning.phase === 'off' ? null : beginning.window;
  if (present?.from === window?.from && present?.until === window?.until) return before;
  const stays = beginning.phase === 'spent' && window !== null && present?.from === window.from;
  const next: Beginning = window === null ? off : stays ? {phase: 'spent', window} : {phase: 'on', since: window.from, timer: null, window};
  return {...before, beginnings: before.beginnings.with(index, next)};
}

/** When time alone will next change something; infinite for never. */
export function nextChange({beginnings, endings}: Circumstances, {when, until}: Rules): number {
  let soonest = Number.POSITIVE_INFINITY;
  const look = (timer: Timer | null, forMs: number | undefined) => {
    if (timer !== null && timer.pausedAt === null && forMs !== undefined) soonest = Math.min(soonest, timer.since + forMs);
  };
  for (const [index, beginning] of beginnings.entries()) {
    if (beginning.phase !== 'spent') look(beginning.timer, when[index]?.forMs);
    if (beginning.phase !== 'off' && beginning.window !== null) soonest = Math.min(soonest, beginning.window.until);
  }
  for (const [index, timer] of endings.entries()) look(timer, until[index]?.forMs);
  return soonest;
}

/** What has begun, without the times that still run: whoever goes on from there counts those anew. */
export function begun({mode, beginnings, endings}: Circumstances): Circumstances {
  return {
    mode,
    beginnings: beginnings.map(beginning => (beginning.phase === 'spent' ? beginning : {...beginning, timer: null})),
    endings: endings.map(() => null),
  };
}

/** What somebody else knew of the same circumstances, for one who knows only what it has seen since it began to look. */
export function goOn(own: Circumstances, left: Circumstances): Circumstances {
  if (left.beginnings.length !== own.beginnings.length) return own;
  const beginnings = own.beginnings.map((mine, index) => {
    const theirs = left.beginnings[index] ?? mine;
    if (mine.phase === 'off') return theirs.phase === 'off' ? mine : theirs;
    // The calendar is the same for everybody; what an `until` has ended of it is not.
    if (mine.window !== null) return theirs.phase === 'spent' && theirs.window?.from === mine.window.from ? theirs : mine;
    return theirs;
  });
  return {...own, beginnings};
}
