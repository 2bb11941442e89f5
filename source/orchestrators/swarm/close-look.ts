/**
 * A closer look at a service's tasks: where each is, what it is at and wrote, and what those use that run on the very
 * node that is asked; a manager knows that of no other.
 */
import type Docker from 'dockerode';
import type {Clock, LogTail, ReplicasSeen} from '../../ports.ts';
import {createGauges, type Uses} from '../docker/gauge.ts';
import {inTurns} from '../docker/meter.ts';
import {readLogs, soon, unreadWords} from '../docker/read-logs.ts';
import {within} from '../docker/within.ts';
import {logLine, mergeTails} from '../log-tail.ts';
import {byStateThenName, lookedAtMax} from '../replica-order.ts';
import {swarmApi} from './api.ts';
import {downNodes} from './survey.ts';
import {taskName, taskSeen} from './task-looks.ts';
import type {NodeObject, TaskObject} from './wire.ts';

export interface CloseLookParts {
  readonly clock: Clock;
  /** Of the manager that answers at this moment. */
  readonly docker: () => Docker;
  /** As they were seen last. */
  readonly nodes: () => readonly NodeObject[];
  /** The Swarm's id of a service; null where it isn't there. */
  readonly idOf: (service: string) => string | null;
}

const atOnce = 5;
const listLimitMs = 4000;
const oneLimitMs = 2000;
/** A node that is gone keeps a log open for ever. */
const logsLimitMs = 4000;

export function createCloseLook({clock, docker, nodes, idOf}: CloseLookParts): {
  replicas(service: string): Promise<ReplicasSeen>;
  logs(service: string, lines: number): Promise<LogTail>;
} {
  const gaugeOf = createGauges(docker, clock);

  const tasksOf = (id: string) => within(listLimitMs, signal => swarmApi(docker()).tasks(signal, [id]));

  /** By task; a container of another node is none of the one that is asked. */
  async function measure(service: string, tasks: readonly TaskObject[]): Promise<ReadonlyMap<string, Uses>> {
    const endsAt = clock.now() + listLimitMs;
    const info = (await within(oneLimitMs, () => docker().info()).catch(() => null)) as {Swarm?: {NodeID?: string}} | null;
    const gauge = gaugeOf(service);
    const near = new Map(
      tasks.flatMap(({ID: id, NodeID: node, Status: {ContainerStatus: status}}) =>
        status?.ContainerID && node !== undefined && node === info?.Swarm?.NodeID ? [[status.ContainerID, id] as const] : [],
      ),
    );
    await inTurns(gauge.oldestFirst([...near.keys()]), atOnce, async container => {
      const leftMs = Math.min(oneLimitMs, endsAt - clock.now());
      if (leftMs > 0) await within(leftMs, signal => gauge.read(container, signal)).catch(() => {});
    });
    gauge.keep(new Set(near.keys()));
    return new Map([...near].map(([container, id]) => [id, gauge.last(container)]));
  }

  return {
    async replicas(service) {
      const id = idOf(service);
      if (id === null) return {replicas: [], more: 0};
      const tasks = await tasksOf(id);
      const [known, down] = [nodes(), downNodes(nodes())];
      const names = new Map(known.map(({ID: node, Description: description}) => [node, description?.Hostname ?? node]));
      const all = tasks
        .flatMap(task => {
          const seen = taskSeen(task, service, node => down.has(node));
          return seen ? [{task, seen}] : [];
        })
        .toSorted((a, b) => byStateThenName(a.seen, b.seen));
      const looked = all.slice(0, lookedAtMax);
      const measured = await measure(
        service,
        looked.filter(({seen}) => seen.state === 'running').map(({task}) => task),
      );
      return {
        replicas: looked.map(({task, seen}) => ({
          ...seen,
          node: task.NodeID ? (names.get(task.NodeID) ?? task.NodeID) : null,
          cpu: measured.get(task.ID)?.cpu ?? null,
          memoryBytes: measured.get(task.ID)?.memoryBytes ?? null,
        })),
        more: all.length - looked.length,
      };
    },
    async logs(service, lines) {
      const id = idOf(service);
      if (id === null) return {lines: [], remark: 'the Swarm has no such service yet'};
      try {
        const [tasks, object] = await Promise.all([tasksOf(id), within(listLimitMs, signal => swarmApi(docker()).service(id, signal))]);
        const names = new Map(tasks.map(task => [task.ID, taskName(task, service)]));
        const framed = object.Spec.TaskTemplate?.ContainerSpec?.TTY !== true;
        const bytes = await within(logsLimitMs, signal =>
          readLogs(docker(), {path: `/services/${id}/logs`, framed, lines, more: {details: true}}, soon(signal, logsLimitMs)),
        );
        return {lines: mergeTails([bytes.map(line => namedLine(line, names, service))], lines), remark: ''};
      } catch (error) {
        return {lines: [], remark: `the Swarm's logs can't be read: ${unreadWords(error)}`};
      }
    },
  };
}

const taskKey = 'com.docker.swarm.task.id=';

/** A line says first where it is from: `com.docker.swarm.node.id=…,…,com.docker.swarm.task.id=… the text`. */
function namedLine(bytes: Buffer, names: ReadonlyMap<string, string>, service: string) {
  const line = logLine(bytes, service);
  const gap = line.text.indexOf(' ');
  const details = gap < 0 ? line.text : line.text.slice(0, gap);
  const task = details.split(',').find(detail => detail.startsWith(taskKey));
  if (task === undefined) return line;
  const id = task.slice(taskKey.length);
  return {...line, replica: names.get(id) ?? id.slice(0, 12), text: gap < 0 ? '' : line.text.slice(gap + 1)};
}
