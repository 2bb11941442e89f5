import {describe, expect, test} from 'vitest';
import {frame} from '../../source/console/frame.ts';
import {freshnessOf, isStale} from '../../source/console/freshness.ts';
import {heard} from '../../source/console/silence.ts';
import {spokenLines} from '../../source/console/spoken.ts';
import {reduce, type ConsoleState} from '../../source/console/state.ts';
import {at, goldenSizes, plainUnicode, shopState, updateOf} from '../support/screens.ts';

const shown = (state: ConsoleState, columns = 80, rows = 24) => frame(state, {columns, rows}, plainUnicode).join('\n');
const silent = reduce(shopState(), {kind: 'silent', forMs: 7000});

describe('how fresh what is shown is', () => {
  const update = updateOf(shopState());
  const lost = {...update.fleet, host: {kind: 'lost', reason: 'gone', since: at - 3000}} as const;
  const told = (heardAt: number | null, fleet = update.fleet) => ({fleet, vitals: {...update.vitals, heardAt}});

  test.each([
    ['heard just now', {gone: null, silentMs: 0}, told(at - 400), {kind: 'fresh'}],
    ['a host that was never heard', {gone: null, silentMs: 0}, told(null), {kind: 'stale', ageMs: null}],
    ['a host that was heard long ago', {gone: null, silentMs: 0}, told(at - 9000), {kind: 'stale', ageMs: 9000}],
    ['a host that is lost', {gone: null, silentMs: 0}, told(at - 9000, lost), {kind: 'lost', forMs: 3000}],
    [
      'an engine that says nothing, whatever it said last',
      {gone: null, silentMs: 4000},
      told(at - 400, lost),
      {kind: 'silent', forMs: 4000},
    ],
    ['an engine that has ended', {gone: 'it crashed', silentMs: 4000}, told(at - 400), {kind: 'gone'}],
  ])('%s', (_what, state, said, freshness) => {
    expect(freshnessOf(state, said)).toEqual(freshness);
  });

  test('counts that nobody vouches for have a question mark, those of the past were as they were', () => {
    expect(isStale(shopState())).toBe(false);
    expect(isStale(silent)).toBe(true);
    expect(shown(silent)).toContain('5?/7');
    const aged = reduce(shopState(), {kind: 'updated', update: {...update, vitals: {...update.vitals, heardAt: at - 9000}}});
    expect(shown(aged)).toContain('5?/7');
    const past = reduce(silent, {kind: 'travelled', at: at - 60_000});
    expect(isStale(past)).toBe(false);
    expect(shown(past).split('\n')[1]).toContain('now: ENGINE SILENT');
  });

  test('an engine that says nothing is named at every size, and nobody says that it acts', () => {
    for (const {columns, rows} of goldenSizes) {
      const [header = ''] = shown(silent, columns, rows).split('\n');
      expect(header).toContain('ENGINE SILENT 7s');
      expect(header).toContain('[AUTO?]');
    }
    expect(spokenLines(silent, plainUnicode)).toContain('The engine has said nothing for 7s: what follows is as it was.');
  });

  test('once it speaks again all is as before', () => {
    expect(reduce(silent, {kind: 'updated', update}).silentMs).toBe(0);
  });
});

describe('an answer that is waited for', () => {
  /** Turns go by when they are told to. */
  function turning() {
    let turn: () => void = () => {};
    const every = ((callback: () => void) => {
      turn = callback;
      return 0;
    }) as unknown as typeof setInterval;
    return {every, turn: () => turn()};
  }

  test('is silence after four seconds, and each second after that', async () => {
    const {every, turn} = turning();
    const told: number[] = [];
    let answer: (value: string) => void = () => {};
    const waited = heard(new Promise<string>(resolve => (answer = resolve)), forMs => told.push(forMs), every);
    for (let second = 1; second <= 3; second++) turn();
    expect(told).toEqual([]);
    turn();
    turn();
    expect(told).toEqual([4000, 5000]);
    answer('here');
    expect(await waited).toBe('here');
  });

  test('that fails is passed on', async () => {
    await expect(heard(Promise.reject(new Error('gone')), () => {}, turning().every)).rejects.toThrow('gone');
  });
});
