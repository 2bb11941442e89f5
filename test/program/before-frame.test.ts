/** What is typed or pasted while the console starts was meant for another program: in a real terminal, on the built console. */
import {expect, test} from 'vitest';
import {shopState, updateOf} from '../support/screens.ts';
import {emptyFolder, open, type Screen} from '../support/program.ts';
import {openOn, showStates} from '../support/shown-states.ts';
import {until} from '../support/until.ts';

const size = {columns: 140, rows: 40};
const drawn = (screen: Screen) => until('the first frame', () => screen.text().includes('q quit'));

test.each(['P', '+z', 'docker ps\rPz+\r', 'qy', '=3\r', '\u001b[B+', ':pause\r'])('%j acts on nothing', async keys => {
  const states = await showStates(updateOf(shopState()));
  const screen = openOn(states, size);
  screen.press(keys);
  await drawn(screen);
  // A key after it is one again, so that what came before has been read by then.
  screen.press('b');
  await until('the key after it', () => screen.text().includes('did 1: boost'));
  expect(states.commands).toMatchObject([{kind: 'boost', service: 'web'}]);
  for (const sign of ['Leave?', 'Pin ', 'Actions ']) expect(screen.text()).not.toContain(sign);
  screen.press('\u0003');
  expect(await screen.ended).toBe(0);
});

test('once the terminal is the console’s, and nothing has been drawn, it acts on nothing either', async () => {
  const states = await showStates(updateOf(shopState()));
  // A terminal that says nothing of its background is waited for, with nothing drawn.
  const screen = openOn(states, size);
  await until('the question before the first frame', () => screen.sent().includes('\u001b]11;?'));
  screen.press('Pqy');
  await drawn(screen);
  screen.press('b');
  await until('the key after it', () => states.commands.length > 0);
  expect(states.commands).toMatchObject([{kind: 'boost'}]);
  screen.press('\u0003');
  expect(await screen.ended).toBe(0);
});

test('Ctrl-C leaves, also before the first frame', async () => {
  const states = await showStates(updateOf(shopState()));
  const screen = openOn(states, size);
  await until('the question before the first frame', () => screen.sent().includes('\u001b]11;?'));
  screen.press('P\u0003');
  expect(await screen.ended).toBe(0);
  expect(states.commands).toEqual([]);
});

test('an engine of the console’s own is neither paused nor left', async () => {
  const screen = open(['demo', '--seed', '4'], emptyFolder(), size.columns, size.rows);
  screen.press('docker ps\rPz+\rqy');
  await drawn(screen);
  screen.press('?');
  await until('the help', () => screen.text().includes('Esc closes'));
  screen.press('\u001b');
  await until('the screen', () => screen.text().includes('q quit'));
  expect(screen.text()).toContain('[AUTO]');
  expect(screen.text()).not.toMatch(/overrides [1-9]|pin \d/);
});
