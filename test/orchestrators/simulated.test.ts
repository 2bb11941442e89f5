import {createRealClock} from '../../source/clock.ts';
import {calmHost, createSimulatedHost} from '../../source/orchestrators/simulated.ts';
import {seededChance} from '../../source/simulator/chance.ts';
import {orchestratorContract} from './contract.ts';

orchestratorContract('the simulated host', async () => {
  const quick = {...calmHost, createMs: [2, 10], startMs: [5, 30], stopMs: [5, 20]} as const;
  const host = createSimulatedHost(createRealClock(), seededChance(1), quick);
  return {
    orchestrator: host,
    running: async service => host.truth().get(service)?.running ?? 0,
    kill: async service => void host.kill(service),
    writes: null,
    clear: async () => {},
  };
});
