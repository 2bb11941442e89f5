/** A task as a replica in the design's words. Pure. */
import type {ReplicaFacts, ReplicaState} from '../../ports.ts';
import type {TaskObject} from './wire.ts';

/** Such as `web.3`, as `docker service ps` has it. */
export function taskName({ID: id, Slot: slot}: TaskObject, service: string): string {
  return slot ? `${service}.${slot}` : `${service}.${id.slice(0, 5)}`;
}

/** Null for one that has ended: the Swarm keeps those for its own memory. */
export function taskSeen(
  task: TaskObject,
  service: string,
  isDown: (node: string) => boolean,
): Pick<ReplicaFacts, 'name' | 'state' | 'since'> | null {
  const state = stateOf(task, isDown);
  if (state === null) return null;
  // What never happened is told as the year 1.
  const at = Date.parse(task.Status.Timestamp ?? task.CreatedAt ?? '');
  return {name: taskName(task, service), state, since: at > 0 ? at : null};
}

function stateOf(
  {NodeID: node, DesiredState: desired, Status: {State: state}}: TaskObject,
  isDown: (node: string) => boolean,
): ReplicaState | null {
  if (['complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned'].includes(state)) return null;
  if (node && isDown(node)) return 'lost';
  if (['shutdown', 'remove', 'complete'].includes(desired)) return 'stopping';
  if (!node) return 'unplaced';
  return state === 'running' ? 'running' : 'starting';
}
