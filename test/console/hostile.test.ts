/** Nothing that comes from outside moves the cursor, colours the rest, sets the title or breaks a column, in any view. */
import {Terminal} from '@xterm/headless';
import fc from 'fast-check';
import stringWidth from 'string-width';
import {describe, expect, test} from 'vitest';
import {clean} from '../../source/clean.ts';
import {happeningLine, hostLine, planLines} from '../../source/commands/lines.ts';
import {copyText} from '../../source/console/detail.ts';
import {frame} from '../../source/console/frame.ts';
import {plainText, svgOf} from '../../source/console/screenshot.ts';
import {spokenLines} from '../../source/console/spoken.ts';
import {emptyState, reduce, selectedService, type ConsoleEvent, type ConsoleState, type Prompt} from '../../source/console/state.ts';
import {sureRow} from '../../source/console/sure.ts';
import {planOnCopy} from '../../source/scaler/what-if.ts';
import {hostileTexts, hostileUpdate} from '../support/hostile.ts';
import {colored, plainAscii, plainUnicode} from '../support/screens.ts';

const sizes = [
  {columns: 60, rows: 15},
  {columns: 130, rows: 36},
];
const clock = plainUnicode.clock;

/** Every view and question that there is, with the text wherever an operator or the engine could have put it. */
function viewsOf(text: string): Readonly<Record<string, ConsoleState>> {
  const update = hostileUpdate(text);
  const state = reduce(emptyState(false, true), {kind: 'updated', update});
  const service = state.selected ?? '';
  const then = (...events: readonly ConsoleEvent[]) => events.reduce(reduce, state);
  const asked = (prompt: Prompt) => then({kind: 'prompted', prompt});
  const command = {kind: 'clear', service} as const;
  const {at} = update.vitals;
  return {
    list: state,
    read: reduce(emptyState(true), {kind: 'updated', update}),
    watching: reduce(emptyState(false, true), {
      kind: 'updated',
      update: hostileUpdate(text, {kind: 'elsewhere', by: text, where: text, since: at, trouble: text}),
    }),
    lapsed: reduce(emptyState(false), {kind: 'updated', update: hostileUpdate(text, {kind: 'lapsed', reason: text})}),
    held: reduce(emptyState(false, true), {kind: 'updated', update: hostileUpdate(text, {kind: 'held', by: text, since: at})}),
    detail: then({kind: 'viewed', view: {kind: 'detail'}}),
    'what if': then({
      kind: 'viewed',
      view: {kind: 'what-if', answer: planOnCopy(update.fleet, {kind: 'demand', service, which: {kind: 'only'}, value: 1})},
    }),
    said: then({kind: 'said', text, refused: true, at}),
    answered: then({kind: 'replied', reply: {kind: 'accepted', words: text}, overrules: true, at}),
    gone: then({kind: 'gone', reason: text}),
    sought: then({kind: 'sought', find: text}, {kind: 'prompted', prompt: {kind: 'find', typed: text}}),
    'asked for a number': asked({kind: 'number', service, typed: text}),
    'asked for the name': asked({kind: 'name', service, typed: text, command}),
    'asked how long': asked({kind: 'lasting', service}),
    'asked why': asked({kind: 'note', service, typed: text}),
    'asked what if': asked({kind: 'what-if', service, typed: text, demands: 2}),
    'asked which mode': asked({kind: 'mode', modes: [text, `${text}2`, 'auto']}),
    'asked whether': asked({kind: 'confirm', question: text, answer: 'resume'}),
    'asked whether to leave': asked({kind: 'leave'}),
    palette: asked({kind: 'palette', typed: text, at: 0}),
    help: asked({kind: 'help', at: 0}),
  };
}

const unstyled = (row: string) => row.replaceAll(/\u001b\[\d+m/g, '');
/** Control characters, those that turn the direction, and those that nobody sees. */
const harmful = /[\p{Cc}\u2028-\u202e\u2066-\u2069\u200e\u200f\u061c]|\p{Default_Ignorable_Code_Point}/u;

/** As many cells as this terminal takes for a text, by its own table. */
const terminal = new Terminal({cols: 20, rows: 2, allowProposedApi: true});
const cellsOf = (text: string) =>
  (terminal as unknown as {_core: {unicodeService: {getStringCellWidth(text: string): number}}})._core.unicodeService.getStringCellWidth(
    text,
  );

function expectSound(rows: readonly string[], columns: number, ascii: boolean): void {
  for (const row of rows) {
    const text = unstyled(row);
    if (ascii ? !/^[\u0020-\u007e]*$/.test(text) : harmful.test(text)) expect.fail(`harmful: ${JSON.stringify(text)}`);
    if (stringWidth(text) !== columns || cellsOf(text) !== columns)
      expect.fail(`${stringWidth(text)} and ${cellsOf(text)} cells in place of ${columns}: ${JSON.stringify(text)}`);
  }
}

describe.each(Object.entries(hostileTexts))('where every text from outside is %s', (_name, text) => {
  test('each row of each view has its columns and its styles, and nothing else', () => {
    for (const [view, state] of Object.entries(viewsOf(text))) {
      for (const size of sizes) {
        for (const look of [plainUnicode, plainAscii]) {
          const rows = frame(state, size, look);
          expect(rows, view).toHaveLength(size.rows);
          expectSound(rows, size.columns, look === plainAscii);
          // Bold and inverse end where they began: what the text says of styles is not among them.
          for (const row of rows) expect(row.match(/\u001b\[(?!(?:1|22|7|27)m)/g), view).toBeNull();
        }
      }
    }
  });

  test('what is saved, copied, spoken and printed is harmless too', () => {
    for (const state of Object.values(viewsOf(text))) {
      const rows = frame(state, {columns: 100, rows: 30}, colored);
      for (const line of plainText(rows).split('\n')) expect(line).not.toMatch(harmful);
      const picture = svgOf(rows, 100, 'dark');
      expect(picture).not.toMatch(/<script|[\p{Cc}--\n]/v);
      for (const line of spokenLines(state, plainUnicode)) {
        expect(line).not.toMatch(/[\p{Cc}\u2028-\u202e]/u);
        expect(line.length).toBeLessThanOrEqual(1000);
      }
      const service = selectedService(state);
      if (service) expect(copyText(service, clock)).not.toMatch(/[\p{Cc}\u2028-\u202e]/u);
    }
    const {fleet, vitals, happenings} = hostileUpdate(text);
    if (!vitals.facts) throw new Error('it has facts');
    const lines = [
      ...happenings.map(happening => happeningLine(happening, clock)),
      hostLine(vitals.facts, fleet),
      ...planLines(fleet, clock),
    ];
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\u2028-\u202e]/u);
  });
});

test('a row has nothing in it that moves the cursor, rings, or breaks it', () => {
  const row = '\u001b[1mone\u001b[0m\u001b[2J \u001b]0;title\u0007two\nthree\u009b5Afour\u001b[31m!\u001b[39m';
  for (const unicode of [true, false])
    expect(sureRow(row, unicode)).toBe('\u001b[1mone\u001b[0m[2J ]0;titletwothree5Afour\u001b[31m!\u001b[39m');
});

test('a row with any one character in it has its columns, as this terminal and the one before it count them', () => {
  const wrong: string[] = [];
  for (let code = 0x20; code < 0x1fc00; code === 0xffff ? (code = 0x1f000) : code++) {
    const character = clean(String.fromCodePoint(code));
    const row = sureRow(`a${character}b\u2500`, true);
    if (cellsOf(row) !== stringWidth(`a${character}b\u2500`)) wrong.push(`${code.toString(16)} ${row}`);
  }
  expect(wrong).toEqual([]);
});

test('any text at all keeps every column, in both sets', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom(...'\u001b[31m;0HJ', ...Object.values(hostileTexts).flatMap(text => [...text.slice(0, 200)])),
        maxLength: 60,
      }),
      fc.string({unit: 'binary', maxLength: 40}),
      (made, any) => {
        const state = reduce(emptyState(false, true), {kind: 'updated', update: hostileUpdate(made + any)});
        for (const look of [plainUnicode, plainAscii]) expectSound(frame(state, {columns: 100, rows: 30}, look), 100, look === plainAscii);
      },
    ),
    {numRuns: Number(process.env['MICROSCALE_RUNS'] ?? 60), seed: process.env['MICROSCALE_RUNS'] === undefined ? 7 : Date.now()},
  );
});

test('a clean text has no end of a line, and a bounded length', () => {
  for (const text of Object.values(hostileTexts)) {
    expect(clean(text).length).toBeLessThanOrEqual(1000);
    expect(clean(text)).not.toMatch(/[\p{Cc}\u2028-\u202e]/u);
  }
});
