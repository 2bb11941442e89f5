/** `explain`: a configuration as sentences that whoever agreed on it can read. */
import {clean} from '../clean.ts';
import {explainConfig, explainLines} from '../config/explain/explain.ts';
import {loadWhole} from '../config/file.ts';
import {modeHints} from '../config/mode-hints.ts';
import type {Output} from './run.ts';

export function explain(path: string, capacity: number | 'auto' | null, output: Output): void {
  const {config, parsed} = loadWhole(path, capacity ?? undefined);
  const notes = [...config.notes, ...modeHints(config, Date.now())];
  const sections = [
    ...explainConfig(parsed),
    ...(notes.length === 0
      ? []
      : [{title: 'To look at', sentences: notes.map(note => `${note.charAt(0).toUpperCase()}${note.slice(1)}.`)}]),
  ];
  for (const line of explainLines(sections)) output.line(clean(line));
}
