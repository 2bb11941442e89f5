/** Calls to one engine: bounded in number, the urgent ones first, and clearing up only when nothing else is going on. */

/** What moves slots comes first; what is made ahead next; what clears up afterwards last. */
export type Urgency = 'urgent' | 'ahead' | 'afterwards';

export interface CallQueue {
  /** Runs the call when its turn comes. It answers by itself; the queue only needs to know when it has ended. */
  add(urgency: Urgency, call: () => Promise<void>): void;
  /** Drops what has not begun. */
  clear(): void;
  /** Resolves when nothing waits and nothing is under way. */
  idle(): Promise<void>;
}

/** Clearing up can't be put off for ever: past this many waiting calls it takes its turn with the others. */
const afterwardsMax = 64;

export function createCallQueue(callsMax: number): CallQueue {
  const waiting: Record<Urgency, (() => Promise<void>)[]> = {urgent: [], ahead: [], afterwards: []};
  const underWay: Record<Urgency, number> = {urgent: 0, ahead: 0, afterwards: 0};

  const idlers: (() => void)[] = [];
  const isIdle = () => Object.values(underWay).every(calls => calls === 0) && Object.values(waiting).every(calls => calls.length === 0);

  function next(): void {
    for (;;) {
      const busy = underWay.urgent + underWay.ahead;
      if (busy + underWay.afterwards >= callsMax) return;
      const idle = busy === 0;
      const overdue = waiting.afterwards.length > afterwardsMax;
      const urgency: Urgency | null =
        waiting.urgent.length > 0
          ? 'urgent'
          : waiting.ahead.length > 0
            ? 'ahead'
            : waiting.afterwards.length > 0 && (idle || overdue)
              ? 'afterwards'
              : null;
      if (urgency === null) return;
      const call = waiting[urgency].shift();
      if (!call) return;
      underWay[urgency]++;
      void call().finally(() => {
        underWay[urgency]--;
        next();
        if (isIdle()) for (const resolve of idlers.splice(0)) resolve();
      });
    }
  }

  return {
    add(urgency, call) {
      waiting[urgency].push(call);
      next();
    },
    clear() {
      for (const calls of Object.values(waiting)) calls.length = 0;
    },
    idle: () => (isIdle() ? Promise.resolve() : new Promise(resolve => idlers.push(resolve))),
  };
}
