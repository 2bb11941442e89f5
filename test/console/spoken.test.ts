import stringWidth from 'string-width';
import {describe, expect, test} from 'vitest';
import {themeChoices} from '../../source/config/themes.ts';
import {listen, quietBell} from '../../source/console/bell.ts';
import {frame} from '../../source/console/frame.ts';
import {keyTable} from '../../source/console/keys/table.ts';
import {spokenLines} from '../../source/console/spoken.ts';
import {chooseStyle, createStyle, unicodeSymbols} from '../../source/console/style.ts';
import {planOnCopy} from '../../source/scaler/what-if.ts';
import {themeFor} from '../../source/console/theme.ts';
import {emptyState, reduce, type ConsoleEvent, type ConsoleState} from '../../source/console/state.ts';
import {crowdState, plainUnicode, shopState, updateOf} from '../support/screens.ts';

describe('for a screen reader', () => {
  test('says the truth of the screen in sentences, and draws nothing', () => {
    const lines = spokenLines(shopState(), plainUnicode);
    expect(lines).toContain('Demand is being met: 2 more replicas start. 8 of 10 slots run.');
    expect(lines.join('\n')).toMatch(/Selected: web, priority 1, 5 of 7 running/);
    expect(lines.join('\n')).toMatch(/Why web: demand 7/);
    expect(lines.join('')).not.toMatch(/[─│╭╮╰╯┤━┃█]/);
  });

  test('reads a question out, and says when the engine is gone', () => {
    const asked = reduce(shopState(), {kind: 'prompted', prompt: {kind: 'number', service: 'web', typed: '4'}});
    expect(spokenLines(asked, plainUnicode).at(-1)).toContain('Pin web for 1m at: 4');
    expect(spokenLines(reduce(shopState(), {kind: 'gone', reason: 'it crashed'}), plainUnicode)).toContain(
      'The engine is gone: it crashed. Nobody acts.',
    );
    expect(spokenLines(emptyState(false), plainUnicode)).toEqual(['Waiting for the engine.']);
  });

  test('reads out what covers the screen: the help, the marked action, what would be', () => {
    const said = (event: ConsoleEvent) => spokenLines(reduce(shopState(), event), plainUnicode);
    const help = said({kind: 'prompted', prompt: {kind: 'help', at: 0}});
    for (const {words} of keyTable) expect(help.some(line => line.includes(words))).toBe(true);
    expect(said({kind: 'prompted', prompt: {kind: 'palette', typed: 'one', at: 0}})[0]).toBe(
      'Marked: one more, key +: pin one more than now, at once.',
    );
    expect(said({kind: 'prompted', prompt: {kind: 'palette', typed: 'zzzz', at: 0}})[0]).toBe('No action is called that.');
    const answer = planOnCopy(updateOf(shopState()).fleet, {kind: 'demand', service: 'web', which: {kind: 'only'}, value: 9});
    expect(said({kind: 'viewed', view: {kind: 'what-if', answer}})).toEqual(
      expect.arrayContaining(["If web's demand became 9.", 'would get.', expect.stringMatching(/^web {2}\d to \d/)]),
    );
  });

  test('of very many services it says how many more there are', () => {
    expect(spokenLines(crowdState(500), plainUnicode)).toContain('And 488 more services.');
  });
});

describe('the bell', () => {
  const at = (state: ConsoleState, ms: number) => {
    const {update} = state;
    if (!update) throw new Error('a shop has an update');
    return {...update, vitals: {...update.vitals, at: ms}};
  };

  test('rings once for a shortage that lasts, and again for the next one', () => {
    const short = shopState();
    let {bell, words} = listen(quietBell, at(short, 1000), 5000);
    expect(words).toBeNull();
    ({bell, words} = listen(bell, at(short, 5999), 5000));
    expect(words).toBeNull();
    ({bell, words} = listen(bell, at(short, 6000), 5000));
    expect(words).toBe('short for 5 s: web has 5 of 7');
    expect(listen(bell, at(short, 60_000), 5000).words).toBeNull();
    const update = at(short, 61_000);
    const met = {...update, fleet: {...update.fleet, standing: {...update.fleet.standing, met: true}}};
    expect(listen(bell, met, 5000).bell).toEqual(quietBell);
    expect(listen(quietBell, at(short, 100_000), null).words).toBeNull();
  });
});

describe('themes', () => {
  test.each([
    ['15;0', 'dark'],
    ['0;15', 'light'],
    ['0;default;7', 'light'],
    ['', 'dark'],
  ] as const)('a terminal that says %j has a %s background', (said, theme) => {
    expect(themeFor('auto', {COLORFGBG: said})).toBe(theme);
    expect(themeFor('colorblind', {COLORFGBG: said})).toBe('colorblind');
  });

  test.each(themeChoices)('%s fills the screen exactly, at every depth of colour', theme => {
    for (const colorLevel of [1, 2, 3] as const) {
      const style = chooseStyle({environment: {LANG: 'C.UTF-8'}, ascii: false, color: true, theme, colorLevel});
      for (const line of frame(shopState(), {columns: 100, rows: 30}, {...plainUnicode, style})) expect(stringWidth(line)).toBe(100);
    }
  });

  test('mono has no colour at all', () => {
    const lines = frame(shopState(), {columns: 100, rows: 30}, {...plainUnicode, style: createStyle(unicodeSymbols, 3, 'mono')}).join('');
    expect(lines).not.toMatch(/\u001b\[(3[0-79]|9\d|38;)/);
  });
});
