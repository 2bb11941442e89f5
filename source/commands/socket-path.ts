/** Where an engine's control socket is, so that consoles and scripts on the same machine find it without being told. */
import {createHash} from 'node:crypto';
import {readdirSync, statSync} from 'node:fs';
import {tmpdir, userInfo} from 'node:os';
import {join} from 'node:path';

/** The one for this user's own engine; `null` asks for the usual place, `off` for none. */
export function socketPathFor(asked: string | null, lease: string, url: string): string | null {
  if (asked === 'off') return null;
  if (asked !== null) return asked;
  const place = createHash('sha256').update(url).digest('hex').slice(0, 8);
  return join(ownFolder(), `${lease}-${place}.sock`);
}

export interface KnownSockets {
  readonly sockets: readonly string[];
  /** Folders that there are and that this user may not look into. */
  readonly closed: readonly string[];
}

/** Every socket that an engine on this machine may have, in places where only its owner can have put one. */
export function knownSockets(): KnownSockets {
  const sockets: string[] = [];
  const closed: string[] = [];
  for (const folder of new Set([ownFolder(), systemFolder])) {
    if (!isTrusted(folder)) continue;
    try {
      const names = readdirSync(folder).filter(name => name.endsWith('.sock') && !name.startsWith('.'));
      sockets.push(...names.map(name => join(folder, name)));
    } catch {
      closed.push(folder);
    }
  }
  return {sockets, closed};
}

const systemFolder = '/run/microscale';

function ownFolder(): string {
  if (process.getuid?.() === 0) return systemFolder;
  const runtime = process.env['XDG_RUNTIME_DIR'];
  return runtime ? join(runtime, 'microscale') : join(tmpdir(), `microscale-${userInfo().uid}`);
}

/** Ours or the system's, and nobody else's to write in. */
function isTrusted(folder: string): boolean {
  const stats = statSync(folder, {throwIfNoEntry: false});
  if (!stats?.isDirectory()) return false;
  return (stats.uid === 0 || stats.uid === process.getuid?.()) && (stats.mode & 0o002) === 0;
}
