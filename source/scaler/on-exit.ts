/** What becomes of the counts when an engine ends. It stops nothing itself. */
import type {Fleet} from './fleet.ts';

export type OnExit = 'leave' | 'restore' | 'drain';

/** Whether this engine is the one that may act on its host. */
export function mayAct({lease}: Fleet): boolean {
  return lease.kind === 'held' || lease.kind === 'unneeded';
}

/** What would be done if it ended now: nothing where it may not act, and nothing in a dry run. */
export function fateOnExit(fleet: Fleet, onExit: OnExit): OnExit {
  return mayAct(fleet) && fleet.acting !== 'dry-run' ? onExit : 'leave';
}
