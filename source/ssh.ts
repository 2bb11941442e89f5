/** A program on another machine as a stream, through the ssh that its operator already uses. It may never ask anything. */
import {spawn} from 'node:child_process';
import {Duplex} from 'node:stream';

export interface SshTarget {
  readonly user: string | null;
  readonly host: string;
  readonly port: number | null;
}

/** ssh's own words are kept this far, for the error message. */
const complaintMax = 600;

/** ssh brings its configuration, keys, agent and known hosts; it may not ask, since the screen is the console's. */
export function sshArguments({user, host, port}: SshTarget, command: string): readonly string[] {
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
    command,
  ];
}

/** Null for what is no `ssh://[user@]host[:port]`. A host that looks like a flag is none. */
export function parseSshTarget(text: string): SshTarget | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol !== 'ssh:' || host === '' || host.startsWith('-')) return null;
  return {user: url.username === '' ? null : decodeURIComponent(url.username), host, port: url.port === '' ? null : Number(url.port)};
}

/** Over the child's standard streams. When it ends, the stream is destroyed with ssh's own words and what to try. */
export function sshStream(target: SshTarget, command: string, mustWork: string): Duplex {
  const child = spawn('ssh', sshArguments(target, command), {stdio: ['pipe', 'pipe', 'pipe']});
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (complaint.length < complaintMax) complaint += chunk.toString('utf8');
  });
  const stream = new Duplex({
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
    if (!stream.push(chunk)) child.stdout.pause();
  });
  // What ssh itself says of the end is worth more than that the pipe to it broke.
  child.stdin.on('error', () => {});
  child.on('error', error => {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    stream.destroy(new Error(missing ? 'the ssh command is not installed here' : error.message));
  });
  child.on('close', code => {
    if (stream.destroyed) return;
    const said = complaint.trim().replaceAll(/\s+/g, ' ').slice(0, complaintMax);
    const where = target.user === null ? target.host : `${target.user}@${target.host}`;
    if (code === 0 || code === null) stream.destroy(new Error('ssh ended the connection'));
    else stream.destroy(new Error(`ssh said: ${said || `exit ${code}`}. “ssh ${where} ${mustWork}” must work without asking anything`));
  });
  return stream;
}
