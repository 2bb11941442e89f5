/** The built console in tmux, as most people on call have it: what its window holds, what comes of keys, and what is left of it. */
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {expect, onTestFinished, test} from 'vitest';
import {needing, programNeed} from '../support/needs.ts';
import {program} from '../support/program.ts';
import {crowdState, goldenSizes, shopState, updateOf} from '../support/screens.ts';
import {showStates} from '../support/shown-states.ts';
import {until} from '../support/until.ts';

const shell = 'PS1="left-it " exec sh';

/** A tmux server of the test's own, with a shell in its one window. */
function openTmux(folder: string) {
  const environment = {...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', CI: '', TMUX: ''};
  const tmux = (...words: readonly string[]) =>
    execFileSync('tmux', ['-S', `${folder}/tmux.sock`, '-f', '/dev/null', ...words], {encoding: 'utf8', env: environment, cwd: folder});
  onTestFinished(() => void tmux('kill-server'));
  tmux('new-session', '-d', '-s', 'console', '-x', '80', '-y', '24', shell);
  return {
    text: () =>
      `${tmux('capture-pane', '-p', '-t', 'console')
        .split('\n')
        .map(row => row.trimEnd())
        .join('\n')
        .trimEnd()}\n`,
    type: (...keys: readonly string[]) => void tmux('send-keys', '-t', 'console', ...keys),
    resize: (columns: number, rows: number) => void tmux('resize-window', '-t', 'console', '-x', String(columns), '-y', String(rows)),
    asked: (format: string) => tmux('display-message', '-p', '-t', 'console', format).trim(),
  };
}

needing('tmux', programNeed('tmux', 'Debian: apt-get install tmux'), () => {
  test.each([
    ['shop', () => shopState()],
    ['crowd20', () => crowdState(20)],
  ] as const)('%s: at every size its window holds what the golden file holds', async (name, make) => {
    const states = await showStates(updateOf(make()));
    const window = openTmux(states.folder);
    window.type(`"${process.execPath}" "${program}" ${states.arguments.join(' ')}`, 'Enter');
    for (const {columns, rows} of goldenSizes) {
      window.resize(columns, rows);
      const golden = `${readFileSync(`test/golden/${name}-${columns}x${rows}-unicode.txt`, 'utf8').trimEnd()}\n`;
      await until(`${name} at ${columns}×${rows}`, () => window.text() === golden).catch(() => expect(window.text()).toBe(golden));
    }
  });

  test('keys do what they say, and leaving gives the window back as it was', async () => {
    const states = await showStates(updateOf(shopState()));
    const window = openTmux(states.folder);
    window.type('echo before', 'Enter', `"${process.execPath}" "${program}" ${states.arguments.join(' ')}`, 'Enter');
    await until('the first frame', () => window.text().includes('▸ w web'));
    expect(window.asked('#{alternate_on} #{cursor_flag}')).toBe('1 0');
    window.type('Down');
    await until('the second service to be selected', () => window.text().includes('▸ p pay'));
    window.type('+');
    await until('the answer', () => window.text().includes('did 1: adjust'));
    expect(states.commands).toMatchObject([{kind: 'adjust', service: 'pay', by: 1}]);
    window.type('Enter');
    await until('the detail', () => window.text().includes('Esc back'));
    window.type('Escape');
    await until('all services', () => !window.text().includes('Esc back'));
    window.type('q');
    await until('the question', () => window.text().includes('Leave?'));
    window.type('y');
    await until('the shell', () => window.text().trimEnd().endsWith('left-it'));
    expect(window.asked('#{alternate_on} #{cursor_flag} #{mouse_any_flag}')).toBe('0 1 0');
    expect(window.text()).toContain('before');
    expect(window.text()).not.toContain('SERVICE');
  });
});
