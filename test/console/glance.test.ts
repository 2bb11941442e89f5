import {expect, test} from 'vitest';
import stringWidth from 'string-width';
import {glanceLines, glanceRows} from '../../source/console/glance.ts';
import {frame} from '../../source/console/frame.ts';
import {selectedService, type ConsoleState} from '../../source/console/state.ts';
import {plainAscii, plainUnicode, readyState, shopState} from '../support/screens.ts';

function glanceAt(state: ConsoleState, width = 160, look = plainUnicode): readonly string[] {
  const service = selectedService(state);
  if (!service) throw new Error('nothing is selected');
  return glanceLines(state, service, width, look);
}

test('says of the selected service why it has what it has, what it has, and how fast it gets it', () => {
  const [why, now, speed] = glanceAt(readyState());
  expect(why).toMatch(/^why {4}demand 6; gets 6 *$/);
  expect(now).toMatch(/^now {4}6 running, 4 standing by {3}priority 1, min 0, max 10, 1 slot each *$/);
  expect(speed).toMatch(/^speed {2}serves after \d+ ms {3}handovers p50 61 ms p95 61 ms {3}last 12:01:47 3 \(frozen\) from batch: ask 0 /);
});

test('a fill says so, and how much of it is frozen; nothing is made up before it was seen', () => {
  const batch = glanceAt({...readyState(), selected: 'batch'});
  expect(batch[0]).toContain('fills what is left; gets 4 of what is left');
  expect(batch[1]).toContain('4 running, 3 frozen');
  expect(glanceAt(shopState())[2]).toMatch(/^speed {2}no replica has been waited for yet *$/);
});

test('is as wide as its place, in plain characters where the terminal has no others', () => {
  for (const width of [40, 80, 126, 300]) {
    const lines = glanceAt(readyState(), width, plainAscii);
    expect(lines).toHaveLength(glanceRows);
    for (const line of lines) expect(stringWidth(line)).toBe(width);
    expect(lines.join('').replaceAll(/\u001b\[\d+m/g, '')).toMatch(/^[\x20-\x7e]*$/);
  }
});

test('is on the screen from 130×36 on, and not below', () => {
  const shown = (columns: number, rows: number) => frame(shopState(), {columns, rows}, plainUnicode).join('\n');
  expect(shown(130, 36)).toContain('no replica has been waited for yet');
  expect(shown(129, 36)).not.toContain('no replica has been waited for yet');
  expect(shown(130, 35)).not.toContain('no replica has been waited for yet');
});
