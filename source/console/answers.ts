/** Standard input without the terminal's own answers, which are no keys: they are told apart and taken out. */
import {PassThrough} from 'node:stream';

/** Where its cursor is, which stands in the first row for it (CPR), or what its background is (OSC 11). */
const answer = /\u001b(?:\[1;(\d{1,2})R|\]11;([^\u0007\u001b]{0,64})(?:\u0007|\u001b\\))/g;
const beginning = /\u001b(?:\[(?:1(?:;\d{0,2})?)?|\](?:1(?:1(?:;[^\u0007\u001b]{0,64}\u001b?)?)?)?)?$/;
/** No key sends this much: what is left of such an answer is dropped. */
const surely = '\u001b]11;';
/** Part of an answer, or the Esc key: what follows an answer's beginning comes with it, or at once. */
const patienceMs = 20;
/** A background is asked for once: until it is told, an Esc may be the beginning of it. */
const escapePatienceMs = 500;
/** It is told in letters that are keys. A line that stutters must not make keys of them: what has begun is waited for longer, */
const begunPatienceMs = 2000;
/** and of what was given up the end, if it comes after all, is dropped too. */
const end = /^[\da-f/:rgb]{0,64}(?:\u0007|\u001b\\)/i;

/** Who hears of the answers. */
export interface Hearer {
  /** With the column that it names. */
  cursor(column: number): void;
  background(color: string): void;
  /** Whether a background is still to be told: an Esc may be the beginning of it. */
  awaits(): boolean;
  /** Whether there is a screen yet: what is pressed before is meant for none of what it will show, and is dropped. */
  sees(): boolean;
}

/** Ctrl-C leaves at any time. */
const notLeaving = /[^\u0003]/g;

/** The same keys in the same order, and the answers to whom they are for. */
export function withoutAnswers(input: NodeJS.ReadStream, hearer: Hearer): NodeJS.ReadStream {
  const keys = new PassThrough();
  let held = '';
  let givenUp = false;
  let timer: NodeJS.Timeout | undefined;

  function pass(text: string): void {
    const pressed = hearer.sees() ? text : text.replaceAll(notLeaving, '');
    if (pressed !== '') keys.write(pressed);
  }

  function release(): void {
    const text = held;
    held = '';
    if (text.startsWith(surely)) givenUp = true;
    else pass(text);
  }

  function patience(): number {
    if (held.startsWith(surely)) return begunPatienceMs;
    return hearer.awaits() ? escapePatienceMs : patienceMs;
  }

  input.setEncoding('utf8');
  input.on('data', (data: string) => {
    clearTimeout(timer);
    const fresh = givenUp ? data.replace(end, '') : data;
    givenUp = false;
    const text = (held + fresh).replaceAll(answer, (_all, column: string | undefined, color: string) => {
      if (column === undefined) hearer.background(color);
      else hearer.cursor(Number(column));
      return '';
    });
    held = beginning.exec(text)?.[0] ?? '';
    pass(text.slice(0, text.length - held.length));
    if (held !== '') timer = setTimeout(release, patience());
  });
  input.on('end', () => keys.end());
  // Whoever reads the input itself is told why: a terminal that is gone, which Ink need not hear of.
  input.on('error', () => keys.destroy());
  return Object.assign(keys, {
    isTTY: true,
    setRawMode: (isRaw: boolean) => input.setRawMode(isRaw),
    ref: () => input.ref(),
    unref: () => input.unref(),
  }) as unknown as NodeJS.ReadStream;
}
