/**
 * Keeps one Swarm service at the number asked for: one update at a time, by its version, the newest number winning. It
 * makes no call itself, and looks at nothing by itself.
 */
import type {Clock} from '../../ports.ts';
import {emptyObservation, type Observation, type Trouble} from '../../scaler/observation.ts';
import {createBackoff} from '../backoff.ts';
import type {CallFailure} from '../replica.ts';
import type {TaskCounts} from './tasks.ts';
import {replicasOf, type ServiceObject} from './wire.ts';

export type UpdateOutcome = {readonly kind: 'done'} | {readonly kind: 'stale'} | {readonly kind: 'failed'; readonly failure: CallFailure};

export interface SwarmCalls {
  /** Sets the number, where the service still has the version that was seen. */
  update(seen: ServiceObject, replicas: number): Promise<UpdateOutcome>;
  /** Makes the service where there is none. */
  create(replicas: number): Promise<UpdateOutcome>;
  /** Null where it is gone. Rejects where the Swarm can't say. */
  inspect(id: string | null): Promise<ServiceObject | null>;
}

export interface SwarmServiceParts {
  readonly clock: Clock;
  readonly calls: SwarmCalls;
  readonly mayAct: () => boolean;
  readonly changed: () => void;
  readonly drifted: (replicas: number) => void;
}

export interface SwarmService {
  scale(replicas: number, order: number): void;
  rest(): void;
  /** It is made otherwise now: the next change brings it up to date, at once. */
  outdate(): void;
  /** The service as it was seen by a look that began at `askedAt`; null where it isn't there. */
  see(object: ServiceObject | null, askedAt: number): void;
  /** Its tasks as a look that began at `askedAt` counted them. */
  count(counts: TaskCounts): void;
  /** Nodes came or freed up: what found no place is tried again. */
  roomMade(): void;
  suspend(): void;
  resume(): void;
  id(): string | null;
  /** True while another look is worth its while soon. */
  isUnsettled(): boolean;
  observation(): Observation;
  close(): void;
}

/** A task that finds no node is given this long: room may be on its way. */
const placingMs = 1500;
const replaceFirstMs = 5000;
const replaceLongestMs = 60_000;
const retryMs = 1000;

export function createSwarmService({clock, calls, mayAct, changed, drifted}: SwarmServiceParts): SwarmService {
  let seen: ServiceObject | null = null;
  /** When what is seen here was last changed by us; older looks know nothing of it. */
  let changedAt = Number.NEGATIVE_INFINITY;
  /** The number that the Swarm was last known to have. */
  let acknowledged = 0;
  let asked: number | null = null;
  let order = 0;
  let inFlight: number | null = null;
  let counts: TaskCounts = {serving: 0, alive: 0, unplaced: 0, unplacedReason: '', failed: [], runningIds: []};
  let suspended = false;
  let outdated = false;
  let closed = false;
  const bornAt = new Map<string, number>();
  const told = new Set<string>();
  let counted = false;
  /** Calls that the Swarm refused are ours to put off; tasks that come to grief it makes again by itself. */
  const callBackoff = createBackoff(clock, () => {
    changed();
    pump();
  });
  const taskBackoff = createBackoff(clock, () => changed());
  let unplacedSince: number | null = null;
  let unplaceable: {readonly placed: number; readonly reason: string; readonly retryAt: number} | null = null;
  let replaceMs = replaceFirstMs;
  let cancelRetry: () => void = () => {};

  /** The number that is, or is about to be. */
  const target = () => asked ?? acknowledged;

  function pump(): void {
    const wanted = asked;
    if (wanted === null || inFlight !== null || suspended || closed || callBackoff.waits()) return;
    if ((wanted === acknowledged && !outdated) || !mayAct()) return;
    inFlight = wanted;
    outdated = false;
    void change(wanted).then(outcome => {
      inFlight = null;
      changedAt = clock.now();
      if (outcome.kind === 'failed') {
        if (outcome.failure.kind === 'refused') callBackoff.refused(outcome.failure.reason, changedAt);
        else callBackoff.pause(retryMs);
      } else callBackoff.forget();
      changed();
      pump();
    });
  }

  /** One update, made again on what is there now where somebody else was quicker. */
  async function change(wanted: number): Promise<UpdateOutcome> {
    for (let tries = changeTries; ; tries--) {
      const outcome = seen === null ? await calls.create(wanted) : await calls.update(seen, wanted);
      if (outcome.kind === 'done') acknowledged = wanted;
      try {
        const present = await calls.inspect(seen?.ID ?? null);
        take(present);
      } catch {
        // The next look tells; until then the version is the old one, and an update by it is refused.
      }
      if (outcome.kind !== 'stale') return outcome;
      if (tries === 1) return {kind: 'failed', failure: {kind: 'refused', reason: 'somebody else keeps changing the service'}};
      if (asked !== wanted || suspended || closed || !mayAct()) return {kind: 'done'};
    }
  }

  /** What is there now, right after a change of ours or a look. A number that isn't ours is somebody else's. */
  function take(object: ServiceObject | null): void {
    if (object === null) {
      if (seen === null) return;
      seen = null;
      acknowledged = 0;
      return;
    }
    const replicas = replicasOf(object.Spec) ?? 0;
    const first = seen === null;
    seen = object;
    if (replicas === acknowledged) return;
    acknowledged = replicas;
    if (first || asked === null || replicas === asked) return;
    // It is theirs until the scaler has said what becomes of it.
    asked = replicas;
    drifted(replicas);
  }

  function judge(): void {
    const now = clock.now();
    const alive = new Set([...counts.runningIds, ...counts.failed.map(({id}) => id)]);
    for (const id of bornAt.keys()) if (!alive.has(id)) bornAt.delete(id);
    for (const id of told) if (!alive.has(id)) told.delete(id);
    for (const id of counts.runningIds) {
      const born = bornAt.get(id) ?? now;
      bornAt.set(id, born);
      taskBackoff.worked(born);
    }
    for (const {id, reason, rejected} of counts.failed) {
      if (told.has(id)) continue;
      told.add(id);
      // What failed before anybody looked is history.
      if (!counted) continue;
      if (rejected) taskBackoff.refused(reason, now);
      else taskBackoff.died(reason, bornAt.get(id) ?? now);
    }
    counted = true;
    judgePlaces(now);
  }

  function judgePlaces(now: number): void {
    if (counts.unplaced === 0) {
      unplacedSince = null;
      if (unplaceable && counts.serving > unplaceable.placed) forgetPlaces();
      return;
    }
    unplacedSince ??= now;
    if (unplaceable || now - unplacedSince < placingMs) return;
    const placed = Math.max(0, Math.min(target(), counts.alive) - counts.unplaced);
    unplaceable = {placed, reason: counts.unplacedReason, retryAt: now + replaceMs};
    cancelRetry = clock.after(replaceMs, tryPlaces);
    replaceMs = Math.min(replaceLongestMs, replaceMs * 2);
  }

  function tryPlaces(): void {
    unplaceable = null;
    unplacedSince = null;
    cancelRetry();
    changed();
  }

  function forgetPlaces(): void {
    replaceMs = replaceFirstMs;
    tryPlaces();
  }

  return {
    scale(replicas, number) {
      asked = replicas;
      order = number;
      pump();
      changed();
    },
    rest() {
      asked = null;
    },
    outdate() {
      outdated = true;
      pump();
    },
    see(object, askedAt) {
      if (inFlight !== null || askedAt < changedAt) return;
      if (object && seen && object.Version.Index < seen.Version.Index) return;
      take(object);
      pump();
    },
    count(next) {
      counts = next;
      judge();
      changed();
    },
    roomMade() {
      if (unplaceable) forgetPlaces();
    },
    suspend() {
      suspended = true;
    },
    resume() {
      suspended = false;
      callBackoff.forget();
      pump();
    },
    id: () => seen?.ID ?? null,
    isUnsettled: () => inFlight !== null || (seen !== null && (counts.serving !== target() || counts.alive !== target())),
    observation() {
      const present = target();
      // Until the Swarm has taken the latest number, an earlier one may still be carried out.
      const most = asked === null || asked === acknowledged ? present : Math.max(present, inFlight ?? 0, acknowledged);
      const running = Math.min(present, counts.serving);
      const held = Math.max(counts.alive - counts.unplaced, most);
      const stopping = Math.max(0, held - present);
      return {...emptyObservation, running, pending: present - running, stopping, order, trouble: trouble()};
    },
    close() {
      closed = true;
      cancelRetry();
      callBackoff.forget();
      taskBackoff.forget();
    },
  };

  function trouble(): Trouble {
    if (unplaceable) return {kind: 'unplaceable', ...unplaceable};
    const refused = callBackoff.trouble();
    return refused.kind === 'none' ? taskBackoff.trouble() : refused;
  }
}

/** Somebody who changes the service this often at once is a machine, and not to be outdone. */
const changeTries = 5;
