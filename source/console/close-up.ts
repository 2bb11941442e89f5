/**
 * What the detail has seen of one service beyond the fleet: its replicas one by one, or what they wrote. Here alone it is
 * decided whether the engine is asked. Draws nothing.
 */
import type {LogLine, LogTail, ReplicasSeen, Sight, SightKind} from '../ports.ts';
import type {ConsoleState} from './state.ts';

export interface Seen<Value> {
  readonly value: Value;
  readonly at: number;
}

export interface CloseUp {
  /** Which of the two the detail shows. */
  readonly pane: SightKind;
  /** Whether the log was opened from the replicas, and leads back to them. */
  readonly nested: boolean;
  /** How far it is scrolled, in lines: from the end of a log, which 0 follows; from the top of the replicas. */
  readonly scrolled: number;
  /** Whose all this is. */
  readonly service: string | null;
  readonly replicas: Seen<ReplicasSeen> | null;
  readonly logs: Seen<LogTail> | null;
  /** Why the last look saw nothing; null where it did. */
  readonly failure: string | null;
}

export const noCloseUp: CloseUp = {pane: 'replicas', nested: false, scrolled: 0, service: null, replicas: null, logs: null, failure: null};

/** What the engine is to be asked for; null while nobody looks, or where it can't be asked. */
export function lookFor({
  view,
  prompt,
  gone,
  update,
  selected,
  closeUp,
  past,
  recording,
}: ConsoleState): {service: string; kind: SightKind} | null {
  const isCovered = prompt.kind === 'help' || prompt.kind === 'palette';
  if (past !== null || recording || view.kind !== 'detail' || isCovered || gone !== null || update === null || selected === null)
    return null;
  return {service: selected, kind: closeUp.pane};
}

/** What was seen of the service that is shown; null where nothing was, or it is another's. */
export function closeUpOf({closeUp, selected, past, recording}: ConsoleState): CloseUp | null {
  if (recording) return {...noCloseUp, pane: closeUp.pane, service: selected, failure: 'a recording doesn’t hold this'};
  if (past !== null) return {...noCloseUp, pane: closeUp.pane, service: selected, failure: 'not kept of the past: End goes back to now'};
  return closeUp.service !== null && closeUp.service === selected ? closeUp : null;
}

/** A look of before at the same service stands until the next one; a failure is said beside it. */
export function see(before: CloseUp, service: string, sight: Sight, at: number): CloseUp {
  const own = before.service === service ? before : {...noCloseUp, pane: before.pane, service};
  switch (sight.kind) {
    case 'unseen':
      return {...own, failure: sight.reason};
    case 'replicas':
      return {...own, failure: null, replicas: {value: sight.seen, at}};
    case 'logs': {
      const isFixed = own.pane === 'logs' && own.scrolled > 0;
      const come = isFixed ? linesCome(own.logs?.value.lines ?? [], sight.tail.lines) : 0;
      return {...own, failure: null, logs: {value: sight.tail, at}, scrolled: own.scrolled + come};
    }
  }
}

/** How many lines are new at the end: whoever has scrolled back goes on seeing what they see. */
function linesCome(before: readonly LogLine[], now: readonly LogLine[]): number {
  const last = before.at(-1);
  if (!last) return 0;
  const at = now.findLastIndex(line => line.at === last.at && line.text === last.text && line.replica === last.replica);
  return at < 0 ? 0 : now.length - 1 - at;
}

/** Where scrolling leads, with room for so many lines; `by` is upwards where it is negative. */
export function scrolledTo(state: ConsoleState, by: number | 'first' | 'last', room: number): number {
  const {pane, scrolled} = state.closeUp;
  const seen = closeUpOf(state);
  const lines = pane === 'logs' ? (seen?.logs?.value.lines.length ?? 0) : (seen?.replicas?.value.replicas.length ?? 0);
  const most = Math.max(0, lines - room);
  const isLog = pane === 'logs';
  if (by === 'first') return isLog ? most : 0;
  if (by === 'last') return isLog ? 0 : most;
  return Math.min(most, Math.max(0, Math.min(most, scrolled) + (isLog ? -by : by)));
}
