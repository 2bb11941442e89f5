/**
 * Keeps one service's replicas at the number asked for, whatever happens to them. Level-based: it knows numbers and
 * states, and leaves every call to its driver, which may be a real engine or a simulated one.
 */
import type {Clock} from '../ports.ts';
import type {Trouble} from '../scaler/fleet.ts';
import {createBackoff, type Backoff} from './backoff.ts';
import type {CallFailure, Listed, ReplicaDriver, ReplicaSet} from './replica.ts';

type State = 'creating' | 'standby' | 'starting' | 'unready' | 'running' | 'stopping' | 'removing';

interface Replica {
  id: string | null;
  readonly number: number;
  state: State;
  /** What becomes of it: to serve, to wait, or to go. */
  aim: 'run' | 'standby' | 'gone';
  /** When its present life began: creation or start, in milliseconds. */
  bornAt: number;
  changedAt: number;
  outdated: boolean;
}

export interface ReplicaSetParts {
  readonly clock: Clock;
  readonly driver: ReplicaDriver;
  /** Told after every change of the observation. */
  readonly changed: () => void;
  /** A try is due: the workload should be made ready again if it isn't. */
  readonly retried?: () => void;
}

export function createReplicaSet({clock, driver, changed, retried}: ReplicaSetParts): ReplicaSet {
  const replicas = new Set<Replica>();
  const backoff: Backoff = createBackoff(clock, () => {
    retried?.();
    converge();
    changed();
  });
  let asked: number | null = null;
  let askedStandby = 0;
  let order = 0;
  let suspended = false;
  let preparing: string | null = null;
  let closed = false;

  const alive = () => [...replicas].filter(replica => replica.aim === 'run');
  const waiting = () => [...replicas].filter(replica => replica.aim === 'standby');
  const find = (id: string) => [...replicas].find(replica => replica.id === id);

  function move(replica: Replica, state: State): void {
    replica.state = state;
    replica.changedAt = clock.now();
  }

  function converge(): void {
    if (suspended || closed || asked === null) return;
    const surplus = alive().length - asked;
    if (surplus > 0) for (const victim of victims(alive()).slice(0, surplus)) dismiss(victim);
    const blocked = backoff.waits() || preparing !== null;
    if (!blocked) for (let missing = asked - alive().length; missing > 0; missing--) employ();
    const extra = waiting().length - askedStandby;
    if (extra > 0) for (const replica of waiting().slice(-extra)) dismiss(replica);
    if (!blocked) for (let missing = -extra; missing > 0; missing--) create('standby');
    if (!blocked) replaceOutdated();
  }

  /** Puts one more to work: a standby one, one that is being created, or a new one. */
  function employ(): void {
    const ready = waiting().find(replica => replica.state === 'standby' && !replica.outdated);
    const coming = ready ?? [...replicas].find(replica => replica.state === 'creating' && replica.aim !== 'run');
    if (!coming) return create('run');
    coming.aim = 'run';
    if (ready) start(ready);
  }

  function dismiss(replica: Replica): void {
    switch (replica.state) {
      case 'creating':
        // Nothing has begun to run: it may still serve as a standby, or is removed once it exists.
        replica.aim = replica.aim === 'run' && waiting().length < askedStandby ? 'standby' : 'gone';
        return;
      case 'standby':
        return remove(replica);
      case 'starting':
        replica.aim = 'gone';
        return;
      case 'unready':
      case 'running':
        return stop(replica);
      case 'stopping':
      case 'removing':
    }
  }

  /** One at a time and only when all others serve, so that a new image never costs more than one replica. */
  function replaceOutdated(): void {
    const moving = [...replicas].some(({state}) => state !== 'running' && state !== 'standby' && state !== 'removing');
    if (moving || alive().length !== asked) return;
    const old = alive().find(replica => replica.outdated);
    if (old) stop(old);
  }

  function create(aim: 'run' | 'standby'): void {
    const now = clock.now();
    const replica: Replica = {id: null, number: freeNumber(), state: 'creating', aim, bornAt: now, changedAt: now, outdated: false};
    replicas.add(replica);
    driver.create(replica.number, outcome => {
      if (outcome.kind === 'failed') {
        replicas.delete(replica);
        return settle(outcome.failure, now);
      }
      if (!replicas.has(replica) || [...replicas].some(other => other.id === outcome.value)) {
        // A listing overtook this answer: the replica is known already, or will be by the next one.
        replicas.delete(replica);
        return settle(null, now);
      }
      replica.id = outcome.value;
      move(replica, 'standby');
      if (replica.aim === 'gone' || closed) remove(replica);
      else if (replica.aim === 'run') start(replica);
      settle(null, now);
    });
  }

  function start(replica: Replica): void {
    const {id} = replica;
    if (id === null) return;
    const now = clock.now();
    replica.bornAt = now;
    move(replica, 'starting');
    driver.start(id, outcome => {
      if (!replicas.has(replica)) return;
      if (outcome.kind === 'failed') {
        if (outcome.failure.kind === 'refused') remove(replica);
        else again(() => replica.state === 'starting' && start(replica));
        return settle(outcome.failure, now);
      }
      if (replica.state === 'starting') move(replica, 'unready');
      if (replica.aim === 'gone' && replica.state !== 'stopping') stop(replica);
      settle(null, now);
    });
  }

  function stop(replica: Replica): void {
    const {id} = replica;
    if (id === null) return;
    replica.aim = 'gone';
    move(replica, 'stopping');
    driver.stop(id, outcome => {
      if (!replicas.has(replica) || replica.state !== 'stopping') return;
      if (outcome.kind === 'done') remove(replica);
      else again(() => replica.state === 'stopping' && stop(replica));
      settle(null, clock.now());
    });
  }

  function remove(replica: Replica): void {
    const {id} = replica;
    replica.aim = 'gone';
    move(replica, 'removing');
    if (id === null) return;
    driver.remove(id, outcome => {
      if (outcome.kind === 'done') replicas.delete(replica);
      else again(() => replicas.has(replica) && remove(replica));
    });
  }

  /** A call that failed is made again; the slot stays taken until it has happened. */
  function again(call: () => void): void {
    clock.after(retryMs, () => {
      if (!suspended && !closed) call();
    });
  }

  /** After every answer: count the failure if there was one, converge on what is left, tell the truth. */
  function settle(failure: CallFailure | null, begunAt: number): void {
    if (failure?.kind === 'refused') backoff.refused(failure.reason, begunAt);
    if (failure?.kind === 'unreachable') backoff.pause(retryMs);
    converge();
    changed();
  }

  function freeNumber(): number {
    const taken = new Set([...replicas].map(replica => replica.number));
    let number = 1;
    while (taken.has(number)) number++;
    return number;
  }

  function lose(replica: Replica, detail: string): void {
    const bornAt = replica.bornAt;
    const expected = replica.aim === 'gone';
    remove(replica);
    if (!expected) backoff.died(detail, bornAt);
    converge();
    changed();
  }

  return {
    scale(count, standby, number) {
      order = number;
      asked = count;
      askedStandby = standby;
      converge();
      changed();
    },
    rest() {
      asked = null;
    },
    reset(listed, askedAt) {
      const byId = new Map(listed.map(item => [item.id, item]));
      for (const replica of [...replicas]) {
        if (replica.changedAt >= askedAt && !suspended) continue;
        const item = replica.id === null ? undefined : byId.get(replica.id);
        if (!item && (suspended || replica.state !== 'creating')) replicas.delete(replica);
        else if (item) correct(replica, item);
      }
      for (const item of listed) {
        if (find(item.id) || [...replicas].some(replica => replica.state === 'creating' && replica.number === item.number)) continue;
        adopt(item);
      }
      converge();
      changed();
    },
    prepare(reason) {
      preparing = reason;
      converge();
      changed();
    },
    fail(reason) {
      preparing = null;
      backoff.refused(reason, clock.now());
      changed();
    },
    outdate() {
      for (const replica of replicas) replica.outdated = true;
      for (const replica of waiting()) dismiss(replica);
      backoff.forget();
      converge();
      changed();
    },
    ready(id) {
      const replica = find(id);
      if (!replica || (replica.state !== 'starting' && replica.state !== 'unready')) return;
      move(replica, 'running');
      if (replica.aim === 'gone') stop(replica);
      else backoff.worked(replica.bornAt);
      converge();
      changed();
    },
    unready(id) {
      const replica = find(id);
      if (!replica || replica.aim !== 'run' || (replica.state !== 'running' && replica.state !== 'unready')) return;
      backoff.died('its health check failed', replica.bornAt);
      stop(replica);
      converge();
      changed();
    },
    died(id, detail) {
      const replica = find(id);
      // A replica that was told to stop has stopped once the call says so: news travels ahead of the engine's own books.
      if (!replica || replica.state === 'removing' || replica.state === 'standby' || replica.state === 'stopping') return;
      lose(replica, detail);
    },
    vanished(id) {
      const replica = find(id);
      if (!replica) return;
      const expected = replica.aim === 'gone';
      replicas.delete(replica);
      if (!expected) converge();
      changed();
    },
    suspend() {
      suspended = true;
    },
    resume() {
      suspended = false;
      backoff.forget();
      converge();
      changed();
    },
    has: id => find(id) !== undefined,
    observation() {
      // One walk: a simulated day asks for millions of these.
      let [running, pending, stopping, standby] = [0, 0, 0, 0];
      for (const {aim, state} of replicas) {
        if (aim === 'run' && state === 'running') running++;
        else if (aim === 'run') pending++;
        else if (aim === 'standby') standby++;
        if (state === 'stopping' || (aim === 'gone' && (state === 'starting' || state === 'unready'))) stopping++;
      }
      return {running, pending, stopping, standby, order, trouble: troubleNow()};
    },
    close() {
      closed = true;
      backoff.forget();
      for (const replica of waiting()) dismiss(replica);
    },
  };

  function troubleNow(): Trouble {
    return preparing ? {kind: 'preparing', reason: preparing} : backoff.trouble();
  }

  function correct(replica: Replica, item: Listed): void {
    replica.outdated = item.outdated;
    switch (item.state) {
      case 'dead':
        if (replica.state !== 'removing') lose(replica, 'it ended unseen');
        else remove(replica);
        return;
      case 'created':
        if (replica.aim === 'gone') remove(replica);
        else if (replica.aim === 'run' && (replica.state !== 'starting' || suspended)) start(replica);
        return;
      case 'unready':
      case 'running':
        if (replica.aim === 'gone') stop(replica);
        else move(replica, item.state);
    }
  }

  function adopt(item: Listed): void {
    const state = item.state === 'created' ? 'standby' : item.state === 'dead' ? 'removing' : item.state;
    const aim = item.state === 'created' ? 'standby' : item.state === 'dead' ? 'gone' : 'run';
    const replica: Replica = {
      id: item.id,
      number: item.number,
      state,
      aim,
      bornAt: item.startedAt,
      changedAt: clock.now(),
      outdated: item.outdated,
    };
    replicas.add(replica);
    if (aim === 'gone') remove(replica);
  }
}

/** How long until a call that failed is made again. */
const retryMs = 1000;

/** Who goes first: what serves nobody yet, then the outdated, then the youngest. */
function victims(candidates: readonly Replica[]): readonly Replica[] {
  const soonest: readonly State[] = ['creating', 'starting', 'unready', 'running'];
  return candidates.toSorted(
    (a, b) =>
      soonest.indexOf(a.state) - soonest.indexOf(b.state) ||
      Number(b.outdated) - Number(a.outdated) ||
      b.bornAt - a.bornAt ||
      b.number - a.number,
  );
}
