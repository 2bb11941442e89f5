/** What was decided and what happened, the newest first. */
import {clean} from '../clean.ts';
import {tell} from '../scaler/explain.ts';
import type {Look} from './look.ts';
import type {ConsoleState} from './state.ts';
import {fit, fitRight, line} from './text.ts';

/** The latest decisions, newest first. */
export function decisionLines({happenings}: ConsoleState, width: number, rows: number, {style, clock}: Look): readonly string[] {
  const {symbols} = style;
  const nameWidth = width >= 60 ? 10 : 8;
  const lines = happenings
    .slice(-rows)
    .reverse()
    .map(happening => {
      const {about, from, to, words, grave} = tell(happening, clock);
      const change = from === null || to === null ? '' : `${from}${symbols.arrow}${to}`;
      const shown = symbols.unicode ? words : words.replaceAll('÷', '/').replaceAll('→', '>');
      return line(
        [
          {text: `${clock(happening.at)} `, paint: style.dim},
          {text: `${fit(clean(about), nameWidth, symbols)} `},
          {text: `${fitRight(change, 6, symbols)}  `, paint: style.bold},
          {text: clean(shown), paint: grave ? style.danger : undefined},
        ],
        width,
        symbols,
      );
    });
  while (lines.length < rows) lines.push(' '.repeat(width));
  return lines;
}
