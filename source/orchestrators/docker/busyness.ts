/**
 * How busy replicas are, so that the least busy go first: what a container says of itself in its health check's output
 * where its label asks for that, and else the share of the CPU that it took lately. It chooses nobody.
 */
import type Docker from 'dockerode';

/** The label of a container that says how busy it is: a number, or `health` for what its health check prints. */
export const busyLabel = 'microscale.busy';

export interface Busyness {
  /** Null where nothing is known yet. */
  of(id: string): number | null;
  /** Looks at one container anew. Rejects where it can't be looked at. */
  look(id: string): Promise<void>;
  /** Forgets all but these. */
  keep(ids: ReadonlySet<string>): void;
}

interface Usage {
  readonly cpu_stats?: {readonly cpu_usage?: {readonly total_usage?: number}};
}

interface Looked {
  readonly Config?: {readonly Labels?: Readonly<Record<string, string>> | null};
  readonly State?: {readonly Health?: {readonly Log?: readonly {readonly Output?: string}[] | null}};
}

export function createBusyness(docker: Docker, now: () => number): Busyness {
  const known = new Map<string, number>();
  const usage = new Map<string, {readonly nanoseconds: number; readonly at: number}>();
  const labels = new Map<string, string>();

  async function lookAtCpu(id: string): Promise<void> {
    // One reading, at once: without it the engine takes a second to take two.
    const stats = (await docker.getContainer(id).stats({stream: false, 'one-shot': true})) as Usage;
    const nanoseconds = stats.cpu_stats?.cpu_usage?.total_usage;
    if (typeof nanoseconds !== 'number' || !Number.isFinite(nanoseconds)) return;
    const at = now();
    const before = usage.get(id);
    usage.set(id, {nanoseconds, at});
    if (before && at > before.at) known.set(id, Math.max(0, (nanoseconds - before.nanoseconds) / 1e6 / (at - before.at)));
  }

  return {
    of: id => known.get(id) ?? null,
    async look(id) {
      const label = labels.get(id);
      if (label === '') return lookAtCpu(id);
      const looked = (await docker.getContainer(id).inspect()) as unknown as Looked;
      const said = looked.Config?.Labels?.[busyLabel] ?? '';
      labels.set(id, said);
      if (said === '') return lookAtCpu(id);
      const busy = said === 'health' ? saidIn(looked.State?.Health?.Log?.at(-1)?.Output ?? '') : numberOf(said);
      if (busy !== null) known.set(id, busy);
    },
    keep(ids) {
      for (const map of [known, usage, labels]) for (const id of map.keys()) if (!ids.has(id)) map.delete(id);
    },
  };
}

/** The last such line counts: `microscale.busy 0.8`, `microscale.busy=3`. */
export function saidIn(output: string): number | null {
  const found = [...output.slice(-4096).matchAll(/microscale\.busy\s*[=:\s]\s*(\d{1,12}(?:\.\d{1,6})?)/g)].at(-1);
  return found ? numberOf(found[1] ?? '') : null;
}

function numberOf(text: string): number | null {
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) && number >= 0 ? number : null;
}
