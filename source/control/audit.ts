/** Who decided what, and what was done about it, as JSON lines that are only ever added to. It decides nothing and reads nothing back. */
import {createWriteStream} from 'node:fs';
import {open} from 'node:fs/promises';
import {clean} from '../clean.ts';
import type {Command, Entry, Happening, ModeCause} from '../scaler/entry.ts';
import {explain} from '../scaler/explain.ts';
import type {Lease, Override, Rule} from '../scaler/fleet.ts';
import {causeWords} from '../scaler/mode-words.ts';
import type {Step} from '../scaler/step.ts';

export interface Audit {
  /** To be called after each step. It never throws. */
  stepped(entries: readonly Entry[], result: Step): void;
  /** Resolves once everything is written. */
  close(): Promise<void>;
}

/** What one line says beside its moment and its kind. */
type Fields = Readonly<Record<string, string | number | null>>;

/** At most this much waits for a slow disk; past it, the log ends and says so. */
const bufferedMax = 16 * 1024 * 1024;

/**
 * Adds to a file, or makes it, for its owner alone. Rejects with an `Error` that says what to do when it can't be opened.
 * A write that fails later ends the log, is told once to `failed`, and what was written stays.
 */
export async function openAudit(path: string, failed: (reason: string) => void): Promise<Audit> {
  const torn = await endsTorn(path);
  const stream = createWriteStream(path, {flags: 'a', mode: 0o600});
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', error => reject(new Error(`the audit log ${path} can't be opened: ${openWords(error)}`, {cause: error})));
  });
  let ended = false;
  const end = (reason: string) => {
    if (ended) return;
    ended = true;
    stream.destroy();
    failed(`the audit log ${path} ends here: ${clean(reason)}`);
  };
  stream.on('error', error => end(error.message));
  if (torn) stream.write('\n');
  return {
    stepped(entries, result) {
      if (ended) return;
      const lines = [...result.happenings.flatMap(happeningLine), ...refusalLines(entries, result), ...actionLines(result)];
      if (lines.length === 0) return;
      stream.write(lines.join(''));
      if (stream.writableLength > bufferedMax) end('the disk is too slow');
    },
    close: () =>
      new Promise(resolve => {
        if (ended) return resolve();
        stream.once('close', resolve);
        stream.end();
      }),
  };
}

/** A crash may have cut the last line short: the next one must not be lost to it. */
async function endsTorn(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'r');
    try {
      const stats = await file.stat();
      if (!stats.isFile() || stats.size === 0) return false;
      const {buffer} = await file.read(Buffer.alloc(1), 0, 1, stats.size - 1);
      return buffer.toString() !== '\n';
    } finally {
      await file.close();
    }
  } catch {
    // A file that isn't there yet, or that may only be written to, has no end to look at.
    return false;
  }
}

function openWords({code, message}: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'there is no such folder. Make it, or name another file with --audit';
    case 'EACCES':
    case 'EPERM':
      return 'this user may not write there. Change its permissions, or name another file with --audit';
    case 'EISDIR':
      return 'it is a folder. Name a file in it with --audit';
    default:
      return `${clean(message)}. Name another file with --audit`;
  }
}

function line(at: number, kind: string, fields: Fields): string {
  const cleaned = Object.entries(fields).map(([key, value]) => [key, typeof value === 'string' ? clean(value) : value]);
  return `${JSON.stringify({at: isoTime(at), kind, ...Object.fromEntries(cleaned)})}\n`;
}

/** A moment that no calendar reaches, such as the end of a very long override, is not worth a crash. */
function isoTime(at: number): string {
  return Number.isFinite(at) && Math.abs(at) <= lastDate ? new Date(at).toISOString() : 'beyond any calendar';
}

/** Zero stands for a moment that nobody told. */
function sinceTime(since: number): string | null {
  return since === 0 ? null : isoTime(since);
}

/** What a `Date` holds at most, in milliseconds since the epoch. */
const lastDate = 8_640_000_000_000_000;

/** What somebody decided, and what changed the right to act; the rest belongs to a recording. */
function happeningLine(happening: Happening): readonly string[] {
  const say = (kind: string, fields: Fields) => [line(happening.at, kind, fields)];
  switch (happening.kind) {
    case 'overridden':
      return say('override', overrideFields(happening.service, happening.override));
    case 'inherited':
      return happening.overrides.flatMap(({service, override}) => say('inherited', overrideFields(service, override)));
    case 'released': {
      const {rule, owner} = happening.override;
      return say('release', {service: happening.service, by: happening.by, how: happening.how, ...ruleFields(rule), placedBy: owner});
    }
    case 'mode': {
      const {from, to, cause} = happening;
      return say('mode', {from, to, ...causeFields(cause)});
    }
    case 'paused':
      return say('pause', {by: happening.by});
    case 'resumed':
      return say('resume', {by: happening.by});
    case 'lease':
      return say('lease', leaseFields(happening.lease));
    case 'drifted':
      return say('drift', {service: happening.service, from: happening.from, to: happening.to, answer: happening.drift});
    case 'configured':
      return say('configured', {services: happening.services, capacity: happening.capacity});
    case 'decided':
    case 'trouble':
    case 'recovered':
    case 'source-lost':
    case 'source-found':
    case 'connected':
    case 'disconnected':
    case 'handover':
    case 'memory':
    case 'noted':
      return [];
  }
}

function overrideFields(service: string, {rule, owner, until, note}: Override): Fields {
  return {service, by: owner, ...ruleFields(rule), until: until === null ? null : isoTime(until), note};
}

function ruleFields({kind, ...rest}: Rule): Fields {
  return {rule: kind, ...rest};
}

/** `by` is null where nobody decided it; `why` says what did, in words. */
function causeFields(cause: ModeCause): Fields {
  switch (cause.kind) {
    case 'chosen':
      return {by: cause.by, until: cause.until === null ? null : isoTime(cause.until), why: 'chosen'};
    case 'released':
      return {by: cause.by, until: null, why: 'left to the circumstances'};
    case 'expired':
    case 'began':
    case 'ended':
    case 'configured':
    case 'inherited':
      return {by: null, until: null, why: causeWords(cause, isoTime)};
  }
}

function leaseFields(lease: Lease): Fields {
  switch (lease.kind) {
    case 'held':
      return {lease: 'held', by: lease.by, since: sinceTime(lease.since)};
    case 'lapsed':
      return {lease: 'lapsed', reason: lease.reason};
    case 'elsewhere':
      return {lease: 'elsewhere', by: lease.by, where: lease.where, since: sinceTime(lease.since), trouble: lease.trouble};
    case 'unneeded':
    case 'seeking':
      return {lease: lease.kind};
  }
}

/** Commands that were refused. Their replies are in the order of the commands. */
function refusalLines(entries: readonly Entry[], {replies}: Step): readonly string[] {
  const commands = entries.filter(entry => entry.kind === 'command');
  return commands.flatMap(({at, command, owner}, index) => {
    const reply = replies[index];
    if (reply?.kind !== 'refused') return [];
    return [line(at, 'refused', {by: owner, ...commandFields(command), note: command.note ?? '', reason: reply.reason})];
  });
}

function commandFields(command: Command): Fields {
  switch (command.kind) {
    case 'override':
      return {command: 'override', service: command.service, ...ruleFields(command.rule)};
    case 'adjust':
    case 'rank':
      return {command: command.kind, service: command.service, change: command.by};
    case 'hold':
    case 'boost':
    case 'last':
    case 'note':
    case 'clear':
      return {command: command.kind, service: command.service};
    case 'mode':
      return {command: 'mode', mode: command.mode};
    case 'clear-all':
    case 'undo':
    case 'pause':
    case 'resume':
      return {command: command.kind};
  }
}

function actionLines({fleet, actions}: Step): readonly string[] {
  return actions.map(({service, from, replicas, standby, order}) => {
    const decision = fleet.services.find(({spec}) => spec.name === service)?.decision;
    const why = decision ? explain(decision, isoTime) : '';
    return line(fleet.at, 'scale', {service, from, replicas, standby, order, why});
  });
}
