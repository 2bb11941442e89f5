/** On a real Swarm of three managers: microscale against bare updates by the API and against `docker service scale`, in one run. */
import {execFile} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {promisify} from 'node:util';
import type Docker from 'dockerode';
import {createRealClock} from '../source/clock.ts';
import {createEngine} from '../source/engine.ts';
import {swarmApi} from '../source/orchestrators/swarm/api.ts';
import {createSwarmHost} from '../source/orchestrators/swarm/swarm.ts';
import {withReplicas} from '../source/orchestrators/swarm/wire.ts';
import {filler, spec} from '../test/support/fleets.ts';
import type {PrivateSwarm, SwarmNode} from '../test/support/private-swarm.ts';
import {until} from '../test/support/until.ts';
import {workload} from '../test/support/workloads.ts';
import {atMost, under, verdict, type Line} from './results.ts';
import {median} from './statistics.ts';

const capacity = 10;
const few = 2;
const many = 8;
/** As often as microscale looks, so that nobody wins by looking. */
const lookMs = 25;

export interface SwarmResult {
  /** Into free slots: a bare update of the one service, and microscale's. */
  readonly growth: Pairs;
  /** With slots that must be taken: two bare updates in the best order that keeps to the slots, and microscale's. */
  readonly handover: Pairs;
  /** `docker service scale` of both services at once, which keeps to no slots. */
  readonly commandMs: readonly number[];
  readonly thousand: {readonly listMs: number; readonly cpuMs: number; readonly bytes: number};
}

interface Pairs {
  readonly bareMs: readonly number[];
  readonly microscaleMs: readonly number[];
}

interface Bare {
  set(service: string, replicas: number): Promise<void>;
  serving(service: string): Promise<number>;
  alive(service: string): Promise<number>;
}

export async function benchSwarm(swarm: PrivateSwarm, rounds: number): Promise<SwarmResult> {
  const [node] = swarm.nodes;
  if (!node) throw new Error('there is no manager');
  for (const name of ['web', 'batch', 'bare-web', 'bare-batch', 'cli-web', 'cli-batch']) await create(node.docker, name, 0);
  const bare = bareOn(node.docker);
  const growth = {bareMs: [] as number[], microscaleMs: [] as number[]};
  const handover = {bareMs: [] as number[], microscaleMs: [] as number[]};
  const commandMs: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 0 ? (['bare', 'microscale'] as const) : (['microscale', 'bare'] as const);
    const took = {bare: {growth: 0, handover: 0}, microscale: {growth: 0, handover: 0}};
    for (const who of order) took[who] = who === 'bare' ? await bareRound(bare) : await microscaleRound(node, bare);
    const command = await commandRound(node, bare);
    // The first warms everything up and isn't counted.
    if (round === 0) continue;
    growth.bareMs.push(took.bare.growth);
    growth.microscaleMs.push(took.microscale.growth);
    handover.bareMs.push(took.bare.handover);
    handover.microscaleMs.push(took.microscale.handover);
    commandMs.push(command);
  }
  return {growth, handover, commandMs, thousand: await costOfThousand(node)};
}

async function bareRound(bare: Bare): Promise<{growth: number; handover: number}> {
  await settle(bare, 'bare-web', few);
  const growth = await timed(async () => {
    await bare.set('bare-web', many);
    await reach(async () => (await bare.serving('bare-web')) === many);
  });
  await settle(bare, 'bare-web', few);
  await settle(bare, 'bare-batch', capacity - few);
  const handover = await timed(async () => {
    await bare.set('bare-batch', capacity - many);
    // Each slot is given on as soon as it is free.
    let given = few;
    await reach(async () => {
      const free = capacity - (await bare.alive('bare-batch'));
      if (free > given) await bare.set('bare-web', (given = Math.min(many, free)));
      return given === many;
    });
    await reach(async () => (await bare.serving('bare-web')) === many);
  });
  await settle(bare, 'bare-web', 0);
  await settle(bare, 'bare-batch', 0);
  return {growth, handover};
}

async function microscaleRound(node: SwarmNode, bare: Bare): Promise<{growth: number; handover: number}> {
  const run = async (withBatch: boolean) => {
    let watch: () => void = () => {};
    const engine = createEngine({
      clock: createRealClock(),
      orchestrator: createSwarmHost({
        clock: createRealClock(),
        endpoints: [{endpoint: {kind: 'unix', path: node.socket}, url: node.host, asked: true}],
        project: 'bench',
        lease: 'bench',
        workloadOf: () => null,
        adoptedName: name => name,
      }),
      recorder: null,
      acting: 'auto',
      stepped: () => watch(),
    });
    const services = [spec('web', {max: capacity, adopted: true}), ...(withBatch ? [filler('batch', {priority: 2, adopted: true})] : [])];
    await engine.open(() => ({settings: {project: 'bench', capacity, nodeSlots: [], overrideMs: null, modes: []}, services}));
    engine.read('web', {kind: 'value', value: few});
    await until('the start', () =>
      engine.fleet().services.every(({spec: {name}, observed, decision}) => {
        const wanted = name === 'web' ? few : capacity - few;
        return decision?.desired === wanted && observed?.running === wanted && observed.pending + observed.stopping === 0;
      }),
    );
    const startedAt = performance.now();
    const whole = new Promise<number>(resolve => {
      watch = () => {
        const web = engine.fleet().services.find(service => service.spec.name === 'web');
        if (web?.observed?.running === many) resolve(performance.now() - startedAt);
      };
    });
    engine.read('web', {kind: 'value', value: many});
    const tookMs = await whole;
    await engine.close('leave', 0);
    await settle(bare, 'web', 0);
    await settle(bare, 'batch', 0);
    return tookMs;
  };
  return {growth: await run(false), handover: await run(true)};
}

/** What an operator would type. It returns once the Swarm has been steady for its five seconds. */
async function commandRound({host}: SwarmNode, bare: Bare): Promise<number> {
  await settle(bare, 'cli-web', few);
  await settle(bare, 'cli-batch', capacity - few);
  const tookMs = await timed(() =>
    promisify(execFile)('docker', ['-H', host, 'service', 'scale', `cli-batch=${capacity - many}`, `cli-web=${many}`]),
  );
  await settle(bare, 'cli-web', 0);
  await settle(bare, 'cli-batch', 0);
  return tookMs;
}

/** A thousand tasks that no node takes are a thousand tasks to list all the same. */
async function costOfThousand(node: SwarmNode): Promise<SwarmResult['thousand']> {
  await create(node.docker, 'thousand', 1000, ['node.labels.none==here']);
  const api = swarmApi(node.docker);
  const list = () => api.tasks(AbortSignal.timeout(60_000));
  await until('a thousand tasks', async () => (await list()).length >= 1000);
  const looks = 20;
  const before = cpuMs(node.pid());
  const times: number[] = [];
  for (let look = 0; look < looks; look++) times.push(await timed(list));
  const used = (cpuMs(node.pid()) - before) / looks;
  const bytes = JSON.stringify(await list()).length;
  return {listMs: median(times), cpuMs: used, bytes};
}

/** Processor time of a process so far (proc(5): the clock ticks a hundred times a second here). */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function bareOn(docker: Docker): Bare {
  const api = swarmApi(docker);
  const signal = () => AbortSignal.timeout(30_000);
  const tasks = async (name: string) => api.tasks(signal(), [name]);
  const ended = new Set(['complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned']);
  return {
    async set(name, replicas) {
      const service = await api.service(name, signal());
      await api.update(service.ID, service.Version.Index, withReplicas(service.Spec, replicas), signal());
    },
    serving: async name => (await tasks(name)).filter(task => task.DesiredState === 'running' && task.Status.State === 'running').length,
    alive: async name => (await tasks(name)).filter(task => !ended.has(task.Status.State)).length,
  };
}

async function settle(bare: Bare, service: string, replicas: number): Promise<void> {
  await bare.set(service, replicas);
  await reach(async () => (await bare.serving(service)) === replicas && (await bare.alive(service)) === replicas);
}

async function reach(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await new Promise(resolve => setTimeout(resolve, lookMs));
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

async function create(docker: Docker, name: string, replicas: number, constraints: readonly string[] = []): Promise<void> {
  await docker.createService({
    Name: name,
    TaskTemplate: {
      ContainerSpec: {Image: 'busybox', Args: [...(workload().command ?? [])], StopGracePeriod: 2e9},
      Placement: {Constraints: [...constraints]},
    },
    Mode: {Replicated: {Replicas: replicas}},
  } as never);
}

export function swarmLines({growth, handover, commandMs, thousand}: SwarmResult): readonly Line[] {
  const ratio = (ours: readonly number[], others: readonly number[]) => median(ours.map((ms, index) => ms / (others[index] ?? Number.NaN)));
  const ms = (values: readonly number[]) => `${median(values).toFixed(0)} ms`;
  const beside = ({bareMs, microscaleMs}: Pairs) => `microscale ${ms(microscaleMs)} over ${ms(bareMs)}`;
  return [
    `a Swarm of three managers, from the reading to all tasks running, ${growth.bareMs.length} rounds, medians`,
    verdict(
      `${few}→${many} into free slots, of a bare update, ${beside(growth)}`,
      ratio(growth.microscaleMs, growth.bareMs),
      atMost(1.15),
      '',
    ),
    verdict(
      `${few}→${many} of ${capacity}, taken from batch, of bare updates, ${beside(handover)}`,
      ratio(handover.microscaleMs, handover.bareMs),
      atMost(1.15),
      '',
    ),
    verdict(`the same, of docker service scale, which takes ${ms(commandMs)}`, ratio(handover.microscaleMs, commandMs), under(0.5), ''),
    `       a look at 1,000 tasks: ${thousand.listMs.toFixed(0)} ms, of which ${thousand.cpuMs.toFixed(0)} ms of a manager's processor, ${(thousand.bytes / 1e6).toFixed(1)} MB`,
  ];
}
