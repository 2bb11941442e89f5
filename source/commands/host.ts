/** The host that was asked for, or the usual one; the simulated host only where nobody asked for anything. */
import {HostError, type Clock, type Orchestrator} from '../ports.ts';
import {calmHost, createSimulatedHost} from '../orchestrators/simulated.ts';
import type {Config} from '../config/config.ts';
import {branch} from '../simulator/chance.ts';
import type {Options} from './options.ts';

export interface ChosenHost {
  readonly orchestrator: Orchestrator;
  /** As an operator writes it. */
  readonly url: string;
}

export interface HostChoice {
  readonly options: Options;
  readonly clock: Clock;
  readonly seed: number;
  /** What the file says; null where there is none. */
  readonly filed: Pick<Config, 'orchestrator' | 'project' | 'lease'> | null;
  readonly config: () => Config | null;
  readonly mayAct: () => boolean;
}

export const usualLease = 'microscale';

export async function chooseHost({options, clock, seed, filed, config, mayAct}: HostChoice): Promise<ChosenHost> {
  const simulated = (remark: string) => ({
    orchestrator: createSimulatedHost(clock, branch(seed, 'host'), {...calmHost, remark}),
    url: 'simulated',
  });
  if (options.demo) return simulated('a demonstration');
  const [{chooseEndpoints}, {chooseOrchestrator}] = await Promise.all([
    import('../orchestrators/docker/endpoint.ts'),
    import('../orchestrators/host.ts'),
  ]);
  const endpoints = chooseEndpoints({hosts: options.hosts, context: options.context ?? undefined, environment: process.env});
  const [{asked, url}] = endpoints;
  try {
    const orchestrator = await chooseOrchestrator({
      clock,
      endpoints,
      wanted: filed?.orchestrator ?? null,
      project: filed?.project ?? 'microscale',
      lease: filed?.lease ?? usualLease,
      workloadOf: service => config()?.workloads.get(service) ?? null,
      adoptedName: service => config()?.adopted.get(service)?.hostName ?? null,
      mayAct,
    });
    return {orchestrator, url};
  } catch (error) {
    if (asked || filed !== null || !(error instanceof HostError)) throw error;
    return simulated(`no Docker engine at ${url}`);
  }
}
