/** The console with the engine inside: a thread for the engine, the terminal for the console, and a tidy end for both. */
import {once} from 'node:events';
import {constants} from 'node:os';
import {MessageChannel, Worker} from 'node:worker_threads';
import {clean} from '../clean.ts';
import type {Leaving} from '../console/console.tsx';
import {openSession} from '../control/channel.ts';
import {portChannel, type EngineThreadData, type EngineThreadNews} from './engine-thread.ts';
import {explainError} from './errors.ts';
import {clockWords} from './lines.ts';
import type {Options} from './options.ts';

/** How long the engine may take to bring things to their end; longer where it was asked to change counts. */
const closeLimitMs = {leave: 10_000, restore: 70_000, drain: 70_000};

export async function openConsole(options: Options): Promise<number> {
  const {port1, port2} = new MessageChannel();
  const thread = new Worker(new URL('./engine-thread.js', import.meta.url), {
    workerData: {options, sessionPort: port2} satisfies EngineThreadData,
    transferList: [port2],
    // The engine makes little that lives long: a small nursery is enough, and is memory that the host keeps.
    resourceLimits: {maxYoungGenerationSizeMb: 4},
  });
  const session = openSession(portChannel(port1));
  const broken = new Promise<Error>(resolve => {
    thread.once('error', resolve);
    thread.once('exit', code => resolve(new Error(`the engine's thread ended with ${code}`)));
  });
  void broken.then(error => session.end(error.message));
  // While the engine opens in its thread, the screen's libraries load in this one.
  const screen = Promise.all([
    import('../console/console.tsx'),
    import('../console/style.ts'),
    import('../console/terminal.ts'),
    import('chalk'),
  ]);
  const [first] = (await Promise.race([once(thread, 'message'), broken.then(error => Promise.reject(error))])) as [EngineThreadNews];
  if (first.kind === 'failed') throw Object.assign(new Error(first.message), {name: first.name});

  const [{runConsole}, {chooseStyle}, {openTerminal}, {default: chalk}] = await screen;
  const style = chooseStyle({environment: process.env, ascii: options.ascii, color: options.color, colorLevel: chalk.level});
  const terminal = openTerminal(
    () => process.stdout.getWindowSize(),
    listener => void process.stdout.on('resize', listener),
  );
  const onCrash = (error: unknown) => {
    terminal.restore();
    process.stderr.write(`microscale: ${explainError(error)}\n`);
    process.exit(1);
  };
  process.on('uncaughtException', onCrash);
  process.on('unhandledRejection', onCrash);
  const leaving = await runConsole({
    session,
    terminal,
    input: process.stdin,
    look: {style, clock: clockWords},
    readOnly: options.readOnly,
    ends(leave) {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => leave({kind: 'signal', signal}));
      if (options.forMs !== null) setTimeout(() => leave({kind: 'time'}), options.forMs);
    },
  });
  const counts = await closeThread(thread, options.onExit ?? 'leave');
  return farewell(leaving, counts, options);
}

async function closeThread(thread: Worker, onExit: keyof typeof closeLimitMs): Promise<EngineThreadNews | null> {
  let timer: NodeJS.Timeout | undefined;
  const closed = new Promise<EngineThreadNews | null>(resolve => {
    thread.on('message', resolve);
    thread.once('exit', () => resolve(null));
    timer = setTimeout(() => resolve(null), closeLimitMs[onExit]);
  });
  thread.postMessage('close');
  const news = await closed;
  clearTimeout(timer);
  await thread.terminate();
  return news;
}

/** What became of the containers, and why the program ended; the status that it ends with. */
function farewell(leaving: Leaving, news: EngineThreadNews | null, options: Options): number {
  const policy = options.onExit ?? 'leave';
  const fate = {leave: 'stay as they are', restore: 'are back where they were', drain: 'were stopped'}[policy];
  const counts = news?.kind === 'closed' ? news.counts.map(([service, running]) => `${service} ${running}`).join(', ') : null;
  const simulated = news?.kind === 'closed' && news.simulated;
  const words =
    counts === null
      ? 'the engine did not end in time'
      : simulated
        ? 'the simulated host has ended'
        : `${counts} ${fate}; nobody scales them now`;
  const write = (text: string) => process.stderr.write(`microscale: ${clean(text)}\n`);
  switch (leaving.kind) {
    case 'asked':
    case 'time':
      write(words);
      return 0;
    case 'signal':
      write(`ended by ${leaving.signal}. ${words}`);
      return 128 + constants.signals[leaving.signal];
    case 'broken':
      process.stderr.write(`microscale: ${explainError(leaving.error)}\n`);
      return 1;
  }
}
