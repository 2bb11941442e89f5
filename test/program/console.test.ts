import {describe, expect, test} from 'vitest';
import {containersOf, engineTest, socket, sweep} from '../support/engine.ts';
import {emptyFolder, open, type Screen} from '../support/program.ts';
import {until} from '../support/until.ts';

const demo = ['demo', '--seed', '4'];
const up = (screen: Screen) => until('the first frame', () => screen.text().includes('slots') && screen.text().includes('WHY'));

describe('the built program in a real terminal', () => {
  test.each([
    [80, 24],
    [140, 40],
  ])('at %i×%i it draws the whole screen, and every key shows its effect', async (columns, rows) => {
    const screen = open(demo, emptyFolder(), columns, rows);
    await up(screen);
    expect(screen.state()).toEqual({alternate: true, cursorHidden: true});
    expect(screen.rows()[0]).toContain('SIMULATED');
    const shows = (what: string | RegExp) =>
      until(`the screen to show ${String(what)}`, () =>
        typeof what === 'string' ? screen.text().includes(what) : what.test(screen.text()),
      );
    screen.press('+++');
    await shows(/checkout: pinned at \d+/);
    await shows(/pin \d+ 30m/);
    screen.press('u');
    await shows('checkout: undone');
    screen.press('=7\r');
    await shows('checkout: pinned at 7');
    await shows(/7\/7/);
    screen.press('t4');
    await shows('checkout: pinned at 7');
    screen.press('b');
    await shows('checkout: boosted ahead of all');
    await shows('top');
    screen.press('x');
    await shows(/checkout: .* cleared/);
    screen.press('x');
    await shows('checkout has no override to clear');
    screen.press('z');
    await shows(/checkout: held at \d+/);
    screen.press('X');
    await shows('Clear the one override?');
    screen.press('y');
    await shows('1 override cleared');
    screen.press(',');
    await shows('checkout: moved to priority 2');
    screen.press('.');
    await shows('checkout: moved to priority 2 cleared');
    screen.press('.');
    await shows('checkout is at priority 1 already');
    screen.press('P');
    await shows('[PAUSED]');
    screen.press('P');
    await shows('Resume the scaler?');
    screen.press('\r');
    screen.press('P');
    await shows('Resume the scaler?');
    screen.press('y');
    await shows('[AUTO]');
    screen.press('?');
    await shows('Esc closes');
    screen.press('\u001b');
    await until('the help to close', () => !screen.text().includes('Esc closes'));
    screen.press('j');
    await until('the second service to be selected', () => screen.rows().some(row => /▸ s search/.test(row)));
    screen.press('\u001b[A');
    await until('the first service to be selected', () => screen.rows().some(row => /▸ c checkout/.test(row)));
    screen.press('q');
    await shows('Leave?');
    screen.press('n');
    await until('the question to close', () => !screen.text().includes('Leave?'));
    screen.press('q');
    await shows('Leave?');
    screen.press('y');
    expect(await screen.ended).toBe(0);
    expect(screen.state()).toEqual({alternate: false, cursorHidden: false});
    await until('what became of it to be shown', () => screen.text().includes('microscale: the simulated host has ended'));
  });

  test('the arrows and the page keys turn the pages of the help', async () => {
    const screen = open(demo, emptyFolder(), 80, 24);
    await up(screen);
    for (const [key, page] of [
      ['?', 'page 1 of'],
      ['\u001b[B', 'page 2 of'],
      ['\u001b[6~', 'page 3 of'],
      ['\u001b[5~', 'page 2 of'],
      ['\u001b[A', 'page 1 of'],
    ] as const) {
      screen.press(key);
      await until(`the help to show ${page}`, () => screen.text().includes(page));
    }
    screen.press('\u001b');
    await until('the help to close', () => !screen.text().includes('Esc closes'));
  });

  test('an error before the first frame leaves the terminal untouched', async () => {
    const screen = open(['--host', 'unix:///nowhere.sock'], emptyFolder(), 80, 24);
    expect(await screen.ended).toBe(3);
    expect(screen.sent()).not.toContain('\u001b[?1049h');
    await until('the reason to be shown', () => screen.rows().join('').includes('there is no such socket'));
  });

  test('NO_COLOR and --ascii are obeyed', async () => {
    const screen = open([...demo, '--ascii'], emptyFolder(), 100, 30, {NO_COLOR: '1'});
    await up(screen);
    expect(screen.sent()).not.toMatch(/\u001b\[[\d;]*(?:3[1-7]|9[0-7])[;m]/);
    expect(screen.text()).toMatch(/^[\x20-\x7e\n]*$/);
  });

  test('without an update for long the terminal is left in peace, and --for ends it', async () => {
    const screen = open([...demo, '--for', '2s'], emptyFolder(), 80, 24);
    expect(await screen.ended).toBe(0);
  });
});

describe('leaving a real engine', () => {
  engineTest('a dropped line (SIGHUP) changes no count and gives the terminal back', async () => {
    const project = 'hangup';
    const replica = 'image: busybox, pull: never, command: [sleep, "3600"], stopGrace: 1s, networks: [none]';
    const folder = emptyFolder({
      'microscale.yaml': `{project: ${project}, capacity: 4, console: {theme: mono}, services: {web: {priority: 1, ${replica}, demand: {source: fixed, value: 3}}, batch: {priority: 2, ${replica}, target: fill}}}`,
    });
    const screen = open(['--host', `unix://${socket}`], folder, 80, 24);
    try {
      await up(screen);
      await until('the box to be full', () => screen.text().includes('slots 4/4'));
      // Its configuration wants no colours.
      expect(screen.sent()).not.toMatch(/\u001b\[[\d;]*(?:3[1-7]|9[0-7])[;m]/);
      const before = (await containersOf(project)).map(({Id: id}) => id).toSorted();
      process.kill(screen.pty.pid, 'SIGHUP');
      expect(await screen.ended).toBe(129);
      expect((await containersOf(project)).map(({Id: id}) => id).toSorted()).toEqual(before);
      expect(screen.state()).toEqual({alternate: false, cursorHidden: false});
      await until('what became of them to be shown', () =>
        screen.rows().join('').includes('web 3, batch 1 stay as they are; nobody scales them from here now. To stop them,'),
      );
    } finally {
      await sweep(project);
    }
  });

  engineTest('a configuration that drains is told of in the question, and what it stopped in the last line', async () => {
    const project = 'drained';
    const replica = 'image: busybox, pull: never, command: [sleep, "3600"], stopGrace: 1s, networks: [none]';
    const folder = emptyFolder({
      'microscale.yaml': `{project: ${project}, capacity: 4, onExit: drain, services: {web: {priority: 1, ${replica}, demand: {source: fixed, value: 3}}, batch: {priority: 2, ${replica}, target: fill}}}`,
    });
    const screen = open(['--host', `unix://${socket}`], folder, 80, 24);
    try {
      await up(screen);
      await until('the box to be full', () => screen.text().includes('slots 4/4'));
      screen.press('q');
      await until('the question', () => screen.text().includes('Leave? web 3, batch 1 are stopped; nobody scales then.'));
      screen.press('y');
      expect(await screen.ended).toBe(0);
      expect(await containersOf(project)).toEqual([]);
      await until('what became of them to be shown', () => screen.rows().join('').includes('web 3, batch 1 were stopped;'));
    } finally {
      await sweep(project);
    }
  });
});

describe('a terminal that stops reading', () => {
  engineTest('changes nothing in the scaling, lets signals through, and gets no backlog afterwards', async () => {
    const project = 'microscale';
    const screen = open(['--host', `unix://${socket}`, '--seed', '11'], emptyFolder(), 140, 40);
    try {
      await up(screen);
      const before = screen.sent().length;
      screen.pty.pause();
      // The box goes on: containers come and go although nobody reads.
      const seen = new Set<string>();
      await until('the scaling to go on', async () => {
        for (const {Id: id} of await containersOf(project)) seen.add(id);
        return seen.size > 40;
      });
      screen.pty.resume();
      await until('the screen to be live again', () => screen.sent().length > before);
      // What a blocked terminal missed is not played back: at most what its buffer held and a frame or two.
      expect(screen.sent().length - before).toBeLessThan(100_000);
      screen.pty.pause();
      process.kill(screen.pty.pid, 'SIGTERM');
      await until('it to be gone although nobody reads', () => {
        try {
          process.kill(screen.pty.pid, 0);
          return false;
        } catch {
          return true;
        }
      });
    } finally {
      await sweep(project);
    }
  });
});
