/** Azure’s storage queues for one test file alone: azurite, with an account of its own. */
import {resolve} from 'node:path';
import {startOwnServer, type OwnServer} from './own-server.ts';

export interface PrivateAzurite extends OwnServer {
  readonly connection: string;
}

export const azureKey = Buffer.from('the key of the tests alone').toString('base64');

export async function startAzurite(): Promise<PrivateAzurite> {
  const server = await startOwnServer({
    name: 'azurite',
    command: ({port, folder}) => [
      process.execPath,
      resolve('node_modules/azurite/dist/src/queue/main.js'),
      ...['--queueHost', '127.0.0.1', '--queuePort', String(port)],
      ...['--location', folder, '--skipApiVersionCheck', '--silent', '--disableTelemetry'],
    ],
    environment: {AZURITE_ACCOUNTS: `shop:${azureKey}`},
    // Whoever isn't let in is answered.
    serves: async ({port}) => (await fetch(`http://127.0.0.1:${port}/shop`, {signal: AbortSignal.timeout(5000)})).status > 0,
  });
  return {...server, connection: azureConnection(`127.0.0.1:${server.port}`)};
}

export function azureConnection(place: string, key = azureKey): string {
  return `DefaultEndpointsProtocol=http;AccountName=shop;AccountKey=${key};QueueEndpoint=http://${place}/shop;`;
}
