/** What a program prints: run again for each question, or, as a stream, one that goes on and prints a number a line. */
import {asking, type AskTimes} from './asking/ask.ts';
import {failureWords, SourceError} from './asking/failure.ts';
import {lineReader, numberIn} from './command/printed.ts';
import {startProgram, type Program} from './command/program.ts';
import type {Source} from '../ports.ts';
import type {Reading} from '../scaler/entry.ts';
import type {SourceParts} from './source.ts';

export interface CommandDemand extends AskTimes {
  readonly source: 'command';
  readonly command: readonly string[];
  /** It goes on and prints a number a line. */
  readonly stream: boolean;
  readonly folder: string;
}

/** A number needs no more than this. */
const printedMax = 64 * 1024;
const restartFirstMs = 1000;
const restartLongestMs = 30_000;

export function commandSource(demand: CommandDemand, parts: SourceParts): Source {
  return demand.stream ? streaming(demand, parts) : asking(titleOf(demand), demand, parts.clock, () => openLine(demand));
}

function openLine({command, folder}: CommandDemand) {
  let running: Program | null = null;
  return {
    async ask(signal: AbortSignal): Promise<Reading> {
      let printed = '';
      let tooMuch = false;
      const program = startProgram(command, folder, text => {
        printed += text;
        if (printed.length <= printedMax) return;
        tooMuch = true;
        printed = '';
        program.end();
      });
      running = program;
      signal.addEventListener('abort', () => program.end(), {once: true});
      const ended = await program.ended;
      if (tooMuch) throw new SourceError(`it printed more than ${printedMax / 1024} kB: expected one number`);
      if (ended !== null) throw new SourceError(ended);
      const line = printed.trimEnd().split('\n').at(-1) ?? '';
      return {kind: 'value', value: numberIn(line)};
    },
    close: () => running?.end(),
  };
}

/** Started again whenever it ends, later and later while it tells no number. */
function streaming(demand: CommandDemand, {clock}: SourceParts): Source {
  const what = titleOf(demand);
  return (report, signal) => {
    let program: Program | null = null;
    let pauseMs = restartFirstMs;
    let cancel: () => void = () => {};

    const start = () => {
      let wasSaid = false;
      const read = lineReader(line => {
        try {
          const value = numberIn(line);
          pauseMs = restartFirstMs;
          wasSaid = true;
          if (!signal.aborted) report({kind: 'value', value});
        } catch (error) {
          if (!signal.aborted) report({kind: 'error', reason: failureWords(error, what)});
        }
      });
      let endless = false;
      const own = startProgram(demand.command, demand.folder, text => {
        if (read(text)) return;
        endless = true;
        own.end();
      });
      program = own;
      void own.ended.then(ended => {
        if (signal.aborted) return;
        const why = endless ? 'it printed a line without an end' : (ended ?? 'it ended by itself');
        report({kind: 'error', reason: failureWords(new SourceError(`${why}; it is started again`), what)});
        cancel = clock.after(pauseMs, start);
        if (!wasSaid) pauseMs = Math.min(restartLongestMs, pauseMs * 2);
      });
    };

    signal.addEventListener(
      'abort',
      () => {
        cancel();
        program?.end();
      },
      {once: true},
    );
    if (signal.aborted) return;
    report({kind: 'stale', reason: `${what}: it has printed no number yet`});
    start();
  };
}

const titleMax = 60;

function titleOf({command}: CommandDemand): string {
  const [program = '', flag, script] = command;
  const words = program === 'sh' && flag === '-c' && script !== undefined ? script : command.join(' ');
  return `command ${words.length > titleMax ? `${words.slice(0, titleMax - 1)}…` : words}`;
}
