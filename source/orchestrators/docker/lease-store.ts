/**
 * A lease kept in a single engine: a container that never starts. Its name is the lock, since only one can be made with
 * it; its id is the version of the lock, since only one can remove it; its holder rewrites a small file in it.
 */
import type Docker from 'dockerode';
import type {LeaseStore, StoredLease} from '../../ports.ts';
import {packFile, unpackFile} from './archive.ts';

export const leaseLabel = 'microscale.lease';
const image = 'microscale-lease';
const recordFile = 'lease.json';
const wantedFile = 'wanted.json';
/** A record is a few kilobytes; what is longer is none of ours. */
const bytesMax = 4 * 1024 * 1024;

export function createDockerLeaseStore(docker: Docker, lease: string): LeaseStore {
  const name = `microscale-lease-${lease}`;

  async function read(): Promise<StoredLease | null> {
    const id = await idOf();
    if (id === null) return null;
    const [text, wanted] = await Promise.all([get(id, recordFile), get(id, wantedFile)]);
    // Made, and not yet written into: it has no holder that could be named.
    return {version: `${id} ${text ?? ''}`, text: text ?? '', wanted};
  }

  async function idOf(): Promise<string | null> {
    try {
      return (await docker.getContainer(name).inspect()).Id;
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }

  async function get(id: string, file: string): Promise<string | null> {
    try {
      const stream = await docker.getContainer(id).getArchive({path: `/${file}`});
      return await unpackFile(stream, bytesMax);
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }

  /** False when the container is gone: somebody else has the lock, or nobody. */
  async function put(id: string, file: string, text: string): Promise<boolean> {
    try {
      await docker.getContainer(id).putArchive(packFile(file, text), {path: '/'});
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw error;
    }
  }

  async function create(): Promise<string | null> {
    const options = {name, Image: image, Cmd: ['never-started'], Labels: {[leaseLabel]: lease}, HostConfig: {NetworkMode: 'none'}};
    for (let tries = 2; ; tries--) {
      try {
        return (await docker.createContainer(options)).id;
      } catch (error) {
        if (statusOf(error) === 409) return null;
        if (statusOf(error) !== 404 || tries === 1) throw error;
        await importImage();
      }
    }
  }

  /** An image of one empty file: it needs no registry, and nothing can be run from it. */
  async function importImage(): Promise<void> {
    const stream = await docker.importImage(packFile('empty', ''), {repo: image, tag: 'latest'});
    await new Promise<void>((resolve, reject) => {
      stream.on('end', resolve);
      stream.on('error', reject);
      stream.resume();
    });
  }

  async function remove(id: string): Promise<boolean> {
    try {
      await docker.getContainer(id).remove({force: true});
      return true;
    } catch (error) {
      // 409: somebody else is removing it at this moment.
      if (statusOf(error) === 404 || statusOf(error) === 409) return false;
      throw error;
    }
  }

  return {
    read,
    async take(before, text) {
      if (before !== null && !(await remove(idIn(before)))) return null;
      const id = await create();
      if (id === null || !(await put(id, recordFile, text))) return null;
      return {version: `${id} ${text}`, text, wanted: null};
    },
    async renew(mine, text) {
      const id = idIn(mine);
      if (!(await put(id, recordFile, text))) return null;
      return {version: `${id} ${text}`, text, wanted: await get(id, wantedFile)};
    },
    ask: (before, wanted) => put(idIn(before), wantedFile, wanted),
    async remove(mine) {
      await remove(idIn(mine));
    },
  };
}

function idIn({version}: StoredLease): string {
  return version.slice(0, version.indexOf(' '));
}

function statusOf(error: unknown): number | undefined {
  return (error as {statusCode?: number}).statusCode;
}
