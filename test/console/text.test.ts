import fc from 'fast-check';
import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import {narrow, widthOf} from '../../source/console/text.ts';

const all = Array.from({length: 0x3000}, (_, code) => String.fromCodePoint(code));

test('characters that are counted and not measured are one column wide, alone and together', () => {
  const counted = all.filter(character => new RegExp(`^[${narrow}]$`).test(character));
  expect(counted.length).toBeGreaterThan(1000);
  for (const character of counted) expect([character, stringWidth(character)]).toEqual([character, 1]);
  expect(stringWidth(counted.join(''))).toBe(counted.length);
});

test('any text is as wide as it measures', () => {
  const text = fc.array(fc.oneof(fc.constantFrom(...all), fc.string({unit: 'binary', maxLength: 2}))).map(parts => parts.join(''));
  fc.assert(fc.property(text, given => widthOf(given) === stringWidth(given)));
});
