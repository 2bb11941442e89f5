/** How far what is shown can be taken for what is so at this moment. */
import type {Update} from '../ports.ts';
import type {ConsoleState} from './state.ts';

export type Freshness =
  | {readonly kind: 'fresh'}
  /** The engine has ended. */
  | {readonly kind: 'gone'}
  /** The engine, or the line to it, has said nothing for so long, though it tells something each second. */
  | {readonly kind: 'silent'; readonly forMs: number}
  /** The engine can't reach its host. */
  | {readonly kind: 'lost'; readonly forMs: number}
  /** The host has not been heard for so long; null where it never was. */
  | {readonly kind: 'stale'; readonly ageMs: number | null};

/** The host answers at least every two seconds; data older than this is stale and looks it. */
export const staleMs = 5000;

/** Of the present, whatever is looked at. */
export function freshnessOf(
  {gone, silentMs}: Pick<ConsoleState, 'gone' | 'silentMs'>,
  {fleet: {host}, vitals}: Pick<Update, 'fleet' | 'vitals'>,
): Freshness {
  if (gone !== null) return {kind: 'gone'};
  if (silentMs > 0) return {kind: 'silent', forMs: silentMs};
  if (host.kind === 'lost') return {kind: 'lost', forMs: vitals.at - host.since};
  if (vitals.heardAt === null) return {kind: 'stale', ageMs: null};
  const ageMs = vitals.at - vitals.heardAt;
  return ageMs < staleMs ? {kind: 'fresh'} : {kind: 'stale', ageMs};
}

/** Whether the counts on the screen are such as nobody vouches for. A moment of the past was as it was. */
export function isStale(state: ConsoleState): boolean {
  if (!state.update) return false;
  return state.past ? state.update.fleet.host.kind === 'lost' : freshnessOf(state, state.update).kind !== 'fresh';
}
