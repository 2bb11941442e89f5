/** When an engine's containers are listed: one listing at a time, one for a burst of reasons, and no reason lost. */
import type {Clock} from '../../ports.ts';

export interface Looks {
  /** Lists at once, or again after the listing that is under way. Rejects when the listing does. */
  now(): Promise<void>;
  /** Calls `due` after that many milliseconds at most. */
  within(delayMs: number): void;
  isUnderWay(): boolean;
  close(): void;
}

/** `due` hears that it is time for a listing; it is for the hearer to say whether there can be one. */
export function createLooks(clock: Clock, list: () => Promise<void>, due: () => void): Looks {
  let state: 'idle' | 'under way' | 'under way, and due again' = 'idle';
  let dueAt = Number.POSITIVE_INFINITY;
  let cancel: () => void = () => {};

  const isDueAgain = () => state === 'under way, and due again';

  function forget(): void {
    cancel();
    dueAt = Number.POSITIVE_INFINITY;
  }

  function within(delayMs: number): void {
    if (dueAt <= clock.now() + delayMs) return;
    cancel();
    dueAt = clock.now() + delayMs;
    cancel = clock.after(delayMs, () => {
      forget();
      due();
    });
  }

  return {
    async now() {
      if (state !== 'idle') {
        state = 'under way, and due again';
        return;
      }
      forget();
      state = 'under way';
      try {
        await list();
      } finally {
        const again = isDueAgain();
        state = 'idle';
        if (again) within(0);
      }
    },
    within,
    isUnderWay: () => state !== 'idle',
    close: forget,
  };
}
