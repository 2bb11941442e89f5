/** What a slow line is sent, and what the terminal answers. */
import {PassThrough} from 'node:stream';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {withoutAnswers} from '../../source/console/answers.ts';
import {createArrivals, questionsMost} from '../../source/console/arrivals.ts';
import {createCalmCharts} from '../../source/console/calm-charts.ts';
import {frame} from '../../source/console/frame.ts';
import {createPainter} from '../../source/console/portion.ts';
import {reduce, type ConsoleState} from '../../source/console/state.ts';
import {at, plainUnicode, shopState} from '../support/screens.ts';
import {until} from '../support/until.ts';

describe('portions of a frame', () => {
  const chart = (turn: number) => `${turn}`.padEnd(200, '#');

  test('on a line that isn’t slow all of it is painted', () => {
    const painter = createPainter(() => Number.POSITIVE_INFINITY);
    painter.paint(['a', 'b'], 80);
    expect(painter.paint(['c', 'd'], 80)).toEqual(['c', 'd']);
    expect(painter.isBehind()).toBe(false);
  });

  test('what is cheap goes first, and what is dear is not left for ever', () => {
    const painter = createPainter(() => 100);
    painter.paint(['', '', chart(0), chart(0), 'demand 0', '', ''], 80);
    for (let turn = 1; turn <= 40; turn++) {
      const painted = painter.paint([`age ${turn}`, '', chart(turn), chart(turn), `demand ${turn}`, '', `answer ${turn}`], 80);
      // One round late at the most: a chart that has waited for long may go before it once.
      expect([painted[0], painted[6]]).toEqual([`age ${turn}`, `answer ${turn}`]);
      expect(Number(painted[4]?.slice('demand '.length))).toBeGreaterThanOrEqual(turn - 1);
    }
    let rounds = 0;
    const last = ['age 40', '', chart(40), chart(40), 'demand 40', '', 'answer 40'];
    while (painter.paint(last, 80).some((row, index) => row !== last[index])) expect(++rounds).toBeLessThan(10);
    expect(painter.isBehind()).toBe(false);
  });

  test('another size is painted whole', () => {
    const painter = createPainter(() => 1);
    painter.paint(['aaaa', 'bbbb'], 80);
    expect(painter.paint(['cccc', 'dddd'], 81)).toEqual(['cccc', 'dddd']);
    expect(painter.paint(['eeee'], 81)).toEqual(['eeee']);
  });

  test('whatever is painted, it comes to what is wanted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string({maxLength: 30}), {minLength: 6, maxLength: 6}), {minLength: 1, maxLength: 8}),
        fc.integer({min: 1, max: 60}),
        (frames, budget) => {
          const painter = createPainter(() => budget);
          for (const frame of frames) painter.paint(frame, 80);
          const last = frames.at(-1) ?? [];
          for (let round = 0; round < 6; round++) painter.paint(last, 80);
          expect(painter.paint(last, 80)).toEqual(last);
          expect(painter.isBehind()).toBe(false);
        },
      ),
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
    expect(send(4, 300)).toBe(Number.POSITIVE_INFINITY);
    expect(send(5000, 310)).toBe(Number.POSITIVE_INFINITY);
    expect(send(960, 1300)).toBe(480);
    expect(send(50, 352)).toBe(480);
    expect(send(240, 550)).toBe(480);
    expect(Number.isFinite(send(5000, 310))).toBe(true);
    expect(Number.isFinite(send(5000, 310))).toBe(true);
    expect(send(5000, 310)).toBe(Number.POSITIVE_INFINITY);
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

describe('charts on a slow line', () => {
  const second = 1000;
  const stateAt = (at: number) => ({
    ...shopState(),
    samples: Array.from({length: Math.floor(at / second)}, (_, index) => ({at: (index + 1) * second, services: {}})),
  });
  const lastOf = ({samples}: ConsoleState) => samples.at(-1)?.at;

  test('move twice a minute and say until when they tell; others move at once', () => {
    const calm = createCalmCharts();
    expect(calm(stateAt(100 * second), false).chartsTo).toBeNull();
    const slow = createCalmCharts();
    const seen = Array.from({length: 40}, (_, index) => slow(stateAt((80 + index) * second), true));
    expect([...new Set(seen.map(lastOf))]).toEqual([60 * second, 90 * second]);
    expect(seen[0]?.chartsTo).toBe(60 * second);
    expect(frame(seen[0] ?? shopState(), {columns: 80, rows: 24}, plainUnicode).join('\n')).toContain('00:01:00');
  });

  test('take nothing back that was shown, when the line turns out to be slow', () => {
    const charts = createCalmCharts();
    expect(lastOf(charts(stateAt(80 * second), false))).toBe(80 * second);
    expect(lastOf(charts(stateAt(81 * second), true))).toBe(80 * second);
    expect(lastOf(charts(stateAt(91 * second), true))).toBe(90 * second);
    expect(lastOf(charts(stateAt(92 * second), false))).toBe(92 * second);
  });

  test('of the past are whole: it keeps still', () => {
    const past = reduce(shopState(), {kind: 'travelled', at: at - 30 * second});
    expect(createCalmCharts()(past, true)).toBe(past);
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
