/** The built program on a real Swarm of three managers and a worker: steps, losses, two engines. */
import {renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, vi} from 'vitest';
import {emptyFolder, run, type Run} from '../support/program.ts';
import type {SwarmNode} from '../support/private-swarm.ts';
import {containersOn, countOn, swarmForTests, sweepSwarm} from '../support/swarm.ts';
import {until} from '../support/until.ts';

// A Swarm takes its time to see that a node is lost; no test waits this long to pass.
vi.setConfig({testTimeout: 150_000});

/** A Swarm takes ten to twenty seconds to choose another leader, and as long again to see what it has lost. */
const electionLimitMs = 120_000;

const swarm = swarmForTests(3, 1);
const capacity = 10;

const started: Run[] = [];

afterEach(async () => {
  for (const {child, ended} of started.splice(0)) {
    child.kill('SIGCONT');
    child.kill('SIGKILL');
    await ended;
  }
  await swarm().whole();
  await sweepSwarm(swarm());
});

const idle = `[sh, -c, "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"]`;
/** A lease for each test: what one leaves behind is not the next one's to inherit. */
let tests = 0;
const config = () => `
project: shop
lease: test-${++tests}
capacity: ${capacity}
services:
  web: {priority: 1, max: ${capacity}, image: busybox, pull: never, command: ${idle}, stopGrace: 2s, demand: {source: file, path: demand}}
  batch: {priority: 2, image: busybox, pull: never, command: ${idle}, stopGrace: 2s, target: fill}
`;

function node(index: number): SwarmNode {
  const found = swarm().nodes[index];
  if (!found) throw new Error(`there is no node ${index}`);
  return found;
}

function folderWith(demand: number): string {
  return emptyFolder({'microscale.yaml': config(), demand: String(demand)});
}

function start(folder: string, managers: readonly SwarmNode[], name = 'control'): Run {
  const hosts = managers.flatMap(({host}) => ['--host', host]);
  const running = run(['run', ...hosts, '--socket', join(folder, `${name}.sock`)], folder);
  started.push(running);
  return running;
}

/** The verb's answer from the engine behind that socket. */
async function ask(folder: string, words: readonly string[], name = 'control'): Promise<string> {
  const asked = run([...words, '--socket', join(folder, `${name}.sock`)], folder);
  await asked.ended;
  return asked.output() + asked.errors();
}

function demand(folder: string, value: number): void {
  writeFileSync(join(folder, 'demand.new'), String(value));
  renameSync(join(folder, 'demand.new'), join(folder, 'demand'));
}

async function reaches(web: number, batch = capacity - web): Promise<void> {
  const look = async () => {
    const [webs, batches] = await Promise.all([countOn(swarm(), 'shop_web'), countOn(swarm(), 'shop_batch')]);
    return webs === web && batches === batch;
  };
  await until(`web ${web}, batch ${batch}`, look, electionLimitMs);
}

/** Looks as often as it can, and remembers the most containers that it ever saw on the nodes that answer. */
function watchMost(): {stop(): Promise<number>} {
  let most = 0;
  let over = false;
  const watching = (async () => {
    while (!over) most = Math.max(most, (await containersOn(swarm())).length);
  })();
  return {
    async stop() {
      over = true;
      await watching;
      return most;
    },
  };
}

const identities = async () => (await containersOn(swarm())).map(({id}) => id).toSorted();

describe('on a real Swarm', () => {
  swarm.test('priority 1 meets each step of its demand, the rest is batch, and never are there more than the slots', async () => {
    const folder = folderWith(2);
    const running = start(folder, [node(0)]);
    await reaches(2);
    const most = watchMost();
    for (const step of [8, 3, 9, 2]) {
      demand(folder, step);
      await reaches(step);
    }
    expect(await most.stop()).toBeLessThanOrEqual(capacity);
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
    await reaches(2);
  });

  swarm.test('the manager that it is connected to is lost: it says so, goes on through another, and priority 1 is whole', async () => {
    const folder = folderWith(5);
    const managers = swarm().nodes.slice(0, 3);
    const leader = await swarm().leader();
    const [connected, other] = managers.filter(one => one !== leader);
    if (!connected || !other) throw new Error('too few managers');
    const running = start(folder, [connected, other, leader]);
    await reaches(5);
    const times = (text: string) => running.output().split(text).length - 1;
    await connected.kill();
    demand(folder, 6);
    await until('the loss to be told', () => times('host        lost:') >= 1);
    await until('it to be connected again', () => times('host        connected') >= 2);
    await reaches(6);
    await connected.restart();
    await reaches(6);
    expect((await containersOn(swarm())).length).toBe(capacity);
  });

  swarm.test('the leader is lost: what it says while there is none is taken for no truth, and priority 1 is whole', async () => {
    const folder = folderWith(6);
    const leader = await swarm().leader();
    const [connected, other] = swarm()
      .nodes.slice(0, 3)
      .filter(one => one !== leader);
    if (!connected || !other) throw new Error('too few managers');
    const running = start(folder, [connected, other]);
    await reaches(6);
    await leader.kill();
    demand(folder, 4);
    await until('another to lead', async () => (await swarm().leader(other)) !== leader, electionLimitMs);
    await reaches(4);
    await leader.restart();
    await reaches(4);
    expect((await containersOn(swarm())).length).toBe(capacity);
    expect(running.child.exitCode).toBeNull();
  });

  swarm.test('without a quorum nothing is changed on guesses, and it carries on when the quorum is back', async () => {
    const folder = folderWith(3);
    const [first, second, third] = swarm().nodes;
    if (!first || !second || !third) throw new Error('too few managers');
    const running = start(folder, [first]);
    await reaches(3);
    const onFirst = async () => (await containersOn(swarm())).filter(({node: name}) => name === first.name).map(({id}) => id);
    const before = await onFirst();
    await Promise.all([second.kill(), third.kill()]);
    await until('the loss to be told', () => running.output().includes('host        lost:'));
    demand(folder, 8);
    await until('the new demand to be read', async () => /web +1 +8 /.test(await ask(folder, ['status'])));
    expect(await ask(folder, ['status'])).toContain('HOST LOST');
    expect(await onFirst()).toEqual(before);
    await Promise.all([second.restart(), third.restart()]);
    await reaches(8);
    expect(running.output().split('host        connected').length).toBeGreaterThan(2);
  });

  swarm.test(
    'a worker is lost with its replicas: they are made elsewhere, priority 1 first, and none is left over when it is back',
    async () => {
      const folder = folderWith(6);
      start(folder, [node(0)]);
      await reaches(6);
      const worker = node(3);
      await until('a replica on the worker', async () => (await containersOn(swarm())).some(({node: name}) => name === worker.name));
      await worker.kill();
      await until('web to be whole without it', async () => (await countOn(swarm(), 'shop_web')) === 6);
      await reaches(6);
      await worker.restart();
      await until('the worker to be back', async () => (await worker.docker.info()).Swarm?.LocalNodeState === 'active');
      await reaches(6);
      expect((await containersOn(swarm())).length).toBe(capacity);
    },
  );

  swarm.test('a node whose network was cut for a while comes back without a replica too many', async () => {
    const folder = folderWith(4);
    const running = start(folder, [node(0)]);
    await reaches(4);
    const cutOff = node(3);
    cutOff.cut();
    const apart = async () => (await containersOn(swarm())).filter(({node: name}) => name !== cutOff.name);
    await until('its replicas to be made elsewhere', async () => (await apart()).length === capacity);
    cutOff.mend();
    await reaches(4);
    expect((await containersOn(swarm())).length).toBe(capacity);
    expect(running.child.exitCode).toBeNull();
  });

  swarm.test('of two engines one acts; when it is killed the other goes on with its overrides, and no replica is restarted', async () => {
    const folder = folderWith(3);
    const engines = [start(folder, [node(0)], 'one'), start(folder, [node(1)], 'two')] as const;
    await reaches(3);
    const acting = await until('one to act', () => {
      const found = engines.findIndex(engine => engine.output().includes('lease       this engine acts'));
      return found < 0 ? null : {index: found};
    });
    const [holder, heir] = acting.index === 0 ? engines : [engines[1], engines[0]];
    const [holderName, heirName] = acting.index === 0 ? ['one', 'two'] : ['two', 'one'];
    await until('the other to watch', () => heir.output().includes('this engine watches'));
    expect(heir.output()).not.toContain('lease       this engine acts');
    expect(await ask(folder, ['pin', 'web', '7', '--note', 'evening rush'], heirName)).toContain('this engine only watches');
    expect(await ask(folder, ['pin', 'web', '7', '--note', 'evening rush'], holderName)).toContain('web: pinned at 7');
    await reaches(7);
    const before = await identities();
    holder.child.kill('SIGKILL');
    await until('the heir to act', () => heir.output().includes('lease       this engine acts'));
    expect(await ask(folder, ['status'], heirName)).toMatch(/web .*pinned at 7 by .*evening rush/);
    await until('a settled fleet', async () => (await ask(folder, ['status'], heirName)).includes('lease: this engine acts'));
    expect(await identities()).toEqual(before);
  });

  swarm.test('an engine that was frozen past its lease notices, and never acts on it again', async () => {
    const folder = folderWith(3);
    const holder = start(folder, [node(0)], 'one');
    await reaches(3);
    const heir = start(folder, [node(1)], 'two');
    await until('the other to watch', () => heir.output().includes('this engine watches'));
    holder.child.kill('SIGSTOP');
    await until('the heir to act', () => heir.output().includes('lease       this engine acts'));
    expect(await ask(folder, ['pin', 'web', '6'], 'two')).toContain('web: pinned at 6');
    await reaches(6);
    const before = await identities();
    // What it reads when it wakes would have it do something else.
    demand(folder, 9);
    holder.child.kill('SIGCONT');
    await until('it to notice', () => /lease +lost|lease .* this engine watches/.test(holder.output()));
    await until('the two to agree on who acts', async () => (await ask(folder, ['status'], 'one')).includes('this engine watches'));
    expect(await identities()).toEqual(before);
    expect(holder.child.exitCode).toBeNull();
  });
});
