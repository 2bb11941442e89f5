import {QueueServiceClient, type QueueClient} from '@azure/storage-queue';
import {describe, expect, onTestFinished, test} from 'vitest';
import {startAzurite, azureConnection, type PrivateAzurite} from '../support/azurite-server.ts';
import {servePages} from '../support/page-server.ts';
import {until} from '../support/until.ts';
import {demandAt, describeSource, follow, reasonOf, type RealServer} from './contract.ts';
import {patient} from './patient.ts';

const wrongKey = Buffer.from('not-the-password').toString('base64');

async function startQueue(): Promise<RealServer> {
  const azurite: PrivateAzurite = await startAzurite();
  const queue: QueueClient = QueueServiceClient.fromConnectionString(azurite.connection).getQueueClient('orders');
  await queue.createIfNotExists();
  return {
    replace: {...patient('azure-queue', '1s'), '${AZURE_STORAGE_CONNECTION_STRING}': azurite.connection},
    async fill(amount) {
      await queue.createIfNotExists();
      await queue.clearMessages();
      for (let sent = 0; sent < amount; sent++) await queue.sendMessage(`order ${sent}`);
      // One that is being worked on still counts.
      if (amount > 0) await queue.receiveMessages({numberOfMessages: 1, visibilityTimeout: 3600});
      return amount;
    },
    kill: azurite.kill,
    restart: azurite.restart,
    stop: azurite.stop,
  };
}

describeSource({
  source: 'azure-queue',
  start: startQueue,
  wrongPassword: {
    fields: server => ({connection: azureConnection(placeIn(server), wrongKey), every: '1s'}),
    says: /^azure-queue orders at 127\.0\.0\.1:\d+: refused the account’s key \(HTTP 403\)$/,
  },
  missing: {fields: {queue: 'nothing'}, gives: /^azure-queue nothing at 127\.0\.0\.1:\d+: there is no such queue$/},
  at: (host, port) => ({connection: azureConnection(`${host}:${port}`)}),
});

function placeIn({replace}: RealServer): string {
  return /127\.0\.0\.1:\d+/.exec(replace['${AZURE_STORAGE_CONNECTION_STRING}'] ?? '')?.[0] ?? '';
}

describe('what the source azure-queue makes of an answer that is none', () => {
  async function reasonFor(status: number, headers: Readonly<Record<string, string>>, body: string): Promise<string> {
    const page = await servePages(null, (_path, response) => void response.writeHead(status, headers).end(body));
    onTestFinished(() => page.kill());
    const {last, stop} = follow(
      demandAt('azure-queue', {replace: {}} as unknown as RealServer, {
        connection: azureConnection(`127.0.0.1:${page.port}`),
        timeout: '30s',
      }),
    );
    await until('a reading', last);
    stop();
    return reasonOf(last());
  }

  test.each([
    ['no count', 200, {}, /: answered without a count, as Azure would not$/],
    [
      'words for a count',
      200,
      {'x-ms-approximate-messages-count': 'many'},
      /: the count (is NaN, which is no demand|holds “many”, not a number)$/,
    ],
    ['a negative count', 200, {'x-ms-approximate-messages-count': '-4'}, /: the count is -4: a demand is never below 0$/],
    ['a server that fails', 500, {}, /: answered with HTTP 500$/],
    ['a server that is busy', 503, {'x-ms-error-code': 'ServerBusy'}, /: answered with HTTP 503$/],
  ] as const)('%s is an error in words', async (_title, status, headers, reason) => {
    expect(await reasonFor(status, headers, status === 200 ? '' : '<html>\u001b[2J')).toMatch(reason);
  });

  test('a web page is an error in words', async () => {
    expect(await reasonFor(200, {}, '<!doctype html><p>Hello')).toMatch(
      /: answered with something else than Azure does, such as a web page$/,
    );
  });

  test.each(['nonsense', 'DefaultEndpointsProtocol=https;AccountName=shop', 'UseDevelopment=1;AccountKey=c2VjcmV0'])(
    'the connection string “%s” is refused without being told',
    async connection => {
      const {last} = follow(demandAt('azure-queue', {replace: {}} as unknown as RealServer, {connection}));
      await until('a reading', last);
      expect(reasonOf(last())).toMatch(/: the connection string is not one of Azure’s/);
      expect(reasonOf(last())).not.toContain('c2VjcmV0');
    },
  );
});
