/** microscale on a real engine: one service that is given demand, one that fills the rest, kept ready one way or another. */
import {createRealClock} from '../source/clock.ts';
import type {Workload} from '../source/config/config.ts';
import {createEngine, type Engine} from '../source/engine.ts';
import {createDockerHost} from '../source/orchestrators/docker/docker.ts';
import type {ServiceSpec} from '../source/scaler/spec.ts';
import type {Preempt, Standby} from '../source/scaler/readiness.ts';
import {filler, spec} from '../test/support/fleets.ts';
import {until} from '../test/support/until.ts';
import {workload} from '../test/support/workloads.ts';
import {call, type Way} from './bare.ts';

const hourMs = 3_600_000;

export interface Box {
  /** Gives the demand, and answers in milliseconds from then until so many replicas serve. */
  move(slots: number): Promise<number>;
  /** Takes the demand away, and waits until everything is as it was. */
  back(): Promise<void>;
  /** Told before each of its calls. */
  close(): Promise<void>;
}

function specsFor(way: Way, capacity: number): readonly ServiceSpec[] {
  const kept = (state: 'created' | 'paused'): Standby => ({kind: 'kept', replicas: capacity, state, forMs: hourMs});
  const standby: Readonly<Record<Way, Standby>> = {
    cold: {kind: 'none'},
    created: kept('created'),
    paused: kept('paused'),
    frozen: kept('paused'),
  };
  const preempt: Preempt = way === 'frozen' ? {kind: 'freeze', max: capacity, forMs: hourMs, thenStop: false} : {kind: 'stop'};
  return [spec('web', {max: capacity, standby: standby[way]}), filler('batch', {priority: 2, preempt})];
}

export async function createBox(
  socket: string,
  way: Way,
  capacity: number,
  workloadOf: (service: string) => Workload = () => workload(),
): Promise<Box> {
  const chosen = {endpoint: {kind: 'unix', path: socket}, url: `unix://${socket}`, asked: true} as const;
  const project = `bench-${way}`;
  const clock = createRealClock();
  const orchestrator = createDockerHost({clock, chosen, project, workloadOf});
  let watch: () => void = () => {};
  const engine: Engine = createEngine({clock, orchestrator, recorder: null, acting: 'auto', stepped: () => watch()});
  const specs = specsFor(way, capacity);
  await engine.open(() => ({settings: {project, capacity, nodeSlots: [], overrideMs: null, modes: []}, services: specs}));
  const web = () => engine.fleet().services.find(service => service.spec.name === 'web');
  const isSettled = () =>
    engine.fleet().services.every(({spec: {standby}, observed, decision}) => {
      if (!observed || observed.running !== decision?.desired) return false;
      const {pending, stopping, frozen, ending} = observed;
      return pending + stopping + frozen + ending === 0 && observed.standby === (standby.kind === 'kept' ? standby.replicas : 0);
    });

  /** Nothing is being made, started, paused or removed any more. */
  async function rest(): Promise<void> {
    await until(`the box to settle (${way})`, isSettled);
    const filters = encodeURIComponent(JSON.stringify({label: [`microscale.project=${project}`]}));
    const states: Readonly<Record<Way, readonly string[]>> = {cold: [], created: ['created'], paused: ['paused'], frozen: ['paused']};
    const expected = [
      ...Array.from({length: capacity}, () => 'running'),
      ...Array.from({length: capacity}, () => states[way][0] ?? ''),
    ].filter(Boolean);
    await until(`its containers to be at rest (${way})`, async () => {
      const found = (await call(socket, 'GET', `/containers/json?all=1&filters=${filters}`)) as readonly {
        State: string;
        Names: readonly string[];
      }[];
      return JSON.stringify(found.map(({State: state}) => state).toSorted()) === JSON.stringify(expected.toSorted());
    });
  }

  async function back(): Promise<void> {
    engine.read('web', {kind: 'value', value: 0});
    await until('the demand to be taken', () => web()?.decision?.want === 0);
    await rest();
  }

  await back();
  return {
    async move(slots) {
      const startedAt = performance.now();
      const whole = new Promise<number>(resolve => {
        watch = () => {
          if (web()?.observed?.running === slots) resolve(performance.now() - startedAt);
        };
      });
      engine.read('web', {kind: 'value', value: slots});
      const tookMs = await whole;
      watch = () => {};
      return tookMs;
    },
    back,
    close: () => engine.close('drain'),
  };
}
