/** Connections to a far engine as the `docker` command makes them: `ssh host docker system dial-stdio`. */
import http from 'node:http';
import {sshStream, type SshTarget} from '../../ssh.ts';

/** An agent whose every connection is an ssh of its own. */
export function createSshAgent(target: SshTarget, maxSockets: number): http.Agent {
  const agent = new http.Agent({keepAlive: true, maxSockets});
  agent.createConnection = () => {
    const stream = sshStream(target, 'docker system dial-stdio', 'docker version');
    // The few methods of a socket that an HTTP agent expects.
    const itself = () => stream;
    return Object.assign(stream, {setKeepAlive: itself, setNoDelay: itself, setTimeout: itself, ref: itself, unref: itself});
  };
  return agent;
}
