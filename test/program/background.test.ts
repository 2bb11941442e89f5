/** The theme that goes by the terminal's background, in a real terminal: light, dark, one that says nothing, one that is late. */
import {expect, test} from 'vitest';
import {backgroundQuestion} from '../../source/console/background.ts';
import type {Screen} from '../support/program.ts';
import {shopState, updateOf} from '../support/screens.ts';
import {openOn, showStates} from '../support/shown-states.ts';
import {until} from '../support/until.ts';

const size = {columns: 140, rows: 40};
/** The first service is bright blue on dark and blue on light; neither theme has the other's. */
const bright = /\u001b\[(?:\d+;)*94[;m]/;
const plain = /\u001b\[(?:\d+;)*34[;m]/;

async function shown(more: readonly string[] = [], background: string | null = null) {
  const states = await showStates(updateOf(shopState()));
  const screen = openOn(states, size, more, background);
  await until('the screen', () => screen.text().includes('q quit'));
  return {states, screen};
}

/** No letter of an answer was a key, and none is left for the shell. */
async function ends(screen: Screen, commands: readonly unknown[]): Promise<void> {
  screen.press('\u0003');
  expect(await screen.ended).toBe(0);
  expect(commands).toEqual([]);
  expect(screen.text()).not.toMatch(/\^\[|11;|rgb:/);
}

test('a light one is drawn in the colours for it', async () => {
  const {screen, states} = await shown([], 'rgb:ffff/ffff/ffff');
  await until('the light colours', () => plain.test(screen.sent()));
  const sent = screen.sent();
  expect(sent.slice(sent.search(plain))).not.toMatch(bright);
  await ends(screen, states.commands);
});

test.each([
  ['a dark one', 'rgb:1c1c/1c1c/1c1c'],
  ['one that says nothing', null],
  ['one that makes no sense', 'beige'],
])('%s is drawn in those for dark', async (_what, background) => {
  const {screen, states} = await shown([], background);
  expect(screen.sent()).toMatch(bright);
  await ends(screen, states.commands);
});

test('one that answers late, in pieces and between keys, is drawn again in the colours for it', async () => {
  const {screen, states} = await shown();
  expect(screen.sent()).toMatch(bright);
  const before = screen.sent().length;
  screen.press('?\u001b]11;rgb:fff');
  screen.press('f/ffff/ffff\u001b\\');
  await until('the help', () => screen.text().includes('Esc closes'));
  screen.press('\u001b');
  await until('the light colours', () => plain.test(screen.sent().slice(before)) && screen.text().includes('q quit'));
  await until('no help', () => !screen.text().includes('Esc closes'));
  await ends(screen, states.commands);
});

test.each([[['--theme', 'dark']], [['--theme', 'light']], [['--no-color']], [['--screen-reader']]])(
  'with %s nobody is asked',
  async more => {
    const states = await showStates(updateOf(shopState()));
    const screen = openOn(states, size, more);
    await until('the screen', () => screen.text().includes('web'));
    expect(screen.sent()).not.toContain(backgroundQuestion);
    await ends(screen, states.commands);
  },
);
