/** A text as lines that a terminal has room for, broken between words. */

/** Lines after the first begin where the text itself begins, so that a list stays one. */
export function foldWords(text: string, width: number): readonly string[] {
  const indent = /^ *(?:\d+ +)?/.exec(text)?.[0].length ?? 0;
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const at = rest.lastIndexOf(' ', width);
    // A word that is longer than a line is the terminal's to break.
    if (at <= indent) break;
    lines.push(rest.slice(0, at).trimEnd());
    rest = ' '.repeat(indent) + rest.slice(at + 1).trimStart();
  }
  return [...lines, rest];
}
