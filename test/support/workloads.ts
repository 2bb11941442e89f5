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
