/** The engine in a thread of its own, so that a terminal that stops reading can't hold it up. */
import {parentPort, workerData} from 'node:worker_threads';
import {serveSession} from '../control/channel.ts';
import type {Fleet} from '../scaler/fleet.ts';
import {legacyOf} from '../scaler/legacy.ts';
import {fateOnExit, mayAct} from '../scaler/on-exit.ts';
import {assemble, HeldElsewhere} from './assemble.ts';
import type {Counts} from './fate.ts';
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
      const fleet = running.engine.fleet();
      const onExit = fateOnExit(fleet, running.onExit());
      const acted = mayAct(fleet) && fleet.acting !== 'dry-run';
      const before = countsOf(fleet);
      // Without a lease there is nothing that carries them.
      const handedOn = onExit === 'leave' && fleet.lease.kind === 'held' ? legacyOf(fleet).overrides.flatMap(([, own]) => own).length : 0;
      void running.close().then(() => {
        const simulated = running.facts.kind === 'simulated';
        tell({kind: 'closed', ended: {simulated, acted, onExit, handedOn, before, after: countsOf(running.engine.fleet())}});
      });
    });
    tell({kind: 'open', theme: running.theme, onExit: running.onExit()});
  } catch (error) {
    const {name, message} = error as Error;
    tell(error instanceof HeldElsewhere ? {kind: 'elsewhere', holder: error.holder} : {kind: 'failed', name, message});
  }
}

function countsOf(fleet: Fleet): Counts {
  return fleet.services.map(({spec, observed}) => [spec.name, observed?.running ?? 0]);
}
