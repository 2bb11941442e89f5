/** What every place for a lease must do, asked of a real engine's and a real Swarm's. */
import {afterEach, describe, expect} from 'vitest';
import type {LeaseStore} from '../../source/ports.ts';
import {createDockerLeaseStore} from '../../source/orchestrators/docker/lease-store.ts';
import {swarmApi} from '../../source/orchestrators/swarm/api.ts';
import {createSwarmLeaseStore} from '../../source/orchestrators/swarm/lease-store.ts';
import {docker, engineTest} from '../support/engine.ts';
import {swarmForTests} from '../support/swarm.ts';

const swarm = swarmForTests(1);
let leases = 0;

function contract(name: string, make: (lease: string) => LeaseStore, testWith: (title: string, run: () => Promise<void>) => void) {
  describe(`a lease in ${name}`, () => {
    let lease = '';
    const made: LeaseStore[] = [];
    const store = () => {
      const one = make(lease);
      made.push(one);
      return one;
    };
    const fresh = () => {
      lease = `try-${++leases}`;
      return store();
    };
    afterEach(async () => {
      for (const one of made.splice(0)) {
        const left = await one.read();
        if (left) await one.remove(left);
      }
    });

    testWith('is nobody’s at first, and then whoever’s took it first', async () => {
      const one = fresh();
      const two = store();
      expect(await one.read()).toBeNull();
      const taken = await Promise.all([one.take(null, '{"who":1}'), two.take(null, '{"who":2}')]);
      expect(taken.filter(Boolean)).toHaveLength(1);
      const winner = taken.find(Boolean);
      expect((await two.read())?.text).toBe(winner?.text);
    });

    testWith('is renewed by its holder alone, and each renewal shows as another version', async () => {
      const one = fresh();
      const first = await one.take(null, '{"n":1}');
      const second = first && (await one.renew(first, '{"n":2}'));
      expect(second?.text).toBe('{"n":2}');
      const seen = await store().read();
      expect(seen?.text).toBe('{"n":2}');
      expect(seen?.version).toBe(second?.version);
      expect(seen?.version).not.toBe(first?.version);
    });

    testWith('can be taken from a version that is known, once; the old holder’s renewal is refused', async () => {
      const one = fresh();
      const held = await one.take(null, '{"who":1}');
      const two = store();
      const three = store();
      const [seenByTwo, seenByThree] = [await two.read(), await three.read()];
      const taken = await Promise.all([two.take(seenByTwo, '{"who":2}'), three.take(seenByThree, '{"who":3}')]);
      expect(taken.filter(Boolean)).toHaveLength(1);
      expect(held && (await one.renew(held, '{"who":1}'))).toBeNull();
      expect((await one.read())?.text).toBe(taken.find(Boolean)?.text);
    });

    testWith('a word that is left for the holder reaches it, and doesn’t take the lease from it', async () => {
      const one = fresh();
      const held = await one.take(null, '{"who":1}');
      const two = store();
      const seen = await two.read();
      expect(seen && (await two.ask(seen, '{"id":"two"}'))).toBe(true);
      expect((await two.read())?.wanted).toBe('{"id":"two"}');
      // A Swarm's holder learns of it as a version that it doesn't know.
      const renewed = held && (await one.renew(held, '{"who":1,"n":2}'));
      const after = await one.read();
      expect(renewed?.wanted ?? after?.wanted).toBe('{"id":"two"}');
      expect(after?.text).toContain('"who":1');
    });
  });
}

contract('a Docker engine', lease => createDockerLeaseStore(docker(), lease), engineTest);
contract(
  'a Swarm',
  lease =>
    createSwarmLeaseStore(() => {
      const [node] = swarm().nodes;
      if (!node) throw new Error('no node');
      return swarmApi(node.docker);
    }, lease),
  swarm.test,
);
