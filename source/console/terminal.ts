/**
 * The terminal as a stream that never blocks. Node's own writes to a terminal stop the whole thread while nobody reads
 * it; here a full terminal is tried again a little later, and the console draws nothing new until it has taken all.
 */
import {closeSync, constants, openSync, readlinkSync, write, writeSync} from 'node:fs';
import {Writable} from 'node:stream';
import {createArrivals} from './arrivals.ts';
import {createSqueezer} from './squeeze.ts';

export interface Terminal extends Writable {
  readonly isTTY: true;
  columns: number;
  rows: number;
  /** Resolves once everything written has been taken, and has arrived where the terminal says so. */
  idle(): Promise<void>;
  /** How many bytes the line takes in half a second; without bound unless it has been seen to be slow. */
  budget(): number;
  /** Asks the terminal whether it answers, and before that something else; its keys must be read by then. */
  ask(before?: string): void;
  /** No question is open any more, or it has been waited for long enough; none is asked from now on. */
  quiet(): Promise<void>;
  /** The terminal has answered the question of that number: all that was written before is on its screen. */
  arrived(question: number): void;
  /** Puts a text into the clipboard of the terminal, which may be far away (OSC 52); one that can't does nothing. */
  copy(text: string): void;
  /** Rings, and shows a notification where the terminal can (OSC 9, OSC 777). The texts are clean. */
  notify(title: string, text: string): void;
  /** Gives the screen back, as far as the terminal still takes anything. */
  restore(): void;
  end(): this;
}

/** How soon a full terminal is tried again: quick enough to be smooth, slow enough to cost nothing. */
const retryMs = 8;
/**
 * Asks the terminal where its cursor is (CPR), which it answers when it has come so far in what was written. The cursor is
 * put into the column of the question's number for it, so that an answer says to which it belongs.
 */
const questionOf = (number: number) => Buffer.from(`\u001b7\u001b[1;${number}H\u001b[6n\u001b8`);
/** How long an open question is waited for at the end, so that its answer isn't taken for words of the next program. */
const quietLimitMs = 400;
/** How long the last few bytes may take when the program ends. */
const restoreLimitMs = 300;
/** Cursor shown, mouse and bracketed paste off, styles off, the alternate screen left. */
export const restoreSequence = '\u001b[?2026l\u001b[?25h\u001b[?2004l\u001b[0m\u001b[?1049l';

/** The terminal behind standard output, unless another is given. `size` is asked at the start and after each `resized`. */
export function openTerminal(
  size: () => readonly [columns: number, rows: number],
  resized: (listener: () => void) => void,
  descriptor = openUnblocked(),
  now = () => performance.now(),
): Terminal {
  const squeeze = createSqueezer();
  let idlers: (() => void)[] = [];
  let closed = false;

  function push(buffer: Buffer, done: (error?: Error | null) => void): void {
    if (closed) return done();
    write(descriptor, buffer, 0, buffer.length, null, (error, written) => {
      if (error && error.code !== 'EAGAIN' && error.code !== 'EINTR') return done(error);
      const rest = buffer.subarray(error ? 0 : written);
      if (rest.length === 0) return done();
      // A terminal that is full says so; one that took a part may take the next at once.
      if (error) setTimeout(() => push(rest, done), retryMs);
      else push(rest, done);
    });
  }

  // What lies between here and the terminal (a modem, the buffers of ssh) takes more than the line carries: a frame is drawn
  // once the one before has arrived, so that none waits there. Terminals that don't answer go by what was taken.
  const line = createArrivals(now);
  let patience: NodeJS.Timeout | undefined;
  let unasked = false;
  let question: Buffer | null = null;
  let quieting = false;

  function ask(before = ''): void {
    if (closed || quieting || !unasked || line.isUnderWay() || !line.asks()) return;
    unasked = false;
    // Its number is a column of the terminal, which may have few.
    const {number, limitMs} = line.asked(terminal.columns);
    question = Buffer.concat([Buffer.from(before), questionOf(number)]);
    stream.write(question);
    clearTimeout(patience);
    patience = setTimeout(() => {
      line.expire();
      settle();
    }, limitMs);
    patience.unref();
  }

  const isFree = () => stream.writableLength === 0 && !line.isUnderWay();

  const stream = new Writable({
    decodeStrings: false,
    highWaterMark: 64 * 1024,
    write(chunk: string | Buffer, _encoding, done) {
      const bytes = typeof chunk === 'string' ? Buffer.from(squeeze(chunk)) : chunk;
      // A question is no part of what the next one is behind.
      if (chunk !== question) {
        unasked = true;
        line.sent(bytes.length);
      }
      push(bytes, error => {
        done(error);
        settle();
      });
    },
  });

  function settle(): void {
    setImmediate(() => {
      if (stream.writableLength === 0) ask();
      // What is on its way on a quick line is there in a moment, and for a size that is gone: nobody waits for it.
      const isQuick = stream.writableLength === 0 && !Number.isFinite(line.budget());
      if (pendingResize && (isQuick || isFree())) announce();
      if (!isFree()) return;
      const waiting = idlers;
      idlers = [];
      for (const resolve of waiting) resolve();
    });
  }

  let pendingResize = false;
  function announce(): void {
    pendingResize = false;
    // An answer from a size that is gone may have lost its number.
    line.expire();
    [terminal.columns, terminal.rows] = size();
    terminal.emit('resize');
  }

  const [columns, rows] = size();
  const terminal: Terminal = Object.assign(stream, {
    isTTY: true as const,
    columns,
    rows,
    idle: () => (isFree() ? Promise.resolve() : new Promise<void>(resolve => idlers.push(resolve))),
    arrived(number: number) {
      line.answered(number);
      settle();
    },
    ask(before?: string) {
      unasked = true;
      ask(before);
    },
    budget: line.budget,
    async quiet() {
      quieting = true;
      if (!line.isUnderWay()) return;
      await Promise.race([terminal.idle(), new Promise(resolve => setTimeout(resolve, quietLimitMs))]);
    },
    copy: (text: string) => void stream.write(Buffer.from(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`)),
    notify(title: string, text: string) {
      const words = text.replaceAll(';', ',');
      stream.write(Buffer.from(`\u0007\u001b]9;${title}: ${words}\u0007\u001b]777;notify;${title};${words}\u0007`));
    },
    restore() {
      closed = true;
      clearTimeout(patience);
      const until = Date.now() + restoreLimitMs;
      let rest = Buffer.from(restoreSequence);
      while (rest.length > 0 && Date.now() < until) {
        try {
          rest = rest.subarray(writeSync(descriptor, rest));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
        }
      }
    },
  });
  // A resize redraws: it waits until the terminal has taken what was drawn before.
  resized(() => {
    pendingResize = true;
    settle();
  });
  stream.on('close', () => {
    if (descriptor > 2) closeSync(descriptor);
  });
  return terminal;
}

/** A descriptor of our own on the same terminal: what is set on it concerns nobody else who has the terminal open. */
function openUnblocked(): number {
  const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
  const paths = [linkOf('/proc/self/fd/1'), '/dev/tty'];
  for (const path of paths) {
    if (path === null) continue;
    try {
      return openSync(path, flags);
    } catch {
      // After `su`, the terminal belongs to somebody else; its other name, or standard output as it is, will do.
    }
  }
  return 1;
}

function linkOf(path: string): string | null {
  try {
    const target = readlinkSync(path);
    return target.startsWith('/dev/') ? target : null;
  } catch {
    return null;
  }
}
