/** Decisions and happenings in words, the same for the console, the log and the plan. It knows no screen. */
import type {Happening} from './entry.ts';
import {briefHandoverWords, frozenWords, handoverWords, heldWords, leavingWords, memoryWords} from './explain-readiness.ts';
import {causeWords} from './mode-words.ts';
import type {Decision, Reason} from './decision.ts';
import type {Lease, Override, Rule, Service} from './fleet.ts';
import {demandWords, labelWords, queueWords, shareWords, utilizationWords} from './target-words.ts';

/** How a moment reads where the operator sits, such as 12:04:31. */
export type ClockWords = (at: number) => string;

export function ruleWords(rule: Rule): string {
  switch (rule.kind) {
    case 'pin':
      return `pinned at ${rule.replicas}`;
    case 'hold':
      return `held at ${rule.replicas}`;
    case 'cap':
      return `capped at ${rule.replicas}`;
    case 'boost':
      return 'boosted ahead of all';
    case 'priority':
      return `moved to priority ${rule.priority}`;
  }
}

export function overrideWords(override: Override, clock: ClockWords): string {
  const until = override.until === null ? 'until cleared' : `until ${clock(override.until)}`;
  const why = override.note === '' ? '' : ` (${override.note})`;
  return `${ruleWords(override.rule)} by ${override.owner} ${until}${why}`;
}

export function reasonWords(reason: Reason, clock: ClockWords): string {
  switch (reason.kind) {
    case 'demand':
      return demandWords(reason);
    case 'queue':
      return queueWords(reason);
    case 'utilization':
      return utilizationWords(reason);
    case 'steady':
      return `stays at ${reason.replicas}, within ${shareWords(reason.tolerance)}`;
    case 'fixed':
      return `always ${reason.replicas}`;
    case 'fill':
      return 'fills what is left';
    case 'waiting':
      return `${labelWords(reason.label)}no reading yet, holds ${reason.replicas}`;
    case 'lost':
      return `${labelWords(reason.label)}source lost (${reason.cause}), ${onLostWords(reason.onLost)}`;
    case 'settling':
      return `settling at ${reason.replicas} until ${clock(reason.until)}`;
    case 'override':
      return overrideWords(reason.override, clock) + (reason.beyondBounds ? ', beyond its bounds' : '');
    case 'bound':
      return `${reason.bound} ${reason.replicas}`;
    case 'trouble':
      return troubleWords(reason.trouble, clock);
    case 'preempted':
      return reason.priority === 0 ? `preempted by ${reason.by} (boosted)` : `preempted by ${reason.by} (priority ${reason.priority})`;
    case 'short':
      return `short of ${reason.replicas}`;
    case 'retired':
      return 'no longer configured, being emptied';
  }
}

/** The whole chain of why, from the reading to the number. */
export function explain(decision: Decision, clock: ClockWords): string {
  return decision.reasons.map(reason => reasonWords(reason, clock)).join('; ');
}

/** The one reason that matters most at this moment, short enough for a table's column. */
export function gist(service: Service, clock: ClockWords): string {
  const {decision, observed} = service;
  if (!observed) return 'not seen yet';
  if (!decision) return 'not planned yet';
  if (observed.trouble.kind !== 'none') return troubleWords(observed.trouble, clock);
  const found = <Kind extends Reason['kind']>(kind: Kind) =>
    decision.reasons.find((reason): reason is Extract<Reason, {kind: Kind}> => reason.kind === kind);
  const lost = found('lost');
  if (lost) return reasonWords(lost, clock);
  const frozen = frozenWords(observed, clock);
  const preempted = found('preempted');
  if (preempted) return `preempted by ${preempted.by}${frozen && `, ${frozen}`}`;
  const missing = decision.desired - observed.running;
  const held = missing > 0 ? heldWords(observed) : '';
  const starting = Math.min(missing, observed.pending) - (held ? observed.paused : 0);
  if (starting > 0) return `starting ${starting}${held && `, ${held}`}`;
  if (held) return held;
  if (missing > 0) return `waiting for ${missing}`;
  if (decision.shortfall > 0) return `short of ${decision.shortfall}`;
  const override = decision.reasons.find(reason => reason.kind === 'override');
  if (override) return `${ruleWords(override.override.rule)} by ${override.override.owner}`;
  const settling = found('settling');
  if (settling) return `settling until ${clock(settling.until)}`;
  const leaving = observed.running - decision.desired + observed.stopping;
  if (leaving > 0) return leavingWords(observed, leaving);
  if (frozen) return frozen;
  const bound = found('bound');
  if (bound) return reasonWords(bound, clock);
  const first = decision.reasons[0];
  return first && !isMeasured(first) ? reasonWords(first, clock) : 'met';
}

/** A happening as the parts of one line: who it is about, what became of the count, and why. */
export interface Told {
  readonly about: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly words: string;
  readonly grave: boolean;
}

export function tell(happening: Happening, clock: ClockWords): Told {
  const told = (about: string, words: string, grave = false): Told => ({about, from: null, to: null, words, grave});
  switch (happening.kind) {
    case 'decided': {
      const {decision, from, planned, service} = happening;
      const short = decision.shortfall > 0 && !decision.fills;
      const words = changeWords(decision, clock);
      return {about: service, from, to: decision.desired, words: planned ? `not done: ${words}` : words, grave: short};
    }
    case 'overridden':
      return told(happening.service, overrideWords(happening.override, clock));
    case 'released':
      return told(happening.service, `${ruleWords(happening.override.rule)}: ${happening.how}${happening.by ? ` by ${happening.by}` : ''}`);
    case 'inherited':
      return told('scaler', inheritedWords(happening.overrides, clock), true);
    case 'trouble':
      return told(happening.service, happening.reason, happening.retryAt !== null);
    case 'recovered':
      return told(happening.service, 'works again');
    case 'source-lost':
      return told(happening.service, `source lost: ${happening.reason}`, true);
    case 'source-found':
      return told(happening.service, 'source is back');
    case 'mode': {
      const {from, to, cause, say} = happening;
      const change = from === to ? `${to} stays` : `${from} → ${to}`;
      return told('mode', `${change}, ${causeWords(cause, clock)}${say && `: ${say}`}`);
    }
    case 'paused':
      return told('scaler', `paused by ${happening.by}`, true);
    case 'resumed':
      return told('scaler', `resumed by ${happening.by}`);
    case 'configured':
      return told('config', `${happening.services} services, ${happening.capacity} slots`);
    case 'drifted': {
      const {service, from, to, drift} = happening;
      const answer = drift === 'yield' ? 'theirs is left for now' : 'ours is put back';
      return told(service, `set from ${from} to ${to} by somebody outside microscale; ${answer}`, true);
    }
    case 'lease':
      return told('lease', leaseWords(happening.lease, clock), happening.lease.kind === 'lapsed');
    case 'connected':
      return told('host', 'connected');
    case 'disconnected':
      return told('host', `lost: ${happening.reason}`, true);
    case 'handover':
      return told(happening.handover.service, handoverWords(happening.handover));
    case 'memory':
      return told('host', memoryWords(happening.memory), happening.memory.kind === 'short');
    case 'noted':
      return told(happening.note.service ?? 'note', happening.note.text, happening.note.level === 'warning');
  }
}

/** The same for a list that is glanced at: the stages of a handover are told by the detail, the log and the report. */
export function tellBriefly(happening: Happening, clock: ClockWords): Told {
  const told = tell(happening, clock);
  return happening.kind === 'handover' ? {...told, words: briefHandoverWords(happening.handover)} : told;
}

/** So many are named; whoever would know the others finds them in the table. */
const inheritedMost = 3;

function inheritedWords(overrides: Extract<Happening, {kind: 'inherited'}>['overrides'], clock: ClockWords): string {
  const named = overrides
    .slice(0, inheritedMost)
    .map(({service, override}) => `${service} ${overrideWords({...override, note: ''}, clock)}`)
    .join(', ');
  const more = overrides.length > inheritedMost ? ` and ${overrides.length - inheritedMost} more` : '';
  return `${overrides.length === 1 ? '1 override of before still stands' : `${overrides.length} overrides of before still stand`}: ${named}${more}`;
}

/** Why the count changed: the reason that took part last, which overrules those before it. */
function changeWords(decision: Decision, clock: ClockWords): string {
  const preempted = decision.reasons.find(reason => reason.kind === 'preempted');
  if (preempted) return reasonWords(preempted, clock);
  const telling = decision.reasons.filter(reason => reason.kind !== 'settling');
  const override = telling.findLast(reason => reason.kind === 'override');
  if (override) return reasonWords(override, clock);
  // The demand alone asks for less than what the window holds.
  const held = telling.length < decision.reasons.length ? 'settling: ' : '';
  return held + telling.map(reason => reasonWords(reason, clock)).join('; ');
}

function troubleWords(trouble: Extract<Reason, {kind: 'trouble'}>['trouble'], clock: ClockWords): string {
  switch (trouble.kind) {
    case 'none':
      return 'no trouble';
    case 'preparing':
      return trouble.reason;
    case 'failing':
      return `failing (${trouble.failures}): ${trouble.reason}; next try ${clock(trouble.retryAt)}`;
    case 'unplaceable':
      return `unplaceable beyond ${trouble.placed}: ${trouble.reason}; next try ${clock(trouble.retryAt)}`;
  }
}

/** Who may act, as a sentence. */
export function leaseWords(lease: Lease, clock: ClockWords): string {
  switch (lease.kind) {
    case 'unneeded':
      return 'needed by nobody here';
    case 'seeking':
      return 'looking for who may act';
    case 'held':
      return 'this engine acts';
    case 'lapsed':
      return `lost (${lease.reason}): this engine acts no more`;
    case 'elsewhere':
      return `${lease.by} on ${lease.where} acts since ${clock(lease.since)}; this engine watches${lease.trouble && `: ${lease.trouble}`}`;
  }
}

function isMeasured({kind}: Reason): boolean {
  return kind === 'demand' || kind === 'queue' || kind === 'utilization' || kind === 'fixed';
}

function onLostWords(onLost: Extract<Reason, {kind: 'lost'}>['onLost']): string {
  switch (onLost.kind) {
    case 'hold':
      return 'holds';
    case 'min':
      return 'falls to its min';
    case 'max':
      return 'goes to its max';
    case 'replicas':
      return `goes to ${onLost.replicas}`;
  }
}
