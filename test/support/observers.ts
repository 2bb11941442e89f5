/** What a test hears of an orchestrator: what it needs, and nothing of the rest. */
import type {OrchestratorEvents} from '../../source/ports.ts';

export function hearing(some: Partial<OrchestratorEvents>): OrchestratorEvents {
  return {
    observed() {},
    connected() {},
    disconnected() {},
    noted() {},
    surveyed() {},
    memory() {},
    drifted() {},
    heard() {},
    ...some,
  };
}
