/** What a service's tasks say: how many serve, are alive, found no place, or came to grief. Pure. */
import type {TaskObject} from './wire.ts';

export interface TaskCounts {
  /** Serving, and meant to. */
  readonly serving: number;
  /** Holding a slot: everything that has not ended, on nodes that are there. */
  readonly alive: number;
  /** Meant to run, and given to no node. */
  readonly unplaced: number;
  /** In the Swarm's own words, why they found no node; empty for none. */
  readonly unplacedReason: string;
  /** Tasks that failed or were rejected, with the Swarm's own words. */
  readonly failed: readonly {readonly id: string; readonly reason: string; readonly rejected: boolean}[];
  readonly runningIds: readonly string[];
}

/** Nothing of a task in one of these states holds anything. */
const ended = new Set(['complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned']);
const meantToRun = new Set(['running', 'ready', 'accepted', 'new', 'pending', 'assigned', 'preparing', 'starting']);

/** Tasks on a node that is down count for nothing: the Swarm makes others elsewhere. */
export function countTasks(tasks: readonly TaskObject[], isDown: (node: string) => boolean): TaskCounts {
  let serving = 0;
  let alive = 0;
  let unplaced = 0;
  let unplacedReason = '';
  const failed: {id: string; reason: string; rejected: boolean}[] = [];
  const runningIds: string[] = [];
  for (const {
    ID: id,
    NodeID: node,
    DesiredState: desired,
    Status: {State: state, Err: error = '', Message: message = ''},
  } of tasks) {
    if (state === 'failed' || state === 'rejected') failed.push({id, reason: error || message || state, rejected: state === 'rejected'});
    if (ended.has(state) || (node !== undefined && node !== '' && isDown(node))) continue;
    alive++;
    if (!meantToRun.has(desired)) continue;
    if (state === 'running') {
      serving++;
      runningIds.push(id);
    } else if (!node && state === 'pending' && error !== '') {
      unplaced++;
      unplacedReason = error;
    }
  }
  return {serving, alive, unplaced, unplacedReason, failed, runningIds};
}
