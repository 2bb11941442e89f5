/** The approximate count of an Azure storage queue: messages that are being worked on are within it. */
import {asking, type AskTimes, type Line} from './asking/ask.ts';
import {amountFrom} from './asking/amount.ts';
import {loadClient} from './asking/client.ts';
import {SourceError} from './asking/failure.ts';
import type {QueueClient} from '@azure/storage-queue';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface AzureQueueDemand extends AskTimes {
  readonly source: 'azure-queue';
  readonly connection: string;
  readonly queue: string;
}

export function azureQueueSource(demand: AzureQueueDemand, {clock}: SourceParts): Source {
  return asking(`azure-queue ${demand.queue} at ${accountOf(demand.connection)}`, demand, clock, () => openLine(demand));
}

function openLine({connection, queue, timeoutMs}: AzureQueueDemand): Line {
  let client: QueueClient | null = null;
  return {
    async ask(signal) {
      const {QueueServiceClient} = await loadClient('@azure/storage-queue', () => import('@azure/storage-queue'));
      signal.throwIfAborted();
      try {
        // What is asked again, and when, is for `asking` to say.
        client ??= QueueServiceClient.fromConnectionString(connection, {
          retryOptions: {maxTries: 1, tryTimeoutInMs: timeoutMs},
        }).getQueueClient(queue);
        const {approximateMessagesCount} = await client.getProperties({abortSignal: signal});
        if (approximateMessagesCount === undefined) throw new SourceError('answered without a count, as Azure would not');
        return {kind: 'queue', waiting: amountFrom(approximateMessagesCount, 'the count'), inFlight: 0, arrived: null};
      } catch (error) {
        throw inWords(error);
      }
    },
    // Its connections belong to the process and close by themselves when idle.
    close() {},
  };
}

/** Where the queue is, from the connection string, without its key. */
function accountOf(connection: string): string {
  const part = (name: string) => new RegExp(`(?:^|;)\\s*${name}=([^;]*)`, 'i').exec(connection)?.[1];
  try {
    return new URL(part('QueueEndpoint') ?? '').host;
  } catch {
    return part('AccountName') ?? 'an account';
  }
}

function inWords(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof SourceError) return error;
  const {statusCode, code} = error as {readonly statusCode?: number; readonly code?: string};
  if (/connection string|AccountKey|AccountName|Invalid URL/i.test(error.message))
    return new SourceError('the connection string is not one of Azure’s: it is shown with the storage account’s access keys', {
      cause: error,
    });
  if (code === 'QueueNotFound') return new SourceError('there is no such queue', {cause: error});
  if (statusCode === undefined) return error;
  if (statusCode === 403 || statusCode === 401) return new SourceError(`refused the account’s key (HTTP ${statusCode})`, {cause: error});
  if (statusCode < 400) return new SourceError('answered with something else than Azure does, such as a web page', {cause: error});
  // What a server says of itself in an error may hold whatever was sent.
  return new SourceError(`answered with HTTP ${statusCode}`, {cause: error});
}
