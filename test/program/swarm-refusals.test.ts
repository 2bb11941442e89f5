/** What a Swarm may be that can't be run, each in clear words and with what to do. */
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect} from 'vitest';
import {emptyFolder, run} from '../support/program.ts';
import {swarmForTests, sweepSwarm} from '../support/swarm.ts';
import {until} from '../support/until.ts';
import type {SwarmNode} from '../support/private-swarm.ts';

const swarm = swarmForTests(1, 1);
const idle = `[sh, -c, "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"]`;
const config = (more = '') => `
project: shop
${more}
capacity: 4
services:
  web: {priority: 1, image: busybox, pull: never, command: ${idle}, stopGrace: 2s, demand: {source: fixed, value: 2}}
`;

function node(index: number): SwarmNode {
  const found = swarm().nodes[index];
  if (!found) throw new Error(`there is no node ${index}`);
  return found;
}

async function refusal(where: SwarmNode, text: string) {
  const folder = emptyFolder({'microscale.yaml': text});
  const running = run(['run', '--host', where.host, '--socket', 'off'], folder);
  const status = await running.ended;
  expect(running.errors()).not.toMatch(/\n\s+at /);
  return {status, errors: running.errors()};
}

describe('a Swarm that can’t be run', () => {
  swarm.test('a worker is named as one, with the managers', async () => {
    const {status, errors} = await refusal(node(1), config('orchestrator: swarm'));
    expect(status).toBe(3);
    expect(errors).toContain(`is a Swarm worker, and only managers scale services. Managers are ${node(0).address}`);
  });

  swarm.test('a service in global mode says so, with its line', async () => {
    await node(0).docker.createService({
      Name: 'agent',
      TaskTemplate: {ContainerSpec: {Image: 'busybox', Args: ['sleep', '3600']}},
      Mode: {Global: {}},
    } as never);
    const {status, errors} = await refusal(node(0), 'capacity: 4\nservices:\n  agent: {priority: 1, target: fill}\n');
    expect(status).toBe(2);
    expect(errors).toMatch(/microscale\.yaml:3 {2}services\.agent {2}can't be adopted: Swarm service agent is not in replicated mode/);
    await sweepSwarm(swarm());
  });

  swarm.test('without a file and without labels it says what would be needed, and starts nothing', async () => {
    const running = run(['run', '--host', node(0).host, '--socket', 'off'], emptyFolder());
    expect(await running.ended).toBe(2);
    expect(running.errors()).toContain('no service there carries a label microscale.priority');
    expect(await node(0).docker.listServices()).toEqual([]);
  });

  swarm.test('a lease in a newer format is left alone: the engine watches, and says why', async () => {
    await node(0).docker.createConfig({
      Name: 'microscale-lease-newer',
      Labels: {'microscale.lease': JSON.stringify({microscale: 'lease', format: 99})},
      Data: Buffer.from('lease').toString('base64'),
    });
    const folder = emptyFolder({'microscale.yaml': config('lease: newer')});
    const running = run(['run', '--host', node(0).host, '--socket', join(folder, 'c.sock')], folder);
    await until('it to say so', () => running.output().includes("its lease has format 99, which this one can't read: update this one"));
    const asked = run(['pin', 'web', '3', '--socket', join(folder, 'c.sock')], folder);
    expect(await asked.ended).toBe(1);
    expect(asked.errors()).toContain('a newer microscale on another machine holds the lease');
    expect(await node(0).docker.listServices()).toEqual([]);
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
  });

  swarm.test('one that is locked says how to unlock it', async () => {
    execFileSync('docker', ['-H', node(0).host, 'swarm', 'update', '--autolock=true'], {stdio: 'ignore'});
    // The answer comes before the node has locked what lies on its disk, and what it hasn't is open after a power cut.
    const key = join(dirname(node(0).socket), 'data', 'swarm', 'certificates', 'swarm-node.key');
    await until('its keys to be locked', () => readFileSync(key, 'latin1').includes('ENCRYPTED'));
    await node(0).kill();
    await node(0).restart();
    await until(
      'it to be locked',
      async () => ((await node(0).docker.info()) as {Swarm?: {LocalNodeState?: string}}).Swarm?.LocalNodeState === 'locked',
    );
    const {status, errors} = await refusal(node(0), config());
    expect(status).toBe(3);
    expect(errors).toContain('is locked: run “docker swarm unlock” on that machine');
  });
});
