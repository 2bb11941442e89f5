/** The engine in a thread of its own, so that a terminal that stops reading can't hold it up. */
import {parentPort, workerData} from 'node:worker_threads';
import {serveSession} from '../control/channel.ts';
import {assemble, HeldElsewhere} from './assemble.ts';
import {ownerName} from './owner.ts';
import {portChannel, type EngineThreadData, type EngineThreadNews} from './thread-port.ts';

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
