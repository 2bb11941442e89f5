import {connect} from 'amqplib';
import {onTestFinished} from 'vitest';
import {engineTest} from '../support/engine.ts';
import {needing, needs} from '../support/needs.ts';
import {startRabbitmq} from '../support/rabbitmq-server.ts';
import {drains} from '../support/real-queue.ts';
import {stompWorker} from '../support/workers.ts';

needing('RabbitMQ', needs.rabbitmq, () => {
  engineTest(
    'a burst in a queue of RabbitMQ is drained in time, the number of workers stands while it is steady, and batch has the rest',
    async () => {
      const own = await startRabbitmq();
      onTestFinished(() => own.stop());
      const {username, password} = own;
      const connection = await connect({hostname: '127.0.0.1', port: own.port, username, password});
      connection.on('error', () => {});
      const channel = await connection.createConfirmChannel();
      for (const name of ['jobs', 'jobs-done']) await channel.assertQueue(name);
      // One that was acknowledged too late is done twice: only what is done at all is counted.
      const done = new Set<string>();
      await channel.consume('jobs-done', message => void done.add(message?.content.toString() ?? ''), {noAck: true});
      let pushed = 0;
      await drains({
        project: 'queue-rabbitmq',
        demand: `{source: rabbitmq, url: "http://127.0.0.1:${own.managementPort}", queue: jobs, vhost: /, username: ${username}, password: ${password}, every: 500ms}`,
        worker: stompWorker,
        environment: {HOST: '127.0.0.1', PORT: own.stompPort, LOGIN: username, PASSCODE: password},
        async push(items) {
          for (const item of items) channel.sendToQueue('jobs', Buffer.from(item));
          await channel.waitForConfirms();
          pushed += items.length;
        },
        waiting: async () => (await channel.checkQueue('jobs')).messageCount,
        left: async () => pushed - done.size,
        done: async () => [...done],
      });
      await connection.close();
    },
    600_000,
  );
});
