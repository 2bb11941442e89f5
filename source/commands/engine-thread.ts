/** The engine in a thread of its own, so that a terminal that stops reading can't hold it up. */
import {parentPort, workerData, type MessagePort} from 'node:worker_threads';
import {serveSession, type Channel} from '../control/channel.ts';
import type {LeaseRecord} from '../control/lease.ts';
import type {ThemeChoice} from '../config/themes.ts';
import {assemble, HeldElsewhere} from './assemble.ts';
import type {Options} from './options.ts';
import {ownerName} from './owner.ts';

export interface EngineThreadData {
  readonly options: Options;
  readonly sessionPort: MessagePort;
}

/** What the thread tells its parent. */
export type EngineThreadNews =
  /** With the colours that its configuration wants for the console. */
  | {readonly kind: 'open'; readonly theme: ThemeChoice | null}
  | {readonly kind: 'elsewhere'; readonly holder: LeaseRecord}
  | {readonly kind: 'failed'; readonly name: string; readonly message: string}
  | {readonly kind: 'closed'; readonly simulated: boolean; readonly counts: readonly (readonly [service: string, running: number])[]};

export function portChannel(port: MessagePort): Channel {
  return {
    send: message => port.postMessage(message),
    receive: listener => {
      port.removeAllListeners('message');
      port.on('message', listener);
    },
  };
}

process.noDeprecation = true;
const parent = parentPort;
if (parent) {
  const {options, sessionPort} = workerData as EngineThreadData;
  const tell = (news: EngineThreadNews) => parent.postMessage(news);
  try {
    const running = await assemble(options);
    serveSession(running.feed.session(ownerName(), options.readOnly), portChannel(sessionPort));
    parent.on('message', () => {
      void running.close().then(() => {
        const counts = running.engine.fleet().services.map(({spec, observed}) => [spec.name, observed?.running ?? 0] as const);
        tell({kind: 'closed', simulated: running.facts.kind === 'simulated', counts});
      });
    });
    tell({kind: 'open', theme: running.theme});
  } catch (error) {
    const {name, message} = error as Error;
    tell(error instanceof HeldElsewhere ? {kind: 'elsewhere', holder: error.holder} : {kind: 'failed', name, message});
  }
}
