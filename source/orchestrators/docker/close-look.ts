/**
 * A closer look at a service's containers: what each is at, uses and wrote. It changes nothing, and what scales goes
 * before it: whatever has not been answered in time is left unknown.
 */
import type Docker from 'dockerode';
import type {ContainerInfo} from 'dockerode';
import type {Clock, LogLine, LogTail, ReplicasSeen, ReplicaState} from '../../ports.ts';
import type {CallQueue} from '../call-queue.ts';
import {logLine, mergeTails} from '../log-tail.ts';
import {byStateThenName, lookedAtMax} from '../replica-order.ts';
import type {Standing} from '../replica.ts';
import {nameOf} from './container.ts';
import {createGauges} from './gauge.ts';
import {inTurns} from './meter.ts';
import {listOf, type Owner} from './owner.ts';
import {readLogs, soon, unreadWords} from './read-logs.ts';
import {statusOf} from './recipe.ts';
import {within} from './within.ts';

export interface CloseLookParts {
  readonly docker: Docker;
  readonly clock: Clock;
  readonly queue: CallQueue;
  readonly ownerFor: (service: string) => Owner;
  /** What is known of its containers, by id. */
  readonly standings: (service: string) => ReadonlyMap<string, Standing>;
  readonly node: () => string | null;
  /** How many statistics may be asked for at once: they are cheap, but take an engine a second, and a connection each. */
  readonly statsAtOnce: number;
}

export interface CloseLook {
  replicas(service: string): Promise<ReplicasSeen>;
  logs(service: string, lines: number): Promise<LogTail>;
}

/** The logs of more than these are not read. */
const logsReadMax = 20;
/** Of so many it is remembered whether they have a terminal, which never changes. */
const terminalsMax = 500;
/** Logs at once: as many calls as the background may have. */
const atOnce = 3;
/** One container that doesn't answer keeps nobody waiting. */
const oneLimitMs = 2000;
/**
 * All of them together: who looks wants an answer soon, and with a part of the numbers rather than none;
 * the next look goes on with the others.
 */
const allLimitMs = 4000;
/** Whoever looks while the engine is busy wants to see just that: the one listing waits for no longer. */
const turnLimitMs = 500;

export function createCloseLook({docker, clock, queue, ownerFor, standings, node, statsAtOnce}: CloseLookParts): CloseLook {
  const gaugeOf = createGauges(() => docker, clock);
  const terminals = new Map<string, boolean>();

  const listed = (service: string) =>
    background(queue, turnLimitMs, 'go', () => within(allLimitMs, signal => listOf(docker, ownerFor(service), {}, signal)));

  /** A call for one container in the background; null where its turn or its answer didn't come in time. */
  function ask<Value>(endsAt: number, call: (signal: AbortSignal) => Promise<Value>): Promise<Value | null> {
    const leftMs = endsAt - clock.now();
    if (leftMs <= 0) return Promise.resolve(null);
    return background(queue, leftMs, 'leave', () => within(Math.max(1, Math.min(oneLimitMs, endsAt - clock.now())), call));
  }

  async function replicas(service: string): Promise<ReplicasSeen> {
    const endsAt = clock.now() + allLimitMs;
    const found = await listed(service);
    const known = standings(service);
    const all = found.map(container => seenAs(container, known)).toSorted(byStateThenName);
    const looked = all.slice(0, lookedAtMax);
    const gauge = gaugeOf(service);
    const measured = looked.filter(({state}) => measurable.includes(state)).map(({container}) => container.Id);
    const turns = chunks(gauge.oldestFirst(measured), statsAtOnce);
    for (const ids of turns) await ask(endsAt, signal => Promise.allSettled(ids.map(id => gauge.read(id, signal)))).catch(() => null);
    gauge.keep(new Set(looked.map(({container}) => container.Id)));
    return {
      replicas: looked.map(({container, name, state, since}) => ({
        name,
        node: node(),
        state,
        since,
        ...gauge.last(container.Id),
      })),
      more: all.length - looked.length,
    };
  }

  async function hasTerminal(id: string, signal: AbortSignal): Promise<boolean> {
    const known = terminals.get(id);
    if (known !== undefined) return known;
    const {Config: config} = await docker.getContainer(id).inspect({abortSignal: signal} as Docker.ContainerInspectOptions);
    terminals.set(id, config.Tty);
    return config.Tty;
  }

  async function logs(service: string, lines: number): Promise<LogTail> {
    const endsAt = clock.now() + allLimitMs;
    const found = await listed(service);
    const known = standings(service);
    const written = found
      .filter(({State: state}) => state !== 'created')
      .map(container => seenAs(container, known))
      .toSorted(byStateThenName);
    if (terminals.size > terminalsMax) terminals.clear();
    const troubles: string[] = [];
    const read = async ({container: {Id: id}, name}: (typeof written)[number]): Promise<readonly LogLine[]> => {
      try {
        const bytes = await ask(endsAt, async signal => {
          const framed = !(await hasTerminal(id, signal));
          return readLogs(docker, {path: `/containers/${id}/logs`, framed, lines}, soon(signal, oneLimitMs));
        });
        if (bytes === null) troubles.push(`${name} was not reached in time`);
        return (bytes ?? []).map(line => logLine(line, name));
      } catch (error) {
        // What went meanwhile has nothing more to say.
        if (statusOf(error) !== 404) troubles.push(`${name}: ${unreadWords(error)}`);
        return [];
      }
    };
    const tails = await inTurns(written.slice(0, logsReadMax), atOnce, read);
    if (written.length > logsReadMax) troubles.push(`${written.length - logsReadMax} more replicas are not read`);
    if (written.length === 0) troubles.push('it has no replica that has written anything');
    return {lines: mergeTails(tails, lines), remark: troubles.slice(0, 3).join('; ')};
  }

  return {replicas, logs};
}

/** Calls that wait for their turn behind all that scales; when that takes too long they go anyway, or are left out. */
function background<Value>(queue: CallQueue, limitMs: number, late: 'go', call: () => Promise<Value>): Promise<Value>;
function background<Value>(queue: CallQueue, limitMs: number, late: 'leave', call: () => Promise<Value>): Promise<Value | null>;
function background<Value>(queue: CallQueue, limitMs: number, late: 'go' | 'leave', call: () => Promise<Value>): Promise<Value | null> {
  return new Promise((resolve, reject) => {
    const begin = (ended: () => void) => {
      clearTimeout(timer);
      call().then(resolve, reject).finally(ended);
    };
    const timer = setTimeout(() => {
      if (!ticket.cancel()) return;
      if (late === 'go') begin(() => {});
      else resolve(null);
    }, limitMs);
    const ticket = queue.add('clearing', Number.MAX_SAFE_INTEGER, begin);
  });
}

const measurable: readonly ReplicaState[] = ['running', 'unhealthy', 'starting', 'stopping', 'standby', 'frozen'];

function chunks(ids: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({length: Math.ceil(ids.length / size)}, (_, index) => ids.slice(index * size, (index + 1) * size));
}

function seenAs(container: ContainerInfo, known: ReadonlyMap<string, Standing>) {
  return {container, name: nameOf(container) || container.Id.slice(0, 12), ...standingOf(container, known)};
}

/** What it is for is known here; whether it is well, only the engine knows. What isn't known here is as the engine has it. */
function standingOf(
  {Id: id, State: state, Status: status, Created: created}: ContainerInfo,
  known: ReadonlyMap<string, Standing>,
): {readonly state: ReplicaState; readonly since: number | null} {
  const own = known.get(id);
  const unwell = /\(unhealthy\)/.test(status);
  if (own) return unwell && (own.state === 'running' || own.state === 'starting') ? {...own, state: 'unhealthy'} : own;
  const since = created > 0 ? created * 1000 : null;
  switch (state) {
    case 'running':
      return {state: unwell ? 'unhealthy' : /\(health: starting\)/.test(status) ? 'starting' : 'running', since};
    case 'restarting':
      return {state: 'starting', since};
    case 'paused':
      return {state: 'frozen', since};
    case 'created':
      return {state: 'standby', since};
    case 'removing':
      return {state: 'stopping', since};
    default:
      return {state: 'ended', since};
  }
}
