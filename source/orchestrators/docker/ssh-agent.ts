/** Connections to a far engine as the `docker` command makes them: `ssh host docker system dial-stdio`. */
import {spawn} from 'node:child_process';
import http from 'node:http';
import {Duplex} from 'node:stream';
import type {Endpoint} from './endpoint.ts';

type SshEndpoint = Extract<Endpoint, {kind: 'ssh'}>;

/** ssh's own words are kept this far, for the error message. */
const complaintMax = 600;

/** ssh brings its configuration, keys, agent and known hosts; it may not ask, since the screen is the console's. */
export function createSshAgent(endpoint: SshEndpoint, maxSockets: number): http.Agent {
  const agent = new http.Agent({keepAlive: true, maxSockets});
  agent.createConnection = () => dial(endpoint);
  return agent;
}

export function sshArguments({user, host, port}: SshEndpoint): readonly string[] {
  return [
    '-T',
    '-o',
    'BatchMode=yes',
    '-o',
    'ConnectTimeout=10',
    '-o',
    'ServerAliveInterval=10',
    ...(user === null ? [] : ['-l', user]),
    ...(port === null ? [] : ['-p', String(port)]),
    '--',
    host,
    'docker system dial-stdio',
  ];
}

/** A duplex over the child's standard streams, with the few methods that an HTTP agent expects of a socket. */
function dial(endpoint: SshEndpoint): Duplex {
  const child = spawn('ssh', sshArguments(endpoint), {stdio: ['pipe', 'pipe', 'pipe']});
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (complaint.length < complaintMax) complaint += chunk.toString('utf8');
  });
  const socket = new Duplex({
    read: () => child.stdout.resume(),
    write(chunk, _encoding, done) {
      child.stdin.write(chunk, error => done(error ?? null));
    },
    final(done) {
      child.stdin.end(() => done());
    },
    destroy(error, done) {
      child.kill();
      done(error);
    },
  });
  child.stdout.on('data', (chunk: Buffer) => {
    if (!socket.push(chunk)) child.stdout.pause();
  });
  child.stdin.on('error', error => socket.destroy(error));
  child.on('error', error => {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    socket.destroy(new Error(missing ? 'the ssh command is not installed here' : error.message));
  });
  child.on('close', code => {
    if (socket.destroyed) return;
    const said = complaint.trim().replaceAll(/\s+/g, ' ').slice(0, complaintMax);
    const target = endpoint.user === null ? endpoint.host : `${endpoint.user}@${endpoint.host}`;
    if (code === 0 || code === null) socket.destroy(new Error('ssh ended the connection'));
    else socket.destroy(new Error(`ssh said: ${said || `exit ${code}`}. “ssh ${target} docker version” must work without asking anything`));
  });
  const itself = () => socket;
  return Object.assign(socket, {setKeepAlive: itself, setNoDelay: itself, setTimeout: itself, ref: itself, unref: itself});
}
