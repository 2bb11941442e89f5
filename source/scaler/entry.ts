/** What can happen, and what comes of it: the words that pass between the world and `step`. */
import type {Circumstances, Ending, Window} from './circumstance.ts';
import type {Decision} from './decision.ts';
import type {Acting, ChosenMode, HeldBecause, Lease, Override, Rule, Settings} from './fleet.ts';
import type {Observation} from './observation.ts';
import type {ServiceSpec} from './spec.ts';
import type {EndedHandover} from './handover.ts';
import type {HostMemory, ReadinessAsked} from './readiness.ts';

/**
 * What a source says. It never says zero for "I don't know". A queue tells what waits, what is being worked on and, where
 * it counts them, how many have ever arrived; usage is the sum over replicas, where 1 is all that one replica may use.
 */
export type Reading =
  | {readonly kind: 'value'; readonly value: number}
  | {readonly kind: 'queue'; readonly waiting: number; readonly inFlight: number; readonly arrived: number | null}
  | {readonly kind: 'usage'; readonly total: number; readonly replicas: number}
  | {readonly kind: 'stale'; readonly reason: string}
  | {readonly kind: 'error'; readonly reason: string};

/** How long an override lasts: the configured time, a number of milliseconds, or until it is cleared. */
export type Lasting = 'default' | 'until-cleared' | {readonly ms: number};

/**
 * `sure` says that whoever sends it knows that it may take a priority-1 service to none; `toggle`, that the same again
 * lets go; `note` is why, in the owner's words.
 */
export type Command = (
  | {readonly kind: 'override'; readonly service: string; readonly rule: Rule; readonly lasting: Lasting; readonly sure: boolean}
  | {readonly kind: 'adjust'; readonly service: string; readonly by: number; readonly lasting: Lasting}
  | {readonly kind: 'hold'; readonly service: string; readonly lasting: Lasting; readonly toggle: boolean}
  | {readonly kind: 'boost'; readonly service: string; readonly lasting: Lasting; readonly toggle: boolean}
  | {readonly kind: 'rank'; readonly service: string; readonly by: number; readonly lasting: Lasting}
  | {readonly kind: 'last'; readonly service: string; readonly lasting: Lasting}
  /** Why the owner's overrides of it stand; empty for no reason given. */
  | {readonly kind: 'note'; readonly service: string; readonly note: string}
  | {readonly kind: 'clear'; readonly service: string}
  | {readonly kind: 'clear-all'}
  | {readonly kind: 'undo'}
  /** `normal` ends any other; `auto` leaves it to the circumstances. */
  | {readonly kind: 'mode'; readonly mode: string; readonly lasting: Lasting}
  | {readonly kind: 'pause'}
  | {readonly kind: 'resume'}
) & {readonly note?: string};

/** Everything that happens is an entry. `at` is in milliseconds since the epoch and never runs backwards. */
export type Entry = {readonly at: number} & (
  | {readonly kind: 'configured'; readonly settings: Settings; readonly services: readonly ServiceSpec[]}
  /** `demand` is the place of the demand among those that the service follows: the first, unless it says another. */
  | {readonly kind: 'reading'; readonly service: string; readonly demand?: number; readonly reading: Reading}
  | {readonly kind: 'observed'; readonly service: string; readonly observation: Observation}
  | {readonly kind: 'connected'}
  | {readonly kind: 'disconnected'; readonly reason: string}
  /** `session` is the number of the one that it came through, where it came through one: only that may undo it. */
  | {readonly kind: 'command'; readonly command: Command; readonly owner: string; readonly session?: number}
  /** What the calendar says of one `when` of a mode, by its place: its window, or null between two. */
  | {readonly kind: 'scheduled'; readonly mode: string; readonly when: number; readonly window: Window | null}
  | {readonly kind: 'drifted'; readonly service: string; readonly replicas: number}
  | {readonly kind: 'lease'; readonly lease: Lease}
  | {readonly kind: 'inherited'; readonly legacy: Legacy}
  | {readonly kind: 'memory'; readonly memory: HostMemory}
  | {readonly kind: 'noted'; readonly note: Note}
  | {readonly kind: 'tick'}
);

/** What a lease carries from one holder to the next. */
export interface Legacy {
  readonly acting: Acting;
  /** The mode that an operator has chosen. */
  readonly mode: ChosenMode | null;
  /** What circumstances have begun. */
  readonly circumstances: readonly Circumstances[];
  readonly overrides: readonly (readonly [service: string, overrides: readonly Override[]])[];
}

/** Something worth telling an operator that the fleet does not depend on. */
export interface Note {
  readonly level: 'info' | 'warning';
  readonly service: string | null;
  readonly text: string;
}

/** Level-based: the numbers wanted, not a change. */
export interface Action extends ReadinessAsked {
  readonly kind: 'scale';
  readonly service: string;
  /** What was asked for before, or was there before anything was. */
  readonly from: number;
  readonly replicas: number;
  /** Of those that leave by this, so many yield to somebody else, and may be frozen. */
  readonly yields: number;
  /** Rises with every request for this service; observations name the last one that they account for. */
  readonly order: number;
}

/** What an operator is told as it happens, as data; `describe` puts it into words. */
export type Happening = {readonly at: number} &
  /** `planned` where nothing comes of it for now: the scaler is paused, only plans, or watches another engine. */
  (
    | {readonly kind: 'decided'; readonly service: string; readonly from: number; readonly decision: Decision; readonly planned: boolean}
    | {readonly kind: 'overridden'; readonly service: string; readonly override: Override}
    | {
        readonly kind: 'released';
        readonly service: string;
        readonly override: Override;
        readonly how: 'expired' | 'cleared' | 'undone' | 'replaced';
        readonly by: string | null;
      }
    /** Of a holder of the lease before this engine, and in force here. */
    | {readonly kind: 'inherited'; readonly overrides: readonly {readonly service: string; readonly override: Override}[]}
    | {readonly kind: 'trouble'; readonly service: string; readonly reason: string; readonly retryAt: number | null}
    | {readonly kind: 'recovered'; readonly service: string}
    | {readonly kind: 'source-lost'; readonly service: string; readonly reason: string}
    | {readonly kind: 'source-found'; readonly service: string}
    | {readonly kind: 'mode'; readonly from: string; readonly to: string; readonly cause: ModeCause; readonly say: string}
    | {readonly kind: 'paused'; readonly by: string}
    | {readonly kind: 'resumed'; readonly by: string}
    | {readonly kind: 'configured'; readonly services: number; readonly capacity: number}
    | {readonly kind: 'connected'}
    | {readonly kind: 'disconnected'; readonly reason: string}
    | {readonly kind: 'drifted'; readonly service: string; readonly from: number; readonly to: number; readonly drift: 'reassert' | 'yield'}
    | {readonly kind: 'lease'; readonly lease: Lease}
    | {readonly kind: 'handover'; readonly handover: EndedHandover}
    | {readonly kind: 'memory'; readonly memory: HostMemory}
    | {readonly kind: 'noted'; readonly note: Note}
  );

/** What made the mode change, or stay where its reason has changed. */
export type ModeCause =
  | {readonly kind: 'chosen'; readonly by: string; readonly until: number | null}
  /** Somebody has left it to the circumstances. */
  | {readonly kind: 'released'; readonly by: string}
  | {readonly kind: 'expired'; readonly by: string}
  | {readonly kind: 'began'; readonly why: HeldBecause}
  | {readonly kind: 'ended'; readonly ending: Ending}
  | {readonly kind: 'configured'}
  | {readonly kind: 'inherited'};

/** The answer to a command. A refusal says why, in words. `premise` is what it stands on, where that may change soon. */
export type Reply = ({readonly kind: 'accepted'; readonly words: string} | {readonly kind: 'refused'; readonly reason: string}) & {
  readonly premise?: Premise;
};

/** What was so at a moment, the command's own change included: an answer that stands on it is old once it is no longer so. */
export type Premise = {readonly at: number} & (
  | {readonly kind: 'overrides'; readonly service: string; readonly overrides: readonly Override[]}
  /** This engine has no right to act. */
  | {readonly kind: 'watching'}
);
