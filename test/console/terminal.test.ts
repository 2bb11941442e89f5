import {mkdtempSync, openSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {openTerminal} from '../../source/console/terminal.ts';
import {until} from '../support/until.ts';

/** A terminal that is a file: what it would have been shown can be read, and it answers when it is told to. */
function onFile() {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-terminal-'));
  const path = join(folder, 'screen');
  const descriptor = openSync(path, 'w');
  let time = 0;
  const terminal = openTerminal(
    () => [80, 24],
    () => {},
    descriptor,
    () => time,
  );
  onTestFinished(() => {
    // It closes what it was given.
    terminal.destroy();
    rmSync(folder, {recursive: true});
  });
  const questions = () => [...readFileSync(path, 'latin1').matchAll(/;(\d+)H\u001b\[6n/g)].map(([, number]) => Number(number));
  return {
    terminal,
    /** A frame, of which the terminal says so much later that it is there. */
    async frame(bytes: number, tookMs: number): Promise<void> {
      const asked = questions().length;
      terminal.write('x'.repeat(bytes));
      await until('the question behind it', () => questions().length > asked);
      time += tookMs;
      terminal.arrived(questions().at(-1) ?? 0);
      await terminal.idle();
    },
    pause(ms: number): void {
      time += ms;
    },
  };
}

test('time in which nothing is on its way is no time that the line takes', async () => {
  const {terminal, frame, pause} = onFile();
  await frame(1, 5);
  for (let second = 0; second < 8; second++) {
    pause(1000);
    await frame(1000, 5);
  }
  expect(terminal.budget()).toBe(Number.POSITIVE_INFINITY);
});

test('a line that takes its time with every frame is slow', async () => {
  const {terminal, frame, pause} = onFile();
  await frame(1, 5);
  for (let second = 0; second < 4; second++) {
    await frame(1000, 500);
    pause(1000);
  }
  expect(terminal.budget()).toBeGreaterThan(500);
  expect(terminal.budget()).toBeLessThan(2000);
});
