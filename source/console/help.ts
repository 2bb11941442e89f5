/** The help: every key of the table in its words, and how to read the screen. */
import {keyTable, plainKeys} from './keys.ts';
import type {Style} from './style.ts';
import {fit, line} from './text.ts';

const reading = [
  'WANT is what demand asks for, RUN/DES what runs and what the plan grants.',
  'Slots: a letter runs, + starts, - stops. Priority 1 is served first;',
  'a fill takes what is left. Your override beats the target until it ends.',
];

export function helpLines(width: number, height: number, style: Style): readonly string[] {
  const {symbols} = style;
  const rows = keyTable.map(({shown, words}) => ({shown: symbols.unicode ? shown : plainKeys(shown), words}));
  const room = Math.max(1, height - reading.length - 2);
  const columns = Math.ceil(rows.length / room);
  const each = Math.floor((width - 1) / columns);
  const lines = [style.bold(fit(' Keys   (any key closes)', width, symbols))];
  for (let row = 0; row < Math.min(room, rows.length); row++) {
    const pieces = [{text: ' '}];
    for (let column = 0; column < columns; column++) {
      const key = rows[column * Math.min(room, rows.length) + row];
      if (key) pieces.push({text: fit(`${fit(key.shown, 8, symbols)}${key.words}`, each, symbols)});
    }
    lines.push(line(pieces, width, symbols));
  }
  lines.push(' '.repeat(width), ...reading.map(text => style.dim(fit(` ${text}`, width, symbols))));
  return lines.slice(0, height);
}
