/** Asks a server again and again: one question at a time, each bounded in time, later and later while it fails. */
import type {Clock, Source} from '../../ports.ts';
import type {Reading} from '../../scaler/entry.ts';
import {failureWords} from './failure.ts';

export interface AskTimes {
  readonly everyMs: number;
  /** How long one question may take, the connection included. */
  readonly timeoutMs: number;
}

/** A line to one server. It connects with its first question, and is thrown away once a question has failed. */
export interface Line {
  /** Rejects in words that an operator can use, or with the client's own error. */
  ask(signal: AbortSignal): Promise<Reading>;
  /** Lets go of everything at once, also in the middle of a question. Never throws. */
  close(): void;
}

/** A server that is down is asked again after this long at most, so that it is found soon after it is back. */
const longestPauseMs = 5000;

/** `what` names the server in messages, without its password: `redis at cache:6379`. */
export function asking(what: string, {everyMs, timeoutMs}: AskTimes, clock: Clock, open: () => Line): Source {
  return (report, signal) => {
    let line: Line | null = null;
    let failures = 0;
    let cancel: () => void = () => {};

    const drop = () => {
      line?.close();
      line = null;
    };

    const next = async () => {
      const begunAt = clock.now();
      try {
        line ??= open();
        const reading = await bounded(line, timeoutMs, clock, signal);
        if (signal.aborted) return;
        failures = 0;
        report(reading);
      } catch (error) {
        if (signal.aborted) return;
        drop();
        failures++;
        report({kind: 'error', reason: failureWords(error, what)});
      }
      // Whoever is told may have had enough.
      if (signal.aborted) return;
      const pauseMs = failures === 0 ? everyMs : Math.max(everyMs, Math.min(longestPauseMs, 250 * 2 ** Math.min(failures, 10)));
      cancel = clock.after(Math.max(0, begunAt + pauseMs - clock.now()), () => void next());
    };

    signal.addEventListener(
      'abort',
      () => {
        cancel();
        drop();
      },
      {once: true},
    );
    if (!signal.aborted) void next();
  };
}

/** Thrown when a question was not answered in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

async function bounded(line: Line, timeoutMs: number, clock: Clock, signal: AbortSignal): Promise<Reading> {
  const stop = new AbortController();
  const end = () => stop.abort();
  signal.addEventListener('abort', end, {once: true});
  let cancel: () => void = () => {};
  const late = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(timeoutMs, () => {
      reject(new NoAnswerError(`no answer within ${timeoutMs < 1000 ? `${timeoutMs}ms` : `${timeoutMs / 1000}s`}`));
      stop.abort();
    });
  });
  const answer = line.ask(stop.signal);
  // What fails after its time was up has been told of already.
  answer.catch(() => {});
  try {
    return await Promise.race([answer, late]);
  } finally {
    cancel();
    signal.removeEventListener('abort', end);
  }
}
