/** What was decided and what happened, the newest first. */
import {clean} from '../clean.ts';
import {tellBriefly, type Told} from '../scaler/explain.ts';
import type {Happening} from '../scaler/entry.ts';
import type {Look} from './look.ts';
import type {ConsoleState} from './state.ts';
import {fit, fitRight, line, plainly, widthOf, wrapped, type Piece} from './text.ts';

const changeWidth = 6;
const nameLeast = 5;
const nameMost = 10;
/** Of a log that fills its pane, this share may go to what is too long for one line. */
const wrapShare = 0.3;

/** The latest decisions, newest first. What is too long goes on in the next line, where older ones can spare it. */
export function decisionLines({happenings}: ConsoleState, width: number, rows: number, {style, clock}: Look): readonly string[] {
  const {symbols} = style;
  const told = toldOnce(happenings.slice(-2 * rows), clock)
    .slice(-rows)
    .reverse();
  const nameWidth = Math.min(nameMost, Math.max(nameLeast, ...told.map(({about}) => widthOf(clean(about)))));
  let spare = Math.max(rows - told.length, Math.floor(rows * wrapShare));
  const lines: string[] = [];
  for (const {at, about, from, to, words, grave} of told) {
    const change = from === null || to === null ? '' : `${from}${symbols.arrow}${to}`;
    const before: readonly Piece[] = [
      {text: `${clock(at)} `, paint: style.dim},
      {text: `${fit(clean(about), nameWidth, symbols)} `},
      {text: `${fitRight(change, changeWidth, symbols)}  `, paint: style.bold},
    ];
    const indent = before.reduce((sum, {text}) => sum + widthOf(text), 0);
    const shown = plainly(clean(words), symbols);
    const room = Math.max(1, width - indent);
    const parts = widthOf(shown) <= room || spare < 1 ? [shown] : inLines(shown, room, 1 + Math.min(spare, moreLines), symbols);
    spare -= parts.length - 1;
    for (const [index, text] of parts.entries())
      lines.push(
        line([...(index === 0 ? before : [{text: ' '.repeat(indent)}]), {text, paint: grave ? style.danger : undefined}], width, symbols),
      );
  }
  while (lines.length < rows) lines.push(' '.repeat(width));
  return lines.slice(0, rows);
}

/** A decision in a few lines more; the last of them is cut where even that isn't all. */
const moreLines = 2;

function inLines(text: string, width: number, most: number, symbols: Look['style']['symbols']): readonly string[] {
  const all = wrapped(text, width, symbols);
  return all.length <= most ? all : [...all.slice(0, most - 1), all.slice(most - 1).join(' ')];
}

/** An override and the decision that follows from it say the same at the same moment: once is enough. */
function toldOnce(happenings: readonly Happening[], clock: Look['clock']): readonly (Told & {readonly at: number})[] {
  const told = happenings.map(happening => ({...tellBriefly(happening, clock), at: happening.at}));
  return told.filter(
    ({at, about, from, words}) =>
      from !== null || !told.some(other => other.at === at && other.about === about && other.from !== null && other.words === words),
  );
}
