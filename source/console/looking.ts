/** Asks the engine for a closer look while somebody looks, one question at a time, as fast as the terminal shows answers. */
import type {Session} from '../ports.ts';
import {lookFor} from './close-up.ts';
import type {ConsoleState} from './state.ts';
import type {Store} from './store.ts';

/** Between an answer and the next question. */
const everyMs = 2000;

export interface LookingParts {
  readonly session: Pick<Session, 'look'>;
  readonly store: Store;
  /** Resolves when another frame can be drawn. */
  readonly free: () => Promise<void>;
  readonly signal: AbortSignal;
}

export function keepLooking({session, store, free, signal}: LookingParts): void {
  let asking = false;
  let answered = '';
  let timer: NodeJS.Timeout | undefined;

  function check(): void {
    if (signal.aborted || asking) return;
    const state = store.latest();
    const wanted = lookFor(state);
    const key = wanted ? `${wanted.kind} ${wanted.service}${wanted.kind === 'replicas' ? ` ${countsOf(state, wanted.service)}` : ''}` : '';
    // What was answered is asked again when its time has come; something else, or other replicas than were seen, at once.
    if (key === answered) return;
    clearTimeout(timer);
    answered = '';
    if (wanted) void ask(wanted, key);
  }

  async function ask({service, kind}: NonNullable<ReturnType<typeof lookFor>>, key: string): Promise<void> {
    asking = true;
    await free();
    const sight = await session.look(service, kind);
    asking = false;
    if (signal.aborted) return;
    answered = key;
    timer = setTimeout(() => {
      answered = '';
      check();
    }, everyMs);
    store.dispatch({kind: 'seen', service, sight, at: store.latest().update?.vitals.at ?? 0});
    check();
  }

  store.subscribe(check);
  signal.addEventListener('abort', () => clearTimeout(timer), {once: true});
}

function countsOf({update}: ConsoleState, service: string): string {
  const seen = update?.fleet.services.find(({spec}) => spec.name === service)?.observed;
  return seen ? [seen.running, seen.pending, seen.unready, seen.stopping, seen.standby, seen.paused, seen.frozen].join(' ') : '';
}
