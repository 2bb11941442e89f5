/** What a failed call to a manager means: the Swarm is out of reach, or it has refused. */
import type {CallFailure} from '../replica.ts';

/** True where no call would fare better: no answer, no leader, no quorum, no manager any more. */
export function isOfTheSwarm(error: unknown): boolean {
  const {statusCode, message} = error as {statusCode?: number; message?: string};
  if (statusCode === undefined || statusCode === 503) return true;
  return (
    statusCode >= 500 &&
    /does not have a leader|too few managers|not a swarm manager|DeadlineExceeded|deadline exceeded|Unavailable|raft/i.test(message ?? '')
  );
}

export function callFailure(error: unknown): CallFailure {
  const said = (error as {json?: {message?: string}}).json?.message;
  const message = said ?? (error instanceof Error ? error.message : String(error));
  const reason = message
    .replace(/^rpc error: code = \w+ desc = /, '')
    .trim()
    .slice(0, 300);
  return {kind: isOfTheSwarm(error) && (error as {statusCode?: number}).statusCode !== undefined ? 'unreachable' : kindOf(error), reason};
}

function kindOf(error: unknown): CallFailure['kind'] {
  const {statusCode, code} = error as {statusCode?: number; code?: string};
  return statusCode === undefined && code !== undefined ? 'unreachable' : 'refused';
}
