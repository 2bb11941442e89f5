/** `dial-stdio`: joins standard input and output to the engine on this machine, for a console at the other end of ssh. */
import {createConnection} from 'node:net';
import {pipeline} from 'node:stream/promises';
import {HostError} from '../ports.ts';
import {findSocket} from './engine-socket.ts';
import type {Options} from './options.ts';

/** Resolves when either side is done. Throws `HostError` where there is no engine. */
export async function dialStdio({socket, config}: Options): Promise<void> {
  const path = await findSocket(socket, config);
  const engine = createConnection(path);
  await new Promise<void>((resolve, reject) => {
    engine.once('connect', resolve);
    engine.once('error', error => reject(new HostError(`can't reach the engine at ${path}: ${error.message}`, {cause: error})));
  });
  // Whichever side ends first ends the other; how it ended is not ours to tell.
  await Promise.race([pipeline(process.stdin, engine), pipeline(engine, process.stdout)]).catch(() => {});
  engine.destroy();
}
