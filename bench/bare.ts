/** The engine's own calls, bare: the floor that a handover is measured against. It keeps to the slots and does nothing else. */
import http from 'node:http';
import type {Workload} from '../source/config/config.ts';
import {workload} from '../test/support/workloads.ts';

/** How the heirs wait for their slots, and what becomes of those that give them. */
export type Way = 'cold' | 'created' | 'paused' | 'frozen';
export const ways: readonly Way[] = ['cold', 'created', 'paused', 'frozen'];

const agent = new http.Agent({keepAlive: true, maxSockets: 24});

export function call(socket: string, method: string, path: string, body?: object): Promise<unknown> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = text === '' ? {} : {'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text)};
  return new Promise((resolve, reject) => {
    const request = http.request({socketPath: socket, method, path, agent, headers}, response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString('utf8');
        if ((response.statusCode ?? 500) >= 400) reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`));
        else resolve(answer === '' ? [] : JSON.parse(answer));
      });
    });
    request.on('error', reject);
    request.end(text);
  });
}

export interface Bare {
  /** Moves so many slots from running victims to heirs, in the best order; answers in milliseconds. Then all is put back. */
  move(way: Way, slots: number): Promise<number>;
  close(): Promise<void>;
}

/** Victims and heirs of one way, made once: what can be put back is put back and not made anew. */
interface Cast {
  readonly victims: readonly string[];
  heirs: readonly string[];
}

export async function createBare(socket: string, capacity: number, victim: Workload = workload()): Promise<Bare> {
  const bodyOf = ({command}: Workload) => ({Image: 'busybox', Cmd: command, HostConfig: {NetworkMode: 'none'}, StopTimeout: 2});
  let made = 0;
  const make = async (body: object) => ((await call(socket, 'POST', `/containers/create?name=bare-${++made}`, body)) as {Id: string}).Id;
  const create = () => make(bodyOf(workload()));
  const on = (id: string, verb: string) => call(socket, 'POST', `/containers/${id}/${verb}`);
  // A kernel may fail to freeze processes that are just being made: microscale tries again too.
  const pause = async (id: string) => {
    for (let left = 4; left > 0; left--) {
      const failure = await on(id, 'pause').then(
        () => null,
        (error: Error) => error,
      );
      if (!failure) return;
      if (left === 1 || !failure.message.includes('unable to freeze')) throw failure;
    }
  };
  const remove = (id: string) => call(socket, 'DELETE', `/containers/${id}?v=1&force=1`);
  const all = (ids: readonly string[], act: (id: string) => Promise<unknown>) => Promise.all(ids.map(act));
  const casts = new Map<Way, Cast>();

  async function castFor(way: Way): Promise<Cast> {
    const known = casts.get(way);
    if (known) return known;
    const victims = await Promise.all(Array.from({length: capacity}, () => make(bodyOf(victim))));
    await all(victims, id => on(id, 'start'));
    const cast: Cast = {victims, heirs: []};
    if (way === 'paused' || way === 'frozen') {
      cast.heirs = await Promise.all(Array.from({length: capacity}, create));
      await all(cast.heirs, id => on(id, 'start'));
      await all(cast.heirs, pause);
    }
    casts.set(way, cast);
    return cast;
  }

  return {
    async move(way, slots) {
      const cast = await castFor(way);
      const isPaused = way === 'paused' || way === 'frozen';
      if (way === 'created') cast.heirs = await Promise.all(Array.from({length: slots}, create));
      const startedAt = performance.now();
      let free = 0;
      const waiting: (() => void)[] = [];
      const slot = () => (free > 0 ? Promise.resolve(void free--) : new Promise<void>(resolve => waiting.push(resolve)));
      const heirs = way === 'cold' ? Array.from({length: slots}, create) : cast.heirs.slice(0, slots).map(id => Promise.resolve(id));
      const victims = cast.victims.slice(0, slots);
      const frees = all(victims, async id => {
        await (way === 'frozen' ? pause(id) : on(id, 'stop'));
        const next = waiting.shift();
        if (next) next();
        else free++;
      });
      const serving = await Promise.all(
        heirs.map(async coming => {
          const id = await coming;
          await slot();
          await on(id, isPaused ? 'unpause' : 'start');
          return id;
        }),
      );
      const tookMs = performance.now() - startedAt;
      await frees;
      await (isPaused ? all(serving, pause) : all(serving, remove));
      await all(victims, id => on(id, way === 'frozen' ? 'unpause' : 'start'));
      if (!isPaused) cast.heirs = [];
      return tookMs;
    },
    async close() {
      for (const {victims, heirs} of casts.values()) await all([...victims, ...heirs], remove);
    },
  };
}
