/** Messages of an SQS queue: visible and delayed ones wait, those in flight are being worked on. */
import {PassThrough, pipeline, type Readable} from 'node:stream';
import {amountFrom} from './asking/amount.ts';
import {asking, type AskTimes, type Line} from './asking/ask.ts';
import {loadClient} from './asking/client.ts';
import {SourceError} from './asking/failure.ts';
import {placeOf} from './asking/http.ts';
import type {SQSClient, SQSClientConfig} from '@aws-sdk/client-sqs';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface SqsDemand extends AskTimes {
  readonly source: 'sqs';
  readonly queueUrl: string;
  readonly region: string | null;
  readonly endpoint: string | null;
}

/** Three numbers take some 300 bytes. */
const bytesMax = 256 * 1024;
const tooLong = 'answered with more than SQS ever says';

/** Who asks, and with which key, is found by the client's own chain: the environment, a profile, the machine's role. */
export function sqsSource(demand: SqsDemand, {clock}: SourceParts): Source {
  return asking(`sqs ${placeOf(demand.queueUrl)}`, demand, clock, () => openLine(demand));
}

function openLine(demand: SqsDemand): Line {
  let client: SQSClient | null = null;
  return {
    async ask(signal) {
      const {SQSClient, GetQueueAttributesCommand} = await loadClient('@aws-sdk/client-sqs', () => import('@aws-sdk/client-sqs'));
      signal.throwIfAborted();
      client ??= bounded(new SQSClient(configOf(demand)));
      const question = new GetQueueAttributesCommand({
        QueueUrl: demand.queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'],
      });
      const {Attributes: told = {}} = await client.send(question, {abortSignal: signal}).catch((error: unknown) => {
        throw inWords(error);
      });
      const {ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible, ApproximateNumberOfMessagesDelayed} = told;
      return {
        kind: 'queue',
        waiting:
          amountFrom(ApproximateNumberOfMessages, 'the number of visible messages') +
          amountFrom(ApproximateNumberOfMessagesDelayed, 'the number of delayed messages'),
        inFlight: amountFrom(ApproximateNumberOfMessagesNotVisible, 'the number of messages in flight'),
        arrived: null,
      };
    },
    close() {
      client?.destroy();
    },
  };
}

/** What is asked again, and when, is for `asking` to say; the screen is the console's, so the client may print nothing. */
function configOf({queueUrl, region, endpoint, timeoutMs}: SqsDemand): SQSClientConfig {
  const known = region ?? regionOf(queueUrl);
  return {
    maxAttempts: 1,
    requestHandler: {connectionTimeout: timeoutMs, requestTimeout: timeoutMs},
    ...(known !== null && {region: known}),
    endpoint: endpoint ?? new URL(queueUrl).origin,
    logger: {debug() {}, info() {}, warn() {}, error() {}},
  };
}

/** `https://sqs.eu-west-1.amazonaws.com/…`; null where the address names none. */
export function regionOf(queueUrl: string): string | null {
  const {hostname} = new URL(queueUrl);
  if (hostname === 'queue.amazonaws.com' || hostname === 'sqs.amazonaws.com') return 'us-east-1';
  return hostname.split('.').find(part => /^[a-z]{2,4}(-[a-z]+)+-\d$/.test(part)) ?? null;
}

/** The client would read an answer without end. */
function bounded(client: SQSClient): SQSClient {
  client.middlewareStack.add(
    next => async given => {
      const result = await next(given);
      const response = result.response as {body?: Readable};
      if (response.body) response.body = boundedBody(response.body);
      return result;
    },
    {step: 'deserialize', priority: 'low', name: 'microscaleBoundedAnswer'},
  );
  return client;
}

function boundedBody(body: Readable): Readable {
  let bytes = 0;
  const out = new PassThrough({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.byteLength;
      if (bytes > bytesMax) done(new SourceError(tooLong));
      else done(null, chunk);
    },
  });
  // An error reaches whoever reads `out`.
  pipeline(body, out, () => {});
  return out;
}

/** The service's names of errors; the rest keep the client's own words. */
const refusals: readonly (readonly [name: RegExp, words: string])[] = [
  [/QueueDoesNotExist|NonExistentQueue/, 'there is no such queue'],
  [/InvalidClientTokenId|UnrecognizedClient|InvalidAccessKeyId/, 'knows nothing of the access key'],
  [/SignatureDoesNotMatch|IncompleteSignature|InvalidSignature/, 'refused the secret key'],
  [/ExpiredToken|RequestExpired/, 'the credentials have expired'],
  [/AccessDenied|AuthorizationError|OptInRequired/, 'does not let us read this: it takes the right sqs:GetQueueAttributes'],
  [/Throttl|TooManyRequests|OverLimit/, 'is asked too often: make “every” longer'],
  [/CredentialsProvider|TokenProvider/, 'no credentials were found: give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role'],
];

function inWords(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  // The client adds a hint for programmers to what happens while it reads an answer.
  if (error instanceof SourceError) return new SourceError(tooLong, {cause: error.cause});
  const found = refusals.find(([name]) => name.test(error.name));
  if (found) return new SourceError(found[1], {cause: error});
  if (error.message.includes('Region is missing')) return new SourceError('no region is known: give “region”', {cause: error});
  if (error instanceof SyntaxError || error.message.includes('Deserialization error'))
    return new SourceError('answered with something else than SQS does, such as a web page', {cause: error});
  const {$metadata} = error as {readonly $metadata?: {readonly httpStatusCode?: number}};
  // What a server says of itself in an error may hold whatever was sent.
  return $metadata?.httpStatusCode === undefined
    ? error
    : new SourceError(`answered with HTTP ${$metadata.httpStatusCode} (${error.name})`, {cause: error});
}
