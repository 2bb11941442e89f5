/**
 * One mailbox and the only writer of the fleet. It folds what waits, in the same turn of the event loop, and does
 * what `step` says. It knows neither where entries come from nor who looks at the fleet.
 */
import type {Clock, HostFacts, LeaseHold, LeaseNews, Orchestrator, OrchestratorEvents, Recorder, Sight, SightKind} from './ports.ts';
import {createMailbox, type Timeless} from './mailbox.ts';
import {createPace} from './pace.ts';
import type {Command, Entry, Note, Reading, Reply} from './scaler/entry.ts';
import type {Window} from './scaler/circumstance.ts';
import {aliveReplicas, emptyFleet, type Acting, type Fleet, type Settings} from './scaler/fleet.ts';
import type {ServiceSpec} from './scaler/spec.ts';
import {soundReading} from './scaler/fold.ts';
import {leftOver} from './scaler/left-over.ts';
import {leavesOther, legacyOf, undecided} from './scaler/legacy.ts';
import {fateOnExit, mayAct, type OnExit} from './scaler/on-exit.ts';
import {step, wakeAt, type Step} from './scaler/step.ts';

export interface EngineParts {
  readonly clock: Clock;
  readonly orchestrator: Orchestrator;
  readonly recorder: Recorder | null;
  readonly acting: Acting;
  /** The right to act; null where nobody else could, or where this engine never does. */
  readonly lease?: LeaseHold | null;
  /** Told when what the host is has changed. */
  readonly surveyed?: (facts: HostFacts) => void;
  /** Told of every step, after its actions were asked for. */
  readonly stepped?: (entries: readonly Entry[], result: Step) => void;
}

export interface Engine {
  fleet(): Fleet;
  facts(): HostFacts | null;
  /** When the host last answered, in milliseconds since the epoch. */
  heardAt(): number | null;
  /** Reaches the host and starts acting on it. `settle` turns what the host is into settings. */
  open(plan: (facts: HostFacts) => {settings: Settings; services: readonly ServiceSpec[]}): Promise<HostFacts>;
  configure(settings: Settings, services: readonly ServiceSpec[]): void;
  /** `demand` is the place of the demand among those that the service follows: the first, unless it says another. */
  read(service: string, reading: Reading, demand?: number): void;
  /** What the calendar says of one `when` of a mode, by its place: its window, or null between two. */
  schedule(mode: string, when: number, window: Window | null): void;
  /** `session` is the number of the one that it comes through. */
  command(command: Command, owner: string, session?: number): Promise<Reply>;
  note(note: Note): void;
  /** Looks closer at a service. It never rejects: what can't be seen says why. */
  look(service: string, kind: SightKind): Promise<Sight>;
  /** Lets time go by: sums are brought up to now. */
  tick(): void;
  refresh(): void;
  /** Asks whoever holds the lease to give it to this engine. */
  takeOver(): Reply;
  close(onExit: OnExit, limitMs?: number): Promise<void>;
}

/** As many lines as the tallest screens show, a few times over. */
const logLinesMax = 200;
/** How long a handover that is under way may take to end when the engine leaves. */
const settleLimitMs = 5000;
/** How long `restore` and `drain` may take before the engine leaves all the same. */
const exitLimitMs = 60_000;

export function createEngine({clock, orchestrator, recorder, acting, lease = null, surveyed, stepped}: EngineParts): Engine {
  let fleet = emptyFleet(acting);
  let facts: HostFacts | null = null;
  let heardAt: number | null = null;
  let initial: ReadonlyMap<string, number> = new Map();
  let closed = false;
  /** The last counts are being brought about. */
  let leaving = false;
  let due = false;
  let cancelGather: (() => void) | null = null;
  let cancelWake: () => void = () => {};
  const mailbox = createMailbox();
  const pace = createPace();
  const waiters = new Set<() => void>();

  /** News of the world. Whoever decides something is never made to wait for it. */
  function post(key: string, entry: Timeless): void {
    if (closed) return;
    mailbox.post(key, entry);
    gather();
  }

  function schedule(): void {
    if (due) return;
    due = true;
    clock.soon(drain);
  }

  function gather(): void {
    if (due || cancelGather) return;
    const delayMs = pace.next(clock.now());
    if (delayMs === 0) schedule();
    else cancelGather = clock.after(delayMs, drain);
  }

  function drain(): void {
    due = false;
    cancelGather?.();
    cancelGather = null;
    if (closed) return;
    const at = Math.max(fleet.at, Math.floor(clock.now()));
    if (fleet.lease.kind === 'held' && lease && !lease.holds())
      mailbox.hurry({kind: 'lease', lease: {kind: 'lapsed', reason: 'it was not renewed in time'}});
    const {waiting, answers} = mailbox.take();
    const entries = waiting.map(entry => ({...entry, at}));
    const before = fleet;
    const result = step(fleet, entries);
    fleet = result.fleet;
    if (before.lease.kind === 'held' && fleet.lease.kind !== 'held') orchestrator.rest();
    for (const action of result.actions) orchestrator.scale(action);
    if (result.changed || result.happenings.length > 0) recorder?.write(entries);
    answers.forEach((answer, index) => answer(result.replies[index] ?? {kind: 'refused', reason: 'it got no answer'}));
    if (lease && !leaving && fleet.lease.kind === 'held' && leavesOther(before, fleet)) lease.keep(legacyOf(fleet));
    stepped?.(entries, result);
    for (const waiter of waiters) waiter();
    planWake();
  }

  function planWake(): void {
    cancelWake();
    const at = wakeAt(fleet);
    if (at !== null) cancelWake = clock.after(Math.min(Math.max(0, at - clock.now()), longestTimerMs), () => post('tick', {kind: 'tick'}));
  }

  const events: OrchestratorEvents = {
    observed: (service, observation) => post(`observed ${service}`, {kind: 'observed', service, observation}),
    connected: () => post('host', {kind: 'connected'}),
    disconnected: reason => post('host', {kind: 'disconnected', reason}),
    noted: note,
    memory: memory => post('memory', {kind: 'memory', memory}),
    drifted: (service, replicas) => post(`drifted ${service}`, {kind: 'drifted', service, replicas}),
    surveyed(next) {
      facts = next;
      surveyed?.(next);
    },
    heard: () => {
      heardAt = clock.now();
    },
  };

  function learn({lease: next, legacy}: LeaseNews): void {
    if (closed) return;
    mailbox.tell({kind: 'lease', lease: next});
    // After it, so that it is known whether this engine goes on with it or only watches.
    if (legacy) mailbox.tell({kind: 'inherited', legacy});
    schedule();
  }

  function note(entry: Note): void {
    if (!closed && mailbox.note({kind: 'noted', note: entry})) schedule();
  }

  function configure(settings: Settings, services: readonly ServiceSpec[]): void {
    const named = new Set(services.map(service => service.name));
    const leaving = fleet.services.map(service => service.configured).filter(spec => !named.has(spec.name) && !spec.adopted);
    mailbox.configure({kind: 'configured', settings, services});
    schedule();
    orchestrator.configure([...services, ...leaving]);
  }

  function command(given: Command, owner: string, session?: number): Promise<Reply> {
    if (closed) return Promise.resolve({kind: 'refused', reason: 'the engine has stopped'});
    return new Promise(resolve => {
      if (mailbox.command({kind: 'command', command: given, owner, ...(session !== undefined && {session})}, resolve)) schedule();
      else resolve({kind: 'refused', reason: 'too many commands at once: try again'});
    });
  }

  async function look(service: string, kind: SightKind): Promise<Sight> {
    if (closed) return {kind: 'unseen', reason: 'the engine has stopped'};
    if (!fleet.services.some(({spec}) => spec.name === service)) return {kind: 'unseen', reason: `there is no service “${service}”`};
    if (fleet.host.kind === 'lost') return {kind: 'unseen', reason: `the host is lost: ${fleet.host.reason}`};
    try {
      if (kind === 'replicas') return {kind, seen: await orchestrator.replicas(service)};
      return {kind, tail: await orchestrator.logs(service, logLinesMax)};
    } catch (error) {
      return {kind: 'unseen', reason: (error as Error).message};
    }
  }

  /** Resolves once the test holds, or when the limit is over. */
  function until(test: () => boolean, limitMs: number): Promise<boolean> {
    return new Promise(resolve => {
      const finish = (held: boolean) => {
        waiters.delete(check);
        cancel();
        resolve(held);
      };
      const check = () => {
        if (test()) finish(true);
      };
      const cancel = clock.after(limitMs, () => finish(test()));
      waiters.add(check);
      check();
    });
  }

  /** The counts to restore are those of the first moment at which every service has been seen. */
  function seenAll(): boolean {
    if (!fleet.services.every(service => service.observed)) return false;
    initial = new Map(fleet.services.map(service => [service.spec.name, aliveReplicas(service)]));
    return true;
  }

  async function leaveCounts(onExit: Exclude<OnExit, 'leave'>, limitMs: number): Promise<void> {
    const owner = `on-exit ${onExit}`;
    // These pins are nobody's decision: should it not come to its end, whoever comes next goes on with the operators' own.
    leaving = true;
    const wanted = new Map(fleet.services.map(({spec}) => [spec.name, onExit === 'drain' ? 0 : (initial.get(spec.name) ?? 0)]));
    if (fleet.acting === 'paused') await command({kind: 'resume'}, owner);
    const pins = [...wanted].map(([service, replicas]) =>
      command({kind: 'override', service, rule: {kind: 'pin', replicas}, lasting: 'until-cleared', sure: true}, owner),
    );
    await Promise.all(pins);
    const reached = () =>
      fleet.services.every(service => {
        const {observed} = service;
        return observed && observed.running === wanted.get(service.spec.name) && observed.pending + observed.stopping === 0;
      });
    await until(reached, limitMs);
    await orchestrator.tidy('all', limitMs);
  }

  return {
    fleet: () => fleet,
    facts: () => facts,
    heardAt: () => heardAt,
    async open(plan) {
      facts = await orchestrator.connect();
      heardAt = clock.now();
      const {settings, services} = plan(facts);
      const named = new Set(services.map(service => service.name));
      const all = [...services, ...facts.made.filter(name => !named.has(name)).map(leftOver)];
      mailbox.configure({kind: 'configured', settings, services: all});
      if (lease) {
        mailbox.tell({kind: 'lease', lease: {kind: 'seeking'}});
        lease.open(learn);
      }
      schedule();
      await orchestrator.open(all, events);
      await until(seenAll, exitLimitMs);
      return facts;
    },
    configure,
    read: (service, reading, demand = 0) =>
      post(`reading ${demand} ${service}`, {kind: 'reading', service, ...(demand > 0 && {demand}), reading: soundReading(reading)}),
    schedule: (mode, when, window) => post(`scheduled ${mode} ${when}`, {kind: 'scheduled', mode, when, window}),
    command,
    note,
    tick: () => post('tick', {kind: 'tick'}),
    look,
    refresh: () => orchestrator.refresh(),
    takeOver() {
      if (!lease) return {kind: 'refused', reason: 'there is no lease to take over here'};
      if (fleet.lease.kind === 'held') return {kind: 'refused', reason: 'this engine holds the lease already'};
      lease.takeOver();
      return {kind: 'accepted', words: 'asking for the lease'};
    },
    async close(onExit, limitMs = exitLimitMs) {
      if (closed) return;
      // Who may act is known in a moment: what was asked for at the end is not dropped for it.
      if (onExit !== 'leave') await until(() => fleet.lease.kind !== 'seeking', Math.min(limitMs, settleLimitMs));
      const fate = fateOnExit(fleet, onExit);
      const acts = mayAct(fleet) && fleet.acting === 'auto' && fleet.host.kind === 'connected';
      if (fate !== 'leave') await leaveCounts(fate, limitMs);
      // A handover that has begun is brought to its end, so that leaving doesn't leave its slots empty.
      else if (acts) {
        await until(() => fleet.services.every(isSettled), Math.min(limitMs, settleLimitMs));
        await orchestrator.tidy('waiting', Math.min(limitMs, settleLimitMs));
      }
      const at = Math.max(fleet.at, Math.floor(clock.now()));
      const {news, answers} = mailbox.close();
      const last = [...news, {kind: 'tick'} as const].map(entry => ({...entry, at}));
      // What still waits is folded for the record, and acted on by whoever comes next.
      const {fleet: end} = step(fleet, last);
      fleet = end;
      recorder?.write(last);
      closed = true;
      cancelWake();
      cancelGather?.();
      // What was put back is not to begin again by itself with the next engine.
      if (fate !== 'leave') lease?.keep(undecided(legacyOf(fleet)));
      await lease?.release();
      for (const answer of answers) answer({kind: 'refused', reason: 'the engine has stopped'});
      await orchestrator.close();
      await recorder?.close();
    },
  };
}

function isSettled({observed, decision}: Fleet['services'][number]): boolean {
  if (!observed || !decision || observed.trouble.kind !== 'none') return true;
  return observed.running === decision.desired && observed.pending + observed.stopping === 0;
}

/** Timers longer than this overflow; the engine wakes, sees nothing due, and sleeps again. */
const longestTimerMs = 2 ** 31 - 1;
