/** One service on the engine: its replicas, what they are made from, and whether that is ready. It knows no connection. */
import type {ContainerInfo} from 'dockerode';
import type {Clock} from '../../ports.ts';
import type {Action, Note} from '../../scaler/entry.ts';
import type {Observation} from '../../scaler/observation.ts';
import type {Readiness} from '../../scaler/readiness.ts';
import type {CallQueue} from '../call-queue.ts';
import {createReplicaSet} from '../replica-set.ts';
import type {ReplicaSet} from '../replica.ts';
import {createDriver, type Driver} from './driver.ts';
import type {ContainerEvent} from './events.ts';
import {createForeign} from './foreign.ts';
import type {Owner} from './owner.ts';
import type {Recipe} from './recipe.ts';

export interface Keeper {
  readonly owner: Owner;
  scale(action: Action): void;
  /** How it keeps replicas ready, and who goes first. */
  follow(readiness: Readiness): void;
  /** What was asked for last, for whoever keeps the service next; null for nothing. */
  asked(): Action | null;
  rest(): void;
  /** Makes ready what replicas are made from, in the background: a slow or failing pull holds up nobody else. */
  prepare(): void;
  /** The configuration was read again: what differs is made anew. */
  configure(): void;
  /** Takes a full listing of its containers, asked for at `askedAt`, as the truth. */
  list(own: readonly ContainerInfo[], askedAt: number): void;
  happened(event: ContainerEvent): void;
  has(id: string): boolean;
  /** Whether news that it was paused, or goes on, is no news. */
  expects(id: string, news: 'paused' | 'unpaused'): boolean;
  /** Those that serve, where it matters how busy they are. */
  compared(): readonly string[];
  tidy(what: 'waiting' | 'all'): void;
  suspend(): void;
  resume(): void;
  observation(): Observation;
  standings: ReplicaSet['standings'];
  close(): void;
}

export interface KeeperParts {
  readonly clock: Clock;
  readonly queue: CallQueue;
  readonly recipeFor: (isReplica: (id: string) => boolean) => Recipe;
  readonly busyness: (id: string) => number | null;
  readonly mayAct: () => boolean;
  readonly heard: () => void;
  readonly isConnected: () => boolean;
  readonly changed: () => void;
  /** What became of its containers otherwise than by us. */
  readonly noted: (note: Omit<Note, 'service'>) => void;
  readonly signal: AbortSignal;
}

export function createKeeper({clock, queue, recipeFor, busyness, mayAct, heard, isConnected, changed, noted, signal}: KeeperParts): Keeper {
  const recipe: Recipe = recipeFor(id => set.has(id));
  const driver: Driver = createDriver({recipe, queue, rank: () => asked?.rank ?? 0, mayAct, heard, serves: id => set.ready(id)});
  const set: ReplicaSet = createReplicaSet({
    clock,
    driver,
    busyness,
    changed: () => {
      if (seen) changed();
    },
    retried: () => {
      if (!ready) prepare();
    },
  });
  const foreign = createForeign({clock, noted, isKnown: event => isKnown(event)});
  let ready = false;
  let print: string | null = null;
  let tries = 0;
  let asked: Action | null = null;
  let compares = false;
  /** There is no container left that others could be made from. */
  let bare = false;
  /** Somebody else's service runs already: until its containers were listed, nothing is said of it, and none is made. */
  let seen = recipe.owner.kind === 'made';
  if (!seen) set.suspend();

  /** What somebody else made is left alone until we are told how many of it there shall be. */
  const handsOff = () => recipe.owner.kind === 'compose' && asked === null;

  /** Whoever only watches can't tell what somebody else does from what the engine that acts does. */
  function isKnown({id, kind}: ContainerEvent): boolean {
    if (asked === null || !mayAct() || !set.has(id)) return true;
    if (kind === 'paused' || kind === 'unpaused') return set.expects(id, kind);
    // A crash loop is told as the trouble that it is.
    return set.expects(id, 'ended') || (kind === 'died' && set.observation().trouble.kind === 'failing');
  }

  function prepare(): void {
    print = recipe.print();
    if (print === null) return;
    ready = false;
    const own = ++tries;
    const holdUp = bare ? null : recipe.holdUp();
    set.prepare(holdUp ?? '');
    if (holdUp !== null) return;
    const isCurrent = () => tries === own && !signal.aborted;
    const told = (reason: string) => {
      if (isCurrent()) set.prepare(reason);
    };
    recipe.prepare(told, signal).then(
      () => {
        if (!isCurrent()) return;
        ready = true;
        set.prepare(null);
      },
      (error: unknown) => {
        if (!isCurrent()) return;
        if (isConnected()) set.fail(error instanceof Error ? error.message : String(error));
        else set.prepare(null);
      },
    );
  }

  /** Says so when the last container is gone, and forgets it when there are some again. */
  function lookForTemplate(own: readonly ContainerInfo[]): void {
    if (recipe.noneLeft === null) return;
    bare = own.length === 0;
    const {trouble} = set.observation();
    const told = trouble.kind === 'failing' && trouble.reason === recipe.noneLeft;
    if (bare !== told) prepare();
    if (told && !bare && isConnected()) set.resume();
  }

  return {
    owner: recipe.owner,
    scale(action) {
      const isWeighedAnew = asked?.rank !== action.rank;
      asked = action;
      set.scale(action);
      // The kernel serves in the same order, before a single replica has moved.
      if (isWeighedAnew) for (const id of set.ids()) driver.meanwhile(() => recipe.weigh(id));
    },
    follow(next) {
      compares = next.victim === 'leastBusy' || recipe.saysHowBusy();
      set.follow(next);
    },
    asked: () => asked,
    rest() {
      asked = null;
      set.rest();
    },
    prepare,
    configure() {
      const present = recipe.print();
      if (present === null || present === print) return;
      const wasMade = print !== null;
      // First what they are made from: until that is there, and while it can't be had, the old ones serve.
      prepare();
      if (wasMade) set.outdate(recipe.isOutdated);
    },
    list(own, askedAt) {
      const listed = own.flatMap(container => recipe.listed(container) ?? []);
      set.reset(
        listed.filter(({state}) => state !== 'dead' || !handsOff()),
        askedAt,
      );
      if (!handsOff()) for (const {Id: id, Status: status} of own) if (/\(unhealthy\)/.test(status)) set.unready(id);
      lookForTemplate(own);
      if (seen) return;
      seen = true;
      set.resume();
    },
    happened(event) {
      const {id, kind, detail} = event;
      foreign.saw(event);
      switch (kind) {
        case 'died':
          return handsOff() || recipe.wasEnded(id) ? set.vanished(id) : set.died(id, detail);
        case 'healthy':
          return set.ready(id);
        case 'unhealthy':
          if (!handsOff()) set.unready(id);
          return;
        case 'gone':
          return set.vanished(id);
        case 'created':
        case 'started':
        case 'signalled':
        case 'paused':
        case 'unpaused':
      }
    },
    has: set.has,
    expects: set.expects,
    compared: () => (compares ? set.serving() : []),
    tidy: set.tidy,
    suspend: set.suspend,
    resume() {
      if (!ready) prepare();
      set.resume();
    },
    observation: set.observation,
    standings: set.standings,
    close: set.close,
  };
}
