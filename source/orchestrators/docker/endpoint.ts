/** Which engine is meant: found where the `docker` command would find it. It connects to nothing. */
import {createHash} from 'node:crypto';
import {existsSync, readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {HostError} from '../../ports.ts';

export interface TlsFiles {
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  readonly verify: boolean;
}

export type Endpoint =
  | {readonly kind: 'unix'; readonly path: string}
  | {readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: TlsFiles | null}
  | {readonly kind: 'ssh'; readonly user: string | null; readonly host: string; readonly port: number | null};

export interface ChosenEndpoint {
  readonly endpoint: Endpoint;
  /** As an operator writes it, such as `unix:///var/run/docker.sock`. */
  readonly url: string;
  /** True when somebody asked for this host, by flag, environment or context. */
  readonly asked: boolean;
}

export interface EndpointOptions {
  readonly host?: string | undefined;
  readonly context?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The order of the `docker` command: --host, --context, DOCKER_HOST, DOCKER_CONTEXT, the current context, the default. */
export function chooseEndpoint({host, context, environment}: EndpointOptions): ChosenEndpoint {
  if (host !== undefined && context !== undefined) throw new HostError('say either --host or --context, not both');
  const folder = environment['DOCKER_CONFIG'] ?? join(homedir(), '.docker');
  if (host !== undefined) return fromUrl(host, environment, folder);
  if (context !== undefined) return fromContext(context, folder);
  if (environment['DOCKER_HOST']) return fromUrl(environment['DOCKER_HOST'], environment, folder);
  const named = environment['DOCKER_CONTEXT'] ?? currentContext(folder);
  if (named && named !== 'default') return fromContext(named, folder);
  return {...defaultSocket(), asked: false};
}

/** By what it was chosen, in the words of whoever set it. */
export function whyChosen({host, context, environment}: EndpointOptions): string {
  const folder = environment['DOCKER_CONFIG'] ?? join(homedir(), '.docker');
  if (host !== undefined) return '--host';
  if (context !== undefined) return `--context ${context}`;
  if (environment['DOCKER_HOST']) return 'DOCKER_HOST';
  if (environment['DOCKER_CONTEXT']) return `DOCKER_CONTEXT, which is ${environment['DOCKER_CONTEXT']}`;
  const current = currentContext(folder);
  if (current !== null && current !== 'default') return `the current docker context, ${current}`;
  return 'nobody named one: the usual place';
}

/** Several hosts are the managers of one Swarm, in the order in which they are tried. */
export function chooseEndpoints({
  hosts,
  ...options
}: Omit<EndpointOptions, 'host'> & {readonly hosts: readonly string[]}): readonly [ChosenEndpoint, ...ChosenEndpoint[]] {
  const [first, ...others] = hosts;
  return [chooseEndpoint({...options, host: first}), ...others.map(host => chooseEndpoint({environment: options.environment, host}))];
}

function defaultSocket(): Omit<ChosenEndpoint, 'asked'> {
  const system = '/var/run/docker.sock';
  const desktop = join(homedir(), '.docker', 'run', 'docker.sock');
  const path = !existsSync(system) && existsSync(desktop) ? desktop : system;
  return {endpoint: {kind: 'unix', path}, url: `unix://${path}`};
}

function fromUrl(text: string, environment: EndpointOptions['environment'], folder: string): ChosenEndpoint {
  const verify = Boolean(environment['DOCKER_TLS_VERIFY']);
  const wantsTls = verify || Boolean(environment['DOCKER_TLS']);
  const tls = wantsTls ? tlsIn(environment['DOCKER_CERT_PATH'] ?? folder, verify) : null;
  return {endpoint: parseUrl(text, tls), url: text, asked: true};
}

const urlHelp = 'write it as unix:///path, tcp://host:port or ssh://user@host';

function parseUrl(text: string, tls: TlsFiles | null): Endpoint {
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length);
    return {kind: 'unix', path: path === '' ? '/var/run/docker.sock' : path};
  }
  if (text.startsWith('/')) return {kind: 'unix', path: text};
  let url: URL;
  try {
    url = new URL(text.includes('://') ? text : `tcp://${text}`);
  } catch {
    throw new HostError(`“${text}” is no host: ${urlHelp}`);
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (host === '') throw new HostError(`“${text}” names no host: ${urlHelp}`);
  switch (url.protocol) {
    case 'ssh:':
      if (host.startsWith('-')) throw new HostError(`“${text}” is no host: its name can't begin with a dash`);
      return {
        kind: 'ssh',
        user: url.username === '' ? null : decodeURIComponent(url.username),
        host,
        port: url.port === '' ? null : Number(url.port),
      };
    case 'https:':
      return {kind: 'tcp', host, port: Number(url.port || 2376), tls: tls ?? {ca: null, cert: null, key: null, verify: true}};
    case 'tcp:':
    case 'http:':
      return {kind: 'tcp', host, port: Number(url.port || (tls ? 2376 : 2375)), tls};
    default:
      throw new HostError(`“${text}” has a scheme that isn't known: ${urlHelp}`);
  }
}

function tlsIn(folder: string, verify: boolean): TlsFiles {
  const read = (name: string) => {
    try {
      return readFileSync(join(folder, name), 'utf8');
    } catch {
      return null;
    }
  };
  return {ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem'), verify};
}

function currentContext(folder: string): string | null {
  try {
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as {currentContext?: unknown};
    return typeof config.currentContext === 'string' && config.currentContext !== '' ? config.currentContext : null;
  } catch {
    return null;
  }
}

function fromContext(name: string, folder: string): ChosenEndpoint {
  if (name === 'default') return {...defaultSocket(), asked: true};
  const id = createHash('sha256').update(name).digest('hex');
  const path = join(folder, 'contexts', 'meta', id, 'meta.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new HostError(`there is no docker context “${name}”: “docker context ls” lists them`);
  }
  try {
    const meta = JSON.parse(text) as {Endpoints?: {docker?: {Host?: string; SkipTLSVerify?: boolean}}};
    const docker = meta.Endpoints?.docker;
    const tlsFolder = join(folder, 'contexts', 'tls', id, 'docker');
    const tls = existsSync(tlsFolder) ? tlsIn(tlsFolder, docker?.SkipTLSVerify !== true) : null;
    if (!docker?.Host) throw new Error('it names no docker endpoint');
    return {endpoint: parseUrl(docker.Host, tls), url: docker.Host, asked: true};
  } catch (error) {
    throw new HostError(`the docker context “${name}” can't be used: ${(error as Error).message}`);
  }
}
