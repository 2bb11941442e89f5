import {createRealClock} from '../../../source/clock.ts';
import {createSwarmHost} from '../../../source/orchestrators/swarm/swarm.ts';
import {chosen, countOn, killOne, swarmForTests, sweepSwarm} from '../../support/swarm.ts';
import {workload, writing, written} from '../../support/workloads.ts';
import {orchestratorContract} from '../contract.ts';

const swarm = swarmForTests(1, 1);

orchestratorContract(
  'a real Swarm',
  async () => {
    const [manager] = swarm().nodes;
    if (!manager) throw new Error('no manager');
    return {
      orchestrator: createSwarmHost({
        clock: createRealClock(),
        endpoints: [chosen(manager)],
        project: 'contract',
        lease: 'contract',
        workloadOf: () => workload({command: writing}),
        adoptedName: () => null,
      }),
      ahead: false,
      running: service => countOn(swarm(), `contract_${service}`),
      kill: service => killOne(swarm(), `contract_${service}`),
      writes: written,
      clear: () => sweepSwarm(swarm()),
    };
  },
  swarm.test,
);
