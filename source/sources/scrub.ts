/** Keeps secrets out of what a source says: whatever a client or a server repeats of them becomes •••. */
import type {Reading} from '../scaler/entry.ts';

const hidden = '•••';

/** Fields whose text is a secret wherever it came from. */
const secretFields = new Set(['password', 'token', 'authorization', 'cookie']);
/** Shorter than this it is taken away only where it stands as a word of its own: else it would be found in every word. */
const certainLength = 4;

/** `demand` is what the source was made from; `secrets` are values that were put into it. */
export function scrubberOf(demand: object, secrets: readonly string[]): (text: string) => string {
  const found = new Set<string>(secrets);
  collect(demand, '', found);
  const forms = new Set<string>();
  for (const secret of found) for (const form of formsOf(secret)) if (form.trim() !== '') forms.add(form);
  // The longest first: a secret may be a part of another.
  const patterns = [...forms]
    .toSorted((a, b) => b.length - a.length)
    .map(form => (form.length >= certainLength ? escaped(form) : `(?<![\\p{L}\\p{N}])${escaped(form)}(?![\\p{L}\\p{N}])`));
  if (patterns.length === 0) return text => text;
  const pattern = new RegExp(patterns.join('|'), 'gu');
  return text => text.replace(pattern, hidden);
}

export function scrubbed(reading: Reading, scrub: (text: string) => string): Reading {
  return reading.kind === 'stale' || reading.kind === 'error' ? {...reading, reason: scrub(reading.reason)} : reading;
}

function collect(value: unknown, field: string, found: Set<string>): void {
  if (typeof value === 'string') {
    if (secretFields.has(field)) found.add(value);
    for (const secret of secretsIn(value)) found.add(secret);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) collect(item, Array.isArray(value) ? field : secretName(field, key), found);
}

/** A header's value is a secret by what most headers are given for: keys under many names. */
function secretName(field: string, key: string): string {
  return field === 'headers' ? 'authorization' : key;
}

/** Passwords in URLs and in connection strings such as `AccountKey=…;`. */
function secretsIn(text: string): readonly string[] {
  const inUrls = [...text.matchAll(/[a-z][a-z0-9+.-]*:\/\/[^\s/?#@:]*:([^\s/?#]*)@/gi)].map(match => match[1] ?? '');
  const named = /\b(?:AccountKey|SharedAccessKey|SharedAccessSignature|password|passwd|pwd|secret|token|sig)=([^;&\s]+)/gi;
  return [...inUrls, ...[...text.matchAll(named)].map(match => match[1] ?? '')];
}

/** As it is, as a URL has it, and as both ways of a URL have it back. */
function formsOf(secret: string): readonly string[] {
  const forms = [secret, encodeURI(wellFormed(secret)), encodeURIComponent(wellFormed(secret)), JSON.stringify(secret).slice(1, -1)];
  // What is told is cleaned of line breaks, and with them a secret of several lines.
  if (/[\r\n]/.test(secret)) forms.push(...secret.split(/[\r\n]+/), secret.replace(/[\t\r\n]+/g, ' '));
  try {
    forms.push(decodeURIComponent(secret));
  } catch {
    // It was not encoded.
  }
  return forms;
}

function wellFormed(text: string): string {
  return text.toWellFormed();
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
