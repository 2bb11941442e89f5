/** What a console and its engine's thread say to each other. It loads nothing of the engine: the console's side is to be quick. */
import type {MessagePort} from 'node:worker_threads';
import type {ThemeChoice} from '../config/themes.ts';
import type {Channel} from '../control/channel.ts';
import type {LeaseRecord} from '../control/lease.ts';
import type {OnExit} from '../scaler/on-exit.ts';
import type {Ended} from './fate.ts';
import type {Options} from './options.ts';

export interface EngineThreadData {
  readonly options: Options;
  readonly sessionPort: MessagePort;
}

/** What the thread tells its parent. */
export type EngineThreadNews =
  /** With the colours that its configuration wants for the console, and what is to become of the counts. */
  | {readonly kind: 'open'; readonly theme: ThemeChoice | null; readonly onExit: OnExit}
  | {readonly kind: 'elsewhere'; readonly holder: LeaseRecord}
  | {readonly kind: 'failed'; readonly name: string; readonly message: string}
  | {readonly kind: 'closed'; readonly ended: Ended};

export function portChannel(port: MessagePort): Channel {
  return {
    send: message => port.postMessage(message),
    receive: listener => {
      port.removeAllListeners('message');
      port.on('message', listener);
    },
  };
}
