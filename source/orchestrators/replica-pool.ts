/** Of a service's replicas, those that wait for a slot or are frozen: which are too many, how many are missing, when the next is due. */
import type {Preempt, ReadinessAsked, Standby} from '../scaler/readiness.ts';
import type {Purpose} from './replica.ts';
import type {Replica} from './replica-life.ts';

export interface Waiting {
  /** Too many, too old or of the wrong kind. */
  readonly surplus: readonly Replica[];
  /** To be made for slots that are about to be free. */
  readonly missingAhead: number;
  /** To be made in case. */
  readonly missingKept: number;
  readonly purpose: Purpose;
  /** When the next one will have waited too long; infinite for never. */
  readonly dueAt: number;
}

/**
 * As many as are asked for ahead of their slots, of whatever kind, and as many as are kept of the declared kind. One that
 * has waited too long makes room for a new one, one at a time.
 */
export function waitingFor(waiting: readonly Replica[], standby: Standby, asked: ReadinessAsked, now: number): Waiting {
  const purpose: Purpose = standby.kind === 'kept' && standby.state === 'paused' ? 'wait' : 'serve';
  // One that is up is about to be paused, whatever it was made for.
  const isProper = ({outdated, place, purpose: madeTo}: Replica) =>
    !outdated && (purpose === 'serve' || place === 'paused' || place === 'up' || madeTo === 'wait');
  const proper = waiting.filter(isProper).sort(readiestFirst);
  const others = waiting.filter(replica => !replica.outdated && !isProper(replica)).sort(readiestFirst);
  const outdated = waiting.filter(replica => replica.outdated);
  const properKept = proper.slice(0, Math.max(asked.standby, asked.ahead));
  const othersKept = others.slice(0, Math.max(0, asked.ahead - properKept.length));
  const missingAhead = Math.max(0, asked.ahead - properKept.length - othersKept.length);
  const coming = purpose === 'serve' ? missingAhead : 0;
  const missingKept = Math.max(0, asked.standby - properKept.length - coming);
  const {stale, dueAt} = staleOf(properKept, standby, now);
  const renews = stale !== null && missingKept === 0 && asked.ahead === 0 && properKept.every(isResting);
  return {
    surplus: [...outdated, ...others.slice(othersKept.length), ...proper.slice(properKept.length), ...(renews ? [stale] : [])],
    missingAhead,
    missingKept: missingKept + (renews ? 1 : 0),
    purpose,
    dueAt,
  };
}

function staleOf(kept: readonly Replica[], standby: Standby, now: number): {readonly stale: Replica | null; readonly dueAt: number} {
  if (standby.kind === 'none') return {stale: null, dueAt: Number.POSITIVE_INFINITY};
  const {forMs} = standby;
  const oldest = kept.toSorted((a, b) => a.restsSince - b.restsSince)[0];
  if (!oldest) return {stale: null, dueAt: Number.POSITIVE_INFINITY};
  const dueAt = oldest.restsSince + forMs;
  return dueAt <= now ? {stale: oldest, dueAt: Number.POSITIVE_INFINITY} : {stale: null, dueAt};
}

/** True for one that has come to where it waits. */
function isResting({place, doing, purpose}: Replica): boolean {
  return doing === null && (place === 'paused' || (place === 'created' && purpose === 'serve'));
}

/**
 * Who may be put to work next, the soonest first: what is about to leave and still runs, what is frozen with its work in
 * it, what is frozen and about to end, then what waits, and what is only just being made.
 */
export function successors(replicas: readonly Replica[]): readonly Replica[] {
  const fit = replicas.filter(({aim, outdated, replaced}) => aim !== 'run' && !replaced && (!outdated || aim === 'frozen'));
  const isLeaving = ({aim, place, slot}: Replica) => place === 'up' && (aim === 'gone' || slot);
  const staying = fit.filter(replica => !isLeaving(replica));
  const of = (aim: Replica['aim']) => staying.filter(replica => replica.aim === aim);
  return [
    ...fit.filter(isLeaving),
    ...of('frozen').sort((a, b) => a.restsSince - b.restsSince || a.number - b.number),
    ...of('gone').filter(({place}) => place === 'paused'),
    ...of('wait').sort(readiestFirst),
    ...of('gone').filter(({place}) => place === 'nowhere'),
  ];
}

const readiness: Readonly<Record<Replica['place'], number>> = {paused: 0, up: 1, created: 2, nowhere: 3, ended: 4};

/** The order in which those that wait are put to work; from its end, those that are too many go. */
export function readiestFirst(a: Replica, b: Replica): number {
  return (
    readiness[a.place] - readiness[b.place] ||
    Number(a.doing !== null) - Number(b.doing !== null) ||
    a.restsSince - b.restsSince ||
    a.number - b.number
  );
}

/** The frozen that may be so no longer, and when the next one's time is over. The oldest go first. */
export function overdue(
  frozen: readonly Replica[],
  preempt: Preempt,
  most: number,
  now: number,
): {readonly ending: readonly Replica[]; readonly dueAt: number} {
  const sorted = frozen.toSorted((a, b) => a.restsSince - b.restsSince || a.number - b.number);
  if (preempt.kind === 'stop') return {ending: sorted.slice(0, Math.max(0, sorted.length - most)), dueAt: Number.POSITIVE_INFINITY};
  const tooMany = sorted.length - most;
  const ending = sorted.filter(
    (replica, index) => index < tooMany || replica.restsSince + preempt.forMs <= now || (preempt.thenStop && replica.place === 'paused'),
  );
  const next = sorted.find(replica => !ending.includes(replica));
  return {ending, dueAt: next ? next.restsSince + preempt.forMs : Number.POSITIVE_INFINITY};
}
