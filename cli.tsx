/** The entry, once `start.ts` has found the right Node: reads the flags, then runs one command. It knows no more of any of them than its name. */
import meow from 'meow';
import {launchEngine} from './source/commands/engine-launch.ts';
import {exitCodeOf, explainError} from './source/commands/errors.ts';
import {flagSpecs, readOptions, whyNoCommand, whyWrongFlag} from './source/commands/flags.ts';
import {helpText} from './source/commands/help.ts';
import {UsageError} from './source/commands/options.ts';
import {canDraw, stdoutLines, untilTold} from './source/commands/terminal-end.ts';

// What a dependency may no longer do is nothing that an operator can mend, and has no place on the screen.
process.noDeprecation = true;

const cli = meow({
  importMeta: import.meta,
  // Told who it is, it looks for no package.json.
  pkg: {name: 'microscale'},
  description: false,
  help: helpText,
  version: process.env['MICROSCALE_VERSION'] ?? 'development',
  flags: flagSpecs,
  allowUnknownFlags: true,
  inferType: false,
});

async function main(): Promise<number> {
  const unknown = whyWrongFlag(process.argv.slice(2));
  if (unknown !== null) throw new UsageError(unknown);
  const [command = canDraw() ? 'console' : 'lines', ...rest] = cli.input;
  const options = readOptions(cli.flags, command);
  const output = stdoutLines();
  if (!takesWords(command) && rest.length > 0) throw new UsageError(`“${rest.join(' ')}” is one word too many: see microscale --help`);
  switch (command) {
    case 'console':
    case 'demo': {
      if (command === 'demo' && (!canDraw() || options.shadow !== null)) break;
      const launched = launchEngine(options);
      const {openConsole} = await import('./source/commands/console.ts');
      return openConsole(options, launched);
    }
    case 'lines':
    case 'run':
      break;
    case 'attach': {
      const [target = null, ...more] = rest;
      if (more.length > 0) throw new UsageError('attach takes one machine: microscale attach ssh://user@host');
      if (!canDraw()) throw new UsageError('attach needs a terminal; for scripts there is microscale status');
      const {attachConsole} = await import('./source/commands/console.ts');
      return attachConsole(target, options);
    }
    case 'dial-stdio': {
      const {dialStdio} = await import('./source/commands/dial-stdio.ts');
      await dialStdio(options);
      return 0;
    }
    case 'plan': {
      const {plan} = await import('./source/commands/plan.ts');
      await plan(options, output);
      return 0;
    }
    case 'simulate': {
      const {simulate} = await import('./source/commands/simulate.ts');
      return (await simulate(options, output)) ? 0 : 1;
    }
    case 'report': {
      const [path, ...more] = rest;
      if (path === undefined || more.length > 0) throw new UsageError('report takes one recording: microscale report FILE');
      const {report} = await import('./source/commands/report.ts');
      return (await report(path, options, output)) ? 0 : 1;
    }
    case 'replay': {
      const [path, ...more] = rest;
      if (path === undefined || more.length > 0) throw new UsageError('replay takes one recording: microscale replay FILE');
      const {replayRecording} = await import('./source/commands/replay.ts');
      return replayRecording(path, options, output, canDraw());
    }
    case 'check': {
      const {findConfig} = await import('./source/config/file.ts');
      const [path = options.config ?? findConfig('.'), ...more] = rest;
      if (path === null || more.length > 0)
        throw new UsageError('check takes one file, or finds microscale.yaml here: microscale check FILE');
      const {check} = await import('./source/commands/check.ts');
      check(path, output);
      return 0;
    }
    case 'explain': {
      const {findConfig} = await import('./source/config/file.ts');
      const [path = options.config ?? findConfig('.'), ...more] = rest;
      if (path === null || more.length > 0) throw new UsageError('explain takes one file: microscale explain microscale.yaml');
      const {explain} = await import('./source/commands/explain.ts');
      explain(path, options.capacity, output);
      return 0;
    }
    case 'doctor': {
      const {doctor} = await import('./source/commands/doctor.ts');
      return doctor(options, output);
    }
    case 'reset': {
      const {resetTerminal} = await import('./source/commands/reset.ts');
      resetTerminal();
      return 0;
    }
    case 'init': {
      const {init} = await import('./source/commands/init.ts');
      return init(options, output);
    }
    default: {
      const {operate, verbs} = await import('./source/commands/operate.ts');
      if (verbs[command] === undefined) throw new UsageError(whyNoCommand(command, Object.keys(verbs)));
      return (await operate(command, rest, options, output)) ? 0 : 1;
    }
  }
  const {run} = await import('./source/commands/run.ts');
  await run(options, output, running => untilTold(options.forMs, command === 'run' ? running.reload : null));
  return 0;
}

function takesWords(command: string): boolean {
  return !['console', 'demo', 'lines', 'run', 'plan', 'simulate', 'dial-stdio', 'doctor', 'init', 'reset'].includes(command);
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`microscale: ${explainError(error)}\n`);
  return exitCodeOf(error);
});
// What is still open (a pool of connections, a watcher) has no say in when the program ends.
process.stdout.write('', () => process.exit());
