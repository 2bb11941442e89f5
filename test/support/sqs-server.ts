/** An SQS for one test file alone: moto, which serves the API of AWS, with queues in its memory. */
import {existsSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import type {Need} from './needs.ts';
import {startOwnServer, type OwnServer} from './own-server.ts';

const cacheFolder = process.env['MICROSCALE_TEST_CACHE'] ?? join(homedir(), '.cache', 'microscale-test');
const python = join(cacheFolder, 'moto-5.2.5', 'bin', 'python');

export const motoNeed: Need = existsSync(python)
  ? {here: true, reason: ''}
  : {here: false, reason: 'moto is not installed (test/support/install-moto.sh)'};

export function startMoto(): Promise<OwnServer> {
  return startOwnServer({
    name: 'moto',
    command: ({port}) => [python, '-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
    serves: async ({port}) => (await fetch(`http://127.0.0.1:${port}/moto-api/`, {signal: AbortSignal.timeout(20_000)})).ok,
  });
}
