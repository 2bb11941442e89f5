/** The calls for one service's replicas, each in its turn and within its time. It decides nothing. */
import type {CallQueue, Lane, Ticket} from '../call-queue.ts';
import type {CallFailure, Done, Outcome, ReplicaDriver} from '../replica.ts';
import {statusOf, type Recipe} from './recipe.ts';
import {within} from './within.ts';

export interface DriverParts {
  readonly recipe: Recipe;
  readonly queue: CallQueue;
  /** How soon its calls are made; the lower, the sooner. */
  readonly rank: () => number;
  /** Asked right before each call: the right to act may have been lost while it waited. */
  readonly mayAct: () => boolean;
  /** The engine has answered. */
  readonly heard: () => void;
  /** A replica has started, and serves from now on. */
  readonly serves: (id: string) => void;
}

export interface Driver extends ReplicaDriver {
  /** A call that changes no replica's place, when there is nothing else to do. What comes of it is nobody's matter. */
  meanwhile(run: () => Promise<unknown>): void;
}

/** An engine under load takes seconds for a call; one that takes this long has lost it. */
const callLimitMs = 60_000;
/** Where a number's name is taken, the replica gets one so far above that it won't meet its siblings'. */
const takenNumberStep = 1000;

export function createDriver({recipe, queue, rank, mayAct, heard, serves}: DriverParts): Driver {
  function call<Value>(lane: Lane, limitMs: number, run: () => Promise<Value>, done: Done<Value>): Ticket {
    return queue.add(lane, rank(), ended => {
      const answer = (outcome: Outcome<Value>) => {
        // What the answer leads to is asked for before what waited already takes its turn.
        done(outcome);
        ended();
      };
      const tried = mayAct()
        ? within(limitMs, run)
        : Promise.reject(Object.assign(new Error('another engine holds the lease'), {code: 'ENOLEASE'}));
      tried.then(
        value => {
          heard();
          answer({kind: 'done', value});
        },
        (error: unknown) => answer({kind: 'failed', failure: failureOf(error)}),
      );
    });
  }

  const nothing = async (run: Promise<void>) => {
    await run;
    return null;
  };

  function meanwhile(run: () => Promise<unknown>): void {
    call('clearing', callLimitMs, run, () => {});
  }

  return {
    create(number, purpose, lane, done) {
      const run = async () => {
        try {
          return await recipe.create(number, purpose);
        } catch (error) {
          // A name that is taken is somebody else's container, or what a crash left: the next number will do.
          if (statusOf(error) !== 409) throw error;
          return recipe.create(number + takenNumberStep, purpose);
        }
      };
      return call(lane, callLimitMs, run, done);
    },
    mark: (id, lane, done) => call(lane, callLimitMs, () => nothing(recipe.serves(id)), done),
    start(id, _purpose, lane, done) {
      return call(
        lane,
        callLimitMs,
        () => nothing(recipe.start(id)),
        outcome => {
          done(outcome);
          if (outcome.kind === 'done' && !recipe.healthchecked()) serves(id);
        },
      );
    },
    freeze: (id, lane, done) => call(lane, callLimitMs, () => nothing(recipe.freeze(id)), done),
    thaw: (id, lane, done) => call(lane, callLimitMs, () => nothing(recipe.thaw(id)), done),
    stop: (id, lane, done) => call(lane, recipe.graceMs() + callLimitMs, () => nothing(recipe.stop(id)), done),
    end: (id, lane, done) => call(lane, recipe.graceMs() + callLimitMs, () => nothing(recipe.end(id)), done),
    remove: (id, lane, done) => call(lane, callLimitMs, () => nothing(recipe.remove(id)), done),
    meanwhile,
  };
}

function failureOf(error: unknown): CallFailure {
  const status = statusOf(error);
  const said = (error as {json?: {message?: string}}).json?.message;
  const message = said ?? (error instanceof Error ? error.message : String(error));
  return {kind: status === undefined ? 'unreachable' : 'refused', reason: message.trim().slice(0, 300)};
}
