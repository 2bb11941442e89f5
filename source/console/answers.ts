/** Standard input without the terminal's own answers, which are no keys: they are told apart and taken out. */
import {PassThrough} from 'node:stream';

/** What a terminal answers when it is asked how it is (DSR 5): well. */
const answer = '\u001b[0n';
/** Part of an answer, or the Esc key: what follows an answer's beginning comes with it, or at once. */
const patienceMs = 20;

/** The same keys in the same order; `answered` is called once for each answer. */
export function withoutAnswers(input: NodeJS.ReadStream, answered: () => void): NodeJS.ReadStream {
  const keys = new PassThrough();
  let held = '';
  let timer: NodeJS.Timeout | undefined;

  function release(): void {
    const text = held;
    held = '';
    if (text !== '') keys.write(text);
  }

  input.setEncoding('utf8');
  input.on('data', (data: string) => {
    clearTimeout(timer);
    const parts = (held + data).split(answer);
    for (let count = 1; count < parts.length; count++) answered();
    const text = parts.join('');
    const kept = beginningAtEnd(text);
    held = text.slice(text.length - kept);
    if (kept < text.length) keys.write(text.slice(0, text.length - kept));
    if (kept > 0) timer = setTimeout(release, patienceMs);
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

/** How many of the last characters may be the first of an answer. */
function beginningAtEnd(text: string): number {
  for (let length = Math.min(answer.length - 1, text.length); length > 0; length--)
    if (answer.startsWith(text.slice(-length))) return length;
  return 0;
}
