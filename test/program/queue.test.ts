import {onTestFinished} from 'vitest';
import {engineTest} from '../support/engine.ts';
import {needing, needs} from '../support/needs.ts';
import {drains} from '../support/real-queue.ts';
import {startRedis} from '../support/redis-server.ts';
import {redisWorker} from '../support/workers.ts';

needing('Redis', needs.redis, () => {
  engineTest(
    'a burst in a Redis list is drained in time, the number of workers stands while it is steady, and batch has the rest',
    async () => {
      const redis = await startRedis();
      onTestFinished(() => redis.stop());
      const {client} = redis;
      await drains({
        project: 'queue-redis',
        demand: `{source: redis, url: "${redis.url}", list: jobs, processing: jobs-at-work, every: 500ms}`,
        worker: redisWorker,
        environment: {HOST: '127.0.0.1', PORT: redis.port},
        push: async items => void (await client.rpush('jobs', ...items)),
        waiting: () => client.llen('jobs'),
        left: async () => (await client.llen('jobs')) + (await client.llen('jobs-at-work')),
        done: () => client.lrange('jobs-done', 0, -1),
      });
    },
    600_000,
  );
});
