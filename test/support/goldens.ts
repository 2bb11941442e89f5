/** Screens as files: each state at each size, in both sets, beside what it has always been. */
import {expect, test} from 'vitest';
import stringWidth from 'string-width';
import {frame, type Size} from '../../source/console/frame.ts';
import type {ConsoleState} from '../../source/console/state.ts';
import {plainAscii, plainUnicode} from './screens.ts';

export type MakeState = () => ConsoleState | Promise<ConsoleState>;

/** A test for each, to be called by a test file of the console. */
export function goldenScreens(states: Readonly<Record<string, MakeState>>, sizes: readonly Size[]): void {
  for (const [name, make] of Object.entries(states)) {
    for (const size of sizes) {
      for (const [set, look] of [
        ['unicode', plainUnicode],
        ['ascii', plainAscii],
      ] as const) {
        test(`${name} at ${size.columns}×${size.rows}, ${set}`, async () => {
          const lines = frame(await make(), size, look);
          expect(lines).toHaveLength(size.rows);
          for (const line of lines) expect(stringWidth(line)).toBe(size.columns);
          const plain = lines.map(line => line.replaceAll(/\u001b\[\d+m/g, '').trimEnd()).join('\n');
          if (set === 'ascii') expect(plain).toMatch(/^[\x20-\x7e\n]*$/);
          await expect(`${plain}\n`).toMatchFileSnapshot(`../golden/${name}-${size.columns}x${size.rows}-${set}.txt`);
        });
      }
    }
  }
}
