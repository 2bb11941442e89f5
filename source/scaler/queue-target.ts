/**
 * The target of a queue: what waits is to be done within a time that a person has chosen.
 *
 *     replicas = ceil((arrivals + backlog / drainWithin) / rate)
 *
 * The first term keeps up with what comes (Little's law: busy replicas = arrivals ÷ rate), the second works off what is
 * there. Arrivals and the rate of one replica are learned, or given. What waits and what is being worked on both count,
 * so that a busy replica isn't taken for an idle one.
 */
import type {Reading} from './entry.ts';
import type {Target} from './fleet.ts';
import {age, learn, nothingKnown, sureRate} from './estimate.ts';
import type {Context, QueueLook, QueueMemory} from './memory.ts';

type QueueTarget = Extract<Target, {kind: 'queue'}>;
export type QueueReading = Extract<Reading, {kind: 'value' | 'queue' | 'usage'}>;

/** Looks that follow sooner than this say more of when they were taken than of the queue. */
const lookApartMs = 250;
/** After a longer gap nobody knows what has happened meanwhile. */
const lookTogetherMs = 60_000;
/** A queue whose busy replicas show has nothing to do once it has looked so for this long. */
const quietMs = 30_000;
/** One whose busy replicas don't show may be kept empty by them: less is tried this late, and then this soon again. */
const hiddenQuietMs = 120_000;
const hiddenAgainMs = 30_000;
/** Fewer arrivals than keep this share of a replica busy are none, where it is found by trying. */
const idleShare = 0.25;
/** While the rate isn't known: how long replicas have worked before twice as many are tried. */
const growAgainMs = 2000;

/** What is remembered once the queue was read, or asked again with what is known where nothing was. */
export function readQueue(target: QueueTarget, before: QueueMemory | null, reading: QueueReading | null, context: Context): QueueMemory {
  if (before === null) return ask(target, beginning(target, lookOf(reading, context), context), context);
  if (reading === null) return ask(target, before, context);
  const look = lookOf(reading, context);
  const backlog = look.waiting + look.inFlight;
  if (isAsleep(before, look)) return before;
  const apart = look.at - before.look.at;
  const moved = {
    ...before,
    at: look.at,
    backlog,
    tellsInFlight: before.tellsInFlight || look.inFlight > 0,
    drainBy: drainBy(target, before, look, context),
  };
  if (apart < lookApartMs) return ask(target, moved, context);
  const learned = apart > lookTogetherMs ? moved : learnFrom(moved, look);
  return ask(target, quieten(given(target, {...learned, look}), look, context), context);
}

function lookOf(reading: QueueReading | null, {at, running}: Context): QueueLook {
  const look = {at, waiting: 0, inFlight: 0, arrived: null, running};
  if (reading?.kind === 'queue') return {...look, waiting: reading.waiting, inFlight: reading.inFlight, arrived: reading.arrived};
  return {...look, waiting: reading?.kind === 'value' ? reading.value : 0};
}

function beginning(target: QueueTarget, look: QueueLook, {at, running, pending}: Context): QueueMemory {
  const backlog = look.waiting + look.inFlight;
  return given(target, {
    kind: 'queue',
    look,
    at,
    backlog,
    tellsInFlight: look.inFlight > 0,
    quietSince: backlog === 0 ? at : null,
    estimate: nothingKnown,
    busySeconds: 0,
    surprise: 0,
    drainBy: backlog > running ? at + target.drainWithinMs : null,
    grewAt: at,
    want: running + pending,
  });
}

/** What the configuration says is certain. */
function given({arrivals, rate}: QueueTarget, memory: QueueMemory): QueueMemory {
  if (arrivals === null && rate === null) return memory;
  const {estimate} = memory;
  return {
    ...memory,
    estimate: {
      arrivals: arrivals ?? estimate.arrivals,
      rate: rate ?? estimate.rate,
      arrivalsVariance: arrivals === null ? estimate.arrivalsVariance : 0,
      rateVariance: rate === null ? estimate.rateVariance : 0,
      covariance: 0,
    },
  };
}

/** Nothing in it, nothing comes, and nobody is asked for: there is nothing to remember of another such look. */
function isAsleep({look, want, estimate, backlog}: QueueMemory, next: QueueLook): boolean {
  const empty = next.waiting === 0 && next.inFlight === 0 && backlog === 0 && next.running === 0 && look.running === 0;
  return empty && next.arrived === look.arrived && want === 0 && estimate.arrivals === 0;
}

function learnFrom(before: QueueMemory, look: QueueLook): QueueMemory {
  const {look: last} = before;
  const seconds = (look.at - last.at) / 1000;
  const running = (last.running + look.running) / 2;
  const moved = (look.waiting + look.inFlight - last.waiting - last.inFlight) / seconds;
  const busy = busyOf(last, look, running, before.tellsInFlight);
  // A count that has fallen has begun anew, and says nothing of this span.
  const arrived = last.arrived === null || look.arrived === null || look.arrived < last.arrived ? null : look.arrived - last.arrived;
  let {surprise} = before;
  let estimate = age(before.estimate, seconds, busy ?? running);
  if (arrived !== null) {
    ({estimate, surprise} = learn(estimate, {perArrivals: 1, perRate: 0, moved: arrived / seconds, seconds}, surprise));
    if (busy !== null && busy > 0) {
      const done = {perArrivals: 0, perRate: busy, moved: Math.max(0, arrived / seconds - moved), seconds};
      ({estimate} = learn(estimate, done, 0));
    }
  } else if (busy !== null) {
    ({estimate, surprise} = learn(estimate, {perArrivals: 1, perRate: -busy, moved, seconds}, surprise));
  } else {
    const most = (sureRate(estimate, before.busySeconds) ?? Number.POSITIVE_INFINITY) * running;
    estimate = {...estimate, arrivals: Math.min(estimate.arrivals, most)};
  }
  return {...before, estimate, surprise, busySeconds: Math.min(1e6, before.busySeconds + (busy ?? 0) * seconds)};
}

/** Replicas that worked all the while; null where that can't be told: an empty queue may be kept so by busy replicas. */
function busyOf(last: QueueLook, look: QueueLook, running: number, tellsInFlight: boolean): number | null {
  if (running === 0) return 0;
  if (last.waiting > 0 && look.waiting > 0) return running;
  if (!tellsInFlight) return null;
  return (Math.min(last.running, last.inFlight) + Math.min(look.running, look.inFlight)) / 2;
}

/** What has long been quiet is at rest; where the busy don't show, that is found by asking for less, bit by bit. */
function quieten(memory: QueueMemory, look: QueueLook, {at}: Context): QueueMemory {
  const {estimate, busySeconds, quietSince: since} = memory;
  if (memory.backlog > 0) return since === null ? memory : {...memory, quietSince: null};
  if (since === null) return {...memory, quietSince: at};
  const shows = memory.tellsInFlight || look.running === 0;
  if (shows) {
    const quiet = at - since >= quietMs && estimate.arrivals > 0 && memory.look.arrived === look.arrived;
    return quiet ? {...memory, estimate: {...estimate, arrivals: 0, covariance: 0}} : memory;
  }
  const rate = sureRate(estimate, busySeconds);
  if (at - since < (rate === null ? quietMs : hiddenQuietMs)) return memory;
  const arrivals = estimate.arrivals / 2;
  return {
    ...memory,
    quietSince: at - hiddenQuietMs + hiddenAgainMs,
    estimate: {...estimate, arrivals: rate !== null && arrivals / rate < idleShare ? 0 : arrivals, covariance: 0},
    want: rate === null ? Math.floor(memory.want / 2) : memory.want,
  };
}

/**
 * What has come is to be done a `drainWithin` later: for what came at several times, at the mean of those. Time in which
 * replicas are still starting isn't counted, or a slow start would ask for more of them.
 */
function drainBy(target: QueueTarget, before: QueueMemory, look: QueueLook, {at, running, pending}: Context): number | null {
  const backlog = look.waiting + look.inFlight;
  const usual = Math.max(1, running, 2 * before.estimate.arrivals);
  const latest = at + target.drainWithinMs;
  if (backlog <= usual) return null;
  if (before.drainBy === null) return latest;
  const added = Math.max(0, backlog - before.backlog);
  const mixed = (before.drainBy * (backlog - added) + latest * added) / backlog;
  const waited = pending > 0 || running === 0 ? at - before.at : 0;
  return Math.min(latest, mixed + waited);
}

function ask(target: QueueTarget, memory: QueueMemory, context: Context): QueueMemory {
  const {estimate, busySeconds, backlog} = memory;
  const rate = target.rate ?? sureRate(estimate, busySeconds);
  if (rate === null) return feel(target, memory, context);
  const keepUp = estimate.arrivals / rate;
  const drainSeconds = target.drainWithinMs / 1000;
  const leftSeconds = memory.drainBy === null ? drainSeconds : (memory.drainBy - memory.at) / 1000;
  // More than one replica for each item would be of no use.
  const workOff = (seconds: number) => Math.min(backlog, backlog / (seconds * rate));
  // Late in a drain more are asked for with care, and nobody is sent away before it is done.
  const needed = keepUp + workOff(Math.max(leftSeconds, drainSeconds / 3));
  const kept = memory.drainBy === null ? 0 : Math.min(memory.want, keepUp + workOff(Math.max(leftSeconds, 1)));
  const want = within(memory.want, Math.max(needed, kept), target.tolerance);
  return want === memory.want ? memory : {...memory, want, grewAt: want > memory.want ? memory.at : memory.grewAt};
}

/** The want moves once it is off by more than the tolerance: a stream that just fits is not chased. */
function within(want: number, needed: number, tolerance: number): number {
  if (needed <= 1e-9) return 0;
  if (needed > want * (1 + tolerance)) return Math.ceil(needed - 1e-9);
  return Math.min(want, Math.ceil(needed * (1 + tolerance) - 1e-9));
}

/** While nobody knows how fast a replica is: one, then twice as many each time these don't suffice, never more than items. */
function feel(target: QueueTarget, memory: QueueMemory, {at, running, pending, short}: Context): QueueMemory {
  const {backlog, want, estimate, look, grewAt} = memory;
  if (backlog === 0) return memory;
  if (want === 0) return {...memory, want: 1, grewAt: at};
  if (pending > 0 || running < want || short || at - grewAt < growAgainMs) return memory;
  const falling = estimate.rate * look.running - estimate.arrivals;
  if (falling > 0 && backlog / falling <= target.drainWithinMs / 1000) return memory;
  const more = Math.max(want, Math.min(want * 2, Math.ceil(backlog)));
  return more === want ? memory : {...memory, want: more, grewAt: at};
}
