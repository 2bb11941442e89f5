/** Notices an engine that says nothing: one that hangs, or a line that has stalled without an end. It knows no screen. */

/** An engine tells something each second: after so many that is no chance. */
const quietTurns = 4;
const turnMs = 1000;

/**
 * The answer, and while it doesn't come, each second for how long it hasn't. Whole turns are counted and not the clock read, so
 * that a program that was stopped for a while doesn't take its own sleep for the engine's silence.
 */
export async function heard<Answer>(
  answer: Promise<Answer>,
  silent: (forMs: number) => void,
  every: typeof setInterval = setInterval,
): Promise<Answer> {
  let turns = 0;
  const timer = every(() => {
    turns++;
    if (turns >= quietTurns) silent(turns * turnMs);
  }, turnMs);
  try {
    return await answer;
  } finally {
    clearInterval(timer);
  }
}
