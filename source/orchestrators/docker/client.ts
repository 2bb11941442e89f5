/** A dockerode client over one pool of connections that are kept open, by socket, TCP, TLS or ssh. */
import http from 'node:http';
import https from 'node:https';
import {inspect} from 'node:util';
import Docker from 'dockerode';
import {HostError} from '../../ports.ts';
import type {ChosenEndpoint, Endpoint} from './endpoint.ts';
import {createSshAgent} from './ssh-agent.ts';

/** Connections at once; an engine serves more calls than this no faster. One more carries the events. */
const connectionsMax = 32;
/** sshd allows ten sessions a connection by default, and each of these is a process on both sides. */
const sshConnectionsMax = 6;

export interface DockerClient {
  readonly docker: Docker;
  destroy(): void;
}

type ClientOptions = Docker.DockerOptions & {readonly agent: http.Agent};

/**
 * docker-modem describes each request for its debug log, whether that is on or not, and walks the whole agent for it:
 * half of what a call costs. An agent that describes itself in a word ends that.
 */
function terse<Agent extends http.Agent>(agent: Agent): Agent {
  return Object.assign(agent, {[inspect.custom]: () => 'agent'});
}

/** dockerode would mix what DOCKER_HOST says into what is asked for: the endpoint was chosen already. */
function open(options: ClientOptions): Docker {
  const ambient = process.env['DOCKER_HOST'];
  delete process.env['DOCKER_HOST'];
  try {
    return new Docker(options);
  } finally {
    if (ambient !== undefined) process.env['DOCKER_HOST'] = ambient;
  }
}

export function createClient(endpoint: Endpoint): DockerClient {
  switch (endpoint.kind) {
    case 'unix': {
      const agent = terse(new http.Agent({keepAlive: true, maxSockets: connectionsMax}));
      return {docker: open({socketPath: endpoint.path, agent}), destroy: () => agent.destroy()};
    }
    case 'tcp': {
      const {host, port, tls} = endpoint;
      if (!tls) {
        const agent = terse(new http.Agent({keepAlive: true, maxSockets: connectionsMax}));
        return {docker: open({protocol: 'http', host, port, agent}), destroy: () => agent.destroy()};
      }
      const files = {...(tls.ca && {ca: tls.ca}), ...(tls.cert && {cert: tls.cert}), ...(tls.key && {key: tls.key})};
      const agent = terse(new https.Agent({keepAlive: true, maxSockets: connectionsMax, rejectUnauthorized: tls.verify, ...files}));
      return {docker: open({protocol: 'https', host, port, agent, ...files}), destroy: () => agent.destroy()};
    }
    case 'ssh': {
      const agent = terse(createSshAgent(endpoint, sshConnectionsMax));
      // The host and port only fill the request's Host header: the agent's connections are ssh's.
      return {docker: open({protocol: 'http', host: 'docker', port: 80, agent}), destroy: () => agent.destroy()};
    }
  }
}

/** What went wrong on the way to the engine, with what to do about it. */
export function hostError({endpoint, url}: ChosenEndpoint, error: unknown, what = 'the Docker engine'): HostError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const message = error instanceof Error ? error.message : String(error);
  const said = (error as {json?: {message?: string}}).json?.message;
  // An answer is an answer, whatever it says: it was reached.
  if (said) return new HostError(`${what} at ${url} says: ${said.replace(/^rpc error: code = \w+ desc = /, '')}`, {cause: error});
  return new HostError(`can't reach ${what} at ${url}: ${causeWords(endpoint, code, message)}`, {cause: error});
}

function causeWords(endpoint: Endpoint, code: string, message: string): string {
  switch (code) {
    case 'ENOENT':
      return 'there is no such socket. Start Docker, or say where it is with --host or DOCKER_HOST';
    case 'EACCES':
    case 'EPERM':
      return 'this user may not use the socket. Join the docker group, or run as a user who may';
    case 'ECONNREFUSED':
      return endpoint.kind === 'unix'
        ? 'the socket is there, and nobody answers. Start Docker'
        : 'nobody listens there. Check the address and the port';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name is not known. Check the spelling and the DNS';
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no answer from there. Check the address, the route and the firewall';
    case 'ECONNRESET':
    case 'EPIPE':
      return `the connection was cut (${message}). Does the port speak TLS? Then set DOCKER_TLS_VERIFY and DOCKER_CERT_PATH`;
    default:
      if (code.startsWith('HPE_')) return 'what answers there is no Docker engine. Check the address and the port';
      if (/certificate|self.signed|TLS|SSL|altnames/i.test(`${code} ${message}`)) {
        return `its certificate was not accepted (${message}). Set DOCKER_CERT_PATH to the folder with ca.pem, cert.pem and key.pem`;
      }
      return message;
  }
}
