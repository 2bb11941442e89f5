/**
 * Calls to one engine: bounded in number, in the order of what they are for and for whom. An urgent one overtakes
 * whatever waits; what can wait begins only when nothing urgent is going on; what has not begun can be taken back.
 */

/**
 * What a call is for, the most urgent first: freeing slots at once, freeing those whose replica must end first, filling
 * those that are free, making ready for those that will be; then, in the background, ending what was frozen, keeping ready
 * what may be needed, and clearing up.
 */
export type Lane = 'freezing' | 'freeing' | 'filling' | 'ahead' | 'ending' | 'refilling' | 'clearing';

/** A call that waits or has begun. */
export interface Ticket {
  /** True when it had not begun: now it never will, and never answers. */
  cancel(): boolean;
}

export interface CallQueue {
  /** Runs the call when its turn comes; the lower the rank, the sooner within its lane. It says when it has ended. */
  add(lane: Lane, rank: number, call: (ended: () => void) => void): Ticket;
  /** Resolves when nothing waits and nothing is under way. */
  idle(): Promise<void>;
}

export interface CallLimits {
  /** Calls that make the engine work. */
  readonly atOnce: number;
  /** Calls that mostly wait until a replica has ended: they cost the engine little and take long. */
  readonly endsAtOnce: number;
}

const urgent: readonly Lane[] = ['freezing', 'freeing', 'filling', 'ahead'];
const background: readonly Lane[] = ['ending', 'refilling', 'clearing'];
/** Calls that wait for a replica to end, for as long as its grace: beside them the engine has next to nothing to do. */
const lingering: readonly Lane[] = ['freeing', 'ending'];
/** Calls that keep the engine at work. */
const quick: readonly Lane[] = ['freezing', 'filling', 'ahead', 'refilling', 'clearing'];
/** The background can't be put off for ever: past this many waiting calls it takes its turn with the others. */
const backgroundMax = 64;

interface Waiting {
  readonly rank: number;
  readonly call: (ended: () => void) => void;
}

export function createCallQueue({atOnce, endsAtOnce}: CallLimits): CallQueue {
  const lanes = [...urgent, ...background];
  const waiting: Record<Lane, Waiting[]> = {freezing: [], freeing: [], filling: [], ahead: [], ending: [], refilling: [], clearing: []};
  const underWay: Record<Lane, number> = {freezing: 0, freeing: 0, filling: 0, ahead: 0, ending: 0, refilling: 0, clearing: 0};
  const idlers: (() => void)[] = [];

  const count = (of: readonly Lane[]) => of.reduce((sum, lane) => sum + underWay[lane], 0);
  const left = (of: readonly Lane[]) => of.reduce((sum, lane) => sum + waiting[lane].length, 0);

  function hasRoom(lane: Lane): boolean {
    return lingering.includes(lane) ? count(lingering) < endsAtOnce : count(quick) < atOnce;
  }

  /**
   * A quarter of the room at the most, and one call while slots are being freed: an urgent one that comes now finds an
   * engine that is as good as free. Ends take none of the others' room, since each lasts as long as its replica's grace.
   */
  function hasBackgroundRoom(lane: Lane): boolean {
    if (lane === 'ending') return underWay.ending < Math.max(1, endsAtOnce >> 2);
    const most = underWay.freeing > 0 ? 1 : Math.max(1, atOnce >> 2);
    return underWay.refilling + underWay.clearing < most;
  }

  /** The lane whose turn it is; null while all that wait must go on waiting. */
  function turn(): Lane | null {
    if (left(lanes) === 0) return null;
    const pressing = urgent.find(lane => waiting[lane].length > 0 && hasRoom(lane));
    if (pressing) return pressing;
    const quiet = urgent.every(lane => lingering.includes(lane) || waiting[lane].length + underWay[lane] === 0);
    if (!quiet && left(background) <= backgroundMax) return null;
    return background.find(lane => waiting[lane].length > 0 && hasRoom(lane) && hasBackgroundRoom(lane)) ?? null;
  }

  function next(): void {
    for (let lane = turn(); lane !== null; lane = turn()) {
      const own: Lane = lane;
      const first = take(waiting[own]);
      if (!first) return;
      underWay[own]++;
      let over = false;
      first.call(() => {
        if (over) return;
        over = true;
        underWay[own]--;
        next();
        if (left(lanes) + count(lanes) === 0) for (const resolve of idlers.splice(0)) resolve();
      });
    }
  }

  return {
    add(lane, rank, call) {
      const entry: Waiting = {rank, call};
      const queued = waiting[lane];
      queued.push(entry);
      next();
      return {
        cancel() {
          const at = queued.indexOf(entry);
          if (at < 0) return false;
          queued.splice(at, 1);
          next();
          return true;
        },
      };
    },
    idle: () => (left(lanes) + count(lanes) === 0 ? Promise.resolve() : new Promise(resolve => idlers.push(resolve))),
  };
}

/** The best rank, and of equals the one that has waited longest. */
function take(queued: Waiting[]): Waiting | undefined {
  let best = 0;
  for (let index = 1; index < queued.length; index++) {
    if ((queued[index]?.rank ?? 0) < (queued[best]?.rank ?? 0)) best = index;
  }
  return queued.splice(best, 1)[0];
}
