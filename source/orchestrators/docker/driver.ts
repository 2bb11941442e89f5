/** The calls for one service's replicas: create, start, stop, remove, each in its turn and within its time. It decides nothing. */
import type {CallQueue, Urgency} from '../call-queue.ts';
import type {CallFailure, Outcome, ReplicaDriver} from '../replica.ts';
import {statusOf, type Recipe} from './recipe.ts';
import {within} from './within.ts';

export interface DriverParts {
  readonly recipe: Recipe;
  readonly queue: CallQueue;
  /** Asked right before each call: the right to act may have been lost while it waited. */
  readonly mayAct: () => boolean;
  /** The engine has answered. */
  readonly heard: () => void;
  /** A replica has started, and serves from now on. */
  readonly serves: (id: string) => void;
}

/** An engine under load takes seconds for a call; one that takes this long has lost it. */
const callLimitMs = 60_000;
/** Where a number's name is taken, the replica gets one so far above that it won't meet its siblings'. */
const takenNumberStep = 1000;

export function createDriver({recipe, queue, mayAct, heard, serves}: DriverParts): ReplicaDriver {
  function call<Value>(urgency: Urgency, limitMs: number, run: () => Promise<Value>, done: (outcome: Outcome<Value>) => void): void {
    queue.add(urgency, async () => {
      let outcome: Outcome<Value>;
      try {
        if (!mayAct()) throw Object.assign(new Error('another engine holds the lease'), {code: 'ENOLEASE'});
        outcome = {kind: 'done', value: await within(limitMs, run)};
        heard();
      } catch (error) {
        outcome = {kind: 'failed', failure: failureOf(error)};
      }
      done(outcome);
    });
  }

  const nothing = async (run: Promise<void>) => {
    await run;
    return null;
  };

  return {
    create(number, done) {
      const run = async () => {
        try {
          return await recipe.create(number);
        } catch (error) {
          // A name that is taken is somebody else's container, or what a crash left: the next number will do.
          if (statusOf(error) !== 409) throw error;
          return recipe.create(number + takenNumberStep);
        }
      };
      call('ahead', callLimitMs, run, done);
    },
    start(id, done) {
      call(
        'urgent',
        callLimitMs,
        () => nothing(recipe.start(id)),
        outcome => {
          done(outcome);
          if (outcome.kind === 'done' && !recipe.healthchecked()) serves(id);
        },
      );
    },
    stop(id, done) {
      call('urgent', recipe.graceMs() + callLimitMs, () => nothing(recipe.stop(id)), done);
    },
    remove(id, done) {
      call('afterwards', callLimitMs, () => nothing(recipe.remove(id)), done);
    },
  };
}

function failureOf(error: unknown): CallFailure {
  const status = statusOf(error);
  const said = (error as {json?: {message?: string}}).json?.message;
  const message = said ?? (error instanceof Error ? error.message : String(error));
  return {kind: status === undefined ? 'unreachable' : 'refused', reason: message.trim().slice(0, 300)};
}
