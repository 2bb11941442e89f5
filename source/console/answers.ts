/** Standard input without the terminal's own answers, which are no keys: they are told apart and taken out. */
import {PassThrough} from 'node:stream';

/** What a terminal answers when it is asked where its cursor is, which stands in the first row for it. */
const answer = /\u001b\[1;(\d{1,2})R/g;
const beginning = /\u001b(?:\[(?:1(?:;\d{0,2})?)?)?$/;
/** Part of an answer, or the Esc key: what follows an answer's beginning comes with it, or at once. */
const patienceMs = 20;

/** The same keys in the same order; `answered` is called for each answer, with the column that it names. */
export function withoutAnswers(input: NodeJS.ReadStream, answered: (column: number) => void): NodeJS.ReadStream {
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
    const text = (held + data).replaceAll(answer, (_all, column: string) => {
      answered(Number(column));
      return '';
    });
    held = beginning.exec(text)?.[0] ?? '';
    if (held.length < text.length) keys.write(text.slice(0, text.length - held.length));
    if (held !== '') timer = setTimeout(release, patienceMs);
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
