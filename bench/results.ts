/** What was measured, kept in a file beside the code: one section for each thing, each with the machine it was measured on. */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {cpus, loadavg, release, totalmem} from 'node:os';
import {fileURLToPath} from 'node:url';

const path = fileURLToPath(new URL('results.md', import.meta.url));
const opening = '# Measured\n\nWritten by `npm run bench`; each section by its own run, on the machine that it names.\n';

/** Puts the section in the place of an earlier one of that name, or at the end. */
/** Lines of plain words keep their columns. */
export const asWritten = (lines: readonly string[]): readonly string[] => ['```', ...lines, '```'];

export function writeResults(title: string, lines: readonly string[]): void {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : opening;
  const [first = opening, ...sections] = text.split(/^(?=## )/m);
  const section = `## ${title}\n\n${[machineWords(), '', ...lines].join('\n')}\n`;
  const at = sections.findIndex(known => known.startsWith(`## ${title}\n`));
  const next = at < 0 ? [...sections, section] : sections.with(at, section);
  writeFileSync(path, [first.trimEnd(), ...next.map(known => known.trimEnd())].join('\n\n') + '\n');
}

function machineWords(): string {
  const [processor] = cpus();
  const gib = (totalmem() / 1024 ** 3).toFixed(0);
  return `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${processor?.model.trim() ?? 'unknown processor'}, ${gib} GiB, Linux ${release()}, load average ${(loadavg()[1] ?? 0).toFixed(1)}`;
}
