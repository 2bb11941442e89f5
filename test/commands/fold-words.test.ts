import {describe, expect, test} from 'vitest';
import {foldWords} from '../../source/commands/fold-words.ts';

describe('a text in a terminal’s width', () => {
  test.each([
    ['short', 10, ['short']],
    ['one two three', 8, ['one two', 'three']],
    ['exactly ten', 11, ['exactly ten']],
    ['  12  one two three', 12, ['  12  one', '      two', '      three']],
    ['averylongword and more', 5, ['averylongword and more']],
    ['a averylongword', 5, ['a', 'averylongword']],
  ])('%j of %i', (text, width, expected) => expect(foldWords(text, width)).toEqual(expected));
});
