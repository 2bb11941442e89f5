/** Whether the engine can be reached: what stands in the way before a word is said, and who answers. It asks through others. */
import {X509Certificate} from 'node:crypto';
import {readFileSync, statSync} from 'node:fs';
import type {EngineFacts} from '../orchestrators/docker/examine.ts';
import type {ChosenEndpoint, TlsFiles} from '../orchestrators/docker/endpoint.ts';
import {note, ok, wrong, type Finding} from './finding.ts';

/** The user who asks. */
export interface Asker {
  readonly name: string;
  readonly uid: number;
  readonly groups: readonly number[];
}

/** What keeps the connection from working, or may; nothing where all looks well. */
export function beforeReaching({endpoint}: ChosenEndpoint, now: number): readonly Finding[] {
  if (endpoint.kind !== 'tcp') return [];
  const {host, port, tls} = endpoint;
  const isLocal = host === 'localhost' || host === '::1' || host.startsWith('127.');
  if (tls === null)
    return isLocal
      ? []
      : [
          note(
            'connection',
            `what is said to ${host}:${port} is neither encrypted nor signed: whoever reaches that port rules the machine`,
            'use TLS (DOCKER_TLS_VERIFY, DOCKER_CERT_PATH) or ssh://user@host',
          ),
        ];
  return tlsFindings(tls, now);
}

function tlsFindings({ca, cert, key, verify}: TlsFiles, now: number): readonly Finding[] {
  const findings: Finding[] = [];
  const missing = [...(cert === null ? ['cert.pem'] : []), ...(key === null ? ['key.pem'] : [])];
  if (!verify) findings.push(note('connection', 'TLS is used, and the engine’s certificate is not checked', 'set DOCKER_TLS_VERIFY=1'));
  if (missing.length === 1)
    findings.push(
      wrong('connection', `of our own certificate ${missing.join(' ')} is missing`, 'put it beside the others in DOCKER_CERT_PATH'),
    );
  if (missing.length === 2)
    findings.push(
      note('connection', 'TLS without a certificate of our own, which most engines ask for', 'set DOCKER_CERT_PATH to its folder'),
    );
  for (const [name, text] of [
    ['ca.pem', ca],
    ['cert.pem', cert],
  ] as const) {
    const finding = text === null ? null : certificateFinding(name, text, now);
    if (finding) findings.push(finding);
  }
  return findings;
}

function certificateFinding(name: string, text: string, now: number): Finding | null {
  try {
    const {validFrom, validTo} = new X509Certificate(text);
    if (now > Date.parse(validTo))
      return wrong('connection', `${name} has expired (${validTo})`, 'have it renewed, or mend this machine’s clock');
    if (now < Date.parse(validFrom)) return wrong('connection', `${name} is not valid before ${validFrom}`, 'mend this machine’s clock');
    return null;
  } catch {
    return wrong(
      'connection',
      `${name} is no certificate that can be read`,
      'copy it again: it should begin with -----BEGIN CERTIFICATE-----',
    );
  }
}

/** Why it wasn't reached. Where a socket's permissions are the reason, whose it is and how this user gets in. */
export function notReached(chosen: ChosenEndpoint, why: string, error: Error, asker: Asker | null): Finding {
  const {endpoint, url} = chosen;
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (endpoint.kind === 'unix' && asker && (code === 'EACCES' || code === 'EPERM')) return closedSocket(endpoint.path, url, why, asker);
  const [what = error.message, ...mend] = error.message.split(/\. (?=[A-Z])/);
  const where = `${what} (${why})`;
  if (mend.length > 0) return wrong('connection', where, lowerFirst(mend.join('. ')));
  switch (endpoint.kind) {
    case 'unix':
      return wrong('connection', where, 'see whether Docker runs there: systemctl status docker');
    case 'tcp':
      return wrong('connection', where, 'check the address, the port and the firewall');
    case 'ssh': {
      const target = endpoint.user === null ? endpoint.host : `${endpoint.user}@${endpoint.host}`;
      const port = endpoint.port === null ? '' : `-p ${endpoint.port} `;
      return wrong(
        'connection',
        where,
        `make “ssh ${port}${target} docker version” work without asking anything: a key in the agent, the host known`,
      );
    }
  }
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

function closedSocket(path: string, url: string, why: string, {name, groups}: Asker): Finding {
  const seen = statOf(path);
  const begin = `${name} may not use ${url} (${why})`;
  if (!seen)
    return wrong('connection', `${begin}: a folder on the way to it is closed`, 'ask whoever runs Docker there for a way in, or use sudo');
  const group = groupOf(seen.gid);
  const groupName = group?.name ?? String(seen.gid);
  const lets = (seen.mode & 0o060) === 0o060;
  if (!lets || seen.gid === 0)
    return wrong(
      'connection',
      `${begin}: it lets only its owner (user ${seen.uid}) in`,
      'use sudo, or give the socket a group: dockerd --group docker',
    );
  if (groups.includes(seen.gid))
    return wrong(
      'connection',
      `${begin}, although ${name} is in its group ${groupName}`,
      'look at the folders on the way to it, and at SELinux or AppArmor',
    );
  if (group?.members.includes(name))
    return wrong(
      'connection',
      `${begin}: ${name} has joined its group ${groupName} since this login`,
      `log out and in again, or: newgrp ${groupName}`,
    );
  return wrong(
    'connection',
    `${begin}: it belongs to the group ${groupName}, and ${name} is not in it`,
    group === null ? 'use sudo' : `sudo usermod -aG ${groupName} ${name}, then log in again; or use sudo`,
  );
}

function statOf(path: string): {readonly uid: number; readonly gid: number; readonly mode: number} | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function groupOf(gid: number): {readonly name: string; readonly members: readonly string[]} | null {
  try {
    return groupIn(readFileSync('/etc/group', 'utf8'), gid);
  } catch {
    return null;
  }
}

/** The group of that number in a text like /etc/group. */
export function groupIn(text: string, gid: number): {readonly name: string; readonly members: readonly string[]} | null {
  for (const line of text.split('\n')) {
    const [name = '', , id, members = ''] = line.split(':');
    if (id === String(gid)) return {name, members: members.split(',').filter(member => member !== '')};
  }
  return null;
}

/** Who answers. */
export function reached({url}: ChosenEndpoint, why: string, {version, api, machine, kind}: EngineFacts): readonly Finding[] {
  const title = `docker ${version}, API ${api}, on ${machine}, at ${url} (${why})`;
  switch (kind.kind) {
    case 'docker':
      return [ok('connection', `${title}: a plain engine`)];
    case 'manager':
      return [
        ok(
          'connection',
          `${title}: a Swarm manager${kind.nodes === null ? '' : ` of ${kind.nodes} ${kind.nodes === 1 ? 'node' : 'nodes'}`}`,
        ),
      ];
    case 'worker':
      return [
        note(
          'connection',
          `${title}: a Swarm worker, where only containers can be scaled, and no services`,
          kind.managers.length > 0
            ? `for services use --host with a manager: ${kind.managers.join(', ')}`
            : 'for services use --host with a manager',
        ),
      ];
    case 'unusable':
      return [
        wrong(
          'connection',
          `${title}: its Swarm is ${kind.state}${kind.trouble === '' ? '' : ` (${kind.trouble})`}`,
          kind.state === 'locked' ? 'run “docker swarm unlock” on that machine, with the key that locked it' : 'see “docker info” there',
        ),
      ];
  }
}
