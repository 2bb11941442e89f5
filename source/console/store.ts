/** The console's state, shown only as fast as the terminal takes it: changes between two frames become one. */
import {reduce, type ConsoleEvent, type ConsoleState} from './state.ts';

export interface Store {
  /** The state as it is shown. */
  shown(): ConsoleState;
  /** The state as it is. */
  latest(): ConsoleState;
  subscribe(listener: () => void): () => void;
  dispatch(event: ConsoleEvent): void;
  /** Shows the same once more, when another frame can be drawn. */
  again(): void;
}

/** `free` resolves when another frame can be drawn. */
export function createStore(initial: ConsoleState, free: () => Promise<void>): Store {
  let latest = initial;
  let shown = initial;
  let waiting = false;
  const listeners = new Set<() => void>();

  function show(): void {
    if (waiting) return;
    waiting = true;
    void free().then(() => {
      waiting = false;
      if (shown === latest) return;
      shown = latest;
      for (const listener of listeners) listener();
    });
  }

  return {
    shown: () => shown,
    latest: () => latest,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispatch(event) {
      latest = reduce(latest, event);
      show();
    },
    again() {
      latest = {...latest};
      show();
    },
  };
}
