import {describe, expect, test} from 'vitest';
import {cleanLine, createLogReader, logLine, mergeTails} from '../../source/orchestrators/log-tail.ts';
import {hostileTexts} from '../support/close-ups.ts';

function frameOf(text: string | Buffer, stream = 1): Buffer {
  const bytes = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

function read(bytes: Buffer, framed: boolean, linesMax = 200, pieces = bytes.length): readonly string[] {
  const reader = createLogReader(framed, linesMax);
  for (let at = 0; at < bytes.length; at += pieces) reader.take(bytes.subarray(at, at + pieces));
  return reader.lines().map(line => line.toString('utf8'));
}

describe('reading a log', () => {
  test('lines come out the same however the stream is cut, and the two streams don’t mix', () => {
    const bytes = Buffer.concat([frameOf('one\ntw'), frameOf('error\n', 2), frameOf('o\nthrée 漢\n'), frameOf('no end')]);
    for (const pieces of [1, 2, 3, 7, 8, 9, 100]) {
      expect(read(bytes, true, 200, pieces)).toEqual(['one', 'error', 'two', 'thrée 漢', 'no end']);
    }
    expect(read(Buffer.from('a\r\nb\nc'), false, 200, 2)).toEqual(['a\r', 'b', 'c']);
  });

  test('only the last lines are kept, in bounded room, whatever comes', () => {
    const many = Buffer.from(Array.from({length: 5000}, (_, index) => `line ${index}`).join('\n'));
    expect(read(many, false, 3)).toEqual(['line 4997', 'line 4998', 'line 4999']);
    const endless = createLogReader(false, 200);
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    for (let count = 0; count < 10; count++) endless.take(megabyte);
    endless.take(Buffer.from('\nafter'));
    expect(endless.lines().map(({length}) => length)).toEqual([8000, 5]);
    const wide = createLogReader(false, 200);
    for (let count = 0; count < 200; count++) wide.take(Buffer.from(`${'y'.repeat(7000)}\n`));
    expect(wide.lines().reduce((sum, {length}) => sum + length, 0)).toBeLessThanOrEqual(64 * 1024);
    expect(wide.lines().length).toBeGreaterThan(5);
  });

  test('what is no log at all ends in nothing worse than odd lines', () => {
    let seed = 5;
    const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648);
    for (let run = 0; run < 200; run++) {
      const bytes = Buffer.from(Array.from({length: random() % 400}, () => random() % 256));
      for (const framed of [true, false]) for (const line of read(bytes, framed, 20, 1 + (random() % 30))) cleanLine(line);
    }
  });
});

describe('a line', () => {
  test('has its time taken off, in the forms that engines write', () => {
    const at = Date.UTC(2026, 10, 24, 12, 0, 1, 500);
    expect(logLine(Buffer.from('2026-11-24T12:00:01.500000000Z hello'), 'web-1')).toEqual({replica: 'web-1', at, text: 'hello'});
    expect(logLine(Buffer.from('2026-11-24T13:00:01.5+01:00 hello'), 'web-1').at).toBe(at);
    expect(logLine(Buffer.from('2026-11-24T12:00:01.5Z'), 'web-1')).toEqual({replica: 'web-1', at, text: ''});
    expect(logLine(Buffer.from('no time here'), 'web-1')).toEqual({replica: 'web-1', at: null, text: 'no time here'});
    expect(logLine(Buffer.from('2026-99-99T99:99:99.5Z x'), 'web-1').at).toBeNull();
  });

  test('is clean, whatever was written', () => {
    for (const text of hostileTexts) {
      const cleaned = cleanLine(text);
      expect(cleaned.length).toBeLessThanOrEqual(2000);
      expect(cleaned).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f]|\p{M}{3}/u);
    }
    expect(cleanLine('\u001b[31mred\u001b[0m\tand \u001b]0;title\u0007plain\r')).toBe('red and plain');
    expect(cleanLine(`e${'\u0301'.repeat(50)}`)).toBe('e\u0301\u0301');
  });
});

describe('the lines of several replicas', () => {
  const line = (replica: string, at: number | null, text = `${replica} ${at}`) => ({replica, at, text});

  test('are merged by time, and one without a time stays after the line before it', () => {
    const merged = mergeTails(
      [
        [line('a', 1), line('a', null, 'trace'), line('a', 5)],
        [line('b', 2), line('b', 4)],
      ],
      10,
    );
    expect(merged.map(({text}) => text)).toEqual(['a 1', 'trace', 'b 2', 'b 4', 'a 5']);
    expect(mergeTails([[line('a', 1), line('a', 3)], [line('b', 2)]], 2).map(({text}) => text)).toEqual(['b 2', 'a 3']);
  });

  test('are bounded together too, by their length', () => {
    const long = Array.from({length: 400}, (_, index) => line('a', index, 'z'.repeat(2000)));
    const merged = mergeTails([long], 400);
    expect(merged.reduce((sum, {text}) => sum + text.length, 0)).toBeLessThanOrEqual(256 * 1024);
    expect(merged.at(-1)).toEqual(long.at(-1));
  });
});
