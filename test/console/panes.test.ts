import {describe, expect, test} from 'vitest';
import {decisionLines} from '../../source/console/decisions.ts';
import {badgesOf, sharedLetter} from '../../source/console/look.ts';
import {frame} from '../../source/console/frame.ts';
import {slotLines} from '../../source/console/slots.ts';
import type {ConsoleState} from '../../source/console/state.ts';
import type {Note} from '../../source/scaler/entry.ts';
import {at, crowdState, plainUnicode, saleState, shopState, updateOf} from '../support/screens.ts';

const plain = (lines: readonly string[]) => lines.map(text => text.replaceAll(/\u001b\[\d+m/g, '').trimEnd());

describe('the slots', () => {
  const slots = (state: ConsoleState, width: number, height: number) => {
    const {fleet} = updateOf(state);
    return plain(slotLines(fleet, badgesOf(fleet, plainUnicode.style), width, height, plainUnicode));
  };

  test('have a letter for each service as long as there are letters, and one sign for all others', () => {
    const {fleet} = updateOf(crowdState(500));
    const badges = badgesOf(fleet, plainUnicode.style);
    const letters = fleet.services.map(({spec}) => badges.letter(spec.name));
    const own = letters.filter(letter => letter !== sharedLetter);
    expect(new Set(own).size).toBe(own.length);
    expect(own.length).toBe(62);
  });

  test('say what is free and what a cell stands for before they name services, where not all have room', () => {
    const lines = slots(crowdState(500), 45, 11);
    const legend = lines.findIndex(text => text.includes('free'));
    expect(lines[legend]).toMatch(/^· free 716 +1 cell = 14$/);
    expect(lines.at(-1)).toMatch(/\+493 more 773$/);
    expect(slots(crowdState(20), 22, 4).join('\n')).toContain('1 cell = 3');
  });

  test('name every service where there is room for all, and what is free last', () => {
    expect(slots(shopState(), 22, 8).slice(-4)).toEqual([
      'w web               5',
      'p pay               2',
      'b batch             1',
      '· free 0',
    ]);
  });
});

describe('the decisions', () => {
  const lines = (state: ConsoleState, width: number, rows: number) => plain(decisionLines(state, width, rows, plainUnicode));

  test('tell an override and the decision that follows from it once', () => {
    const told = lines(shopState(), 80, 10).filter(text => text.includes('pinned at 2'));
    expect(told).toEqual(['12:01:30 pay      4→2  pinned at 2 by ops@mgr-1 until 12:16:30']);
  });

  test('go on in the next line where what they say is too long and there is room', () => {
    expect(lines(shopState(), 45, 10).slice(0, 3)).toEqual([
      '12:01:59 batch    5→1  preempted by web',
      '                       (priority 1)',
      '12:01:59 web      3→7  demand 7',
    ]);
    expect(lines(shopState(), 45, 2)).toEqual(['12:01:59 batch    5→1  preempted by web (pri…', '12:01:59 web      3→7  demand 7']);
  });

  test('give no more than a third of a full log to what is long, and cut what is longer still', () => {
    const note: Note = {level: 'warning', service: 'web', text: 'word '.repeat(60).trim()};
    const state = {...shopState(), happenings: Array.from({length: 40}, (_, index) => ({kind: 'noted' as const, at: at + index, note}))};
    const shown = lines(state, 45, 10);
    expect(shown).toHaveLength(10);
    expect(shown.filter(text => /^\d/.test(text))).toHaveLength(7);
    expect(shown[2]).toMatch(/…$/);
  });
});

describe('the chart', () => {
  const title = (state: ConsoleState) => plain(frame(state, {columns: 80, rows: 24}, plainUnicode))[2];

  test('says which line is which; what fills has none for its want', () => {
    expect(title(shopState())).toContain('── web: want ─ running ━ ──');
    expect(title({...shopState(), selected: 'batch'})).toContain('── batch: running ━ ──');
  });
});

describe('the keys below', () => {
  const keys = (state: ConsoleState) => plain(frame(state, {columns: 140, rows: 40}, plainUnicode)).at(-1);

  test('offer the modes only where there are any, and every action by its name always', () => {
    expect(keys(saleState())).toContain('m mode');
    expect(keys(shopState())).not.toContain('m mode');
    for (const columns of [60, 80, 100]) expect(plain(frame(shopState(), {columns, rows: 24}, plainUnicode)).at(-1)).toContain(': more');
  });
});
