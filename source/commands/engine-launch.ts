/** Starts the engine in its thread: it is the longest to open, and is begun before what its console is made of is loaded. */
import {once} from 'node:events';
import {MessageChannel, Worker, type MessagePort} from 'node:worker_threads';
import type {Options} from './options.ts';
import type {EngineThreadData, EngineThreadNews} from './thread-port.ts';

export interface Launched {
  readonly thread: Worker;
  readonly sessionPort: MessagePort;
  /** What the thread tells first; rejected with what broke it. */
  readonly news: Promise<EngineThreadNews>;
  /** Resolves with why, once the thread has ended. */
  readonly broken: Promise<Error>;
  /** Null as long as the thread runs. */
  whyBroken(): Error | null;
}

export function launchEngine(options: Options): Launched {
  const {port1, port2} = new MessageChannel();
  const thread = new Worker(new URL('./engine-thread.js', import.meta.url), {
    workerData: {options, sessionPort: port2} satisfies EngineThreadData,
    transferList: [port2],
    // The engine makes little that lives long: a small nursery is enough, and is memory that the host keeps.
    resourceLimits: {maxYoungGenerationSizeMb: 4},
  });
  let why: Error | null = null;
  const broken = new Promise<Error>(resolve => {
    const end = (error: Error) => resolve((why ??= error));
    thread.once('error', end);
    thread.once('exit', code => end(new Error(`the engine's thread ended with ${code}`)));
  });
  const news = Promise.race([
    once(thread, 'message').then(([first]) => first as EngineThreadNews),
    broken.then(error => Promise.reject<EngineThreadNews>(error)),
  ]);
  // Whoever waits for it may come later than it breaks.
  news.catch(() => {});
  return {thread, sessionPort: port1, news, broken, whyBroken: () => why};
}
