/**
 * What has arrived on a terminal far away, by its answers to the questions that are put behind what is written: whether
 * something is still on its way, and how much the line takes without making what comes next wait. Knows no terminal.
 */

export interface Arrivals {
  /** So many bytes were written, of something or of a question. */
  sent(bytes: number): void;
  /** Whether a question is worth asking; one that was never answered is given up. */
  asks(): boolean;
  /**
   * A question is written behind what was sent. `number` tells its answer, and is at most `most`; `limitMs` is how long that
   * may take.
   */
  asked(most?: number): {readonly number: number; readonly limitMs: number};
  /** What came before the question of that number has arrived too. */
  answered(number: number): void;
  /** What is overdue may have been lost, and is waited for no longer. */
  expire(): void;
  /** Something is on its way, as far as this terminal tells. */
  isUnderWay(): boolean;
  /**
   * How many bytes the line takes in half a second; without bound unless it has been seen to be slow. Of a terminal that
   * answers it is not known before anything of some length has arrived: until then it is a little that any line takes soon.
   */
  budget(): number;
}

/** Numbers of questions go round; no more of them are ever open. */
export const questionsMost = 20;
/** An answer that hasn't come by then may have been lost; longer by what the slowest line of all needs. */
const patienceMs = 5000;
const leastBytesPerSecond = 400;
/** A line is slow where more than a handful of bytes took longer than this, on top of the way there and back. */
const slowLeast = {bytes: 200, ms: 150};
/** A slow line carries less than this. */
const quickBytesPerMs = 8;
/** Once is no proof, of either: a busy machine answers late now and then. So many in a row are, */
const proofs = 3;
/** and so is one that took this long. */
const surelySlowMs = 1000;
const budgetMs = 500;
/** What comes first: under 2 s of a line of 9,600 baud. The rest of a first frame follows as soon as this has arrived. */
const firstBytes = 1200;
/** The most that the way there and back is taken for, while nothing has been so small that it took no longer than that. */
const farMs = 500;

export function createArrivals(now: () => number): Arrivals {
  let open: readonly {readonly number: number; readonly bytes: number; readonly since: number}[] = [];
  let answers = false;
  let number = 0;
  let bytes = 0;
  let since = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  let roundTripMs = Number.POSITIVE_INFINITY;
  let budget = Number.POSITIVE_INFINITY;
  let isKnown = false;
  /** How many in a row have said that the line is not what it was taken for. */
  let doubts = 0;

  function measure(amount: number, tookMs: number): void {
    if (amount < slowLeast.bytes || Number.isFinite(roundTripMs)) roundTripMs = Math.min(roundTripMs, tookMs);
    if (amount < slowLeast.bytes) return;
    isKnown = true;
    const wasSlow = Number.isFinite(budget);
    const unknownMs = wasSlow ? 0 : Math.min(farMs, tookMs);
    const onTheWayMs = Math.max(1, tookMs - (Number.isFinite(roundTripMs) ? roundTripMs : unknownMs));
    const isSlow = amount / onTheWayMs < quickBytesPerMs && (wasSlow || onTheWayMs > slowLeast.ms);
    doubts = isSlow === wasSlow ? 0 : doubts + 1;
    const turns = doubts >= proofs || (!wasSlow && isSlow && onTheWayMs >= surelySlowMs);
    if (turns) doubts = 0;
    budget = wasSlow !== turns ? (amount * budgetMs) / onTheWayMs : Number.POSITIVE_INFINITY;
  }

  return {
    sent(more) {
      if (bytes === 0) since = now();
      bytes += more;
    },
    asks: () => open.length < questionsMost,
    asked(most = questionsMost) {
      number = (number % Math.max(1, Math.min(most, questionsMost))) + 1;
      // One that is behind nothing is on its way from now on.
      open = [...open, {number, bytes, since: bytes === 0 ? now() : since}];
      bytes = 0;
      return {number, limitMs: patienceMs + (1000 * open.reduce((sum, each) => sum + each.bytes, 0)) / leastBytesPerSecond};
    },
    answered(given) {
      answers = true;
      const place = open.findIndex(each => each.number === given);
      const own = open[place];
      // What was behind something else was on its way alone only after that.
      if (own) measure(own.bytes, now() - Math.max(own.since, lastAt));
      lastAt = now();
      open = open.slice(place + 1);
    },
    expire() {
      if (answers) open = [];
    },
    isUnderWay: () => answers && open.length > 0,
    budget: () => (answers && !isKnown ? firstBytes : budget),
  };
}
