import {stripVTControlCharacters} from 'node:util';
import {describe, expect, test} from 'vitest';
import {footerLines} from '../../source/console/footer.ts';
import {session} from '../support/pressed.ts';
import {plainUnicode, shopState} from '../support/screens.ts';

const footer = (keys: readonly string[], columns = 80) => {
  const pressed = session(shopState()).press(...keys);
  return footerLines(pressed.state(), columns, plainUnicode).map(row => stripVTControlCharacters(row).trim());
};

describe('the last line while a question is open', () => {
  test.each([
    [['='], 'Enter pins  Esc leaves it'],
    [['q'], 'y yes  n no'],
    [['j', 't'], '1 5m  2 30m  3 2h  4 until cleared  Esc leaves it'],
    [['/'], 'Enter keeps it  Esc shows all'],
    [['w'], '12 a demand  c8 8 slots  n2 2 slots gone  n NAME a node gone  Esc leaves it'],
  ])('%j has the keys that answer it, and no others', (keys, bar) => {
    expect(footer(keys)[1]).toBe(bar);
  });

  test('how it is left is never cut', () => {
    expect(footer(['w'], 60)[1]).toContain('Esc leaves it');
  });

  test('the usual keys are back when it is closed', () => {
    expect(footer(['=', 'escape'])).toEqual(footer([]));
  });
});

test('why a what-if is refused fits into 80 columns', () => {
  const [reason = ''] = session().press('w', 'a', 'b', 'c', 'enter').refusals();
  expect(reason.length).toBeLessThan(80);
});
