/**
 * The right to act on one host: taken, renewed, lost, asked for and given up. It knows neither what the right is used for
 * nor where it is kept.
 */
import type {Clock, LeaseHold, LeaseNews, LeaseStore, StoredLease} from '../ports.ts';
import type {Legacy} from '../scaler/entry.ts';
import type {Lease} from '../scaler/fleet.ts';
import {clean} from '../clean.ts';

/** Renewed this often. */
export const renewMs = 3000;
/** A lease that hasn't changed for this long, by the observer's own clock, is nobody's. */
export const lapseMs = 10_000;
/** One that hasn't changed for this long was to be renewed twice: its holder may be gone. */
export const lateMs = 7000;
/** How much sooner its holder gives it up: the two clocks may run a little apart. */
const marginMs = 1000;
/** How often one that is held elsewhere is looked at, and how soon a call that failed is made again. */
const lookMs = 500;
/** Half of what is left of a lease after a renewal: there is time for another try. */
const answerLimitMs = 3000;
/** How long a lease that was given up for somebody is left to them. */
const heirMs = 5000;
/** Changes of the overrides that come together are kept together. */
const keepMs = 50;
const formatVersion = 1;

/** Who would act, as others are told. */
export interface Candidate {
  /** Unlike any other engine's. */
  readonly id: string;
  /** Such as `ops@mgr-1`. */
  readonly by: string;
  readonly where: string;
  /** Its number there; null for an older engine, which doesn't say it. */
  readonly process: number | null;
  readonly project: string;
  /** Its control socket; null for none. */
  readonly socket: string | null;
}

/** What is stored. `held` is false once it was given up; `heir` is whom it was given up for. */
export interface LeaseRecord extends Candidate {
  readonly microscale: 'lease';
  readonly format: number;
  readonly held: boolean;
  readonly heir: string | null;
  readonly since: number;
  readonly renewals: number;
  readonly legacy: Legacy;
}

export type ReadLease =
  {readonly kind: 'record'; readonly record: LeaseRecord} | {readonly kind: 'newer'; readonly format: number} | {readonly kind: 'rubbish'};

/** What a stored text says. A format that came later is left alone; what is no lease at all is nobody's. */
export function readLease(text: string): ReadLease {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {kind: 'rubbish'};
  }
  const record = value as Partial<LeaseRecord> | null;
  if (record?.microscale !== 'lease' || typeof record.format !== 'number') return {kind: 'rubbish'};
  if (record.format > formatVersion) return {kind: 'newer', format: record.format};
  if (typeof record.id !== 'string' || !Array.isArray(record.legacy?.overrides)) return {kind: 'rubbish'};
  // One from before there were circumstances has none.
  const legacy = {...record.legacy, circumstances: Array.isArray(record.legacy.circumstances) ? record.legacy.circumstances : []};
  const process = Number.isSafeInteger(record.process) ? (record.process ?? null) : null;
  return {
    kind: 'record',
    record: {...(record as LeaseRecord), legacy, process, by: clean(String(record.by)), where: clean(String(record.where))},
  };
}

/** By its process too, where its user and machine are also ours. */
function holderOf({by, where, process}: LeaseRecord, own: Candidate): string {
  return process !== null && by === own.by && where === own.where ? `${by} (process ${process})` : by;
}

export interface LeaseParts {
  readonly clock: Clock;
  readonly store: LeaseStore;
  /** Asked each time: what an engine runs may not be known at first. */
  readonly self: () => Candidate;
}

type State =
  | {readonly kind: 'looking'}
  | {readonly kind: 'held'; readonly stored: StoredLease; readonly since: number; readonly until: number; readonly renewals: number}
  | {readonly kind: 'elsewhere'; readonly told: string};

export function createLease({clock, store, self}: LeaseParts): LeaseHold {
  let state: State = {kind: 'looking'};
  let tell: (news: LeaseNews) => void = () => {};
  let legacy: Legacy = {acting: 'auto', mode: null, circumstances: [], overrides: []};
  /** Since when what is stored has been as it is, by our own clock. */
  let seen = {version: '', at: 0};
  let wanting = false;
  let closed = false;
  let busy = false;
  /** The look or renewal that is under way, or the last one. */
  let working: Promise<void> = Promise.resolve();
  let again = false;
  let cancel: () => void = () => {};

  const holds = () => state.kind === 'held' && clock.now() < state.until;

  /** One look or renewal at a time; what is asked for meanwhile happens right after. */
  function work(): void {
    cancel();
    if (closed) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    again = false;
    working = timely(state.kind === 'held' ? renew(state) : look())
      .catch((error: unknown) => {
        noteLapse((error as Error).message);
        return lookMs;
      })
      .then(
        delayMs => {
          busy = false;
          if (!closed) wait(again ? 0 : delayMs);
        },
        () => {},
      );
  }

  /** A place that takes the question and never answers is as good as out of reach. */
  function timely(task: Promise<number>): Promise<number> {
    return new Promise((resolve, reject) => {
      const stop = clock.after(answerLimitMs, () => reject(new Error(`no answer within ${answerLimitMs / 1000} s`)));
      task.then(resolve, reject).finally(stop);
    });
  }

  function wait(delayMs: number): void {
    cancel();
    cancel = clock.after(delayMs, work);
  }

  function noteLapse(reason: string): void {
    if (state.kind !== 'held' || holds()) return;
    state = {kind: 'looking'};
    tell({lease: {kind: 'lapsed', reason: `it could not be renewed: ${clean(reason)}`}, legacy: null});
  }

  function text(held: boolean, since: number, renewals: number, heir: string | null, left = legacy): string {
    const record: LeaseRecord = {microscale: 'lease', format: formatVersion, ...self(), held, heir, since, renewals, legacy: left};
    return JSON.stringify(record);
  }

  /** Sees who holds it, and takes it where nobody does. Resolves with the time until the next look. */
  async function look(): Promise<number> {
    const stored = await store.read();
    if (stored === null) return take(null, null);
    if (seen.version !== stored.version) seen = {version: stored.version, at: clock.now()};
    const read = readLease(stored.text);
    if (read.kind === 'newer') {
      const trouble = `its lease has format ${read.format}, which this one can't read: update this one`;
      elsewhere({by: 'a newer microscale', where: 'another machine', since: 0, trouble}, null);
      return lookMs;
    }
    const record = read.kind === 'record' ? read.record : null;
    if (record?.held && record.id === self().id) return take(stored, record, true);
    const silentMs = clock.now() - seen.at;
    const free = record !== null && !record.held;
    const forSomebody = free && record.heir !== null && record.heir !== self().id && silentMs < heirMs;
    if ((free && !forSomebody) || silentMs >= lapseMs) return take(stored, record);
    const ours = record?.project === self().project;
    const late = silentMs >= lateMs && record?.held ? `not renewed for ${lateMs / 1000} s, and free at ${lapseMs / 1000} s` : '';
    const other = record && !ours ? `it runs project ${clean(record.project)}` : '';
    const trouble = [other, late].filter(words => words !== '').join('; ');
    const {where = 'another machine', since = 0} = record ?? {};
    const by = record ? holderOf(record, self()) : 'somebody';
    // Given up for somebody who is about to take it: there is nobody to name yet.
    if (!forSomebody) elsewhere({by, where, since, trouble}, ours && record ? record.legacy : null);
    if (wanting && record?.held) await store.ask(stored, JSON.stringify({id: self().id, by: self().by}));
    return Math.max(1, Math.min(lookMs, seen.at + lapseMs - clock.now()));
  }

  /** Told once for each holder, and again when what it would leave has changed: whoever watches sees its overrides. */
  function elsewhere(holder: Omit<Extract<Lease, {kind: 'elsewhere'}>, 'kind'>, left: Legacy | null): void {
    const told = JSON.stringify([holder, left]);
    if (state.kind === 'elsewhere' && state.told === told) return;
    state = {kind: 'elsewhere', told};
    tell({lease: {kind: 'elsewhere', ...holder}, legacy: left});
  }

  async function take(before: StoredLease | null, record: LeaseRecord | null, ours = false): Promise<number> {
    const startedAt = clock.now();
    const inherited = record && record.project === self().project ? record.legacy : null;
    const since = ours && record ? record.since : Math.floor(startedAt);
    const written = text(true, since, 0, null, ours ? legacy : (inherited ?? legacy));
    const stored = ours && before ? await store.renew(before, written) : await store.take(before, written);
    if (stored === null) return 0;
    state = {kind: 'held', stored, since, until: startedAt + lapseMs - marginMs, renewals: 0};
    wanting = false;
    // One that was ours all along carries nothing that this engine doesn't know better.
    tell({lease: {kind: 'held', by: self().by, since}, legacy: ours ? null : inherited});
    return renewMs;
  }

  async function renew(held: Extract<State, {kind: 'held'}>): Promise<number> {
    if (!holds()) {
      state = {kind: 'looking'};
      tell({lease: {kind: 'lapsed', reason: 'it was not renewed in time'}, legacy: null});
      return 0;
    }
    const startedAt = clock.now();
    const renewals = held.renewals + 1;
    let stored = await store.renew(held.stored, text(true, held.since, renewals, null));
    if (stored === null) {
      const present = await store.read();
      const read = present === null ? null : readLease(present.text);
      // Somebody may only have left a word beside it.
      if (present && read?.kind === 'record' && read.record.id === self().id)
        stored = await store.renew(present, text(true, held.since, renewals, null));
      if (stored === null) {
        state = {kind: 'looking'};
        tell({lease: {kind: 'lapsed', reason: 'somebody else has taken it'}, legacy: null});
        return 0;
      }
      stored = {...stored, wanted: stored.wanted ?? present?.wanted ?? null};
    }
    state = {...held, stored, until: startedAt + lapseMs - marginMs, renewals};
    const heir = heirOf(stored.wanted);
    return heir === null || heir.id === self().id ? renewMs : yieldTo(heir, stored, held.since);
  }

  /** Stops acting first, and only then lets the other one have it. */
  async function yieldTo(heir: {id: string; by: string}, stored: StoredLease, since: number): Promise<number> {
    state = {kind: 'looking'};
    tell({lease: {kind: 'lapsed', reason: `${heir.by} has taken it over`}, legacy: null});
    await store.renew(stored, text(false, since, 0, heir.id));
    return lookMs;
  }

  return {
    holds,
    open(told) {
      tell = told;
      work();
    },
    keep(next) {
      legacy = next;
      // What is being written already is as it was before: it is written again right after.
      if (busy) again = true;
      else if (state.kind === 'held') wait(keepMs);
    },
    takeOver() {
      wanting = true;
      work();
    },
    async release() {
      closed = true;
      cancel();
      // What is being written already would be the last word, or be taken for somebody else's.
      await working;
      if (state.kind !== 'held') return;
      const {stored, since} = state;
      state = {kind: 'looking'};
      // What still stands is left for whoever comes next; where nothing does, nothing is left.
      const empty = legacy.overrides.length === 0 && legacy.mode === null && legacy.circumstances.length === 0 && legacy.acting === 'auto';
      const given = async () => {
        if (empty) return store.remove(stored);
        await store.renew(stored, text(false, since, 0, null));
      };
      await given().catch(() => {});
    },
  };
}

function heirOf(wanted: string | null): {id: string; by: string} | null {
  if (wanted === null) return null;
  try {
    const {id, by} = JSON.parse(wanted) as {id?: unknown; by?: unknown};
    return typeof id === 'string' && typeof by === 'string' ? {id, by: clean(by)} : null;
  } catch {
    return null;
  }
}
