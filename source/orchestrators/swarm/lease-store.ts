/** A lease kept in a Swarm: a config object whose labels are swapped by its version, which the managers agree on. */
import type {LeaseStore, StoredLease} from '../../ports.ts';
import type {SwarmApi} from './api.ts';
import type {ConfigObject} from './wire.ts';

const recordLabel = 'microscale.lease';
const wantedLabel = 'microscale.lease.wanted';
/** The engine wants some; what matters stands in the labels, which alone can be changed. */
const contents = Buffer.from('lease').toString('base64');

/** `api` is asked for at each call: the manager that answers may change. */
export function createSwarmLeaseStore(api: () => SwarmApi, lease: string): LeaseStore {
  const name = `microscale-lease-${lease}`;
  let id: string | null = null;

  async function inspect(): Promise<ConfigObject | null> {
    try {
      const config = await api().config(id ?? name);
      id = config.ID;
      return config;
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      id = null;
      return null;
    }
  }

  /** Null when the version is no longer the present one. */
  async function swap(version: string, labels: Record<string, string>): Promise<StoredLease | null> {
    try {
      await api().updateConfig(id ?? name, Number(version), name, labels);
    } catch (error) {
      if (statusOf(error) === 404 || isStale(error)) return null;
      throw error;
    }
    const config = await inspect();
    // Whoever changed it right after us is found out at the next renewal.
    return config && storedOf(config);
  }

  return {
    async read() {
      const config = await inspect();
      return config && storedOf(config);
    },
    async take(before, text) {
      if (before !== null) return swap(before.version, {[recordLabel]: text});
      try {
        await api().createConfig(name, {[recordLabel]: text}, contents);
      } catch (error) {
        if (statusOf(error) === 409) return null;
        throw error;
      }
      const config = await inspect();
      return config && storedOf(config).text === text ? storedOf(config) : null;
    },
    renew: (mine, text) => swap(mine.version, {[recordLabel]: text}),
    async ask(before, wanted) {
      return (await swap(before.version, {[recordLabel]: before.text, [wantedLabel]: wanted})) !== null;
    },
    async remove(mine) {
      // Removing knows no version: it is left, and says that nobody holds it.
      await swap(mine.version, {[recordLabel]: JSON.stringify({...(JSON.parse(mine.text) as object), held: false})});
    },
  };
}

function storedOf({Version: {Index: index}, Spec: {Labels: labels = {}}}: ConfigObject): StoredLease {
  return {version: String(index), text: labels[recordLabel] ?? '', wanted: labels[wantedLabel] ?? null};
}

function statusOf(error: unknown): number | undefined {
  return (error as {statusCode?: number}).statusCode;
}

/** The engine answers 500 for it, in these words. */
export function isStale(error: unknown): boolean {
  return /update out of sequence/i.test((error as Error).message);
}
