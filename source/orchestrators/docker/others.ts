/**
 * Whether somebody else is at work on a Compose project: `docker compose down`, `stop` or `up` end containers, and what
 * was made in their place meanwhile would be left over, or taken away from under them.
 */
import type {Clock} from '../../ports.ts';
import type {ContainerEvent} from './events.ts';

export interface Others {
  /** Takes note of what happened to a container of the project. */
  saw(event: ContainerEvent): void;
  /** The container is about to be stopped or removed by us. */
  mine(id: string): void;
  isMine(id: string): boolean;
  /** The container begins a new life. */
  forget(id: string): void;
  /** True where somebody else told the container to stop. */
  toldToStop(id: string): boolean;
  isBusy(project: string): boolean;
  /** Nothing of the project is left: whoever took it down is done. */
  over(project: string): void;
}

/** Longer than the 10 s after which Docker kills what doesn't stop: the slowest of a project's containers is waited for. */
const quietMs = 12_000;
/** No container takes longer to stop. What was signalled longer ago, such as to open its log anew, has not ended of it. */
const stopLimitMs = 600_000;
/** `docker kill` and a lack of memory end a container without a word before: it is replaced like any that has died. */
const killSignal = '9';

/** `changed` hears when somebody begins to be at work on a project, and when they have ended. */
export function createOthers(clock: Clock, changed: (project: string) => void): Others {
  const signalledAt = new Map<string, number>();
  const own = new Set<string>();
  const busy = new Map<string, () => void>();

  const toldToStop = (id: string) => clock.now() - (signalledAt.get(id) ?? Number.NEGATIVE_INFINITY) <= stopLimitMs;

  function touch(project: string): void {
    const isNew = !busy.has(project);
    busy.get(project)?.();
    busy.set(
      project,
      clock.after(quietMs, () => over(project)),
    );
    if (isNew) changed(project);
  }

  function over(project: string): void {
    busy.get(project)?.();
    if (busy.delete(project)) changed(project);
  }

  function forget(id: string): void {
    own.delete(id);
    signalledAt.delete(id);
  }

  return {
    saw({id, kind, detail, owner: {project}}) {
      const foreign = !own.has(id);
      if (kind === 'signalled' && foreign && detail !== killSignal) signalledAt.set(id, clock.now());
      const begins = kind === 'died' && foreign && toldToStop(id);
      const goesOn = busy.has(project) && foreign && ['signalled', 'died', 'gone'].includes(kind);
      if (begins || goesOn) touch(project);
      if (kind === 'gone') forget(id);
    },
    mine: id => void own.add(id),
    isMine: id => own.has(id),
    forget,
    toldToStop,
    isBusy: project => busy.has(project),
    over,
  };
}
