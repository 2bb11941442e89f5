/** What runs where nobody has configured anything: microscaling in a box, as on stage. */
import {unbounded, type ServiceSpec} from '../scaler/spec.ts';
import {plainReadiness} from '../scaler/readiness.ts';
import type {Config, Workload} from './config.ts';

export const boxImage = 'busybox';

/** Serves nobody, does nothing, and ends at once when told to. */
const idle = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 3600 & wait; done'];

function workload(image: string): Workload {
  return {
    image,
    pull: 'missing',
    command: idle,
    entrypoint: [],
    environment: [],
    networks: ['none'],
    ports: [],
    volumes: [],
    user: null,
    cpus: null,
    memoryBytes: null,
    cpuShares: null,
    oomScoreAdj: null,
    stopSignal: null,
    stopGraceMs: 2000,
    init: null,
    labels: {},
    logging: null,
  };
}

const spec: Omit<ServiceSpec, 'name' | 'priority' | 'target'> = {
  min: 0,
  max: unbounded,
  slots: 1,
  weight: 1,
  demands: [],
  lead: {kind: 'off'},
  onLost: {kind: 'hold'},
  tolerance: 0,
  flapGuardMs: 0,
  settleMs: 0,
  stepMax: unbounded,
  drift: 'reassert',
  adopted: false,
  retired: false,
  ...plainReadiness,
};

/** Priority 1 follows a random line, priority 2 fills the box. */
export function boxConfig(image: string, capacity: number): Config {
  return {
    project: 'microscale',
    capacity,
    slot: {cpus: null, memoryBytes: null},
    services: [
      {...spec, name: 'web', priority: 1, target: {kind: 'direct'}, max: capacity},
      {...spec, name: 'batch', priority: 2, target: {kind: 'fill'}},
    ],
    slotsGiven: new Set(),
    orchestrator: null,
    lease: 'microscale',
    adopted: new Map(),
    sizes: new Map(),
    graceMs: new Map(),
    handoverWithinMs: new Map(),
    notes: [],
    workloads: new Map([
      ['web', workload(image)],
      ['batch', workload(image)],
    ]),
    demands: new Map([['web', [{source: 'random', min: 0, max: capacity, everyMs: 1000, step: 3, spikes: 0.03}]]]),
    overrideMs: 30 * 60_000,
    modes: [],
    theme: null,
    onExit: null,
  };
}

/** A small shop on a simulated host, to look around in. */
export function demoConfig(capacity: number): Config {
  const service = (name: string, priority: number, rest: Partial<ServiceSpec>): ServiceSpec => ({
    ...spec,
    name,
    priority,
    target: {kind: 'direct'},
    ...rest,
  });
  const most = Math.max(4, Math.floor(capacity / 2));
  const services = [
    service('checkout', 1, {min: 2, max: most}),
    service('search', 1, {min: 2, max: most, target: {kind: 'perReplica', value: 12}, settleMs: 8000}),
    service('mail', 2, {max: Math.max(2, Math.floor(capacity / 5))}),
    service('reports', 3, {target: {kind: 'fill'}, max: Math.max(2, Math.floor(capacity / 4))}),
    service('batch', 4, {target: {kind: 'fill'}}),
  ];
  return {
    ...boxConfig(boxImage, capacity),
    project: 'shop',
    services,
    workloads: new Map(services.map(({name}) => [name, workload(boxImage)])),
    demands: new Map([
      ['checkout', [{source: 'random', min: 1, max: most, everyMs: 1500, step: 2, spikes: 0.05}]],
      ['search', [{source: 'wave', min: 8, max: 12 * most * 0.8, periodMs: 90_000, everyMs: 1000}]],
      ['mail', [{source: 'random', min: 0, max: 4, everyMs: 4000, step: 1, spikes: 0}]],
    ]),
  };
}
