/** Time travel in the built program: the last hour of the live console, and a recording on the same screens. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {emptyFolder, open, run, type Screen} from '../support/program.ts';
import {recordShop} from '../support/recordings.ts';
import {until} from '../support/until.ts';

const left = '\u001b[D';
const right = '\u001b[C';
const home = '\u001b[H';
const end = '\u001b[F';
const patientMs = 45_000;
const shows = (screen: Screen, what: string | RegExp) =>
  until(
    `the screen to show ${String(what)}`,
    () => (typeof what === 'string' ? screen.text().includes(what) : what.test(screen.text())),
    patientMs,
  ).catch((error: Error) => {
    throw new Error(`${error.message}\n${screen.text().trimEnd()}`, {cause: error});
  });
const hides = (screen: Screen, what: string) =>
  until(`the screen to hide ${what}`, () => screen.text().includes('slots') && !screen.text().includes(what), patientMs);

async function folderWithShop() {
  const folder = emptyFolder();
  await recordShop('the import may wait', join(folder, 'shop.rec'));
  return folder;
}

describe('the live console', () => {
  test('steps back with the arrow, refuses what acts, and is live again with End', async () => {
    const screen = open(['demo', '--seed', '4'], emptyFolder(), 100, 30, {TZ: 'UTC'});
    await shows(screen, /checkout.*\d+\/\d+/);
    await shows(screen, /\d\d:\d\d:\d\d \w+ +\d+→\d+/);
    // Some seconds have to have been before they can be looked at.
    await until(
      'a past to look at',
      async () => {
        screen.press(left);
        await shows(screen, /\[PAST \d\d:\d\d:\d\d, \d+s ago\]|nothing of the past/);
        return screen.text().includes('[PAST');
      },
      patientMs,
    );
    screen.press('+');
    await shows(screen, /this is the past, \d\d:\d\d:\d\d: End goes back to now/);
    expect(screen.text()).not.toContain('[AUTO]');
    screen.press('j');
    await shows(screen, /▸ s search/);
    screen.press(end);
    await shows(screen, '[AUTO]');
    await hides(screen, '[PAST');
    screen.press('k+');
    await shows(screen, /checkout: pinned at \d+/);
    screen.press('\u0003');
    expect(await screen.ended).toBe(0);
    expect(screen.state()).toEqual({alternate: false, cursorHidden: false});
  });
});

describe('replay', () => {
  test('plays a recording on the same screens, steps in it, and ends as it began', async () => {
    const folder = await folderWithShop();
    const before = readFileSync(join(folder, 'shop.rec'), 'utf8');
    const screen = open(['replay', 'shop.rec', '--speed', '8'], folder, 140, 40, {TZ: 'UTC'});
    await shows(screen, /\[REPLAY 12:0\d:\d\d, \w+ to its end > 8x\]/);
    expect(screen.rows()[0]).toContain('shop ▸ shop.rec');
    await shows(screen, /\[REPLAY 12:(00:[2-5]|0[1-9]|1\d)/);
    screen.press(' ');
    await shows(screen, /\[REPLAY 12:\d\d:\d\d, \w+ to its end\]/);
    screen.press(home);
    await shows(screen, '[REPLAY 12:00:00, 20m to its end]');
    screen.press(`${']'.repeat(5)}${right}`);
    await shows(screen, '[REPLAY 12:05:01, 14m59s to its end]');
    screen.press('+');
    await shows(screen, 'this is a recording: nothing can be changed in it');
    screen.press(end);
    await shows(screen, '[REPLAY 12:20:00, its end]');
    await shows(screen, /pin 9/);
    screen.press('q');
    await shows(screen, 'Leave? The recording stays as it is.');
    screen.press('y');
    expect(await screen.ended).toBe(0);
    expect(screen.state()).toEqual({alternate: false, cursorHidden: false});
    await until('what it was to be said', () => screen.text().includes('shop.rec was replayed; nothing was changed'));
    expect(readFileSync(join(folder, 'shop.rec'), 'utf8')).toBe(before);
  });

  test('begins and ends where it is told to', async () => {
    const folder = await folderWithShop();
    const screen = open(['replay', 'shop.rec', '--from', '12:06', '--to', '8m', '--speed', '16', '--ascii'], folder, 80, 24, {TZ: 'UTC'});
    await shows(screen, /\[REPLAY 12:08:00, its end\]|\[REPLAY 12:0[67]:\d\d/);
    await shows(screen, '[REPLAY 12:08:00, its end]');
    screen.press('\u0003');
    expect(await screen.ended).toBe(0);
  });

  test('of a damaged recording shows what is before the damage, says so, and exits with 1', async () => {
    const folder = await folderWithShop();
    const lines = readFileSync(join(folder, 'shop.rec'), 'utf8').trimEnd().split('\n');
    const broken = Math.floor(lines.length / 2);
    writeFileSync(join(folder, 'bad.rec'), lines.with(broken, '{"half":').join('\n'));
    const screen = open(['replay', 'bad.rec'], folder, 140, 40, {TZ: 'UTC'});
    await shows(screen, '[REPLAY');
    expect(screen.rows()[1]).toContain(`bad.rec:${broken + 1} is damaged`);
    screen.press('qy');
    expect(await screen.ended).toBe(1);
    await until('why to be said', () => screen.text().includes(`bad.rec:${broken + 1} is damaged`));
  });

  test('names in a recording move no cursor', async () => {
    const folder = await folderWithShop();
    const text = readFileSync(join(folder, 'shop.rec'), 'utf8');
    const evil = JSON.stringify('\u001b[2J\u001b]0;owned\u0007web').slice(1, -1);
    writeFileSync(join(folder, 'evil.rec'), text.replaceAll('"web"', `"${evil}"`));
    const screen = open(['replay', 'evil.rec', '--from', '6m'], folder, 140, 40, {TZ: 'UTC'});
    await shows(screen, '[REPLAY');
    screen.press(' \r');
    await shows(screen, 'Esc back');
    screen.press('\u001b');
    await shows(screen, 'decisions');
    screen.press('w9\r');
    await shows(screen, 'Nothing was done');
    for (const bad of ['owned', '\u001b[2J\u001b]']) expect(screen.sent()).not.toContain(bad);
    screen.press('\u0003');
    expect(await screen.ended).toBe(0);
  });

  test('without a terminal prints its decisions as lines, or as JSON', async () => {
    const folder = await folderWithShop();
    const plain = run(['replay', 'shop.rec', '--from', '6m', '--to', '12:09'], folder, {TZ: 'UTC'});
    expect(await plain.ended).toBe(0);
    expect(plain.output()).toMatch(/^12:06:00 {2}mode .*sale/m);
    expect(plain.output()).not.toMatch(/^12:(05|09:0[1-9])/m);
    expect(plain.output()).toContain('demand met');
    expect(plain.errors()).toBe('');
    const json = run(['replay', 'shop.rec', '--json'], folder);
    expect(await json.ended).toBe(0);
    const kinds = new Set(
      json
        .output()
        .trimEnd()
        .split('\n')
        .map(line => (JSON.parse(line) as {kind: string}).kind),
    );
    expect([...kinds]).toEqual(['decision', 'score']);
  });

  test('says what is wrong in one line, with the status that belongs to it', async () => {
    const folder = await folderWithShop();
    writeFileSync(join(folder, 'empty.rec'), '');
    writeFileSync(join(folder, 'old.rec'), '{"microscale":"recording","version":1}\n');
    const cases = [
      [['nothing.rec'], 2, 'the recording nothing.rec can’t be read: there is no such file or folder'],
      [['.'], 2, '. is a folder: name the recording in it'],
      [['empty.rec'], 1, 'empty.rec is empty: it is no recording'],
      [['old.rec'], 1, 'old.rec was recorded in format 1'],
      [['shop.rec', '--from', 'noon'], 2, '--from noon: expected a time of day such as 12:04:30'],
      [['shop.rec', '--from', '13:00'], 2, '--from 13:00: the recording ends at 12:20:00'],
      [['shop.rec', '--from', '5m', '--to', '4m'], 2, '--from 5m is after --to 4m'],
      [['shop.rec', '--to', '2026-11-24T11:00Z'], 2, '--to 2026-11-24T11:00Z: the recording begins only at 12:00:00'],
      [['shop.rec', '--speed', 'fast'], 2, '--speed fast: expected a number from 0.25 to 1024'],
      [[], 2, 'replay takes one recording'],
    ] as const;
    for (const [words, status, message] of cases) {
      const wrong = run(['replay', ...words], folder, {TZ: 'UTC'});
      expect(await wrong.ended).toBe(status);
      expect(wrong.errors()).toContain(`microscale: ${message}`);
      expect(wrong.errors().trimEnd().split('\n')).toHaveLength(1);
    }
  });
});
