import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import {beforeAll, beforeEach, afterEach, describe, expect, onTestFinished, test, vi} from 'vitest';
import {regionOf} from '../../source/sources/sqs.ts';
import {needing} from '../support/needs.ts';
import {servePages} from '../support/page-server.ts';
import {motoNeed, startMoto} from '../support/sqs-server.ts';
import {until} from '../support/until.ts';
import {demandAt, describeSource, follow, reasonOf, type RealServer} from './contract.ts';
import {patient} from './patient.ts';

const queueInReadme = 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders';

/** Nothing of the machine's own: no profile, no role, and keys that are none. */
const surroundings = {
  AWS_ACCESS_KEY_ID: 'the-key',
  AWS_SECRET_ACCESS_KEY: 'the-secret',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials',
  AWS_CONFIG_FILE: '/nowhere/config',
};
beforeAll(() => {
  for (const [name, value] of Object.entries(surroundings)) vi.stubEnv(name, value);
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE', 'AWS_SESSION_TOKEN']) vi.stubEnv(name, undefined);
  return () => vi.unstubAllEnvs();
});

interface Queue extends RealServer {
  readonly client: SQSClient;
  readonly queueUrl: string;
}

/** The address of the queue that was made last. */
let started = '';

async function startQueue(): Promise<Queue> {
  const moto = await startMoto();
  const endpoint = `http://127.0.0.1:${moto.port}`;
  const queueUrl = `${endpoint}/123456789012/orders`;
  const client = new SQSClient({region: 'eu-west-1', endpoint});
  const create = () => client.send(new CreateQueueCommand({QueueName: 'orders'}));
  await create();
  started = queueUrl;
  return {
    client,
    queueUrl,
    replace: {...patient('sqs', '1s'), [queueInReadme]: queueUrl},
    async fill(amount) {
      await create();
      await empty(client, queueUrl);
      await send(client, queueUrl, amount, 0);
      return amount;
    },
    kill: moto.kill,
    restart: moto.restart,
    async stop() {
      client.destroy();
      await moto.stop();
    },
  };
}

/** Purging is allowed once a minute. */
async function empty(client: SQSClient, queueUrl: string): Promise<void> {
  for (;;) {
    const {Messages: messages = []} = await client.send(new ReceiveMessageCommand({QueueUrl: queueUrl, MaxNumberOfMessages: 10}));
    if (messages.length === 0) return;
    const entries = messages.map(({ReceiptHandle: handle}, index) => ({Id: String(index), ReceiptHandle: handle}));
    await client.send(new DeleteMessageBatchCommand({QueueUrl: queueUrl, Entries: entries}));
  }
}

async function send(client: SQSClient, queueUrl: string, amount: number, delaySeconds: number): Promise<void> {
  for (let sent = 0; sent < amount; sent += 10) {
    const entries = Array.from({length: Math.min(10, amount - sent)}, (_, index) => ({
      Id: String(index),
      MessageBody: `order ${sent + index}`,
      DelaySeconds: delaySeconds,
    }));
    await client.send(new SendMessageBatchCommand({QueueUrl: queueUrl, Entries: entries}));
  }
}

needing('moto', motoNeed, () => {
  describeSource({
    source: 'sqs',
    start: startQueue,
    // moto lets everybody in; what SQS says of a wrong key is told below.
    wrongPassword: null,
    missing: {
      fields: {
        // Read once the server is there.
        get queue() {
          return started.replace('orders', 'nothing');
        },
      },
      gives: /^sqs 127\.0\.0\.1:\d+\/123456789012\/nothing: there is no such queue$/,
    },
    at: (host, port) => ({queue: `http://${host}:${port}/123456789012/orders`}),
  });

  describe('the source sqs', () => {
    let server: Queue;
    beforeAll(async () => {
      server = await startQueue();
      return () => server.stop();
    }, 180_000);

    test('says that there is no such queue', async () => {
      const {last} = follow(demandAt('sqs', server, {queue: server.queueUrl.replace('orders', 'nothing')}));
      await until('a reading', last);
      expect(reasonOf(last())).toMatch(/^sqs 127\.0\.0\.1:\d+\/123456789012\/nothing: there is no such queue$/);
    });

    test('asks at an endpoint that is given, whatever the queue’s address says', async () => {
      await server.fill(2);
      const demand = demandAt('sqs', {replace: patient('sqs')} as unknown as RealServer, {endpoint: new URL(server.queueUrl).origin});
      const {last} = follow(demand);
      expect(await until('a reading', last)).toEqual({kind: 'queue', waiting: 2, inFlight: 0, arrived: null});
    });

    test('tells what waits, delayed or not, apart from what is being worked on', async () => {
      const {client, queueUrl} = server;
      await server.fill(5);
      await send(client, queueUrl, 3, 900);
      await client.send(new ReceiveMessageCommand({QueueUrl: queueUrl, MaxNumberOfMessages: 1, VisibilityTimeout: 3600}));
      const {last} = follow(demandAt('sqs', server));
      expect(await until('a reading', last)).toEqual({kind: 'queue', waiting: 7, inFlight: 1, arrived: null});
    });
  });
});

describe('what the source sqs makes of an answer that is none', () => {
  async function reasonFor(status: number, body: string, headers = {}): Promise<string> {
    const page = await servePages(null, (_path, response) => {
      response.writeHead(status, {'content-type': 'application/x-amz-json-1.0', ...headers}).end(body);
    });
    onTestFinished(() => page.kill());
    const queue = `http://127.0.0.1:${page.port}/123456789012/orders`;
    const {last, stop} = follow(demandAt('sqs', {replace: patient('sqs')} as unknown as RealServer, {queue}));
    await until('a reading', last);
    stop();
    return reasonOf(last());
  }
  const refusal = (name: string) => JSON.stringify({__type: `com.amazonaws.sqs#${name}`, message: 'of the-key with the-secret \u001b[2J'});
  const counts = (visible: unknown, delayed: unknown = '0') =>
    JSON.stringify({
      Attributes: {
        ApproximateNumberOfMessages: visible,
        ApproximateNumberOfMessagesNotVisible: '0',
        ApproximateNumberOfMessagesDelayed: delayed,
      },
    });

  test.each([
    ['a key that AWS doesn’t know', 403, refusal('InvalidClientTokenId'), /: knows nothing of the access key$/],
    ['a wrong secret', 403, refusal('SignatureDoesNotMatch'), /: refused the secret key$/],
    ['credentials of yesterday', 403, refusal('ExpiredToken'), /: the credentials have expired$/],
    [
      'a right that is missing',
      403,
      refusal('AccessDeniedException'),
      /: does not let us read this: it takes the right sqs:GetQueueAttributes$/,
    ],
    ['haste', 400, refusal('ThrottlingException'), /: is asked too often: make “every” longer$/],
    ['a name that nobody knows', 400, refusal('Strange'), /: answered with HTTP 400 \(Strange\)$/],
    ['a web page', 200, '<!doctype html><p>Hello', /: answered with something else than SQS does, such as a web page$/],
    ['no counts', 200, '{}', /: the number of visible messages holds “nothing”, not a number$/],
    ['words for a count', 200, counts('many'), /: the number of visible messages holds “many”, not a number$/],
    ['NaN', 200, counts('NaN'), /: the number of visible messages holds “NaN”, not a number$/],
    ['a negative count', 200, counts('1', '-2'), /: the number of delayed messages is -2: a demand is never below 0$/],
    ['a count out of all bounds', 200, counts('1e999'), /: the number of visible messages is infinite, which is no demand$/],
    ['an answer without an end', 200, counts('1').padEnd(2 ** 20), /: answered with more than SQS ever says$/],
  ])('%s is an error in words, without a secret', async (_title, status, body, reason) => {
    const told = await reasonFor(status, body);
    expect(told).toMatch(reason);
    expect(told).not.toMatch(/the-key|the-secret/);
  });
});

describe('without credentials', () => {
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
  });
  afterEach(() => {
    for (const [name, value] of Object.entries(surroundings)) vi.stubEnv(name, value);
  });

  test('the source sqs says what to give', async () => {
    const {last} = follow(demandAt('sqs', {replace: patient('sqs')} as unknown as RealServer, {queue: 'http://127.0.0.1:9/1/orders'}));
    await until('a reading', last);
    expect(reasonOf(last())).toBe(
      'sqs 127.0.0.1:9/1/orders: no credentials were found: give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role',
    );
  });
});

test('without a region anywhere the source sqs asks for one', async () => {
  const {last} = follow(
    demandAt('sqs', {replace: patient('sqs')} as unknown as RealServer, {queue: 'http://127.0.0.1:9/1/orders', region: undefined}),
  );
  await until('a reading', last);
  expect(reasonOf(last())).toBe('sqs 127.0.0.1:9/1/orders: no region is known: give “region”');
});

test.each([
  [queueInReadme, 'eu-west-1'],
  ['https://us-gov-west-1.queue.amazonaws.com/1/a', 'us-gov-west-1'],
  ['https://queue.amazonaws.com/1/a', 'us-east-1'],
  ['https://sqs.cn-north-1.amazonaws.com.cn/1/a', 'cn-north-1'],
  ['https://vpce-0a1-b2.sqs.ap-southeast-2.vpce.amazonaws.com/1/a', 'ap-southeast-2'],
  ['http://localhost:4566/1/a', null],
])('the region of %s is %s', (url, region) => {
  expect(regionOf(url)).toBe(region);
});
