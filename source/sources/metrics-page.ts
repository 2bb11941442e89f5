/**
 * The samples of one series on a /metrics page: Prometheus's text format, and OpenMetrics as far as they agree.
 *
 * Written here since no kept package does it: the one that many use, parse-prometheus-text-format, has had no release for
 * years, mixes the labels of histograms up (its issues 8 and 13) and keeps a whole page as objects to find one number.
 * Only the lines of the wanted series are taken apart, and those must be sound in every character.
 */
import {SourceError} from './asking/failure.ts';
import type {Labels, Selector} from './metrics-selector.ts';

export interface Sample {
  /** The labels in the order of their names: the same series has the same key on every look. */
  readonly key: string;
  readonly value: number;
}

export interface Page {
  readonly samples: readonly Sample[];
  /** Whether the page knows the metric at all, be it without a sample that is meant. */
  readonly known: boolean;
}

const label = /\s*(?:([a-zA-Z_]\w*)|"((?:[^"\\]|\\.)*)")\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|(?=\}))/y;
const worth = /^[ \t]+([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|[+-]?inf|nan)(?:[ \t]+[+-]?\d+(?:\.\d+)?)?[ \t]*(?:#.*)?$/i;
/** What a line may begin with: a comment, a name, or labels that hold the name. */
const lineStart = /^(?:#|[a-zA-Z_:{]|$)/;
const shownMax = 40;
/** No sample is longer. */
const lineMax = 64 * 1024;

/** Throws `SourceError` for what is no such page, and for a sample that can't be read. */
export function readPage(text: string, {name, matches}: Selector): Page {
  const samples = new Map<string, Sample>();
  const family = name.replace(/_(?:total|count|sum|bucket|created)$/, '');
  let known = false;
  for (const line of linesOf(text)) {
    if (!lineStart.test(line)) throw new SourceError(`answered with something else than metrics: ${line.slice(0, shownMax)}`);
    if (line.startsWith('#')) {
      known ||= declares(line, name) || declares(line, family);
      continue;
    }
    if (!line.startsWith(name) || /^[\w:]/.test(line.slice(name.length))) continue;
    known = true;
    const {labels, value} = sampleIn(line, name);
    if (!matches(labels)) continue;
    const key = JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    if (samples.has(key)) throw new SourceError(`tells the same twice: ${line.slice(0, shownMax)}`);
    samples.set(key, {key, value});
  }
  return {samples: [...samples.values()], known};
}

function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? text.length : end);
    yield line.trim();
    start = end < 0 ? text.length : end + 1;
  }
}

function declares(line: string, name: string): boolean {
  const [, word, declared] = line.split(/[ \t]+/, 3);
  return (word === 'TYPE' || word === 'HELP') && declared === name;
}

function sampleIn(line: string, name: string): {readonly labels: Labels; readonly value: number} {
  const unsound = () => new SourceError(`has a line that is no sample: ${line.slice(0, shownMax)}`);
  if (line.length > lineMax) throw unsound();
  const labels: Record<string, string> = Object.create(null) as Record<string, string>;
  let at = name.length;
  while (line[at] === ' ' || line[at] === '\t') at++;
  if (line[at] === '{') {
    at = labelsInto(labels, line, at + 1);
    if (at < 0) throw unsound();
  } else {
    at = name.length;
  }
  const [, number] = worth.exec(line.slice(at).replace(/^(?![ \t])/, ' ')) ?? [];
  if (number === undefined) throw unsound();
  return {labels, value: numberOf(number)};
}

/** Where the line goes on after the labels; -1 where they are unsound. */
function labelsInto(labels: Record<string, string>, line: string, from: number): number {
  let at = from;
  for (let more = true; more;) {
    const closing = /\s*\}/y;
    closing.lastIndex = at;
    if (closing.test(line)) return closing.lastIndex;
    label.lastIndex = at;
    const match = label.exec(line);
    if (!match) return -1;
    const [, plain, quoted, value = '', comma] = match;
    labels[plain ?? unescaped(quoted ?? '')] = unescaped(value);
    at = label.lastIndex;
    more = comma === ',' || line[at] === '}';
  }
  return -1;
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\(.)/g, (_all, letter: string) => (letter === 'n' ? '\n' : letter)) : text;
}

function numberOf(text: string): number {
  const plain = text.toLowerCase();
  if (plain === 'nan') return Number.NaN;
  return plain.endsWith('inf') ? (plain.startsWith('-') ? -Infinity : Infinity) : Number(plain);
}
