/** What every orchestrator must do, asked of each of them in the same words. */
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Orchestrator, OrchestratorEvents} from '../../source/ports.ts';
import type {Action} from '../../source/scaler/entry.ts';
import type {Observation} from '../../source/scaler/observation.ts';
import {hearing} from '../support/observers.ts';
import {scaling, spec} from '../support/fleets.ts';
import {until} from '../support/until.ts';

export interface Subject {
  readonly orchestrator: Orchestrator;
  /** How many replicas of the service run, as the host itself says. */
  running(service: string): Promise<number>;
  /** Ends one running replica from outside. */
  kill(service: string): Promise<void>;
  /** Whether replicas can be made ahead of their slots; true unless said. */
  readonly ahead?: boolean;
  /** What its replicas write when they start; null where they can't write anything. */
  readonly writes: string | null;
  /** Leaves nothing behind. */
  clear(): Promise<void>;
}

export type TestWith = (title: string, run: () => Promise<void>) => void;

export function orchestratorContract(
  name: string,
  make: () => Promise<Subject>,
  testWith: TestWith = (title, run) => test(title, run),
): void {
  describe(`the orchestrator contract: ${name}`, () => {
    let subject: Subject | null = null;
    let latest: Map<string, Observation>;
    let all: {service: string; observation: Observation}[];
    let orders = 0;
    const services = [
      spec('web', {standby: {kind: 'kept', replicas: 2, state: 'created', forMs: 3_600_000}}),
      spec('batch', {priority: 2, preempt: {kind: 'freeze', max: 8, forMs: 3_600_000, thenStop: false}}),
      spec('queue', {priority: 3, standby: {kind: 'kept', replicas: 2, state: 'paused', forMs: 3_600_000}}),
    ];

    const events: OrchestratorEvents = hearing({
      observed(service, observation) {
        latest.set(service, observation);
        all.push({service, observation});
      },
    });

    beforeEach(() => {
      latest = new Map();
      all = [];
    });
    afterEach(async () => {
      await subject?.orchestrator.close();
      await subject?.clear();
      subject = null;
    });

    async function open(): Promise<Subject> {
      subject = await make();
      await subject.orchestrator.connect();
      await subject.orchestrator.open(services, events);
      return subject;
    }

    const scale = (service: string, replicas: number, standby = 0) =>
      subject?.orchestrator.scale(scaling(service, replicas, {standby, order: ++orders}));
    const scaleWith = (service: string, replicas: number, rest: Partial<Action>) =>
      subject?.orchestrator.scale(scaling(service, replicas, {...rest, order: ++orders}));
    const worksFor = async (ms: number) => {
      const endAt = Date.now() + ms;
      await until('some work to be done', () => Date.now() >= endAt);
    };
    const reaches = (service: string, running: number, standby = 0) =>
      until(`${service} to settle at ${running}`, () => {
        const seen = latest.get(service);
        return seen && seen.running === running && seen.pending + seen.stopping === 0 && seen.standby === standby;
      });

    testWith('every service has been reported when opening is over', async () => {
      await open();
      expect([...latest.keys()].toSorted()).toEqual(['batch', 'queue', 'web']);
      expect(latest.get('web')).toMatchObject({running: 0, pending: 0, stopping: 0, standby: 0, order: 0});
    });

    testWith('a request is accounted for at once: what is on its way counts as pending', async () => {
      await open();
      await until('the workload to be ready', () => latest.get('web')?.trouble.kind === 'none');
      scale('web', 3);
      expect(latest.get('web')?.order).toBe(orders);
      await reaches('web', 3);
      const during = all.filter(({service, observation}) => service === 'web' && observation.order === orders && observation.pending > 0);
      expect(during.length).toBeGreaterThan(0);
      for (const {observation} of during) expect(observation.running + observation.pending).toBeLessThanOrEqual(3);
    });

    testWith('it converges on the number asked for, up and down, and the host agrees', async () => {
      const {running} = await open();
      for (const count of [3, 1, 4, 0]) {
        scale('web', count);
        await reaches('web', count);
        await until(`the host to run ${count}`, async () => (await running('web')) === count);
      }
    });

    testWith('a newer number replaces an older one that is still under way', async () => {
      const {running} = await open();
      scale('web', 6);
      scale('web', 2);
      scale('web', 4);
      scale('web', 1);
      await reaches('web', 1);
      await until('the host to run 1', async () => (await running('web')) === 1);
    });

    testWith('standby replicas are made and do not run; growth takes them first', async () => {
      const {running, ahead = true} = await open();
      if (!ahead) {
        scale('web', 1, 2);
        await reaches('web', 1);
        return;
      }
      scale('web', 1, 2);
      await reaches('web', 1, 2);
      expect(await running('web')).toBe(1);
      scale('web', 3, 0);
      await reaches('web', 3);
      scale('web', 3, 1);
      await reaches('web', 3, 1);
      scale('web', 3, 0);
      await reaches('web', 3, 0);
    });

    testWith('replicas that yield are frozen: they hold no slot, and are the first to go on', async () => {
      const {running, ahead = true} = await open();
      if (!ahead) return;
      scaleWith('batch', 3, {frozen: 8});
      await reaches('batch', 3);
      scaleWith('batch', 1, {frozen: 8, yields: 2});
      await until('two to be frozen', () => latest.get('batch')?.frozen === 2 && latest.get('batch')?.stopping === 0);
      expect(latest.get('batch')).toMatchObject({running: 1, pending: 0, standby: 0, ending: 0, lostMs: 0});
      expect(latest.get('batch')?.frozenSince).not.toBeNull();
      expect(await running('batch')).toBe(1);
      const before = all.length;
      scaleWith('batch', 3, {frozen: 8});
      await reaches('batch', 3);
      expect(latest.get('batch')).toMatchObject({frozen: 0, frozenSince: null});
      // Nothing was made: at no moment was there one that waited or was not ready to serve.
      expect(
        all.slice(before).every(({service, observation}) => service !== 'batch' || observation.standby + observation.unready === 0),
      ).toBe(true);
      expect(await running('batch')).toBe(3);
    });

    testWith('what is frozen ends when less of it may be, and its work is counted as lost', async () => {
      const {running, ahead = true} = await open();
      if (!ahead) return;
      scaleWith('batch', 2, {frozen: 8});
      await reaches('batch', 2);
      await worksFor(50);
      scaleWith('batch', 0, {frozen: 8, yields: 2});
      await until('two to be frozen', () => latest.get('batch')?.frozen === 2);
      scaleWith('batch', 0, {frozen: 1});
      await until('one to be left', () => latest.get('batch')?.frozen === 1 && latest.get('batch')?.ending === 0);
      await until('its work to be counted', () => (latest.get('batch')?.lostMs ?? 0) > 0);
      expect(await running('batch')).toBe(0);
    });

    testWith('replicas on standby wait paused, serve at once, and take back what shrinks', async () => {
      const {running, ahead = true} = await open();
      if (!ahead) return;
      scale('queue', 1, 2);
      await reaches('queue', 1, 2);
      await until('the host to run 1', async () => (await running('queue')) === 1);
      scale('queue', 3, 0);
      await reaches('queue', 3);
      expect(await running('queue')).toBe(3);
      scale('queue', 0, 2);
      await reaches('queue', 0, 2);
      await until('the host to run none', async () => (await running('queue')) === 0);
    });

    testWith('tidying takes away what waits, and what is frozen only where it is told to', async () => {
      const {orchestrator, running, ahead = true} = await open();
      if (!ahead) return;
      scale('queue', 1, 2);
      scaleWith('batch', 2, {frozen: 8});
      await reaches('queue', 1, 2);
      await reaches('batch', 2);
      scaleWith('batch', 1, {frozen: 8, yields: 1});
      await until('one to be frozen', () => latest.get('batch')?.frozen === 1);
      await orchestrator.tidy('waiting', 30_000);
      await reaches('queue', 1, 0);
      expect(latest.get('batch')).toMatchObject({running: 1, frozen: 1});
      await orchestrator.tidy('all', 30_000);
      await until('nothing to be frozen', () => (latest.get('batch')?.frozen ?? 0) + (latest.get('batch')?.ending ?? 0) === 0);
      expect(await running('queue')).toBe(1);
      expect(await running('batch')).toBe(1);
    });

    testWith('a replica that is killed is replaced, and the other services are left alone', async () => {
      const {kill, running} = await open();
      scale('web', 2);
      scale('batch', 1);
      await reaches('web', 2);
      await reaches('batch', 1);
      const before = all.length;
      await kill('web');
      await until('the loss to be seen', () =>
        all.slice(before).some(({service, observation}) => service === 'web' && observation.running < 2),
      );
      await reaches('web', 2);
      expect(await running('web')).toBe(2);
      expect(
        all
          .slice(before)
          .filter(({service}) => service === 'batch')
          .every(({observation}) => observation.running === 1),
      ).toBe(true);
    });

    testWith('at rest it asks for nothing, and goes on when it is scaled again', async () => {
      const {orchestrator, kill, running} = await open();
      scale('web', 3);
      await reaches('web', 3);
      orchestrator.rest();
      const before = all.length;
      await kill('web');
      await until('the loss to be seen', () => all.slice(before).some(({observation}) => observation.running < 3));
      scale('web', 2);
      await reaches('web', 2);
      await until('the host to run 2', async () => (await running('web')) === 2);
    });

    testWith('its replicas can be looked at one by one, each with its name, node, state and age', async () => {
      const {orchestrator, writes, ahead = true} = await open();
      const startedAt = Date.now();
      scale('web', 2, ahead ? 1 : 0);
      scaleWith('batch', 2, {frozen: 8});
      await reaches('web', 2, ahead ? 1 : 0);
      await reaches('batch', 2);
      const looked = await until('them to be seen', async () => {
        const {replicas, more} = await orchestrator.replicas('web');
        const serving = replicas.filter(({state}) => state === 'running').length;
        // What is only being made has no name yet.
        return serving === 2 && replicas.length === (ahead ? 3 : 2) && {replicas, more};
      });
      expect(looked.more).toBe(0);
      expect(looked.replicas.map(({state}) => state)).toEqual(ahead ? ['running', 'running', 'standby'] : ['running', 'running']);
      expect(new Set(looked.replicas.map(({name}) => name)).size).toBe(looked.replicas.length);
      for (const {name, node, since, cpu, memoryBytes} of looked.replicas) {
        expect(name).toContain('web');
        expect(node).not.toBe('');
        // A host may have another clock, and count in seconds.
        expect(since ?? 0).toBeGreaterThan(startedAt - 60_000);
        expect(cpu ?? 0).toBeGreaterThanOrEqual(0);
        expect(memoryBytes ?? 0).toBeGreaterThanOrEqual(0);
      }
      if (writes !== null)
        await until('what one of them uses to be known', async () => {
          const all = [...(await orchestrator.replicas('web')).replicas, ...(await orchestrator.replicas('batch')).replicas];
          return all.some(({memoryBytes}) => (memoryBytes ?? 0) > 0);
        });
      if (!ahead) return;
      scaleWith('batch', 1, {frozen: 8, yields: 1});
      await until('one to be frozen', async () =>
        (await orchestrator.replicas('batch')).replicas.some(({state, since}) => state === 'frozen' && (since ?? 0) >= startedAt),
      );
      expect((await orchestrator.replicas('queue')).replicas).toEqual([]);
    });

    testWith('the last lines that its replicas wrote can be read, clean and named, or it is said why not', async () => {
      const {orchestrator, writes} = await open();
      scale('web', 2);
      await reaches('web', 2);
      if (writes === null) {
        const {lines, remark} = await orchestrator.logs('web', 10);
        expect(lines).toEqual([]);
        expect(remark).not.toBe('');
        return;
      }
      const {lines} = await until('both to have written', async () => {
        const tail = await orchestrator.logs('web', 10);
        return new Set(tail.lines.map(({replica}) => replica)).size === 2 && tail;
      });
      for (const {replica, at, text} of lines) {
        expect(replica).toContain('web');
        expect(text).toBe(writes);
        expect(at).not.toBeNull();
      }
    });

    testWith('closing changes no count', async () => {
      const {orchestrator, running} = await open();
      scale('web', 2);
      await reaches('web', 2);
      await orchestrator.close();
      expect(await running('web')).toBe(2);
    });
  });
}
