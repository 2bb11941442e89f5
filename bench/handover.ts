/** The handover 2→8 of 10 on a real engine: microscale against the floor, interleaved in one run. */
import {subscribe} from 'node:diagnostics_channel';
import http from 'node:http';
import {createRealClock} from '../source/clock.ts';
import {createEngine, type Engine} from '../source/engine.ts';
import {createDockerHost} from '../source/orchestrators/docker/docker.ts';
import {spec, filler} from '../test/support/fleets.ts';
import {until} from '../test/support/until.ts';
import {workload} from '../test/support/workloads.ts';
import {median} from './statistics.ts';

const capacity = 10;
const few = 2;
const many = 8;
const moved = many - few;

export interface HandoverResult {
  readonly floorMs: readonly number[];
  readonly microscaleMs: readonly number[];
  /** Pair by pair, so that a machine that drifts drifts for both. */
  readonly ratios: readonly number[];
  readonly firstCallMs: readonly number[];
}

export async function benchHandover(socket: string, rounds: number): Promise<HandoverResult> {
  const floor = await createFloor(socket);
  const box = await createBox(socket);
  const result = {floorMs: [] as number[], microscaleMs: [] as number[], ratios: [] as number[], firstCallMs: [] as number[]};
  for (let round = 0; round < rounds + 1; round++) {
    // Who goes first changes from round to round; the first round warms both up and isn't counted.
    const order = round % 2 === 0 ? (['floor', 'microscale'] as const) : (['microscale', 'floor'] as const);
    let floorMs = 0;
    let microscale = {tookMs: 0, firstCallMs: 0};
    for (const who of order) {
      if (who === 'floor') floorMs = await floor.handover();
      else microscale = await box.handover();
    }
    if (round === 0) continue;
    result.floorMs.push(floorMs);
    result.microscaleMs.push(microscale.tookMs);
    result.ratios.push(microscale.tookMs / floorMs);
    result.firstCallMs.push(microscale.firstCallMs);
  }
  await floor.close();
  await box.close();
  return result;
}

interface Box {
  handover(): Promise<{tookMs: number; firstCallMs: number}>;
  close(): Promise<void>;
}

async function createBox(socket: string): Promise<Box> {
  const chosen = {endpoint: {kind: 'unix', path: socket}, url: `unix://${socket}`, asked: true} as const;
  const orchestrator = createDockerHost({clock: createRealClock(), chosen, project: 'bench', workloadOf: () => workload()});
  let watch: () => void = () => {};
  const engine: Engine = createEngine({clock: createRealClock(), orchestrator, recorder: null, acting: 'auto', stepped: () => watch()});
  await engine.open(() => ({
    settings: {project: 'bench', capacity, nodeSlots: [], overrideMs: null, modes: []},
    services: [spec('web', {max: capacity}), filler('batch', {priority: 2})],
  }));
  const web = () => engine.fleet().services.find(service => service.spec.name === 'web');
  const settledAt = async (demand: number) => {
    engine.read('web', {kind: 'value', value: demand});
    await until(`the box to settle at ${demand}`, () =>
      engine
        .fleet()
        .services.every(
          ({observed, decision}) => observed && observed.running === decision?.desired && observed.pending + observed.stopping === 0,
        ),
    );
    await until(
      'the removals to be over',
      async () => (await call(socket, 'GET', '/containers/json?all=1')).length === capacity + floorContainers(),
    );
  };
  return {
    async handover() {
      await settledAt(few);
      const startedAt = performance.now();
      let firstCallMs = 0;
      onCall = () => {
        firstCallMs = performance.now() - startedAt;
        onCall = () => {};
      };
      const whole = new Promise<number>(resolve => {
        watch = () => {
          if (web()?.observed?.running === many) resolve(performance.now() - startedAt);
        };
      });
      engine.read('web', {kind: 'value', value: many});
      const tookMs = await whole;
      watch = () => {};
      await settledAt(many);
      return {tookMs, firstCallMs};
    },
    close: () => engine.close('drain'),
  };
}

let onCall: () => void = () => {};
subscribe('http.client.request.start', () => onCall());

interface Floor {
  handover(): Promise<number>;
  close(): Promise<void>;
}

const standing = new Set<string>();
const floorContainers = () => standing.size;

/** The same calls, bare, in the best order: create all at once, stop all at once, start each as a slot falls free. */
async function createFloor(socket: string): Promise<Floor> {
  const body = {
    Image: 'busybox',
    Cmd: workload().command,
    HostConfig: {NetworkMode: 'none'},
    StopTimeout: 2,
  };
  let made = 0;
  const create = async () => ((await call(socket, 'POST', `/containers/create?name=floor-${++made}`, body)) as unknown as {Id: string}).Id;
  const start = (id: string) => call(socket, 'POST', `/containers/${id}/start`);
  const remove = async (id: string) => {
    await call(socket, 'DELETE', `/containers/${id}?v=1&force=1`);
    standing.delete(id);
  };
  const run = async () => {
    const id = await create();
    await start(id);
    standing.add(id);
    return id;
  };
  return {
    async handover() {
      const victims = await Promise.all(Array.from({length: capacity - few}, run));
      const kept = await Promise.all(Array.from({length: few}, run));
      const startedAt = performance.now();
      let free = 0;
      const waiting: (() => void)[] = [];
      const slot = () => (free > 0 ? Promise.resolve(void free--) : new Promise<void>(resolve => waiting.push(resolve)));
      const heirs = Array.from({length: moved}, create);
      const stops = victims.slice(0, moved).map(async id => {
        await call(socket, 'POST', `/containers/${id}/stop`);
        const next = waiting.shift();
        if (next) next();
        else free++;
      });
      const starts = heirs.map(async creating => {
        const id = await creating;
        await slot();
        await start(id);
        standing.add(id);
        return id;
      });
      const running = await Promise.all(starts);
      const tookMs = performance.now() - startedAt;
      await Promise.all(stops);
      await Promise.all([...victims, ...kept, ...running].map(remove));
      return tookMs;
    },
    async close() {
      agent.destroy();
    },
  };
}

const agent = new http.Agent({keepAlive: true, maxSockets: 24});

function call(socket: string, method: string, path: string, body?: object): Promise<readonly unknown[]> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = text === '' ? {} : {'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text)};
  return new Promise((resolve, reject) => {
    const request = http.request({socketPath: socket, method, path, agent, headers}, response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString('utf8');
        if ((response.statusCode ?? 500) >= 400) reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`));
        else resolve(answer === '' ? [] : (JSON.parse(answer) as readonly unknown[]));
      });
    });
    request.on('error', reject);
    request.end(text);
  });
}

export function handoverLines(result: HandoverResult): readonly string[] {
  return [
    `handover ${few}→${many} of ${capacity}, ${result.ratios.length} rounds, medians`,
    `  floor        ${median(result.floorMs).toFixed(0)} ms`,
    `  microscale   ${median(result.microscaleMs).toFixed(0)} ms`,
    `  ratio        ${median(result.ratios).toFixed(3)}   (at most 1.15)`,
    `  first call   ${median(result.firstCallMs).toFixed(2)} ms after the reading   (under 10)`,
  ];
}
