/** What microscale runs in: this Node, this terminal, and the place of the control socket. */
import {accessSync, constants, statSync} from 'node:fs';
import {createConnection} from 'node:net';
import {dirname} from 'node:path';
import {note, ok, wrong, type Finding} from './finding.ts';

const nodeLeast = [22, 8] as const;

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [leastMajor, leastMinor] = nodeLeast;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return ok('node', `Node ${version}`);
  return wrong(
    'node',
    `Node ${version} is too old: microscale needs ${nodeLeast.join('.')} or newer`,
    'install a newer Node, or run it by “npm start”',
  );
}

export interface TerminalSeen {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly input: boolean;
  readonly output: boolean;
  readonly columns: number;
  readonly rows: number;
  /** Bits of colour: 1, 4, 8 or 24. */
  readonly depth: number;
  readonly unicode: boolean;
  readonly theme: string;
}

/** Below this the console shows one pane and says so. */
const columnsLeast = 60;
const rowsLeast = 15;

export function terminalFindings({environment, input, output, columns, rows, depth, unicode, theme}: TerminalSeen): readonly Finding[] {
  const {TERM: term = '', TMUX: tmux, STY: screen, NO_COLOR: noColor} = environment;
  if (!input || !output)
    return [
      note(
        'terminal',
        `${output ? 'standard input' : 'standard output'} is no terminal: microscale prints lines here`,
        'for the console, call it from a terminal; through ssh with “ssh -t”',
      ),
    ];
  const findings: Finding[] = [];
  if (term === '' || term === 'dumb')
    findings.push(
      wrong(
        'terminal',
        `TERM is ${term === '' ? 'not set' : 'dumb'}: nothing can be drawn on it`,
        'set TERM to what it is, such as xterm-256color',
      ),
    );
  const inside = tmux ? ', in tmux' : screen ? ', in screen' : '';
  const colours = noColor
    ? 'no colours (NO_COLOR)'
    : depth >= 24
      ? 'true colour'
      : depth === 8
        ? '256 colours'
        : depth === 4
          ? '16 colours'
          : 'no colours';
  const characters = unicode ? 'Unicode' : 'ASCII';
  if (columns < columnsLeast || rows < rowsLeast)
    findings.push(
      note(
        'terminal',
        `${columns}×${rows} is small: the console needs ${columnsLeast}×${rowsLeast} to show all its panes`,
        'make the window larger, or the letters smaller',
      ),
    );
  findings.push(ok('terminal', `${columns}×${rows}, ${colours}, ${characters}, theme ${theme}, TERM ${term}${inside}`));
  if (!unicode) {
    const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
    findings.push(
      note(
        'terminal',
        `lines are drawn with ASCII: the locale is ${locale === '' ? 'not set' : locale}`,
        'where the terminal has UTF-8: export LANG=C.UTF-8',
      ),
    );
  }
  if (tmux && depth < 24 && !noColor)
    findings.push(
      note(
        'terminal',
        'tmux passes on fewer colours than most terminals have',
        'in tmux.conf: set -as terminal-features ",*:RGB", and COLORTERM=truecolor',
      ),
    );
  if (tmux)
    findings.push(
      note(
        'terminal',
        'copying and notifications go through tmux only where it lets them',
        'in tmux.conf: set -g set-clipboard on; set -g allow-passthrough on',
      ),
    );
  return findings;
}

/** Longer paths than this don't fit into a socket's address. */
const socketPathMax = 107;
const answerLimitMs = 1000;

/** `path` is where the engine's control socket would be; null where there is none. */
export async function controlFinding(path: string | null): Promise<Finding> {
  if (path === null) return note('control socket', 'off: no console or script can speak to the engine');
  if (Buffer.byteLength(path) > socketPathMax)
    return wrong(
      'control socket',
      `${path} is longer than the ${socketPathMax} bytes that a socket's path may have`,
      'name a shorter one with --socket',
    );
  switch (await stateOf(path)) {
    case 'open':
      return ok('control socket', `an engine answers at ${path}: microscale attaches to it`);
    case 'closed':
      return wrong(
        'control socket',
        `an engine has its socket at ${path}, and does not let this user in`,
        'join the group of the file, or use sudo',
      );
    case 'dead':
      return note('control socket', `${path} is left from an engine that is gone`, 'the next engine clears it away');
    case 'none':
      return placeFinding(path);
  }
}

function placeFinding(path: string): Finding {
  const folder = nearestFolder(dirname(path));
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    return wrong(
      'control socket',
      `this user may not write into ${folder}, where the control socket would be`,
      'name another place with --socket, or --socket off for none',
    );
  }
  return ok('control socket', `would be ${path}`);
}

/** The folder itself, or the one that it would be made in. */
function nearestFolder(folder: string): string {
  if (statSync(folder, {throwIfNoEntry: false})?.isDirectory() || folder === dirname(folder)) return folder;
  return nearestFolder(dirname(folder));
}

function stateOf(path: string): Promise<'open' | 'closed' | 'dead' | 'none'> {
  return new Promise(resolve => {
    const socket = createConnection(path);
    const end = (state: 'open' | 'closed' | 'dead' | 'none') => {
      socket.destroy();
      resolve(state);
    };
    socket.setTimeout(answerLimitMs, () => end('dead'));
    socket.once('connect', () => end('open'));
    socket.once('error', ({code}: NodeJS.ErrnoException) => {
      if (code === 'ENOENT' || code === 'ENOTDIR') end('none');
      else end(code === 'EACCES' || code === 'EPERM' ? 'closed' : 'dead');
    });
  });
}
