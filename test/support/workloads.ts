/** Workloads for the private engine: busybox, no network, and an end as soon as it is asked for. */
import type {Workload} from '../../source/config/config.ts';

export function workload(rest: Partial<Workload> = {}): Workload {
  return {
    image: 'busybox',
    pull: 'never',
    command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 3600 & wait; done'],
    entrypoint: null,
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
    ...rest,
  };
}

/** Writes a line in colours, and waits for its end. */
export const writing: readonly string[] = [
  'sh',
  '-c',
  'trap "exit 0" TERM; printf "at \\033[31mwork\\033[0m\\ton what comes\\n"; while :; do sleep 3600 & wait; done',
];
/** The line, made clean. */
export const written = 'at work on what comes';
