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
import type {Target} from './spec.ts';
import {age, begin, boldness, learn, nothingKnown, suppose, sureArrivals, sureRate} from './estimate.ts';
import type {Context, QueueLook, QueueMemory} from './memory.ts';

type QueueTarget = Extract<Target, {kind: 'queue'}>;
export type QueueReading = Extract<Reading, {kind: 'value' | 'queue' | 'usage'}>;

/** Looks that follow sooner than this say more of when they were taken than of the queue. */
const lookApartMs = 250;
/** A server that counts may count only now and then: for so long, the same counts as before are taken for the old ones. */
const countedAgainMs = 10_000;
/** After a longer gap nobody knows what has happened meanwhile. */
const lookTogetherMs = 60_000;
/** A queue whose busy replicas show has nothing to do once it has looked so for this long. */
const quietMs = 30_000;
/** One whose busy replicas don't show may be kept empty by them: less is tried this late, and then this soon again. */
const hiddenQuietMs = 120_000;
const hiddenAgainMs = 30_000;
/** Less that proves too little within this time is tried again only after twice the wait, up to so many times that. */
const tryMs = 60_000;
const failuresMax = 4;
/** The same where the arrivals were never known well, as after a burst. */
const unsureQuietMs = 20_000;
const unsureAgainMs = 10_000;
/** The share of the time gone by that a drain should be ahead of. */
const reserve = 0.1;
/** Busy replicas are averaged over about this long. */
const busyMeanSeconds = 30;
/** Fewer arrivals than keep this share of a replica busy are none, where it is found by trying. */
const idleShare = 0.25;
/** While the rate isn't known: how long replicas have worked before twice as many are tried. */
const growAgainMs = 2000;

/** What is remembered once the queue was read, or asked again with what is known where nothing was. */
export function readQueue(target: QueueTarget, before: QueueMemory | null, reading: QueueReading | null, context: Context): QueueMemory {
  if (before === null) return ask(target, beginning(target, lookOf(reading, context), context), context);
  if (reading === null) {
    const {at} = context;
    return ask(target, given(target, {...before, at, drainBy: before.drainBy === null ? null : at + target.drainWithinMs}), context);
  }
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
  if (apart < lookApartMs || (apart < countedAgainMs && isToldAgain(before.look, look))) return ask(target, moved, context);
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
    firstRates: target.arrivals === null ? [] : null,
    busySeconds: 0,
    busyMean: running,
    surprise: 0,
    drainBy: backlog > running ? at + target.drainWithinMs : null,
    triedAt: null,
    failures: 0,
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
function isAsleep({look, want, estimate, backlog, firstRates}: QueueMemory, next: QueueLook): boolean {
  const empty = next.waiting === 0 && next.inFlight === 0 && backlog === 0 && next.running === 0 && look.running === 0;
  return empty && next.arrived === look.arrived && want === 0 && estimate.arrivals === 0 && firstRates === null;
}

/** All is as it was to the item: in a queue where something moves that is no chance, but the old count told again. */
function isToldAgain(last: QueueLook, look: QueueLook): boolean {
  if (look.arrived === null && look.waiting + look.inFlight === 0) return false;
  return look.arrived === last.arrived && look.waiting === last.waiting && look.inFlight === last.inFlight;
}

function learnFrom(before: QueueMemory, look: QueueLook): QueueMemory {
  const {look: last} = before;
  const seconds = (look.at - last.at) / 1000;
  const running = (last.running + look.running) / 2;
  const moved = (leftOf(look) - leftOf(last)) / seconds;
  const busy = busyOf(before, look, running, seconds);
  // A count that has fallen has begun anew, and says nothing of this span.
  const arrived = last.arrived === null || look.arrived === null || look.arrived < last.arrived ? null : look.arrived - last.arrived;
  const rate = sureRate(before.estimate, before.busySeconds);
  let {surprise, firstRates} = before;
  let estimate = age(before.estimate, seconds);
  const direct = arrived !== null ? arrived / seconds : busy.kind === 'all' && busy.replicas === 0 ? Math.max(0, moved) : null;
  if (firstRates !== null && direct !== null) {
    const first = begin(estimate, firstRates, direct);
    ({estimate} = first);
    firstRates = first.seen;
  } else if (arrived !== null) {
    ({estimate, surprise} = learn(estimate, {perArrivals: 1, perRate: 0, moved: arrived / seconds, seconds}, surprise));
  } else if (busy.kind === 'all') {
    ({estimate, surprise} = learn(estimate, {perArrivals: 1, perRate: -busy.replicas, moved, seconds}, surprise));
  } else if (busy.kind !== 'unknown' && rate !== null) {
    // How many were busy is a glance, and no measure of their rate.
    const come = Math.max(0, moved + rate * busy.replicas);
    ({estimate, surprise} = learn(estimate, {perArrivals: 1, perRate: 0, moved: come, seconds}, surprise));
  } else if (busy.kind === 'unknown' && rate !== null) {
    estimate = {...estimate, arrivals: Math.min(estimate.arrivals, rate * running)};
  }
  if (arrived !== null && busy.kind === 'all' && busy.replicas > 0) {
    const done = {perArrivals: 0, perRate: busy.replicas, moved: Math.max(0, arrived / seconds - moved), seconds};
    ({estimate} = learn(estimate, done, 0));
  }
  const worked = busy.kind === 'all' ? busy.replicas * seconds : 0;
  const share = 1 - Math.exp(-seconds / busyMeanSeconds);
  const busyMean = busy.kind === 'unknown' ? before.busyMean : before.busyMean + share * (busy.replicas - before.busyMean);
  return {...before, estimate, firstRates, surprise, busyMean, busySeconds: Math.min(1e6, before.busySeconds + worked)};
}

/** What is being worked on is half done, on average: that counts the first item of a replica as it should be. */
function leftOf({waiting, inFlight}: QueueLook): number {
  return waiting + inFlight / 2;
}

type Busy = {readonly kind: 'all' | 'some'; readonly replicas: number} | {readonly kind: 'unknown'};

/**
 * Replicas that worked all the while: surely all, where there was enough to do for that at the beginning. Only that may
 * be asked: to leave out spans that end with less would leave out those in which much was done, and every replica would
 * seem slow. Else as many as were seen to work. An empty queue that doesn't tell may be kept so by busy replicas.
 */
function busyOf({look: last, tellsInFlight, estimate}: QueueMemory, look: QueueLook, running: number, seconds: number): Busy {
  if (running === 0) return {kind: 'all', replicas: 0};
  if (last.waiting >= running * Math.max(1, 2 * estimate.rate * seconds)) return {kind: 'all', replicas: running};
  if (tellsInFlight) return {kind: 'some', replicas: (Math.min(last.running, last.inFlight) + Math.min(look.running, look.inFlight)) / 2};
  return {kind: 'unknown'};
}

/** What has long been quiet is at rest; where the busy don't show, that is found by asking for less, bit by bit. */
function quieten(memory: QueueMemory, look: QueueLook, {at}: Context): QueueMemory {
  const {estimate, busySeconds, quietSince: since, triedAt, failures, want} = memory;
  if (memory.backlog > 0) return since === null ? memory : {...memory, quietSince: null};
  if (since === null) return {...memory, quietSince: at};
  const shows = memory.tellsInFlight || look.running === 0;
  if (shows) {
    const quiet = at - since >= quietMs && estimate.arrivals > 0 && memory.look.arrived === look.arrived;
    return quiet ? {...memory, estimate: suppose(estimate, 0)} : memory;
  }
  const rate = sureRate(estimate, busySeconds);
  const [firstMs, againMs] =
    rate !== null && sureArrivals(estimate, rate) ? [hiddenQuietMs, hiddenAgainMs] : [unsureQuietMs, unsureAgainMs];
  const waitMs = firstMs * 2 ** failures;
  // What was tried last is not in effect yet.
  if (look.running > want && triedAt !== null) return {...memory, triedAt: at, quietSince: at - waitMs + againMs};
  if (at - since < waitMs) {
    const held = triedAt !== null && at - triedAt >= tryMs;
    return held ? {...memory, triedAt: null, failures: Math.max(0, failures - 1)} : memory;
  }
  // Half is tried first, and less of a step where that was too much.
  const left = 1 - 2 ** -(failures + 1);
  const arrivals = estimate.arrivals * left;
  return {
    ...memory,
    quietSince: at - waitMs + againMs,
    triedAt: at,
    estimate: suppose(estimate, rate !== null && arrivals / rate < idleShare ? 0 : arrivals),
    want: rate === null ? Math.max(0, Math.min(want - 1, Math.floor(want * left))) : want,
  };
}

/**
 * What has come is to be done a `drainWithin` later: for what came at several times, at the mean of those. Time in which
 * replicas are still starting isn't counted, or a slow start would ask for more of them.
 */
function drainBy(target: QueueTarget, before: QueueMemory, look: QueueLook, {at, running, pending}: Context): number | null {
  const backlog = look.waiting + look.inFlight;
  const usual = Math.max(1, 2 * running, 3 * before.estimate.arrivals);
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
  const dueSeconds = memory.drainBy === null ? drainSeconds : (memory.drainBy - memory.at) / 1000;
  // A little early rather than late: once it is behind, there is only what is left of the time.
  const leftSeconds = dueSeconds - (drainSeconds - dueSeconds) * reserve;
  // More than one replica for each item would be of no use.
  const workOff = (seconds: number) => Math.min(backlog, backlog / (seconds * rate));
  // Late in a drain more are asked for with care, and nobody is sent away before it is done.
  const needed = keepUp + workOff(Math.max(leftSeconds, drainSeconds / 5));
  const kept = memory.drainBy === null ? 0 : Math.min(memory.want, keepUp + workOff(Math.max(leftSeconds, 1)));
  const bold = target.rate === null ? Math.max(1, context.running) * boldness(estimate, busySeconds) : Number.POSITIVE_INFINITY;
  const most = Math.max(memory.want, bold);
  const want = within(
    memory.want,
    Math.min(most, Math.max(needed, kept)),
    memory.drainBy === null ? target.tolerance : target.tolerance / 2,
    target.tolerance,
  );
  if (want === memory.want) return memory;
  return want < memory.want ? {...memory, want} : grown(memory, want);
}

/** More is asked for: where less was tried just before, that was too little. */
function grown(memory: QueueMemory, want: number): QueueMemory {
  const {at, triedAt, failures} = memory;
  const failed = triedAt !== null && at - triedAt < tryMs;
  return {...memory, want, grewAt: at, triedAt: null, failures: Math.min(failuresMax, failures + (failed ? 1 : 0))};
}

/** The want moves once it is off by more than the tolerance: a stream that just fits is not chased. */
function within(want: number, needed: number, above: number, below: number): number {
  if (needed <= 1e-9) return 0;
  if (needed > want * (1 + above)) return Math.ceil(needed - 1e-9);
  return Math.min(want, Math.ceil(needed * (1 + below) - 1e-9));
}

/** While nobody knows how fast a replica is: one, then twice as many each time these don't suffice, never more than items. */
function feel(target: QueueTarget, memory: QueueMemory, {at, running, pending, short}: Context): QueueMemory {
  const {backlog, want, estimate, look, grewAt} = memory;
  // Nothing waits, and fewer are busy than there are: the rest is of no use.
  if (memory.tellsInFlight && look.waiting === 0 && backlog > 0 && at - grewAt >= busyMeanSeconds * 1000) {
    const enough = Math.ceil(memory.busyMean * (1 + target.tolerance) + 0.5);
    if (enough < want) return {...memory, want: enough, grewAt: at};
  }
  if (backlog === 0) return memory;
  if (want === 0) return grown(memory, 1);
  if (pending > 0 || running < want || short || look.at - grewAt < growAgainMs) return memory;
  const falling = estimate.rate * look.running - estimate.arrivals;
  if (falling > 0 && backlog / falling <= target.drainWithinMs / 1000) return memory;
  const more = Math.max(want, Math.min(want * 2, Math.ceil(backlog)));
  return more === want ? memory : grown(memory, more);
}
