/** An sshd on this machine for the tests alone: its own keys, port and configuration, and an ssh that uses them. */
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createConnection, createServer, type AddressInfo} from 'node:net';
import {tmpdir, userInfo} from 'node:os';
import {join, resolve} from 'node:path';
import {until} from './until.ts';

export interface PrivateSshd {
  /** Such as `ssh://root@127.0.0.1:40022`. */
  readonly url: string;
  /** What `PATH` must begin with, so that `ssh` trusts this sshd and has a key for it. */
  readonly path: string;
  /** How microscale is called on the far side. */
  readonly command: string;
  stop(): void;
}

export async function startPrivateSshd(): Promise<PrivateSshd> {
  const sshd = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find(existsSync);
  if (!sshd) throw new Error('sshd is not installed (Debian: apt-get install openssh-server)');
  const folder = mkdtempSync(join(tmpdir(), 'microscale-sshd-'));
  const port = await freePort();
  const key = (name: string) => execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  key('host');
  key('user');
  execFileSync('cp', [join(folder, 'user.pub'), join(folder, 'authorized')]);
  chmodSync(join(folder, 'authorized'), 0o600);
  mkdirSync('/run/sshd', {recursive: true, mode: 0o755});
  const serverConfig = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
    `PidFile ${join(folder, 'pid')}`,
  ];
  writeFileSync(join(folder, 'sshd_config'), `${serverConfig.join('\n')}\n`);
  const clientConfig = [
    'Host *',
    `  IdentityFile ${join(folder, 'user')}`,
    '  StrictHostKeyChecking no',
    `  UserKnownHostsFile ${join(folder, 'known')}`,
    '  LogLevel ERROR',
  ];
  writeFileSync(join(folder, 'ssh_config'), `${clientConfig.join('\n')}\n`);
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${join(folder, 'ssh_config')} "$@"\n`, {mode: 0o755});
  const daemon = spawn(sshd, ['-D', '-e', '-f', join(folder, 'sshd_config')], {stdio: 'ignore'});
  const stop = () => {
    daemon.kill('SIGKILL');
    rmSync(folder, {recursive: true, force: true});
  };
  await until('sshd to listen', () => canConnect(port));
  return {
    url: `ssh://${userInfo().username}@127.0.0.1:${port}`,
    path: `${bin}:${process.env['PATH'] ?? ''}`,
    command: `${process.execPath} ${resolve('dist/cli.js')}`,
    stop,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
