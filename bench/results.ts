/**
 * What was measured: a promise is told as `yes` or `NO`, and all is printed and kept in a file beside the code, one section
 * for each thing, with the machine that it was measured on. It measures nothing.
 */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {cpus, loadavg, release, totalmem} from 'node:os';
import {fileURLToPath} from 'node:url';

export interface Limit {
  readonly kind: 'at most' | 'under' | 'at least';
  readonly value: number;
}

/** A promise, and what became of it. The unit is that of the value and of its limit; empty for a plain number. */
export interface Verdict {
  readonly words: string;
  readonly value: number;
  readonly limit: Limit;
  readonly unit: string;
}

/** Words are told as they are: a heading, or what was measured and never promised. */
export type Line = string | Verdict;

/** Lines keep their columns; Markdown stays what it is. */
export type Part =
  {readonly kind: 'words'; readonly lines: readonly Line[]} | {readonly kind: 'markdown'; readonly lines: readonly string[]};

export const atMost = (value: number): Limit => ({kind: 'at most', value});
export const under = (value: number): Limit => ({kind: 'under', value});
export const atLeast = (value: number): Limit => ({kind: 'at least', value});

export function verdict(promise: string, value: number, limit: Limit, unit: string): Verdict {
  return {words: promise, value, limit, unit};
}

export const words = (lines: readonly Line[]): Part => ({kind: 'words', lines});

/** What was not measured is no number, and keeps no promise. */
export function isKept({value, limit}: Pick<Verdict, 'value' | 'limit'>): boolean {
  switch (limit.kind) {
    case 'at most':
      return value <= limit.value;
    case 'under':
      return value < limit.value;
    case 'at least':
      return value >= limit.value;
  }
}

export function broken(parts: readonly Part[]): readonly Verdict[] {
  const lines = parts.flatMap(part => (part.kind === 'words' ? part.lines : []));
  return lines.flatMap(line => (typeof line === 'string' || isKept(line) ? [] : [line]));
}

export function printed(parts: readonly Part[]): readonly string[] {
  return parts.flatMap(part => (part.kind === 'words' ? part.lines.map(lineWords) : part.lines));
}

/** Puts the section in the place of an earlier one of that name, or at the end. */
export function writeResults(title: string, parts: readonly Part[]): void {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  writeFileSync(path, withSection(text, title, machineWords(), parts));
}

const path = fileURLToPath(new URL('results.md', import.meta.url));
const opening = '# Measured\n\nWritten by `npm run bench`; each section by its own run, on the machine that it names.\n';

export function withSection(text: string, title: string, machine: string, parts: readonly Part[]): string {
  const [first = opening, ...sections] = (text || opening).split(/^(?=## )/m);
  const blocks = parts.map(part => (part.kind === 'words' ? ['```', ...printed([part]), '```'] : part.lines).join('\n'));
  const section = [`## ${title}`, machine, ...blocks].join('\n\n');
  const at = sections.findIndex(known => known.startsWith(`## ${title}\n`));
  const next = at < 0 ? [...sections, section] : sections.with(at, section);
  return [first.trimEnd(), ...next.map(known => known.trimEnd())].join('\n\n') + '\n';
}

export function machineWords(): string {
  const [processor] = cpus();
  const gib = (totalmem() / 1024 ** 3).toFixed(0);
  return `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${processor?.model.trim() ?? 'unknown processor'}, ${gib} GiB, Linux ${release()}, load average ${(loadavg()[1] ?? 0).toFixed(1)}`;
}

function lineWords(line: Line): string {
  return typeof line === 'string' ? line : `  ${isKept(line) ? 'yes' : 'NO '}  ${verdictWords(line)}`;
}

export function verdictWords(given: Verdict): string {
  const {limit} = given;
  const unit = given.unit === '' ? '' : ` ${given.unit}`;
  const value = shownValue(given);
  const measured = Number.isFinite(given.value) ? `${value}${unit}` : value;
  return `${given.words} (${limit.kind} ${limit.value}${unit}): ${measured}`;
}

/** Three digits, or as many as it takes to be seen on the right side of its limit. */
function shownValue({value, limit}: Verdict): string {
  if (Number.isNaN(value)) return 'not measured';
  if (!Number.isFinite(value)) return 'never';
  if (value === 0) return '0';
  const kept = isKept({value, limit});
  const first = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  for (let digits = first; digits <= 20; digits++) {
    const shown = value.toFixed(digits);
    if (isKept({value: Number(shown), limit}) === kept) return shown;
  }
  return String(value);
}
