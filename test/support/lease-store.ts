/** A lease's place in memory, with what a real one can do to its users: be late, be out of reach, be raced for. */
import type {Clock, LeaseStore, StoredLease} from '../../source/ports.ts';

export interface MemoryLeaseStore extends LeaseStore {
  /** While it is out of reach every call fails. */
  reachable: boolean;
  /** While it is silent no call ever ends. */
  silent: boolean;
  present(): StoredLease | null;
  /** Somebody writes what no engine would. */
  scribble(text: string): void;
}

/** Calls take `delayMs` each, and what they do happens in the middle of it. */
export function createMemoryLease(clock: Clock, delayMs: number): () => MemoryLeaseStore {
  let stored: StoredLease | null = null;
  let versions = 0;
  const put = (text: string, wanted: string | null) => {
    stored = {version: String(++versions), text, wanted};
    return stored;
  };
  return () => {
    const store: MemoryLeaseStore = {
      reachable: true,
      silent: false,
      present: () => stored,
      scribble: text => void put(text, null),
      read: () => later(() => stored),
      take: (before, text) => later(() => (before?.version === stored?.version ? put(text, null) : null)),
      renew: (mine, text) => later(() => (mine.version === stored?.version ? put(text, null) : null)),
      ask: (before, wanted) =>
        later(() => {
          if (before.version !== stored?.version) return false;
          put(before.text, wanted);
          return true;
        }),
      remove: mine =>
        later(() => {
          if (mine.version === stored?.version) stored = null;
        }),
    };
    const later = <Value>(act: () => Value): Promise<Value> =>
      new Promise((resolve, reject) => {
        if (store.silent) return;
        clock.after(delayMs / 2, () => {
          const answer = store.reachable ? act() : null;
          const reached = store.reachable;
          clock.after(delayMs / 2, () => (reached ? resolve(answer as Value) : reject(new Error('out of reach'))));
        });
      });
    return store;
  };
}
