/** What every orchestrator must do, asked of each of them in the same words. */
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Orchestrator, OrchestratorEvents} from '../../source/ports.ts';
import type {Observation} from '../../source/scaler/fleet.ts';
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
    const services = [spec('web'), spec('batch', {priority: 2})];

    const events: OrchestratorEvents = {
      observed(service, observation) {
        latest.set(service, observation);
        all.push({service, observation});
      },
      connected() {},
      disconnected() {},
      noted() {},
      surveyed() {},
      drifted() {},
      memory() {},
      heard() {},
    };

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
    const reaches = (service: string, running: number, standby = 0) =>
      until(`${service} to settle at ${running}`, () => {
        const seen = latest.get(service);
        return seen && seen.running === running && seen.pending + seen.stopping === 0 && seen.standby === standby;
      });

    testWith('every service has been reported when opening is over', async () => {
      await open();
      expect([...latest.keys()].toSorted()).toEqual(['batch', 'web']);
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

    testWith('closing changes no count', async () => {
      const {orchestrator, running} = await open();
      scale('web', 2);
      await reaches('web', 2);
      await orchestrator.close();
      expect(await running('web')).toBe(2);
    });
  });
}
