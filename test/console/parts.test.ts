import {readFileSync} from 'node:fs';
import {pathToFileURL} from 'node:url';
import {resolve} from 'node:path';
import {Terminal} from '@xterm/headless';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import stringWidth from 'string-width';
import {clean} from '../../source/clean.ts';
import {chartLines} from '../../source/console/chart.ts';
import {keyTable} from '../../source/console/keys/table.ts';
import {createSqueezer} from '../../source/console/squeeze.ts';
import {asciiSymbols, chooseStyle, unicodeSymbols} from '../../source/console/style.ts';
import {fit, fitRight} from '../../source/console/text.ts';
import {plainAscii} from '../support/screens.ts';

describe('text from outside', () => {
  test.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['a title', '\u001b]0;owned\u0007name', 'name'],
    ['a cleared screen', 'a\u001b[2Jb', 'ab'],
    ['new lines and tabs', 'a\r\n\tb', 'a b'],
    ['a turned direction', 'a\u202eb', 'ab'],
    ['8-bit sequences', 'a\u009b31mb', 'ab'],
    ['half a surrogate', 'a\ud800b', 'ab'],
    ['an emoji', 'a🙂b', 'a🙂b'],
  ])('%s', (_title, text, expected) => expect(clean(text)).toBe(expected));

  test('never keeps a control character, and always has an end', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary', maxLength: 5000}), text => {
        const cleaned = clean(text);
        expect(cleaned.length).toBeLessThanOrEqual(1000);
        // oxlint-disable-next-line no-control-regex
        expect(cleaned).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
  });
});

describe('columns', () => {
  test('are exact for any text', () => {
    fc.assert(
      fc.property(fc.string({unit: 'grapheme', maxLength: 30}), fc.integer({min: 1, max: 40}), (text, width) => {
        const cleaned = clean(text);
        expect(stringWidth(fit(cleaned, width, unicodeSymbols))).toBe(width);
        expect(stringWidth(fitRight(cleaned, width, unicodeSymbols))).toBe(width);
      }),
    );
  });

  test('a wide character is never cut in half', () => {
    expect(fit('漢字漢字', 6, unicodeSymbols)).toBe('漢字… ');
  });
});

describe('the terminal decides what is shown', () => {
  const style = (environment: Record<string, string>, ascii = false, color = true) =>
    chooseStyle({environment, ascii, color, theme: 'auto', colorLevel: 2});
  test('Unicode where the locale says UTF-8, ASCII where it doesn’t or somebody asked for it', () => {
    expect(style({LANG: 'en_GB.UTF-8'}).symbols).toBe(unicodeSymbols);
    expect(style({LANG: 'C'}).symbols).toBe(asciiSymbols);
    expect(style({LANG: 'C.UTF-8', LC_ALL: 'POSIX'}).symbols).toBe(asciiSymbols);
    expect(style({LANG: 'C.UTF-8'}, true).symbols).toBe(asciiSymbols);
  });
  test('no colour where it was switched off', () => {
    expect(style({LANG: 'C.UTF-8'}, false, false).demand('x')).toBe('x');
    expect(style({LANG: 'C.UTF-8'}).demand('x')).not.toBe('x');
  });
});

test('fewer bytes draw the same screen', async () => {
  const styles = [
    ['\u001b[1m', '\u001b[22m'],
    ['\u001b[7m', '\u001b[27m'],
    ['\u001b[31m', '\u001b[39m'],
    ['\u001b[94m', '\u001b[39m'],
  ] as const;
  const tree: fc.Arbitrary<string> = fc.letrec<{node: string}>(tie => ({
    node: fc.oneof(
      {depthSize: 'small'},
      fc.constantFrom('', ' ', 'a', 'bc'),
      fc
        .tuple(fc.constantFrom(...styles), fc.array(tie('node'), {maxLength: 3}))
        .map(([[open, close], parts]) => open + parts.join('').replaceAll(close, close + open) + close),
    ),
  })).node;
  const draw = async (output: string) => {
    const terminal = new Terminal({cols: 40, rows: 2, allowProposedApi: true});
    await new Promise<void>(done => terminal.write(`${output}|`, done));
    const line = terminal.buffer.active.getLine(0);
    return Array.from({length: 40}, (_, column) => {
      const cell = line?.getCell(column);
      return [cell?.getChars(), cell?.isBold(), cell?.isInverse(), cell?.getFgColor(), cell?.isFgDefault()];
    });
  };
  await fc.assert(
    fc.asyncProperty(fc.array(tree, {maxLength: 4}), async parts => {
      const output = parts.join('');
      if (output.replaceAll(/\u001b\[\d+m/g, '').length > 38) return;
      const squeeze = createSqueezer();
      const squeezed = output.length % 2 === 0 ? squeeze(output) : parts.map(part => squeeze(part)).join('');
      expect(squeezed.length).toBeLessThanOrEqual(output.length);
      expect(await draw(squeezed)).toEqual(await draw(output));
    }),
    {numRuns: 150},
  );
});

describe('the chart', () => {
  const samples = Array.from({length: 30}, (_, second) => ({
    at: second * 1000,
    services: {web: {demand: second < 20 ? 2 : 6, want: second < 20 ? 2 : 6, desired: 6, running: second < 25 ? 2 : 6}},
  }));
  const draw = (columns: number, height: number) =>
    chartLines(
      {samples, service: 'web', width: columns, height, columnMs: 1000, now: 29_000, end: 'now', paintReplicas: text => text},
      plainAscii.style,
    );

  test('shows the demand above the replicas where they differ: the gap is the shortfall', () => {
    const [top = '', ...rest] = draw(40, 9);
    expect(top).toMatch(/^ {3}6\| +\*+#+$/);
    expect(rest.at(-1)).toMatch(/-20s.*-10s.*now/);
  });

  test('draws what is above zero above zero, where there is a row for it', () => {
    const few = Array.from({length: 30}, (_, second) => ({
      at: second * 1000,
      services: {web: {demand: 10, want: 10, desired: 10, running: second < 15 ? 2 : 0}},
    }));
    const lines = chartLines(
      {samples: few, service: 'web', width: 40, height: 4, columnMs: 1000, now: 29_000, end: 'now', paintReplicas: text => text},
      plainAscii.style,
    );
    const [, middle = '', bottom = ''] = lines;
    expect(middle).toMatch(/#{14}/);
    expect(bottom).toMatch(/^ {3}0\| +#{14,15}$/);
  });

  test('is exact in size, and empty where there is no room', () => {
    for (const [width, height] of [
      [40, 9],
      [12, 3],
      [8, 2],
      [100, 30],
    ] as const) {
      const lines = draw(width, height);
      expect(lines).toHaveLength(height);
      for (const text of lines) expect(text.length).toBe(width);
    }
  });
});

test('the README’s table of keys is the key table', () => {
  const readme = readFileSync('README.md', 'utf8').replaceAll(/ +/g, ' ');
  for (const {shown, words} of keyTable) expect(readme).toContain(`| \`${shown}\` | ${words} |`);
});

test('Ink’s short cut draws what Ink draws', async () => {
  const inkBuild = pathToFileURL(resolve('node_modules/ink/build')).href;
  const {default: Output} = (await import(`${inkBuild}/output.js`)) as {
    default: new (size: {width: number; height: number}) => {
      write(x: number, y: number, text: string, options: object): void;
      get(): {output: string; height: number};
    };
  };
  const rows = ['\u001b[1mone\u001b[22m two', 'three  ', '', '\u001b[31m┃ four\u001b[39m'];
  const output = new Output({width: 20, height: 4});
  for (const [y, text] of rows.entries()) output.write(0, y, text, {transformers: []});
  expect(output.get()).toEqual({output: rows.map(text => text.trimEnd()).join('\n'), height: 4});
});
