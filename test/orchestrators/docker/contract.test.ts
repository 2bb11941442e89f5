import {createRealClock} from '../../../source/clock.ts';
import {createDockerHost} from '../../../source/orchestrators/docker/docker.ts';
import {chosenEngine, containersOf, docker, engineTest, runningCounts, sweep} from '../../support/engine.ts';
import {workload, writing, written} from '../../support/workloads.ts';
import {orchestratorContract} from '../contract.ts';

const project = 'contract';

orchestratorContract(
  'a real Docker engine',
  async () => ({
    orchestrator: createDockerHost({
      clock: createRealClock(),
      chosen: chosenEngine(),
      project,
      workloadOf: () => workload({command: writing}),
    }),
    running: async service => (await runningCounts(project))[service] ?? 0,
    async kill(service) {
      const victim = (await containersOf(project)).find(({Labels: labels}) => labels['microscale.service'] === service);
      if (victim) await docker().getContainer(victim.Id).kill();
    },
    writes: written,
    clear: () => sweep(project),
  }),
  engineTest,
);
