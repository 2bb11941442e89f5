/** What a slow line is sent, and what the terminal answers. */
import {PassThrough} from 'node:stream';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {withoutAnswers} from '../../source/console/answers.ts';
import {createArrivals, questionsMost} from '../../source/console/arrivals.ts';
import {createCalm} from '../../source/console/calm.ts';
import {frame, picture} from '../../source/console/frame.ts';
import type {Picture} from '../../source/console/picture.ts';
import {createPainter, type Painter} from '../../source/console/portion.ts';
import {reduce, type ConsoleState} from '../../source/console/state.ts';
import {at, plainUnicode, shopState} from '../support/screens.ts';
import {until} from '../support/until.ts';

/** Rows without panes. */
const plain = (rows: readonly string[]): Picture => ({rows, view: 'all', first: 0, panes: []});

describe('portions of a frame', () => {
  const chart = (turn: number) => `${turn}`.padEnd(200, '#');

  test('on a line that isn’t slow all of it is painted', () => {
    const painter = createPainter(() => Number.POSITIVE_INFINITY);
    painter.paint(plain(['a', 'b']), 80);
    expect(painter.paint(plain(['c', 'd']), 80)).toEqual(['c', 'd']);
    expect(painter.paint(plain(['e', 'f', 'g']), 81, 1)).toEqual(['e', 'f', 'g']);
    expect(painter.isBehind()).toBe(false);
  });

  test('what is cheap goes first, and what is dear is not left for ever', () => {
    const painter = createPainter(() => 100);
    paintAll(painter, plain(['', '', chart(0), chart(0), 'demand 0', '', '']));
    for (let turn = 1; turn <= 40; turn++) {
      const painted = painter.paint(plain([`age ${turn}`, '', chart(turn), chart(turn), `demand ${turn}`, '', `answer ${turn}`]), 80);
      // One round late at the most: a chart that has waited for long may go before it once.
      expect([painted[0], painted[6]]).toEqual([`age ${turn}`, `answer ${turn}`]);
      expect(Number(painted[4]?.slice('demand '.length))).toBeGreaterThanOrEqual(turn - 1);
    }
    expect(paintAll(painter, plain(['age 40', '', chart(40), chart(40), 'demand 40', '', 'answer 40']))).toBeLessThan(10);
  });

  test('an empty screen is filled from header, footer and selected row on, then from the first row that matters', () => {
    const rows = Array.from({length: 12}, (_, row) => `${row === 8 ? '> ' : ''}${row} `.padEnd(60, '#'));
    let budget = Number.POSITIVE_INFINITY;
    const painter = createPainter(
      () => budget,
      row => row.startsWith('> '),
    );
    const wanted = {...plain(rows), first: 6};
    painter.paint(wanted, 80);
    budget = 500;
    const numbersOf = (painted: readonly string[]) => painted.flatMap((text, row) => (text === '' ? [] : [row]));
    for (const [columns, clears] of [
      [80, 1],
      [79, 1],
      [80, 1],
    ] as const) {
      expect(numbersOf(painter.paint(wanted, columns, clears))).toEqual([0, 1, 6, 7, 8, 10, 11]);
      expect(painter.isBehind()).toBe(true);
      expect(numbersOf(painter.paint(wanted, columns, clears)).slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
    }
  });

  const inner = {from: 2, to: 8};
  /** Twelve rows, six of which show a list beside something that moves by itself. */
  function listing({list, beside, view}: {readonly list: number; readonly beside: number; readonly view: number}): Picture {
    const rows = Array.from({length: 12}, (_, row) => {
      const isMoving = (row + beside) % 3 === 0;
      return `view ${view} ${isMoving ? beside : row} ${row >= inner.from && row < inner.to ? `list ${list}: ${(row * 7 + list) % 5}` : ''}`;
    });
    return {rows, view: String(view), first: 0, panes: [{...inner, moment: list, scrolls: true}]};
  }
  const distinct = (rows: readonly string[], pattern: RegExp) => new Set(rows.flatMap(row => pattern.exec(row)?.[0] ?? []));
  const step = fc.record({
    list: fc.nat({max: 3}),
    beside: fc.nat({max: 3}),
    view: fc.nat({max: 1}),
    clears: fc.nat({max: 1}),
    budget: fc.oneof(fc.integer({min: 1, max: 400}), fc.constant(Number.POSITIVE_INFINITY)),
  });

  test('whatever is painted, a pane is of one moment, no row is of another view, and it comes to what is wanted', () => {
    fc.assert(
      fc.property(fc.array(step, {minLength: 1, maxLength: 20}), fc.constantFrom('view 0 4', 'no row'), (steps, selected) => {
        let budget = 0;
        const painter = createPainter(
          () => budget,
          row => row.startsWith(selected),
        );
        for (const {clears, ...each} of steps) {
          ({budget} = each);
          const wanted = listing(each);
          const painted = painter.paint(wanted, 80, clears);
          expect(distinct(painted.slice(inner.from, inner.to), /list \d/).size).toBeLessThanOrEqual(1);
          expect(distinct(painted, /view \d/)).toEqual(new Set([`view ${each.view}`]));
          expect(painter.isBehind()).toBe(painted.some((row, index) => row !== wanted.rows[index]));
          // Header and footer never wait.
          for (const row of [0, 1, 10, 11]) expect(painted[row]).toBe(wanted.rows[row]);
        }
        budget = 1;
        expect(paintAll(painter, listing({list: 4, beside: 4, view: 0}))).toBeLessThanOrEqual(12);
      }),
      {seed: 7},
    );
  });

  test('a pane waits for one frame at the most, also where it costs more than the line carries', () => {
    const painter = createPainter(() => 70);
    paintAll(painter, listing({list: 0, beside: 0, view: 0}));
    for (let turn = 1; turn <= 20; turn++) {
      const isOf = (painted: readonly string[]) => [...distinct(painted, /list \d+/)].join('') === `list ${turn}`;
      const isFirst = isOf(painter.paint(listing({list: turn, beside: 2 * turn, view: 0}), 80));
      expect(isFirst || isOf(painter.paint(listing({list: turn, beside: 2 * turn + 1, view: 0}), 80))).toBe(true);
    }
  });

  test('a chart that costs very much comes from the top to the bottom', () => {
    const painter = createPainter(() => 500);
    const wanted = (turn: number) => ({
      ...plain(Array.from({length: 14}, (_, row) => (row < 2 || row > 11 ? '' : chart(turn)))),
      panes: [{from: 2, to: 12, moment: turn, scrolls: false}],
    });
    paintAll(painter, wanted(1));
    const seen = Array.from({length: 6}, () =>
      painter
        .paint(wanted(2), 80)
        .slice(2, 12)
        .map(row => row[0]),
    );
    for (const turns of seen) expect(turns.join('')).toMatch(/^2*1*$/);
    expect(painter.isBehind()).toBe(false);
  });

  /** Until all of it is there; how many frames that took. */
  function paintAll(painter: Painter, wanted: Picture): number {
    for (let round = 1; round < 100; round++) if (isSame(painter.paint(wanted, 80), wanted.rows) && !painter.isBehind()) return round;
    throw new Error('it never came');
  }
  const isSame = (a: readonly string[], b: readonly string[]) => a.every((row, index) => row === b[index]);
});

describe('what belongs together on the screen', () => {
  const size = fc.record({columns: fc.integer({min: 60, max: 220}), rows: fc.integer({min: 15, max: 70})});

  test('is known at every size: only these rows change with the decisions, and with the chart', () => {
    const state = {...shopState(), view: {kind: 'all'} as const};
    const older = {...state, happenings: state.happenings.map(happening => ({...happening, at: happening.at - 5000}))};
    // What the table shows of demand stays.
    const samples = state.samples.map(({at, services}) => ({
      at: at - 1,
      services: Object.fromEntries(Object.entries(services).map(([name, {demand}]) => [name, {demand, want: 1, desired: 1, running: 1}])),
    }));
    const earlier = {...state, samples, chartsTo: at - 30_000};
    for (const view of ['all', 'detail'] as const)
      fc.assert(
        fc.property(size, ({columns, rows}) => {
          const look = (shown: ConsoleState) => picture({...shown, view: {kind: view}}, {columns, rows}, plainUnicode);
          const now = look(state);
          for (const before of view === 'all' ? [look(older), look(earlier)] : [look(earlier)]) {
            const moved = now.panes.filter(({moment}, index) => before.panes[index]?.moment !== moment);
            expect(moved).toHaveLength(1);
            for (const [row, text] of now.rows.entries())
              if (text !== before.rows[row]) expect(moved.some(({from, to}) => row >= from && row < to)).toBe(true);
          }
        }),
        {seed: 7},
      );
  });
});

describe('what has arrived', () => {
  function watch() {
    let now = 0;
    return {arrivals: createArrivals(() => now), later: (ms: number) => void (now += ms)};
  }

  test('of a terminal that never answers nothing is waited for, and after a while it isn’t asked', () => {
    const {arrivals} = watch();
    for (let asked = 0; asked < questionsMost; asked++) {
      expect(arrivals.asks()).toBe(true);
      arrivals.asked();
      expect(arrivals.isUnderWay()).toBe(false);
    }
    expect(arrivals.asks()).toBe(false);
  });

  test('an answer stands for all before it, and one that was lost or comes late mixes nothing up', () => {
    const {arrivals} = watch();
    arrivals.answered(arrivals.asked().number);
    const [lost, second] = [arrivals.asked().number, arrivals.asked().number];
    arrivals.answered(second);
    expect(arrivals.isUnderWay()).toBe(false);
    const third = arrivals.asked().number;
    arrivals.answered(lost);
    expect(arrivals.isUnderWay()).toBe(true);
    arrivals.answered(third);
    expect(arrivals.isUnderWay()).toBe(false);
    const fourth = arrivals.asked().number;
    arrivals.expire();
    expect(arrivals.isUnderWay()).toBe(false);
    const fifth = arrivals.asked().number;
    arrivals.answered(fourth);
    arrivals.answered(fifth);
    expect(arrivals.isUnderWay()).toBe(false);
    expect(new Set([lost, second, third, fourth, fifth]).size).toBe(5);
  });

  function sending() {
    const {arrivals, later} = watch();
    return (bytes: number, ms: number) => {
      arrivals.sent(bytes);
      const {number} = arrivals.asked();
      later(ms);
      arrivals.answered(number);
      return arrivals.budget();
    };
  }

  test('a line is slow by its bytes and not by its length, and until it carries more', () => {
    const send = sending();
    expect(send(4, 300)).toBe(1200);
    expect(send(5000, 310)).toBe(Number.POSITIVE_INFINITY);
    expect(send(960, 1300)).toBe(480);
    expect(send(50, 352)).toBe(480);
    expect(send(240, 550)).toBe(480);
    expect(Number.isFinite(send(5000, 310))).toBe(true);
    expect(Number.isFinite(send(5000, 310))).toBe(true);
    expect(send(5000, 310)).toBe(Number.POSITIVE_INFINITY);
  });

  test('a question that is behind nothing is on its way from when it is asked', () => {
    const {arrivals, later} = watch();
    later(600);
    const {number} = arrivals.asked();
    later(50);
    arrivals.answered(number);
    arrivals.sent(3000);
    const {number: next} = arrivals.asked();
    later(1540);
    arrivals.answered(next);
    expect(arrivals.budget()).toBeCloseTo((3000 * 500) / 1490);
  });

  test('of a terminal that answers it is known only once something has arrived: until then a little is sent', () => {
    const {arrivals, later} = watch();
    expect(arrivals.budget()).toBe(Number.POSITIVE_INFINITY);
    arrivals.answered(arrivals.asked().number);
    expect(arrivals.budget()).toBe(1200);
    arrivals.sent(1200);
    const {number} = arrivals.asked();
    later(10);
    arrivals.answered(number);
    expect(arrivals.budget()).toBe(Number.POSITIVE_INFINITY);
  });

  test('of a line whose first answers were lost it is known too', () => {
    const {arrivals, later} = watch();
    arrivals.asked();
    later(10);
    for (let frames = 0; frames < 5; frames++) {
      arrivals.sent(2000);
      const {number} = arrivals.asked();
      later(2000);
      if (frames > 0) arrivals.answered(number);
    }
    expect(arrivals.budget()).toBe(500);
  });

  test('what waited behind something else was on its way alone only after that', () => {
    const {arrivals, later} = watch();
    const asked = [4, 8000, 8000, 8000, 8000].map(bytes => {
      arrivals.sent(bytes);
      return arrivals.asked().number;
    });
    for (const number of asked) {
      later(10);
      arrivals.answered(number);
    }
    expect(arrivals.budget()).toBe(Number.POSITIVE_INFINITY);
  });

  test('a question has a number that is a column of the terminal', () => {
    const {arrivals} = watch();
    const numbers = Array.from({length: 7}, () => arrivals.asked(3).number);
    expect(numbers).toEqual([1, 2, 3, 1, 2, 3, 1]);
  });

  test('a machine that answers late now and then makes no line slow, and one that stutters makes none quick', () => {
    const send = sending();
    send(4, 5);
    for (let round = 0; round < 20; round++) {
      expect(send(400, 350)).toBe(Number.POSITIVE_INFINITY);
      expect(send(400, 300)).toBe(Number.POSITIVE_INFINITY);
      expect(send(400, 6)).toBe(Number.POSITIVE_INFINITY);
    }
    for (let round = 0; round < 3; round++) send(400, 400);
    for (let round = 0; round < 20; round++) {
      expect(Number.isFinite(send(400, 10))).toBe(true);
      expect(Number.isFinite(send(400, 420))).toBe(true);
    }
  });
});

describe('what is calm on a slow line', () => {
  const second = 1000;
  const stateAt = (at: number) => ({
    ...shopState(),
    samples: Array.from({length: Math.floor(at / second)}, (_, index) => ({at: (index + 1) * second, services: {}})),
  });
  const lastOf = ({samples}: ConsoleState) => samples.at(-1)?.at;

  test('charts move twice a minute and say until when they tell; others move at once', () => {
    const calm = createCalm();
    expect(calm(stateAt(100 * second), false).chartsTo).toBeNull();
    const slow = createCalm();
    const seen = Array.from({length: 40}, (_, index) => slow(stateAt((80 + index) * second), true));
    expect([...new Set(seen.map(lastOf))]).toEqual([60 * second, 90 * second]);
    expect(seen[0]?.chartsTo).toBe(60 * second);
    expect(frame(seen[0] ?? shopState(), {columns: 80, rows: 24}, plainUnicode).join('\n')).toContain('00:01:00');
  });

  test('charts take nothing back that was shown, when the line turns out to be slow', () => {
    const charts = createCalm();
    expect(lastOf(charts(stateAt(80 * second), false))).toBe(80 * second);
    expect(lastOf(charts(stateAt(81 * second), true))).toBe(80 * second);
    expect(lastOf(charts(stateAt(91 * second), true))).toBe(90 * second);
    expect(lastOf(charts(stateAt(92 * second), false))).toBe(92 * second);
  });

  test('decisions move every few seconds, and at once after a quiet time', () => {
    const decided = shopState().happenings.slice(0, 1);
    const calm = createCalm();
    const lists = Array.from({length: 20}, (_, index) => decided.map(happening => ({...happening, at: index * second})));
    const seen = lists.map((happenings, index) => calm({...stateAt((60 + index) * second), happenings}, true).happenings);
    expect([...new Set(seen)]).toEqual([lists[0], lists[5], lists[10], lists[15]]);
    // After a calm time the next is told at once, and on a line that isn't slow always.
    const next = {...stateAt(90 * second), happenings: decided};
    expect(calm(next, true).happenings).toBe(decided);
    const other = {...stateAt(91 * second), happenings: shopState().happenings};
    expect(calm(other, true).happenings).toBe(decided);
    expect(calm(other, false)).toBe(other);
  });

  test('the past is whole: it keeps still', () => {
    const past = reduce(shopState(), {kind: 'travelled', at: at - 30 * second});
    expect(createCalm()(past, true)).toBe(past);
  });
});

describe('a terminal’s answers', () => {
  function listen() {
    const input = new PassThrough();
    let answers = 0;
    let keys = '';
    const filtered = withoutAnswers(input as unknown as NodeJS.ReadStream, {
      cursor: () => void answers++,
      background: () => {},
      awaits: () => false,
      sees: () => true,
    });
    filtered.on('data', (data: Buffer | string) => (keys += data.toString()));
    return {input, keys: () => keys, answers: () => answers};
  }

  test('are taken out of the keys, also in pieces and between others', async () => {
    for (const pieces of [
      ['+\u001b[1;7R+', '+'],
      ['+\u001b', '[1', ';7', 'R++'],
      ['++\u001b[1;7R\u001b[1;7R', '+'],
    ]) {
      const {input, keys, answers} = listen();
      for (const piece of pieces) input.write(piece);
      await until('the keys', () => keys() === '+++' && answers() === pieces.join('').split('\u001b[1;7R').length - 1);
    }
  });

  test('Esc, arrows and a paste are still themselves', async () => {
    const {input, keys, answers} = listen();
    const sent = ['\u001b', '\u001b[A', '\u001b[200~x\u001b[201~', 'q\u001b[', '1'];
    for (const [index, piece] of sent.entries()) {
      input.write(piece);
      const all = sent.slice(0, index + 1).join('');
      await until(JSON.stringify(piece), () => keys() === all);
    }
    expect(answers()).toBe(0);
  });
});
