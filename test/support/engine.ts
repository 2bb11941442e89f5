/** What a test needs of the private engine: a client, a clean host, and a reason where there is none. */
import {inject, test as plainTest, type TestContext} from 'vitest';
import type Docker from 'dockerode';
import {createClient} from '../../source/orchestrators/docker/client.ts';
import type {ChosenEndpoint} from '../../source/orchestrators/docker/endpoint.ts';

const engine = inject('engine');
export const socket = engine.kind === 'here' ? engine.socket : '';

/** A test on the real engine; left out with the reason where there is none. */
export function engineTest(title: string, run: () => Promise<void>, timeoutMs?: number): void {
  const leftOutOrRun = async ({skip}: TestContext) => {
    if (engine.kind === 'missing') skip(`needs a real Docker engine, and ${engine.reason}`);
    await run();
  };
  plainTest(title, leftOutOrRun, timeoutMs);
}

export function chosenEngine(): ChosenEndpoint {
  return {endpoint: {kind: 'unix', path: socket}, url: `unix://${socket}`, asked: true};
}

let client: Docker | null = null;
export function docker(): Docker {
  client ??= createClient({kind: 'unix', path: socket}).docker;
  return client;
}

export async function containersOf(project: string, all = false) {
  return docker().listContainers({all, filters: JSON.stringify({label: [`microscale.project=${project}`]})});
}

export async function runningCounts(project: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  // A listing has the paused ones among those that run.
  for (const {Labels: labels, State: state} of await containersOf(project)) {
    if (state !== 'running') continue;
    const service = labels['microscale.service'] ?? '?';
    counts[service] = (counts[service] ?? 0) + 1;
  }
  return counts;
}

/** Removes what a test of this project left behind. */
export async function sweep(project: string): Promise<void> {
  if (engine.kind === 'missing') return;
  const left = await containersOf(project, true);
  await Promise.all(
    left.map(({Id: id}) =>
      docker()
        .getContainer(id)
        .remove({force: true, v: true})
        .catch(() => {}),
    ),
  );
}
