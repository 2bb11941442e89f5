/** The grammar of `${NAME}`, `${file:PATH}` and `$${` in a text. It looks nothing up. */

/** Something that stands for a value, and how it was written. */
export type Placeholder =
  | {readonly kind: 'variable'; readonly name: string; readonly written: string}
  | {readonly kind: 'file'; readonly path: string; readonly written: string}
  | {readonly kind: 'unknown'; readonly written: string};

export type Part = {readonly kind: 'text'; readonly text: string} | Placeholder;

export function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(/\$\$\{|\$\{([^}]*)\}?/g)) {
    if (match.index > from) parts.push({kind: 'text', text: text.slice(from, match.index)});
    from = match.index + match[0].length;
    parts.push(match[0] === '$${' ? {kind: 'text', text: '${'} : placeholder(match[0], match[1] ?? ''));
  }
  if (from < text.length) parts.push({kind: 'text', text: text.slice(from)});
  return parts;
}

function placeholder(written: string, inner: string): Placeholder {
  if (!written.endsWith('}')) return {kind: 'unknown', written: shortened(written)};
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(inner)) return {kind: 'variable', name: inner, written};
  const path = /^file:(.+)$/.exec(inner)?.[1];
  return path === undefined ? {kind: 'unknown', written: shortened(written)} : {kind: 'file', path, written};
}

function shortened(written: string): string {
  return written.length > 40 ? `${written.slice(0, 39)}…` : written;
}

/** The places of those parts that stand in the `user:password@` of a URL, where a value must be percent-encoded. */
export function encodedInUrl(parts: readonly Part[]): ReadonlySet<number> {
  const found = new Set<number>();
  // A placeholder is one character that stands nowhere else, so that a path in it is not taken for the URL's.
  const outline = parts.map(part => (part.kind === 'text' ? part.text.replaceAll('\u0000', '') : '\u0000')).join('');
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(outline);
  const end = authority?.[1]?.lastIndexOf('@') ?? -1;
  if (!authority || end < 0) return found;
  const start = authority[0].length - (authority[1]?.length ?? 0);
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (part.kind !== 'text' && at >= start && at < start + end) found.add(index);
    at += part.kind === 'text' ? part.text.replaceAll('\u0000', '').length : 1;
  }
  return found;
}
