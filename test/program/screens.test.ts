/** The built console in a real terminal, on states that a test decides: exactly what is drawn, at every size, for every key. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {backgroundQuestion} from '../../source/console/background.ts';
import {frame, type Size} from '../../source/console/frame.ts';
import {plainText} from '../../source/console/screenshot.ts';
import {emptyState, reduce} from '../../source/console/state.ts';
import type {Update} from '../../source/ports.ts';
import {seededChance} from '../../source/simulator/chance.ts';
import {goldenStates} from '../support/golden-states.ts';
import {hostileTexts, hostileUpdate} from '../support/hostile.ts';
import type {Screen} from '../support/program.ts';
import {crowdState, goldenSizes, plainUnicode, shopState, updateOf} from '../support/screens.ts';
import {openOn, showStates} from '../support/shown-states.ts';
import {until} from '../support/until.ts';

/** As a console has it that is attached to somebody else's engine. */
const seen = (update: Update) => reduce(emptyState(false, true), {kind: 'updated', update});
const screenText = (screen: Screen) =>
  `${screen
    .rows()
    .map(row => row.trimEnd())
    .join('\n')}\n`;

async function shows(screen: Screen, expected: string, what: string): Promise<void> {
  await until(what, () => screenText(screen) === expected).catch(() => expect(screenText(screen), what).toBe(expected));
}

/** What a terminal sends for a key; most are the letter that they are. */
function sentFor(key: string): string {
  return {enter: '\r', down: '\u001b[B'}[key] ?? key;
}

describe('golden screens in a real terminal', () => {
  for (const [name, golden] of Object.entries(goldenStates)) {
    test.each(['unicode', 'ascii'] as const)(`${name}, %s: at every size the terminal holds what the golden file holds`, async set => {
      const state = golden.told();
      const states = await showStates(updateOf(state));
      const [first, ...others] = goldenSizes;
      const screen = openOn(states, first, [...(set === 'ascii' ? ['--ascii'] : []), ...(state.readOnly ? ['--read-only'] : [])]);
      await until('the first frame', () => screen.text().includes('q quit'));
      for (const key of golden.keys) screen.press(sentFor(key));
      for (const size of [first, ...others]) {
        if (size !== first) screen.resize(size.columns, size.rows);
        const golden = readFileSync(`test/golden/${name}-${size.columns}x${size.rows}-${set}.txt`, 'utf8');
        await shows(screen, golden, `${name} at ${size.columns}×${size.rows}`);
      }
      expect(screen.state()).toEqual({alternate: true, cursorHidden: true});
    });
  }
});

test('200 random resizes leave no debris: whenever it settles, the screen is as if it had always had its size', async () => {
  const update = updateOf(crowdState(20));
  const state = seen(update);
  const states = await showStates(update);
  const screen = openOn(states, {columns: 80, rows: 24});
  const chance = seededChance(7);
  const draw = (least: number, most: number) => least + Math.floor(chance() * (most - least + 1));
  const fresh = (size: Size) => plainText(frame(state, size, plainUnicode));
  await shows(screen, fresh({columns: 80, rows: 24}), 'the first frame');
  let size: Size = {columns: 80, rows: 24};
  for (let resizes = 0; resizes < 200;) {
    // A window that is dragged comes in bursts.
    for (let burst = draw(1, 8); burst > 0 && resizes < 200; burst--, resizes++) {
      size = {columns: draw(20, 210), rows: draw(3, 65)};
      screen.resize(size.columns, size.rows);
      await new Promise(resolve => setImmediate(resolve));
    }
    await shows(screen, fresh(size), `${size.columns}×${size.rows} after ${resizes} resizes`);
  }
});

test('what is full of escape sequences, turned directions, wide, piled and endless text is shown as harmless text', async () => {
  for (const text of [Object.values(hostileTexts).slice(0, 10).join(' '), hostileTexts['emoji'], hostileTexts['long and wide']]) {
    const update = hostileUpdate(text ?? '');
    const states = await showStates(update);
    const size = {columns: 120, rows: 30};
    const screen = openOn(states, size);
    await shows(screen, plainText(frame(seen(update), size, plainUnicode)), 'the screen as it was laid out');
    // But for the one question of the console's own.
    expect(screen.sent().replace(backgroundQuestion, '')).not.toContain('\u001b]');
    expect(screen.state()).toEqual({alternate: true, cursorHidden: true});
    screen.press('\u0003');
    expect(await screen.ended).toBe(0);
  }
});

test('an engine that says nothing any more is called silent and its counts are in question, until it speaks again', async () => {
  const states = await showStates(updateOf(shopState()));
  const screen = openOn(states, {columns: 80, rows: 24});
  await until('the first frame', () => screen.text().includes('[AUTO]'));
  states.hush();
  await until('the silence to be seen', () => /ENGINE SILENT \ds/.test(screen.text()) && screen.text().includes('5?/7'));
  states.show(updateOf(shopState()));
  await until('it to be heard again', () => screen.text().includes('[AUTO]') && !screen.text().includes('SILENT'));
});

test('a console on somebody else’s engine has the theme of its own file, and a flag wins over it', async () => {
  const colours = /\u001b\[[\d;]*(?:3[1-7]|9[0-7])[;m]/;
  const states = await showStates(updateOf(crowdState(2)));
  writeFileSync(join(states.folder, 'microscale.yaml'), 'console: {theme: mono}\n');
  for (const [more, coloured] of [
    [[], false],
    [['--theme', 'dark'], true],
  ] as const) {
    const screen = openOn(states, {columns: 100, rows: 30}, more);
    await until('the screen', () => screen.text().includes('q quit'));
    expect(colours.test(screen.sent())).toBe(coloured);
    screen.press('\u0003');
    expect(await screen.ended).toBe(0);
  }
});
