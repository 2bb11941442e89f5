import {describe, expect, test} from 'vitest';
import stringWidth from 'string-width';
import {frame} from '../../source/console/frame.ts';
import {scrolledTo} from '../../source/console/close-up.ts';
import {scrollRoom} from '../../source/console/detail-panes.ts';
import {memoryWords, replicaAge} from '../../source/console/replica-table.ts';
import {spokenLines} from '../../source/console/spoken.ts';
import {reduce, type ConsoleState} from '../../source/console/state.ts';
import {detailOf, hostileLines, logLine, logsSight, replica, replicasSight} from '../support/close-ups.ts';
import {after} from '../support/fleets.ts';
import {goldenScreens} from '../support/goldens.ts';
import {at, crowdState, plainAscii, plainUnicode, readyState, saleState, shopState} from '../support/screens.ts';

const sizes = [
  {columns: 60, rows: 15},
  {columns: 80, rows: 24},
  {columns: 100, rows: 30},
  {columns: 140, rows: 40},
  {columns: 200, rows: 60},
];
const log = Array.from({length: 60}, (_, index) => logLine(index, `GET /cart/${index} 200 in ${index % 9} ms`));
const states: Record<string, () => ConsoleState> = {
  detail: () => detailOf(readyState(), replicasSight),
  'detail-short': () => detailOf(shopState(), replicasSight),
  'detail-log': () => detailOf(shopState(), logsSight(log)),
};
const text = (state: ConsoleState, columns = 140, rows = 40, look = plainUnicode) =>
  frame(state, {columns, rows}, look)
    .join('\n')
    .replaceAll(/\u001b\[\d+m/g, '');

describe('golden details', () => goldenScreens(states, sizes));

test('the detail fills exactly the screen, whatever its size and whatever it shows', () => {
  for (const state of [...Object.values(states).map(make => make()), detailOf(crowdState(3), replicasSight, 'service-000')]) {
    for (let columns = 60; columns <= 220; columns += 13) {
      for (let rows = 15; rows <= 70; rows += 5) {
        const lines = frame(state, {columns, rows}, plainUnicode);
        expect(lines).toHaveLength(rows);
        for (const line of lines) expect(stringWidth(line)).toBe(columns);
      }
    }
  }
});

test('what replicas write can’t move the cursor, set a title, turn the writing round or break a column', () => {
  for (const look of [plainUnicode, plainAscii]) {
    for (const {columns, rows} of sizes) {
      const evilName = '\u001b[2J\u202eweb\n' + 'y'.repeat(300);
      const lines = [...hostileLines, {replica: evilName, at: 0, text: 'from an evil name'}, {...logLine(3, 'no time'), at: null}];
      const shown = frame(detailOf(shopState(), logsSight(lines, '\u001b]0;owned\u0007why')), {columns, rows}, look);
      expect(shown).toHaveLength(rows);
      for (const line of shown) {
        expect(stringWidth(line)).toBe(columns);
        expect(line.replaceAll(/\u001b\[\d+m/g, '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/);
      }
    }
  }
});

test('names, nodes and numbers of replicas from outside can’t break a column either', () => {
  const replicas = [
    replica(1, {name: '\u001b[2J' + '漢'.repeat(200), node: '\u202enode\t'.repeat(40), cpu: 1e9, memoryBytes: 1e18, since: -1e15}),
    replica(2, {cpu: Number.NaN, memoryBytes: 0, since: at + 1e9}),
  ];
  for (const {columns, rows} of sizes) {
    const shown = frame(detailOf(shopState(), {kind: 'replicas', seen: {replicas, more: 0}}), {columns, rows}, plainUnicode);
    for (const line of shown) expect(stringWidth(line)).toBe(columns);
  }
});

describe('truth in the detail', () => {
  test('a filler wants whatever is left, and says so', () => {
    const batch = reduce(detailOf(readyState(), replicasSight, 'batch'), {kind: 'selected', service: 'batch'});
    expect(text(batch)).toContain('gets 4 of what is left');
    expect(text(batch)).toContain('gave 3 (frozen) to web');
  });

  test('before the first answer it says that it looks, and another service’s replicas are never shown', () => {
    expect(text(reduce(shopState(), {kind: 'opened', pane: 'replicas'}))).toContain('5 running, 1 starting; asking for each of them');
    const gone = reduce(reduce(shopState(), {kind: 'gone', reason: 'it crashed'}), {kind: 'opened', pane: 'replicas'});
    expect(text(gone)).toContain('5 running, 1 starting; nobody can be asked for each of them');
    const other = detailOf(shopState(), replicasSight, 'pay');
    expect(text(other)).not.toContain('test-web');
    expect(text(other)).not.toContain('web-1');
  });

  test('what was seen long ago looks it, and a failure is said in words beside what was seen before', () => {
    expect(text(detailOf(shopState(), replicasSight, 'web', at - 30_000))).toContain('STALE 30s');
    const seen = detailOf(shopState(), replicasSight, 'web', at - 4000);
    expect(text(seen)).not.toContain('STALE');
    const failed = reduce(seen, {kind: 'seen', service: 'web', sight: {kind: 'unseen', reason: 'the host is lost: no answer'}, at});
    expect(text(failed)).toContain('web-1');
    expect(text(failed)).toContain('STALE 4s: the host is lost: no answer');
    expect(text(reduce(seen, {kind: 'gone', reason: 'it crashed'}))).toContain('AS IT WAS');
    const never = reduce(reduce(shopState(), {kind: 'opened', pane: 'logs'}), {
      kind: 'seen',
      service: 'web',
      sight: {kind: 'unseen', reason: 'no answer within 10 s'},
      at,
    });
    expect(text(never)).toContain('no answer within 10 s');
  });

  test('where there is nothing to show it says why', () => {
    expect(text(detailOf(shopState(), {kind: 'replicas', seen: {replicas: [], more: 0}}))).toContain('there is none');
    expect(text(detailOf(shopState(), logsSight([], 'a simulated host has no logs')))).toContain('a simulated host has no logs');
    const empty = text(detailOf(shopState(), logsSight([]))).split('\n');
    // At the top, where a log begins.
    expect(empty.findIndex(row => row.includes('its 5 replicas have written nothing so far'))).toBeLessThan(5);
    expect(text(detailOf(shopState(), replicasSight))).toContain('REPLICA 1-6 of 9');
  });

  test('every size has the node of each replica, and the stages of the latest handover', () => {
    for (const {columns, rows} of [...sizes, {columns: 100, rows: 24}]) {
      const shown = text(detailOf(readyState(), replicasSight), columns, rows);
      expect(shown).toMatch(/web-1 +node-1 +running +3d +42% +117M/);
      expect(shown).toMatch(/(asked 0  freed 24  started 61  healthy 61|ask 0 free 24 start 61 ok 61) ms/);
      expect(shown).toMatch(/demand 6.*want 6.*desired 6.*running 6/);
      expect(shown).toMatch(/why +demand 6/);
      expect(shown).toMatch(/\b1-\d of 9 /);
    }
  });

  test('a chain of why that has no room for a line each goes on in one, and says so where even that is too long', () => {
    const owner = 'a.very.long.name@some.machine.of.ours.example.org';
    const held = (service: string, note: string) => {
      const {fleet} = after(saleState().update!.fleet, at + 1000, {
        kind: 'command',
        owner,
        command: {kind: 'override', service, rule: {kind: 'cap', replicas: 9}, lasting: 'until-cleared', sure: false, note},
      });
      const state = saleState();
      return text(detailOf({...state, update: {...state.update!, fleet}}, replicasSight), 60, 15);
    };
    expect(held('batch', '')).toMatch(/why +demand 45; max 10; short of 1/);
    const long = held('web', 'since the printers were on fire and nobody else was there to ask'.repeat(2));
    expect(long).toMatch(/why +demand 45; capped at 9 by/);
    expect(long).toMatch(/…\n REPLICA/);
  });

  test('ages and memory are told in few letters', () => {
    expect([0, 999, 1000, 59_999, 61_000, 3_599_000, 7_300_000, 86_400_000 * 12].map(replicaAge)).toEqual([
      '0s',
      '0s',
      '1s',
      '59s',
      '1m',
      '59m',
      '2h',
      '12d',
    ]);
    expect([0, 999, 12e3, 640 * 1024, 117e6, 1.3e9, 5e12].map(memoryWords)).toEqual(['0B', '999B', '12K', '640K', '112M', '1.2G', '4.5T']);
  });

  test('whoever listens hears of replicas and of the log too', () => {
    expect(spokenLines(detailOf(shopState(), replicasSight), plainUnicode).join('\n')).toContain(
      'Replica web-1 on node-1: running for 3d, CPU 42%, memory 117M.',
    );
    expect(spokenLines(detailOf(shopState(), logsSight(log)), plainUnicode).join('\n')).toContain('web-2 wrote: GET /cart/59 200 in 5 ms');
  });
});

describe('scrolling', () => {
  const size = {columns: 80, rows: 24};
  const scroll = (state: ConsoleState, by: number | 'first' | 'last') =>
    reduce(state, {kind: 'scrolled', to: scrolledTo(state, by, scrollRoom(state, size.columns, size.rows))});
  const shown = (state: ConsoleState) => text(state, size.columns, size.rows);

  test('a log follows its end until it is scrolled, and then stays where it is while more comes', () => {
    const open = detailOf(shopState(), logsSight(log));
    expect(shown(open)).toContain('/cart/59 ');
    expect(shown(open)).toContain('last 60, following');
    const back = scroll(scroll(open, -10), -1);
    expect(shown(back)).toContain('/cart/48 ');
    expect(shown(back)).not.toContain('/cart/49 ');
    const more = [...log.slice(2), logLine(60, 'GET /new/1'), logLine(61, 'GET /new/2')];
    const later = reduce(back, {kind: 'seen', service: 'web', sight: logsSight(more), at});
    expect(shown(later)).toContain('/cart/48 ');
    expect(shown(later)).not.toContain('/cart/49 ');
    const end = scroll(later, 'last');
    expect(shown(end)).toContain('/new/2');
    expect(shown(reduce(end, {kind: 'seen', service: 'web', sight: logsSight([...more, logLine(62, 'GET /new/3')]), at}))).toContain(
      '/new/3',
    );
  });

  test('it ends at both ends, and one step leads away from either at once', () => {
    const first = scroll(detailOf(shopState(), logsSight(log)), 'first');
    expect(shown(first)).toContain('/cart/0 ');
    expect(scroll(first, -10)).toEqual(first);
    expect(shown(scroll(first, 1))).not.toContain('/cart/0 ');
    const few = detailOf(shopState(), logsSight(log.slice(0, 3)));
    expect(scroll(few, -10)).toEqual(few);
  });

  test('replicas that don’t fit are scrolled a page at a time', () => {
    const many = Array.from({length: 30}, (_, index) => replica(index + 1));
    const open = detailOf(shopState(), {kind: 'replicas', seen: {replicas: many, more: 0}});
    expect(shown(open)).toContain('web-1 ');
    const below = scroll(open, 10);
    expect(shown(below)).not.toContain('web-1 ');
    expect(shown(below)).toContain('web-11 ');
    expect(shown(scroll(below, 100))).toContain('web-30');
    expect(scroll(below, -100).closeUp.scrolled).toBe(0);
  });
});
