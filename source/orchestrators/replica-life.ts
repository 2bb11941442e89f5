/**
 * One replica's life: where it is, where it shall go, and the one call that takes it a step further. It knows none of the
 * others, and not why its aim is what it is.
 */
import type {Clock} from '../ports.ts';
import type {Lane, Ticket} from './call-queue.ts';
import type {CallFailure, Outcome, Purpose, ReplicaDriver} from './replica.ts';

/** To serve, to wait for a slot, to stay as it is with its work in it, or to go. */
export type Aim = 'run' | 'wait' | 'frozen' | 'gone';
/** What the engine has of it. */
export type Place = 'nowhere' | 'created' | 'up' | 'paused' | 'ended';
type Doing = 'creating' | 'marking' | 'starting' | 'freezing' | 'thawing' | 'stopping' | 'ending' | 'removing';

export interface Replica {
  id: string | null;
  readonly number: number;
  aim: Aim;
  place: Place;
  /** Up, and fit to serve. It stays so while it is paused. */
  ready: boolean;
  doing: Doing | null;
  /** How it waits: created only, or started and paused. One that bears the sign that it serves is made to wait no more. */
  purpose: Purpose;
  /** Whether it is needed at once, or only kept in case. */
  urgent: boolean;
  served: boolean;
  /** A slot was given to it, and it is not known to have left that. */
  slot: boolean;
  /** It goes for somebody else's sake: what it worked is lost. */
  yields: boolean;
  /** Another one comes in its place, once it has left. */
  replaced: boolean;
  outdated: boolean;
  /** Since when somebody else holds it paused; null where nobody does. */
  heldSince: number | null;
  /** When its present life began: creation or start, in milliseconds. */
  bornAt: number;
  /** Since when it waits or is frozen. */
  restsSince: number;
  workedMs: number;
  workingSince: number | null;
  changedAt: number;
  ticket: Ticket | null;
  /** Tells the answer to the present call from one that is overdue. */
  calls: number;
}

export interface Lives {
  make(number: number, aim: 'run' | 'wait', purpose: Purpose, urgent: boolean): Replica;
  /** Sets another aim, takes back a call that has not begun, and makes the next one. */
  aim(replica: Replica, aim: Aim): void;
  /** Makes the next call, if there is one to make and none under way. */
  advance(replica: Replica): void;
  /** Takes back what has not begun, and takes no answer to what has. */
  forsake(replica: Replica): void;
  /** What became of it otherwise than by a call. */
  place(replica: Replica, place: Place, ready: boolean): void;
  /** How long it has served, in milliseconds. */
  workedMs(replica: Replica): number;
}

export interface LivesParts {
  readonly clock: Clock;
  readonly driver: ReplicaDriver;
  /** False while no call may be made. */
  readonly mayCall: (replica: Replica) => boolean;
  /** Forgotten, for there is nothing of it. */
  readonly gone: (replica: Replica) => void;
  /** True where another replica has this id already. */
  readonly isKnown: (id: string) => boolean;
  /** A replica that went for somebody else's sake has ended. */
  readonly lost: (workedMs: number) => void;
  /** After every answer; a failure counts as one of the service where it keeps replicas from coming. */
  readonly answered: (failure: CallFailure | null, begunAt: number) => void;
}

/** How long until a call that failed is made again. */
export const retryMs = 1000;

export function createLives({clock, driver, mayCall, gone, isKnown, lost, answered}: LivesParts): Lives {
  function place(replica: Replica, where: Place, ready: boolean): void {
    const now = clock.now();
    replica.place = where;
    replica.ready = ready;
    replica.changedAt = now;
    if (where !== 'up') {
      replica.slot = false;
      replica.heldSince = null;
    }
    watchWork(replica, now);
  }

  /** What it does on its way out is work no more. */
  function watchWork(replica: Replica, now: number): void {
    const works = replica.place === 'up' && replica.ready && replica.aim === 'run';
    if (works && replica.workingSince === null) replica.workingSince = now;
    if (works || replica.workingSince === null) return;
    replica.workedMs += now - replica.workingSince;
    replica.workingSince = null;
  }

  function next(replica: Replica): Doing | null {
    const {aim, purpose, ready} = replica;
    const isUnmarked = aim === 'run' && purpose === 'wait';
    switch (replica.place) {
      case 'nowhere':
        return aim === 'gone' ? null : 'creating';
      case 'created':
        if (aim === 'gone') return 'removing';
        if (isUnmarked) return 'marking';
        return aim === 'run' || purpose === 'wait' ? 'starting' : null;
      case 'up':
        if (isUnmarked) return 'marking';
        if (aim === 'run') return null;
        if (aim === 'gone') return 'stopping';
        // One that has yet to become healthy becomes so before it waits.
        return ready || replica.served ? 'freezing' : null;
      case 'paused':
        if (isUnmarked) return 'marking';
        if (aim === 'run') return 'thawing';
        return aim === 'gone' ? 'ending' : null;
      case 'ended':
        return 'removing';
    }
  }

  function laneOf({aim, urgent}: Replica, doing: Doing): Lane {
    switch (doing) {
      case 'creating':
        return urgent ? 'ahead' : 'refilling';
      case 'marking':
      case 'starting':
      case 'thawing':
        return aim === 'run' ? 'filling' : 'refilling';
      case 'freezing':
        return 'freezing';
      case 'stopping':
        return 'freeing';
      case 'ending':
        return 'ending';
      case 'removing':
        return 'clearing';
    }
  }

  function advance(replica: Replica): void {
    if (replica.doing !== null || !mayCall(replica)) return;
    const doing = next(replica);
    if (doing === null) {
      if (replica.place === 'nowhere') gone(replica);
      return;
    }
    if (doing === 'starting') replica.bornAt = clock.now();
    replica.slot = replica.aim === 'run' || (replica.slot && replica.place === 'up');
    replica.served ||= replica.aim === 'run' && (doing === 'starting' || doing === 'thawing');
    replica.doing = doing;
    replica.changedAt = clock.now();
    const ticket = call(replica, doing, laneOf(replica, doing), ++replica.calls);
    // It may have answered at once.
    replica.ticket = replica.doing === doing ? ticket : null;
  }

  function call(replica: Replica, doing: Doing, lane: Lane, own: number): Ticket {
    const {id, purpose} = replica;
    const begunAt = clock.now();
    const answer = (outcome: Outcome<string | null>) => {
      if (replica.calls !== own || replica.doing !== doing) return;
      replica.doing = null;
      replica.ticket = null;
      replica.changedAt = clock.now();
      if (outcome.kind === 'done') return done(replica, doing, outcome.value);
      failed(replica, doing, outcome.failure, begunAt);
    };
    if (doing === 'creating') return driver.create(replica.number, purpose, lane, answer);
    // Only what was made has an id, and only that is anywhere.
    if (id === null) throw new Error(`a replica without an id can't be ${doing}`);
    switch (doing) {
      case 'marking':
        return driver.mark(id, lane, answer);
      case 'starting':
        return driver.start(id, replica.aim === 'run' ? 'serve' : 'wait', lane, answer);
      case 'freezing':
        return driver.freeze(id, lane, answer);
      case 'thawing':
        return driver.thaw(id, lane, answer);
      case 'stopping':
        return driver.stop(id, lane, answer);
      case 'ending':
        return driver.end(id, lane, answer);
      case 'removing':
        return driver.remove(id, lane, answer);
    }
  }

  function done(replica: Replica, doing: Doing, value: string | null): void {
    switch (doing) {
      case 'creating':
        // A listing may have overtaken this answer: then the replica is known already.
        if (value === null || isKnown(value)) gone(replica);
        else {
          replica.id = value;
          place(replica, 'created', false);
        }
        break;
      case 'marking':
        replica.purpose = 'serve';
        replica.slot = replica.aim === 'run' || (replica.slot && replica.place === 'up');
        break;
      case 'starting':
        place(replica, 'up', false);
        break;
      case 'freezing':
        place(replica, 'paused', replica.ready);
        break;
      case 'thawing':
        place(replica, 'up', replica.ready);
        break;
      case 'stopping':
      case 'ending':
        if (replica.yields) lost(replica.workedMs);
        place(replica, 'ended', false);
        break;
      case 'removing':
        gone(replica);
        return;
    }
    advance(replica);
    answered(null, clock.now());
  }

  function failed(replica: Replica, doing: Doing, failure: CallFailure, begunAt: number): void {
    const refused = failure.kind === 'refused';
    switch (doing) {
      case 'creating':
        gone(replica);
        return answered(failure, begunAt);
      case 'marking':
      case 'starting':
      case 'thawing':
        // One that is up already has its slot, and serves once it bears the sign.
        if (refused && replica.place !== 'up') {
          replica.aim = 'gone';
          replica.slot = false;
          if (doing === 'starting') place(replica, 'ended', false);
          advance(replica);
        } else again(replica);
        return answered(failure, begunAt);
      case 'freezing':
        // What can't be paused is stopped: its slot must be free one way or the other.
        if (refused && replica.aim !== 'run') replica.aim = 'gone';
        if (refused) advance(replica);
        else again(replica);
        return answered(null, begunAt);
      case 'stopping':
      case 'ending':
      case 'removing':
        // It is made again; the slot stays taken until it has happened.
        again(replica);
        return answered(null, begunAt);
    }
  }

  function again(replica: Replica): void {
    clock.after(retryMs, () => advance(replica));
  }

  function forsake(replica: Replica): void {
    replica.ticket?.cancel();
    replica.ticket = null;
    replica.doing = null;
    replica.calls++;
  }

  return {
    make(number, aim, purpose, urgent) {
      const now = clock.now();
      const replica: Replica = {
        id: null,
        number,
        aim,
        place: 'nowhere',
        ready: false,
        doing: null,
        purpose,
        urgent,
        served: false,
        slot: false,
        yields: false,
        replaced: false,
        outdated: false,
        heldSince: null,
        bornAt: now,
        restsSince: now,
        workedMs: 0,
        workingSince: null,
        changedAt: now,
        ticket: null,
        calls: 0,
      };
      return replica;
    },
    aim(replica, aim) {
      if (replica.aim === aim) return;
      replica.aim = aim;
      if (aim === 'run') {
        replica.urgent = true;
        replica.yields = false;
        replica.replaced = false;
      } else replica.restsSince = clock.now();
      watchWork(replica, clock.now());
      if (replica.ticket?.cancel()) {
        replica.ticket = null;
        replica.doing = null;
        replica.calls++;
        if (replica.place !== 'up') replica.slot = false;
      }
      if (aim === 'run') replica.slot = true;
      advance(replica);
    },
    advance,
    forsake,
    place,
    workedMs: ({workedMs, workingSince}) => workedMs + (workingSince === null ? 0 : clock.now() - workingSince),
  };
}
