/**
 * Goes where the console's state says: reads the moment that was asked for last, then fills the chart before it, and plays.
 * One thing at a time, so that held keys come to one look, and only as fast as the terminal takes frames.
 */
import {createReader, type Reader} from '../history/reader.ts';
import type {Past} from '../ports.ts';
import {turnOf, type Pace} from './past.ts';
import type {Store} from './store.ts';

export interface TravelParts {
  readonly store: Store;
  readonly ask: (at: number) => Promise<Past>;
  /** Resolves when the terminal can take another frame. */
  readonly idle: () => Promise<void>;
  readonly after: (delayMs: number, callback: () => void) => () => void;
  /** Why a moment can't be looked at. */
  readonly say: (reason: string) => void;
}

export interface Traveller {
  /** To be called after every change of the state by the operator. Resolves once the moment asked for is shown. */
  follow(): Promise<void>;
  close(): void;
}

/** A chart of two hundred columns shows less than this: of what is known that far back, a slow line is asked for no more. */
const chartMs = 420_000;

export function createTraveller({store, ask, idle, after, say}: TravelParts): Traveller {
  /** Others have their turn in the middle of a long look. */
  const pause = () => new Promise<void>(resolve => void after(0, resolve));
  let reader: Reader = createReader(ask, pause);
  let going = false;
  let scheduled: Pace | null = null;
  let cancelTurn = () => {};
  let closed = false;

  async function follow(): Promise<void> {
    schedule();
    if (going) return;
    going = true;
    try {
      await go();
    } finally {
      going = false;
    }
  }

  async function go(): Promise<void> {
    while (!closed) {
      const {past, samples} = store.latest();
      if (!past) return;
      const asked = past.at;
      if (asked === past.shownAt && (samples[0]?.at ?? asked) <= asked - chartMs) return;
      // Whoever looks back anew may have another engine before them.
      if (past.from === null) reader = createReader(ask, pause);
      try {
        const scene = asked === past.shownAt ? await reader.widen(asked) : await reader.look(asked);
        if (!scene) return;
        store.dispatch({kind: 'looked', asked, scene});
      } catch (error) {
        // Another look begins afresh, as with another engine.
        reader = createReader(ask, pause);
        if (asked !== past.shownAt && !closed) giveUp((error as Error).message);
        return;
      }
      await idle();
    }
  }

  /** What can't be shown isn't stood at: back to what can. */
  function giveUp(reason: string): void {
    const {past} = store.latest();
    if (past) store.dispatch({kind: 'travelled', at: past.from === null ? Number.MAX_SAFE_INTEGER : past.shownAt});
    say(`the past can’t be shown: ${reason}`);
  }

  function schedule(): void {
    const {past, pace} = store.latest();
    const next = past && pace.kind === 'playing' && !closed ? pace : null;
    if (next === scheduled) return;
    cancelTurn();
    scheduled = next;
    if (next) cancelTurn = after(turnOf(next).afterMs, () => void turn());
  }

  async function turn(): Promise<void> {
    const mine = scheduled;
    await idle();
    // Another speed has its own turn.
    if (scheduled !== mine) return;
    scheduled = null;
    const {past, pace} = store.latest();
    if (!past || pace.kind !== 'playing' || closed) return;
    // What is still on its way is waited for: a play leaves nothing out because of a slow line.
    if (past.at === past.shownAt) store.dispatch({kind: 'played', at: past.at + turnOf(pace).stepMs});
    void follow();
  }

  return {
    follow,
    close() {
      closed = true;
      cancelTurn();
    },
  };
}
