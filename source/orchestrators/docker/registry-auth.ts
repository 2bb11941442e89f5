/** The credentials that `docker login` left for a registry. They go into the one call and nowhere else. */
import {execFile} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {homedir} from 'node:os';
import {join} from 'node:path';

export interface RegistryAuth {
  readonly username: string;
  readonly password: string;
  readonly serveraddress: string;
}

interface DockerConfig {
  readonly auths?: Readonly<Record<string, {readonly auth?: string}>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

const hubAddress = 'https://index.docker.io/v1/';
const helperLimitMs = 10_000;

/** Null where nobody has logged in, or the credentials can't be read: the pull then says what the registry says. */
export async function registryAuth(image: string): Promise<RegistryAuth | null> {
  const registry = registryOf(image);
  let config: DockerConfig;
  try {
    const folder = process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker');
    config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as DockerConfig;
  } catch {
    return null;
  }
  const helper = config.credHelpers?.[registry] ?? config.credsStore;
  if (helper && /^[\w-]+$/.test(helper)) return askHelper(helper, registry);
  const auth = config.auths?.[registry]?.auth;
  if (!auth) return null;
  const [username = '', ...rest] = Buffer.from(auth, 'base64').toString('utf8').split(':');
  return {username, password: rest.join(':'), serveraddress: registry};
}

/** The part before the first slash names a registry when it looks like a host; else it is Docker Hub. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : hubAddress;
}

function askHelper(helper: string, registry: string): Promise<RegistryAuth | null> {
  return new Promise(resolve => {
    const child = execFile(`docker-credential-${helper}`, ['get'], {timeout: helperLimitMs}, (error, output) => {
      if (error) return resolve(null);
      try {
        const found = JSON.parse(output) as {Username?: string; Secret?: string};
        resolve(found.Secret ? {username: found.Username ?? '', password: found.Secret, serveraddress: registry} : null);
      } catch {
        resolve(null);
      }
    });
    child.on('error', () => resolve(null));
    child.stdin?.on('error', () => {});
    child.stdin?.end(registry);
  });
}
