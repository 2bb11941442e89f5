/** What a service's replicas wrote last: one row a line, each with when and who. The lines are clean when they come. */
import {clean, cleanUpTo} from '../clean.ts';
import {closeUpOf} from './close-up.ts';
import type {LogTail} from '../ports.ts';
import type {Look} from './look.ts';
import {ageOf, shortName} from './replica-table.ts';
import type {ConsoleState} from './state.ts';
import {fit, line, plainly, widthOf} from './text.ts';

/** Exactly `height` lines, the newest last; the last row says what is to be said of the log itself. */
export function logLines(state: ConsoleState, service: string, width: number, height: number, {style, clock}: Look): readonly string[] {
  const {symbols} = style;
  const seen = closeUpOf(state);
  const tail = seen?.logs?.value ?? null;
  const all = tail?.lines ?? [];
  const rows = logRoom(height);
  const end = all.length - Math.min(seen?.scrolled ?? 0, Math.max(0, all.length - rows));
  const shown = all.slice(Math.max(0, end - rows), end);
  const shownName = (name: string) => plainly(clean(shortName(name, service)), symbols);
  const nameWidth = Math.min(Math.max(4, ...shown.map(({replica}) => widthOf(shownName(replica)))), width >= 100 ? 24 : 10);
  const lines = shown.map(({replica, at, text}) =>
    line(
      [
        {text: ` ${at === null ? ' '.repeat(8) : clock(at)} `, paint: style.dim},
        {text: `${fit(shownName(replica), nameWidth, symbols)} `, paint: style.bold},
        {text: plainly(cleanUpTo(2000, text), symbols)},
      ],
      width,
      symbols,
    ),
  );
  const trouble = ageOf(state, seen, 'logs');
  if (all.length === 0 && rows > 0 && trouble === '') lines.push(style.dim(fit(` ${emptyWords(state, service, tail)}`, width, symbols)));
  while (lines.length < rows) lines.push(' '.repeat(width));
  const back = all.length - end;
  const place = all.length === 0 ? '' : back > 0 ? `${end} of ${all.length}, End follows` : `last ${all.length}, following`;
  const remark = tail?.remark ?? '';
  lines.push(
    line(
      [
        {text: ` ${[place, plainly(clean(remark), symbols)].filter(Boolean).join('   ')}`, paint: style.dim},
        {text: trouble === '' ? '' : `   ${plainly(trouble, symbols)}`, paint: style.danger},
      ],
      width,
      symbols,
    ),
  );
  return lines.slice(-height);
}

/** A log without a line is no failure, and says so; `tail` is null until it has been read. */
function emptyWords({update, gone}: ConsoleState, service: string, tail: LogTail | null): string {
  if (tail === null) return gone !== null ? 'nobody can be asked for it' : 'reading what its replicas wrote';
  const running = update?.fleet.services.find(({spec}) => spec.name === service)?.observed?.running ?? 0;
  if (running === 0) return 'no replica runs, and nothing was written';
  return running === 1 ? 'its replica has written nothing so far' : `its ${running} replicas have written nothing so far`;
}

/** How many lines of the log a pane of this height shows. */
export function logRoom(height: number): number {
  return Math.max(0, height - 1);
}
