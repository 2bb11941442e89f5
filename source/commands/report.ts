/** `report`: a recording as one page for those who weren't there, or as JSON or Markdown for other readers. */
import {rename, rm, stat, writeFile} from 'node:fs/promises';
import {basename} from 'node:path';
import {readRecording, RecordingError} from '../recording.ts';
import {createCollector, type Collector} from '../report/collect.ts';
import type {Facts} from '../report/facts.ts';
import {UsageError, type Options} from './options.ts';
import {refuseUnreadable, systemWords} from './readable.ts';
import type {Output} from './run.ts';

/** The page can't be written. The message says why. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
}

/** Where the page goes when nothing is said. */
const usualOutput = 'report.html';

/** Returns false for a recording that could only be read in part. */
export async function report(path: string, options: Options, output: Output): Promise<boolean> {
  if (options.json && options.markdown) throw new UsageError('--json and --markdown are two answers: say one of them');
  const toStdout = options.json || options.markdown;
  if (toStdout && options.output !== null)
    throw new UsageError('--output is where the page goes; JSON and Markdown go to stdout: use > FILE');
  const target = options.output ?? usualOutput;
  // Before anything long is read.
  if (!toStdout) await refuseExisting(target, options.force);
  const facts = await readFacts(path);
  if (options.json) {
    output.line(JSON.stringify(facts));
    return facts.damage === null;
  }
  if (options.markdown) {
    const {markdown} = await import('../report/markdown.ts');
    output.line(markdown(facts));
    return facts.damage === null;
  }
  const {page} = await import('../report/html.ts');
  await writePage(target, page(facts), options.force);
  const {verdict} = await import('../report/words.ts');
  output.line(verdict(facts));
  if (facts.damage !== null) output.line(`!  ${facts.damage}`);
  output.line(`${target} is written: open it in a browser`);
  return facts.damage === null;
}

/** What a recording tells. One that is damaged tells what could be read before, and says so. */
export async function readFacts(path: string): Promise<Facts> {
  await refuseUnreadable(path);
  let collector: Collector | null = null;
  let damage: string | null = null;
  let line = 0;
  try {
    for await (const recorded of readRecording(path)) {
      line++;
      if (recorded.kind === 'begun') collector = createCollector(recorded.acting, ownTimeZone());
      else collector?.fold(recorded.entries);
    }
  } catch (error) {
    if (collector === null) throw error;
    damage = `${damageWords(path, line, error)}; this is what was readable before it`;
  }
  if (collector === null) throw new RecordingError(`${path} is empty: it is no recording`);
  return collector.facts(basename(path), damage);
}

/** Where the operator sits; what no calendar knows, as a TZ that is mistyped, is UTC. */
function ownTimeZone(): string {
  const {timeZone} = Intl.DateTimeFormat().resolvedOptions() as {timeZone?: string};
  return timeZone === undefined || timeZone === 'Etc/Unknown' ? 'UTC' : timeZone;
}

function damageWords(path: string, line: number, error: unknown): string {
  if (error instanceof RecordingError) return error.message;
  // The system names its errors; whatever else is thrown comes of entries that nobody can have recorded.
  if ((error as NodeJS.ErrnoException).code !== undefined) return `${path} can’t be read past line ${line}: ${systemWords(error)}`;
  return `${path}:${line} is damaged: its entries can’t be folded`;
}

async function refuseExisting(target: string, force: boolean): Promise<void> {
  const found = await stat(target).catch(() => null);
  if (found?.isDirectory()) throw new UsageError(`${target} is a folder: name the page with --output FILE`);
  if (found && !force) throw new UsageError(`${target} is there already: --force writes over it, --output FILE writes elsewhere`);
}

/** Whole or not at all: a full disk leaves what was there as it was, and no half of a page. */
async function writePage(target: string, text: string, force: boolean): Promise<void> {
  const special = force && (await stat(target).catch(() => null))?.isFile() === false;
  const beside = special ? target : `${target}.part-${process.pid}`;
  try {
    await writeFile(beside, text, {flag: special ? 'w' : 'wx'});
    if (!special) await rename(beside, target);
  } catch (error) {
    if (!special) await rm(beside, {force: true});
    throw new ReportError(`the report ${target} can’t be written: ${systemWords(error)}`);
  }
}
