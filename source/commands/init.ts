/** `init`: looks at what runs on the host, asks a few questions, and writes a configuration that is known to be right. */
import {lstatSync, statSync, writeFileSync} from 'node:fs';
import {basename, dirname, resolve} from 'node:path';
import {createInterface} from 'node:readline/promises';
import {clean} from '../clean.ts';
import {createRealClock} from '../clock.ts';
import {draftText, projectNameFor, usualFile} from '../config/draft.ts';
import {checkText, findConfig} from '../config/file.ts';
import {interview, type Prompter, type Seen} from '../config/interview.ts';
import {chooseEndpoints} from '../orchestrators/docker/endpoint.ts';
import {examine} from '../orchestrators/docker/examine.ts';
import {foldWords} from './fold-words.ts';
import {chooseHost} from './host.ts';
import {UsageError, type Options} from './options.ts';
import type {Output} from './run.ts';

const looseLimitMs = 5000;
/** Of a terminal that doesn't say how wide it is. */
const usualColumns = 80;
/** As a shell has it for a program that Ctrl-C has ended. */
const interrupted = 130;

/** Resolves with the exit status. Nothing is written unless it is 0. */
export async function init(options: Options, output: Output): Promise<number> {
  const path = options.output ?? usualFile;
  refuseWhatIsThere(path, options.output);
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  if (!options.yes && !isTerminal) throw new UsageError('init asks questions, and this is no terminal: say --yes for the usual answers');
  const seen = await look(options, path);
  const {prompter, close, signal} = options.yes ? usualAnswers(output) : terminalPrompter(output);
  try {
    const draft = await interview(seen, prompter);
    const text = draftText(draft, path);
    checkText(path, text, seen.facts?.found ?? null);
    signal.throwIfAborted();
    write(path, text);
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write('\nmicroscale: nothing was written\n');
    return interrupted;
  } finally {
    close();
  }
  const file = path === usualFile ? '' : ` ${path}`;
  const named = path === usualFile ? '' : ` --config ${path}`;
  output.line(`written: ${clean(path)}`);
  output.line(`next: “microscale explain${file}” says what it means,`);
  output.line(`      “microscale plan${named}” what it would do, “microscale${named}” does it`);
  return 0;
}

/** Before anything is asked, so that no answer is given in vain. */
function refuseWhatIsThere(path: string, named: string | null): void {
  const other = named === null ? findConfig('.') : null;
  const there = other ?? (lstatSync(path, {throwIfNoEntry: false}) ? path : null);
  if (there !== null) throw alreadyThere(there);
  const folder = dirname(resolve(path));
  if (!statSync(folder, {throwIfNoEntry: false})?.isDirectory()) throw new UsageError(`there is no folder ${folder}: make it first`);
}

function alreadyThere(path: string): UsageError {
  return new UsageError(`${path} is there already, and stays as it is: name another file with --output`);
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text, {flag: 'wx'});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw alreadyThere(path);
    throw new UsageError(`${path} can't be written: ${(error as Error).message}`, {cause: error});
  }
}

/** What runs there; no facts where nobody named a host and none answers. */
async function look(options: Options, path: string): Promise<Seen> {
  const project = projectNameFor(basename(dirname(resolve(path))));
  const parts = {options, clock: createRealClock(), seed: 1, filed: null, config: () => null, mayAct: () => false};
  const {orchestrator} = await chooseHost(parts);
  try {
    const facts = await orchestrator.connect();
    if (facts.kind === 'simulated') return {facts: null, loose: [], project};
    return {facts, loose: facts.kind === 'docker' ? await looseOf(options) : [], project};
  } finally {
    await orchestrator.close();
  }
}

async function looseOf(options: Options): Promise<Seen['loose']> {
  const [chosen] = chooseEndpoints({hosts: options.hosts, context: options.context ?? undefined, environment: process.env});
  const patient = examine(chosen, Date.now);
  try {
    return await patient.loose(looseLimitMs);
  } finally {
    patient.close();
  }
}

interface Asking {
  readonly prompter: Prompter;
  readonly signal: AbortSignal;
  close(): void;
}

/** What is piped is broken into lines by whoever reads it. */
function folded(text: string): readonly string[] {
  const {isTTY, columns} = process.stdout;
  return isTTY ? foldWords(clean(text), (columns || usualColumns) - 1) : [clean(text)];
}

function sayTo(output: Output): Prompter['say'] {
  return text => folded(text).forEach(line => output.line(line));
}

function usualAnswers(output: Output): Asking {
  const prompter: Prompter = {
    say: sayTo(output),
    async ask(question, usual, read) {
      const answer = read(usual);
      if (answer.kind === 'wrong') throw new UsageError(`${clean(question)} has no usual answer (${answer.words}): call it without --yes`);
      return answer.value;
    },
  };
  return {prompter, signal: new AbortController().signal, close: () => {}};
}

function terminalPrompter(output: Output): Asking {
  const stop = new AbortController();
  const lines = createInterface({input: process.stdin, output: process.stdout, terminal: true, historySize: 0});
  lines.on('SIGINT', () => stop.abort());
  // The end of the input, such as by Ctrl-D, answers nothing.
  lines.on('close', () => stop.abort());
  let greeted = false;
  const say = sayTo(output);
  const prompter: Prompter = {
    say,
    async ask(question, usual, read, choices = []) {
      if (!greeted) say('Enter takes what stands in brackets; Ctrl-C ends this, and nothing is written.');
      greeted = true;
      for (const choice of choices) say(choice);
      for (;;) {
        const asked = folded(`${question} [${usual}]`);
        // The answer is edited in the last line only: what stands above it is not drawn again.
        for (const line of asked.slice(0, -1)) output.line(line);
        const given = clean(await lines.question(`${asked.at(-1)} `, {signal: stop.signal})).trim();
        const answer = read(given === '' ? usual : given);
        if (answer.kind === 'read') return answer.value;
        say(`  ${answer.words}`);
      }
    },
  };
  return {prompter, signal: stop.signal, close: () => lines.close()};
}
