/** The calls for one service's replicas: create, start, stop, remove. It decides nothing. */
import type Docker from 'dockerode';
import type {Workload} from '../../config/config.ts';
import type {CallQueue, Urgency} from '../call-queue.ts';
import type {CallFailure, Outcome, ReplicaDriver, ReplicaSet} from '../replica.ts';
import {createOptions, furtherNetworks, isNamedNetwork, type Made} from './container.ts';
import type {ImageFacts} from './images.ts';
import {within} from './within.ts';

export interface DriverParts {
  readonly docker: Docker;
  readonly queue: CallQueue;
  readonly project: string;
  readonly service: string;
  readonly workload: () => Workload | null;
  readonly keeper: () => {readonly set: ReplicaSet; readonly image: ImageFacts | null; readonly priority: number};
  /** Asked right before each call: the right to act may have been lost while it waited. */
  readonly mayAct: () => boolean;
  /** The engine has answered. */
  readonly heard: () => void;
}

/** An engine under load takes seconds for a call; one that takes this long has lost it. */
const callLimitMs = 60_000;
/** Where a number's name is taken, the replica gets one so far above that it won't meet its siblings'. */
const takenNumberStep = 1000;
/** What Docker grants a container to end by itself where nothing else is said. */
const defaultGraceMs = 10_000;

export function createDriver({docker, queue, project, service, workload, keeper, mayAct, heard}: DriverParts): ReplicaDriver {
  function call<Value>(
    urgency: Urgency,
    limitMs: number,
    run: (signal: AbortSignal) => Promise<Value>,
    done: (outcome: Outcome<Value>) => void,
  ): void {
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

  async function create(made: Made, number: number): Promise<string> {
    const container = await docker.createContainer(createOptions(made, number));
    for (const network of furtherNetworks(made.workload)) {
      const aliases = isNamedNetwork(network) ? {EndpointConfig: {Aliases: [service]}} : {};
      await docker.getNetwork(network).connect({Container: container.id, ...aliases});
    }
    return container.id;
  }

  return {
    create(number, done) {
      const present = workload();
      if (!present) {
        queueMicrotask(() => done({kind: 'failed', failure: {kind: 'refused', reason: 'it is no longer configured'}}));
        return;
      }
      const made: Made = {project, service, priority: keeper().priority, workload: present};
      const run = async () => {
        try {
          return await create(made, number);
        } catch (error) {
          // A name that is taken is somebody else's container, or what a crash left: the next number will do.
          if (statusOf(error) !== 409) throw error;
          return create(made, number + takenNumberStep);
        }
      };
      call('ahead', callLimitMs, run, done);
    },
    start(id, done) {
      const run = async () => {
        await docker.getContainer(id).start();
        return null;
      };
      call('urgent', callLimitMs, run, outcome => {
        done(outcome);
        if (outcome.kind === 'done' && !keeper().image?.healthchecked) keeper().set.ready(id);
      });
    },
    stop(id, done) {
      const graceMs = workload()?.stopGraceMs ?? defaultGraceMs;
      const run = async () => {
        await docker.getContainer(id).stop().catch(ignore(304, 404));
        return null;
      };
      call('urgent', graceMs + callLimitMs, run, done);
    },
    remove(id, done) {
      const run = async () => {
        await docker.getContainer(id).remove({v: true, force: true}).catch(ignore(404, 409));
        return null;
      };
      call('afterwards', callLimitMs, run, done);
    },
  };
}

function statusOf(error: unknown): number | undefined {
  return (error as {statusCode?: number}).statusCode;
}

/** Answers that mean that what was asked for is so already. */
function ignore(...statuses: readonly number[]): (error: unknown) => void {
  return error => {
    if (!statuses.includes(statusOf(error) ?? 0)) throw error;
  };
}

function failureOf(error: unknown): CallFailure {
  const status = statusOf(error);
  const said = (error as {json?: {message?: string}}).json?.message;
  const message = said ?? (error instanceof Error ? error.message : String(error));
  return {kind: status === undefined ? 'unreachable' : 'refused', reason: message.trim().slice(0, 300)};
}
