/** What an engine that answers lets us do, what its clock says, and who holds the lease on it. */
import {readLease, renewMs} from '../control/lease.ts';
import {durationWords} from '../config/units.ts';
import type {EngineFacts, Permission} from '../orchestrators/docker/examine.ts';
import type {LeaseStore, StoredLease} from '../ports.ts';
import {note, ok, wrong, type Finding} from './finding.ts';

/** Overrides carry the time at which they end, and whoever takes over reads it by another clock. */
const aheadNoteMs = 2000;
const aheadWrongMs = 10_000;

export function clockFinding(clock: EngineFacts['clock'], machine: string): Finding {
  if (clock === null) return note('clock', `${machine} doesn't say what time it is`);
  const {aheadMs, tookMs} = clock;
  // What the answer took may all have been on one way.
  const sure = Math.max(0, Math.abs(aheadMs) - tookMs / 2);
  const words = `${machine} is ${durationWords(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine`;
  if (sure < aheadNoteMs)
    return ok('clock', `${machine} and this machine agree, within ${durationWords(Math.max(1, Math.abs(aheadMs) + tookMs / 2))}`);
  const mend = 'keep both by NTP: “timedatectl” says which of them is not';
  if (sure < aheadWrongMs) return note('clock', words, mend);
  return wrong('clock', `${words}: an engine that takes over on another machine would end overrides too soon or too late`, mend);
}

/** One line where all is allowed; else one for each thing that isn't, and one for what a read-only proxy means. */
export function permissionFindings(permissions: readonly Permission[]): readonly Finding[] {
  const refused = permissions.filter(({allowed}) => allowed.kind === 'no');
  const unknown = permissions.filter(({allowed}) => allowed.kind === 'unknown');
  const fine = permissions.filter(({allowed}) => allowed.kind === 'yes').map(({what}) => what);
  const findings: Finding[] = fine.length === 0 ? [] : [ok('permissions', `may ${fine.join(', ')}`)];
  const acts = refused.filter(({call}) => !call.startsWith('GET '));
  if (refused.length > 0 && acts.length === refused.length && fine.length > 0 && permissions.every(isReadOrRefused))
    return [
      ...findings,
      wrong(
        'permissions',
        `what is between lets us read and nothing else (${wordsOf(acts[0])}): plan, --dry-run and doctor work, scaling does not`,
        `let these through: ${acts.map(({call}) => call).join(', ')}; or name the engine’s own socket with --host`,
      ),
    ];
  for (const permission of refused)
    findings.push(wrong('permissions', `may not ${permission.what} (${wordsOf(permission)})`, `let ${permission.call} through`));
  for (const permission of unknown)
    findings.push(note('permissions', `whether it may ${permission.what} couldn't be found out (${wordsOf(permission)})`, 'ask again'));
  return findings;
}

function isReadOrRefused({call, allowed}: Permission): boolean {
  return call.startsWith('GET ') ? allowed.kind === 'yes' : allowed.kind === 'no';
}

function wordsOf(permission: Permission | undefined): string {
  return permission === undefined || permission.allowed.kind === 'yes' ? '' : permission.allowed.said;
}

export interface LeaseLook {
  readonly first: StoredLease | null;
  /** Whether it changed while it was looked at. */
  readonly renewed: boolean;
}

/** Looks until it is renewed, or until the time is over. */
export async function watchLease(store: LeaseStore, limitMs: number, now: () => number): Promise<LeaseLook> {
  const until = now() + limitMs;
  const first = await store.read();
  const read = first === null ? null : readLease(first.text);
  if (first === null || read?.kind !== 'record' || !read.record.held) return {first, renewed: false};
  while (now() < until) {
    await new Promise(resolve => setTimeout(resolve, lookEveryMs));
    const next = await store.read();
    if (next === null || next.version !== first.version) return {first, renewed: true};
  }
  return {first, renewed: false};
}

const lookEveryMs = 250;

export function leaseFinding({first, renewed}: LeaseLook, lease: string, watchedMs: number): Finding {
  if (first === null) return ok('lease', `nobody holds “${lease}”: microscale may act here`);
  const read = readLease(first.text);
  switch (read.kind) {
    case 'rubbish':
      return note('lease', `what is kept as “${lease}” makes no sense: the next engine takes it`);
    case 'newer':
      return wrong('lease', `“${lease}” was written by a newer microscale (format ${read.format})`, 'bring this one up to date');
    case 'record': {
      const {held, by, where, project, since} = read.record;
      if (!held) return ok('lease', `“${lease}” was given up: microscale may act here`);
      const holder = `${by} on ${where} runs ${project} here and holds “${lease}” since ${new Date(since).toISOString().slice(0, 19)}Z`;
      if (renewed) return ok('lease', `${holder}: a console attaches to it, another engine stands by`);
      if (watchedMs < renewMs) return note('lease', holder, null);
      return note(
        'lease',
        `${holder}, and did not renew it while it was looked at`,
        'if that engine is gone, the next one has the lease within 10 s',
      );
    }
  }
}
