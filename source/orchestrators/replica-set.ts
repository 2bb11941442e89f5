/**
 * Keeps one service's replicas at the number asked for, whatever happens to them: says what each of them is for. It is
 * level-based: it knows numbers and states, and leaves every call to its driver, which may be a real engine or a simulated one.
 */
import type {Clock} from '../ports.ts';
import type {Action} from '../scaler/entry.ts';
import type {Observation, Trouble, VictimReason} from '../scaler/observation.ts';
import {noReadinessAsked, plainReadiness, type Readiness, type ReadinessAsked} from '../scaler/readiness.ts';
import {createBackoff, type Backoff} from './backoff.ts';
import type {CallFailure, ReplicaDriver, ReplicaSet} from './replica.ts';
import {createListing, type Listing} from './replica-listing.ts';
import {createLives, retryMs, type Lives, type Replica} from './replica-life.ts';
import {heldTooLong} from './replica-held.ts';
import {overdue, successors, waitingFor} from './replica-pool.ts';
import {nextToRenew, successorsWanted} from './replica-renewal.ts';
import {observe, standings} from './replica-counts.ts';
import {victims} from './victims.ts';

export interface ReplicaSetParts {
  readonly clock: Clock;
  readonly driver: ReplicaDriver;
  /** Told after every change of the observation. */
  readonly changed: () => void;
  /** A try is due: the workload should be made ready again if it isn't. */
  readonly retried?: () => void;
  /** How busy a replica is, for whoever can say; null where nothing is known. */
  readonly busyness?: (id: string) => number | null;
}

export function createReplicaSet({clock, driver, changed, retried, busyness = () => null}: ReplicaSetParts): ReplicaSet {
  const replicas = new Set<Replica>();
  const backoff: Backoff = createBackoff(clock, () => {
    retried?.();
    settled();
  });
  const lives: Lives = createLives({
    clock,
    driver,
    // What goes already is brought to its end, even when nothing else is asked for any more.
    mayCall: replica => replicas.has(replica) && !suspended && (closed ? replica.aim === 'gone' : asked !== null),
    gone: replica => void replicas.delete(replica),
    isKnown: id => find(id) !== undefined,
    lost: workedMs => void (lostMs += workedMs),
    answered,
  });
  const listing: Listing = createListing({
    clock,
    lives,
    backoff,
    isSuspended: () => suspended,
    readiness: () => readiness,
    lose,
    add: replica => void replicas.add(replica),
  });
  let readiness: Readiness = plainReadiness;
  let asked: number | null = null;
  let beside: ReadinessAsked = noReadinessAsked;
  /** Of those that are to leave, so many yield to somebody else. */
  let yields = 0;
  let order = 0;
  let lostMs = 0;
  let chosen: VictimReason | null = null;
  let suspended = false;
  let preparing: string | null = null;
  let closed = false;
  let tidied: 'nothing' | 'waiting' | 'all' = 'nothing';
  let wakesAt = Number.POSITIVE_INFINITY;
  let cancelWake: () => void = () => {};

  const all = () => [...replicas];
  const aimed = (aim: Replica['aim']) => all().filter(replica => replica.aim === aim);
  const find = (id: string) => {
    for (const replica of replicas) if (replica.id === id) return replica;
    return undefined;
  };
  const alive = () => {
    let count = 0;
    for (const {aim} of replicas) if (aim === 'run') count++;
    return count;
  };

  function settled(): void {
    converge();
    changed();
  }

  function answered(failure: CallFailure | null, begunAt: number): void {
    if (failure?.kind === 'refused') backoff.refused(failure.reason, begunAt);
    if (failure?.kind === 'unreachable') backoff.pause(retryMs);
    settled();
  }

  function converge(): void {
    if (suspended || closed || asked === null) return;
    const surplus = alive() - asked;
    if (surplus > 0)
      for (const {replica, reason} of victims(aimed('run'), readiness.victim, busyness).slice(0, surplus)) dismiss(replica, reason);
    yields = Math.max(0, Math.min(yields, alive() - asked));
    const blocked = backoff.waits() || preparing !== null;
    const heldUntil = blocked ? Number.POSITIVE_INFINITY : relieveHeld();
    // Whose successor has no slot yet is still counted for.
    let leaving = 0;
    for (const {replaced, slot, aim} of replicas) if (replaced && slot && aim !== 'run') leaving++;
    for (let missing = asked - alive() - leaving; missing > 0 && employ(blocked); missing--);
    wake(Math.min(keepFrozen(), keepWaiting(blocked), heldUntil));
    const old = blocked ? null : nextToRenew(all(), asked);
    if (old) replace(old);
    for (const replica of replicas) lives.advance(replica);
  }

  /** Puts one more to work: whoever is back soonest, and only then a new one. False where there can't be one now. */
  function employ(blocked: boolean): boolean {
    let pausing: Replica | null = null;
    for (const replica of successors(all())) {
      const {aim, place} = replica;
      if (place !== 'up' && place !== 'paused' && (blocked || pausing)) break;
      // What is on its way out comes back at once only while the call that takes it there has not begun.
      const leaves = place !== 'nowhere' && (aim === 'gone' || place === 'up');
      if (leaves && !takeBack(replica)) {
        if (aim !== 'gone') pausing ??= replica;
        continue;
      }
      lives.aim(replica, 'run');
      return true;
    }
    if (pausing) lives.aim(pausing, 'run');
    else if (!blocked) make('run', 'serve', true);
    return pausing !== null || !blocked;
  }

  /** True where the call that would have made it leave had not begun. */
  function takeBack(replica: Replica): boolean {
    if (replica.doing !== null && !replica.ticket?.cancel()) return false;
    lives.forsake(replica);
    return true;
  }

  function make(aim: 'run' | 'wait', purpose: 'serve' | 'wait', urgent: boolean): void {
    const taken = new Set(all().map(({number}) => number));
    let number = 1;
    while (taken.has(number)) number++;
    const replica = lives.make(number, aim, purpose, urgent);
    replicas.add(replica);
    lives.advance(replica);
  }

  /** They end as what was frozen does, and hold no slot from then on. Answers when the next one's time is over. */
  function relieveHeld(): number {
    const {over, dueAt} = heldTooLong(replicas, clock.now());
    for (const replica of over) {
      lives.place(replica, 'paused', false);
      replace(replica);
    }
    return dueAt;
  }

  function dismiss(replica: Replica, reason: VictimReason): void {
    // The engine may refuse to stop what somebody else has paused.
    if (replica.heldSince !== null) lives.place(replica, 'paused', false);
    const isYielding = yields > 0;
    if (isYielding) yields--;
    const serves = replica.place === 'up' && replica.ready && !replica.outdated;
    if (reason !== 'not serving' || chosen === null) chosen = reason;
    if (serves && isYielding && aimed('frozen').length < frozenMost()) return lives.aim(replica, 'frozen');
    const {standby} = readiness;
    const waiting = aimed('wait').length;
    const pauses = serves && standby.kind === 'kept' && standby.state === 'paused' && tidied === 'nothing';
    // One that is here is worth more than one that is only being made, which then need not be.
    const resting = pauses ? aimed('wait').filter(({place}) => place === 'paused' || place === 'up').length : 0;
    if (pauses && resting < beside.standby) return lives.aim(replica, 'wait');
    const unbegun =
      replica.place === 'nowhere' || (replica.place === 'created' && (replica.doing === null || replica.ticket?.cancel() === true));
    // Nothing of it has begun to run: it may still serve as one that waits.
    if (unbegun && waiting < Math.max(beside.standby, beside.ahead)) {
      if (replica.place === 'created') lives.forsake(replica);
      return lives.aim(replica, 'wait');
    }
    if (replica.place === 'created' && unbegun) lives.forsake(replica);
    replica.yields = isYielding && serves;
    lives.aim(replica, 'gone');
  }

  function frozenMost(): number {
    return tidied === 'all' || readiness.preempt.kind === 'stop' ? 0 : beside.frozen;
  }

  /** When the next one's time is over. */
  function keepFrozen(): number {
    const frozen = aimed('frozen');
    if (frozen.length === 0) return Number.POSITIVE_INFINITY;
    const {ending, dueAt} = overdue(frozen, readiness.preempt, frozenMost(), clock.now());
    for (const replica of ending) {
      replica.yields = true;
      lives.aim(replica, 'gone');
    }
    return dueAt;
  }

  /** When the next one has waited too long. */
  function keepWaiting(blocked: boolean): number {
    const wanted = tidied === 'nothing' ? {...beside, ahead: Math.max(beside.ahead, successorsWanted(replicas))} : noReadinessAsked;
    const standby = tidied === 'nothing' ? readiness.standby : plainReadiness.standby;
    const waiting = aimed('wait');
    if (waiting.length + wanted.standby + wanted.ahead === 0) return Number.POSITIVE_INFINITY;
    const {surplus, missingAhead, missingKept, purpose, dueAt} = waitingFor(waiting, standby, wanted, clock.now());
    // While those that serve are too few and can't be made, nothing that could serve is thrown away.
    const isShort = blocked && alive() < (asked ?? 0);
    for (const replica of isShort ? [] : surplus) lives.aim(replica, 'gone');
    if (!blocked) {
      for (let left = missingAhead; left > 0; left--) make('wait', 'serve', true);
      for (let left = missingKept; left > 0; left--) make('wait', purpose, false);
    }
    return dueAt;
  }

  /** Converges again when the time of one that waits or is frozen is over. */
  function wake(at: number): void {
    if (at === wakesAt) return;
    wakesAt = at;
    cancelWake();
    if (!Number.isFinite(at)) return;
    cancelWake = clock.after(Math.min(longestTimerMs, Math.max(0, at - clock.now())), () => {
      wakesAt = Number.POSITIVE_INFINITY;
      settled();
    });
  }

  /** Its successor comes when it has left: both at once would be one too many. */
  function replace(replica: Replica): void {
    replica.replaced = true;
    lives.aim(replica, 'gone');
  }

  function lose(replica: Replica, detail: string): void {
    const {bornAt, aim} = replica;
    lives.forsake(replica);
    lives.place(replica, 'ended', false);
    lives.aim(replica, 'gone');
    lives.advance(replica);
    if (aim === 'run' || (aim === 'wait' && !replica.served)) backoff.died(detail, bornAt);
    settled();
  }

  return {
    scale(action: Action) {
      ({order} = action);
      asked = action.replicas;
      yields += action.yields;
      beside = {standby: action.standby, ahead: action.ahead, frozen: action.frozen, rank: action.rank};
      settled();
    },
    follow(next) {
      readiness = next;
      converge();
    },
    rest() {
      asked = null;
      for (const replica of all()) if (replica.ticket?.cancel()) lives.forsake(replica);
    },
    reset(listed, askedAt) {
      const byId = new Map(listed.map(item => [item.id, item]));
      for (const replica of all()) {
        if (suspended) lives.forsake(replica);
        else if (replica.changedAt >= askedAt || replica.doing !== null) continue;
        const item = replica.id === null ? undefined : byId.get(replica.id);
        if (item) listing.correct(replica, item);
        else if (suspended || replica.place !== 'nowhere') replicas.delete(replica);
      }
      for (const item of listed) {
        const comes = all().some(({place, number}) => place === 'nowhere' && number === item.number);
        if (!find(item.id) && !comes) listing.adopt(item);
      }
      settled();
    },
    prepare(reason) {
      preparing = reason;
      settled();
    },
    fail(reason) {
      preparing = null;
      backoff.refused(reason, clock.now());
      changed();
    },
    outdate(isOutdated) {
      for (const replica of replicas) replica.outdated = replica.id === null || isOutdated(replica.id);
      backoff.forget();
      settled();
    },
    ready(id) {
      const replica = find(id);
      const isComing = replica?.place === 'up' || replica?.doing === 'starting';
      if (!replica || !isComing || replica.ready || replica.aim === 'gone') return;
      if (replica.place === 'up') lives.place(replica, 'up', true);
      else lives.forsake(replica);
      if (replica.place !== 'up') lives.place(replica, 'up', true);
      if (replica.aim === 'run') backoff.worked(replica.bornAt);
      settled();
    },
    unready(id) {
      const replica = find(id);
      if (!replica || replica.aim !== 'run' || replica.place !== 'up') return;
      backoff.died('its health check failed', replica.bornAt);
      replace(replica);
      settled();
    },
    died(id, detail) {
      const replica = find(id);
      if (!replica || replica.place === 'ended' || (replica.place === 'created' && replica.doing !== 'starting')) return;
      // A replica that was told to stop has stopped once the call says so: news travels ahead of the engine's own books.
      if (replica.doing === 'stopping' || replica.doing === 'ending' || replica.doing === 'removing') return;
      lose(replica, detail);
    },
    vanished(id) {
      const replica = find(id);
      if (!replica) return;
      replicas.delete(replica);
      lives.forsake(replica);
      if (replica.aim !== 'gone') converge();
      changed();
    },
    suspend() {
      suspended = true;
      for (const replica of all()) if (replica.ticket?.cancel()) lives.forsake(replica);
    },
    resume() {
      suspended = false;
      backoff.forget();
      settled();
    },
    has: id => find(id) !== undefined,
    expects(id, news) {
      const replica = find(id);
      if (!replica) return false;
      const {doing, place, aim, heldSince} = replica;
      if (news === 'ended') return aim === 'gone' || place === 'ended';
      if (doing !== null) return true;
      return news === 'paused' ? place === 'paused' || aim === 'frozen' : place !== 'paused' && heldSince === null;
    },
    ids: () => all().flatMap(({id}) => id ?? []),
    serving: () => aimed('run').flatMap(({id, place, ready}) => (id !== null && place === 'up' && ready ? [id] : [])),
    observation: (): Observation => ({...observe(replicas), lostMs: Math.round(lostMs), chosen, order, trouble: troubleNow()}),
    standings: () => standings(replicas),
    tidy(what) {
      if (asked === null) return;
      tidied = what;
      settled();
    },
    close() {
      closed = true;
      cancelWake();
      backoff.forget();
    },
  };

  function troubleNow(): Trouble {
    return preparing ? {kind: 'preparing', reason: preparing} : backoff.trouble();
  }
}

/** Timers longer than this overflow; it converges, finds nothing due, and waits again. */
const longestTimerMs = 2 ** 31 - 1;
