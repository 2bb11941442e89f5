import {expect, test} from 'vitest';
import {helpBlocks, helpLines} from '../../source/console/help.ts';
import {keyTable} from '../../source/console/keys/table.ts';
import {plainText} from '../../source/console/screenshot.ts';
import {asciiSymbols, createStyle, unicodeSymbols} from '../../source/console/style.ts';
import {widthOf} from '../../source/console/text.ts';
import {goldenSizes} from '../support/screens.ts';

const plain = {unicode: createStyle(unicodeSymbols, 0), ascii: createStyle(asciiSymbols, 0)};

/** Each page that can be turned to, from the first until it comes again. */
function pagesOf(width: number, height: number, set: keyof typeof plain): readonly (readonly string[])[] {
  const pages = [helpLines(0, width, height, plain[set])];
  for (let at = 1; ; at++) {
    const next = helpLines(at, width, height, plain[set]);
    if (next.join() === pages[0]?.join()) return pages;
    pages.push(next);
  }
}

test.each(goldenSizes.flatMap(size => [[size, 'unicode'] as const, [size, 'ascii'] as const]))(
  'at %o in %s every key and every word is on some page, and no word is cut',
  ({columns, rows}, set) => {
    const pages = pagesOf(columns, rows - 4, set);
    const text = plainText(pages.flat()).replaceAll(/[ \n]+/g, ' ');
    expect(text).not.toMatch(/…|~/);
    // Of one column the rows follow each other; of two they stand beside each other.
    if (pages.length > 1) for (const {words} of keyTable) expect(text).toContain(words);
    for (const {shown, words} of helpBlocks(set === 'unicode').flat()) expect(text).toContain(words === null ? shown : ` ${shown} `);
    for (const word of keyTable.flatMap(({words}) => words.split(' '))) expect(text).toContain(word);
    for (const line of pages.flat()) expect(widthOf(line)).toBe(columns);
    for (const page of pages) expect(page.length).toBeLessThanOrEqual(rows - 4);
  },
);

test('a wide screen needs one page, and says how to leave it; a small one says how to turn it', () => {
  expect(pagesOf(140, 36, 'unicode')).toHaveLength(1);
  expect(helpLines(0, 140, 36, plain.unicode)[0]).toContain('Help   (Esc closes)');
  expect(helpLines(0, 80, 20, plain.unicode)[0]).toMatch(/page 1 of \d {3}\(Space turns the page, Esc closes\)/);
  expect(helpLines(-1, 80, 20, plain.unicode)).toEqual(pagesOf(80, 20, 'unicode').at(-1));
});
