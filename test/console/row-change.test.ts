import xterm from '@xterm/headless';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {rowChange} from '../../source/console/row-change.ts';
import {createSqueezer} from '../../source/console/squeeze.ts';

const columns = 24;

/** What a terminal shows in its first row, cell by cell, after the output. */
async function draw(output: string): Promise<readonly unknown[]> {
  const terminal = new xterm.Terminal({cols: columns, rows: 2, allowProposedApi: true});
  await new Promise<void>(done => terminal.write(output, done));
  const line = terminal.buffer.active.getLine(0);
  const cells = Array.from({length: columns}, (_, column) => {
    const cell = line?.getCell(column);
    const text = cell?.getChars() || ' ';
    // A blank shows no colour.
    if (text === ' ' && !cell?.isInverse()) return cell?.getWidth() === 0 ? 'second' : ' ';
    return [text, cell?.isBold(), cell?.isDim(), cell?.isInverse(), cell?.getFgColor(), cell?.getFgColorMode()];
  });
  terminal.dispose();
  return cells;
}

const styles = [
  ['\u001b[1m', '\u001b[22m'],
  ['\u001b[2m', '\u001b[22m'],
  ['\u001b[7m', '\u001b[27m'],
  ['\u001b[31m', '\u001b[39m'],
  ['\u001b[38;5;120m', '\u001b[39m'],
  ['', ''],
] as const;
const piece = fc
  .tuple(fc.constantFrom(...styles), fc.array(fc.constantFrom(' ', ' ', 'a', '│', '字', 'e\u0301'), {maxLength: 5}))
  .map(([[open, close], letters]) => open + letters.join('') + close);
const row = fc
  .array(piece, {maxLength: 8})
  .map(pieces => pieces.join(''))
  .filter(
    text => [...text.replaceAll(/\u001b\[[\d;]*m|\u0301/g, '')].reduce((sum, letter) => sum + (letter === '字' ? 2 : 1), 0) <= columns,
  );

test('what it sends makes one row of the other, in any styles, and leaves the styles off', async () => {
  await fc.assert(
    fc.asyncProperty(row, row, async (before, after) => {
      const change = rowChange(before, after, columns);
      expect(change).not.toBeNull();
      const squeeze = createSqueezer();
      expect(await draw(squeeze(`${before}${change}`))).toEqual(await draw(after));
      expect(await draw(`${before}\r${change}\u001b[G\u001b[Kx`)).toEqual(await draw('x'));
    }),
    {numRuns: 600},
  );
});

test('sends the cells that differ, and nothing of those beside them', () => {
  expect(rowChange('web    7/7   met', 'web    8/7   met', columns)).toBe('\u001b[8G8');
  expect(rowChange('same', 'same', columns)).toBe('');
  expect(rowChange('│ long words  │', '│ short       │', columns)).toBe('\u001b[3Gshort     ');
  expect(rowChange('a good many words', 'a', columns)).toBe('\u001b[2G\u001b[K');
  expect(rowChange('│ gone words │', '│            │', columns)).toBe(`\u001b[3G${' '.repeat(10)}`);
});

test('leaves a row to others that holds what is no text of ours, or that is too wide', () => {
  expect(rowChange('a', '\u001b[2Ja', columns)).toBeNull();
  expect(rowChange('a', '\u001b[4munderlined\u001b[24m', columns)).toBeNull();
  expect(rowChange('a', 'a\tb', columns)).toBeNull();
  expect(rowChange('a', 'x'.repeat(columns + 1), columns)).toBeNull();
  expect(rowChange('\u0301', 'a', columns)).toBeNull();
});
