/** A screen as files: the text that was seen, and a picture in the colours that it had. */
import {mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {saveScreen} from '../../source/commands/saved-screen.ts';
import {frame} from '../../source/console/frame.ts';
import {plainText, svgOf} from '../../source/console/screenshot.ts';
import {createStyle, unicodeSymbols} from '../../source/console/style.ts';
import {plainUnicode, shopState} from '../support/screens.ts';

describe('a saved screen', () => {
  const style = createStyle(unicodeSymbols, 3, 'colorblind');
  const lines = frame(shopState(), {columns: 100, rows: 30}, {...plainUnicode, style});

  test('is the text that was seen', () => {
    expect(plainText(lines)).toContain('web');
    expect(plainText(lines)).not.toContain('\u001b');
    expect(plainText(lines).split('\n')).toHaveLength(31);
  });

  test('is a picture whose words are those that were seen, with nothing in it that could run', () => {
    const svg = svgOf([...lines, ' <script>&"'], 100, style.paper);
    expect(svg).toMatch(/^<svg [^>]+>\n/);
    expect(svg).toContain('&lt;script&gt;&amp;');
    expect(svg).not.toMatch(/<script|\u001b/);
    expect(svg.match(/<text /g)?.length).toBeGreaterThan(40);
  });

  test('has the same colours whichever way the terminal was told of them', () => {
    const fillOf = (codes: string) => /<text [^>]*fill="([^"]+)"/.exec(svgOf([`\u001b[${codes}mword\u001b[39m`], 10, 'dark'))?.[1];
    // Of the 256: the sixteen first, then a cube of six steps each way, then greys.
    for (const [codes, color] of [
      ['38;2;230;159;0', 'rgb(230,159,0)'],
      ['38;5;16', 'rgb(0,0,0)'],
      ['38;5;74', 'rgb(95,175,215)'],
      ['38;5;214', 'rgb(255,175,0)'],
      ['38;5;231', 'rgb(255,255,255)'],
      ['38;5;232', 'rgb(8,8,8)'],
      ['38;5;255', 'rgb(238,238,238)'],
    ] as const)
      expect(fillOf(codes), codes).toBe(color);
    expect(fillOf('38;5;1')).toBe(fillOf('31'));
    expect(fillOf('38;5;9')).toBe(fillOf('91'));
    // What follows a colour is no colour of its own: 31 is red only where it stands alone.
    expect(svgOf(['\u001b[38;5;31;1mword'], 10, 'dark')).toContain('fill="rgb(0,135,175)" font-weight="bold"');
  });

  test('is on light paper, in colours that can be read there, where the theme is light', () => {
    const light = createStyle(unicodeSymbols, 1, 'light');
    const svg = svgOf(frame(shopState(), {columns: 100, rows: 30}, {...plainUnicode, style: light}), 100, light.paper);
    const paper = /<rect width="100%" height="100%" fill="#([0-9a-f]{6})"/.exec(svg)?.[1] ?? '';
    expect(brightness(paper)).toBeGreaterThan(0.9);
    for (const [, color = ''] of svg.matchAll(/fill="#([0-9a-f]{6})"/g)) if (color !== paper) expect(brightness(color)).toBeLessThan(0.6);
    const dark = svgOf(lines, 100, createStyle(unicodeSymbols, 1, 'dark').paper);
    expect(brightness(/<rect width="100%" height="100%" fill="#([0-9a-f]{6})"/.exec(dark)?.[1] ?? '')).toBeLessThan(0.2);
  });

  test('has a name of its own, also where one was saved in the same second', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'microscale-saved-'));
    onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
    const save = () => saveScreen({lines, columns: 100, paper: 'dark'}, folder, Date.UTC(2026, 10, 24, 12, 4, 31));
    expect(await save()).toBe('microscale-20261124-120431.txt and microscale-20261124-120431.svg');
    // Somebody else's file, of which there is only the picture.
    writeFileSync(join(folder, 'microscale-20261124-120431-2.svg'), 'not ours');
    expect(await save()).toBe('microscale-20261124-120431-3.txt and microscale-20261124-120431-3.svg');
    expect(readFileSync(join(folder, 'microscale-20261124-120431-2.svg'), 'utf8')).toBe('not ours');
    expect(readdirSync(folder)).toHaveLength(5);
    await expect(saveScreen({lines, columns: 100, paper: 'dark'}, join(folder, 'nowhere'), 0)).rejects.toThrow('ENOENT');
  });
});

/** Between 0 for black and 1 for white. */
function brightness(color: string): number {
  return [0, 2, 4].reduce((sum, at) => sum + Number.parseInt(color.slice(at, at + 2), 16), 0) / (3 * 255);
}
