/** A service's handovers by stage: the one under way, the last ones, and how long those between two services took. */
import {clean} from '../clean.ts';
import type {Service} from '../scaler/fleet.ts';
import type {EndedHandover, Giver, Handover} from '../scaler/handover.ts';
import {percentile} from '../scaler/score.ts';
import type {Look} from './look.ts';
import type {ConsoleState} from './state.ts';
import {fit, line, plainly, widthOf, type Piece} from './text.ts';

/** `height` lines: what goes on first, then pairs, then the last handovers, the newest first. */
export function handoverLines(state: ConsoleState, service: Service, width: number, height: number, look: Look): readonly string[] {
  const {style} = look;
  const {symbols} = style;
  const name = service.spec.name;
  const ended = state.happenings.flatMap(happening =>
    happening.kind === 'handover' && isAbout(happening.handover, name) ? [happening.handover] : [],
  );
  const pairs = (state.update?.fleet.score.pairs ?? []).filter(({giver, heir}) => giver === name || heir === name).toReversed();
  const rows: (readonly Piece[])[] = [];
  const draw = (handover: Handover | EndedHandover) =>
    height === 1 ? [briefRow(handover, name, look)] : handoverRows(handover, name, width, look);
  if (service.handover) rows.push(...draw(service.handover));
  const pairRows = pairs.map(({giver, heir, tookMs}): readonly Piece[] => [
    {text: ` ${giver}${symbols.arrow}${heir}`, paint: style.bold},
    {text: `  p50 ${msWords(percentile(tookMs, 0.5))}  p95 ${msWords(percentile(tookMs, 0.95))}  of ${tookMs.length}`},
  ]);
  const latest = ended.toReversed().flatMap(draw);
  // The latest one is worth more than a second pair, where there is room for two things only.
  const pairRoom = Math.max(height > 1 ? 1 : 0, Math.min(pairRows.length, height - rows.length - Math.min(latest.length, 2)));
  rows.push(...pairRows.slice(0, pairRoom), ...latest);
  if (rows.length === 0) rows.push([{text: ' no handover yet', paint: style.dim}]);
  const lines = rows.slice(0, height).map(pieces =>
    line(
      pieces.map(({text, paint}) => ({text: plainly(clean(text), symbols), paint})),
      width,
      symbols,
    ),
  );
  while (lines.length < height) lines.push(' '.repeat(width));
  return lines;
}

/** The latest one that is over, in one line; null before any is. */
export function latestHandoverWords({happenings}: ConsoleState, name: string, {clock}: Look): string | null {
  const latest = happenings.findLast(happening => happening.kind === 'handover' && isAbout(happening.handover, name));
  if (latest?.kind !== 'handover') return null;
  const {handover} = latest;
  return `${clock(handover.decidedAt)} ${whoWords(handover, name)}: ${stagesOf(handover).brief}`;
}

function isAbout({service, givers}: EndedHandover, name: string): boolean {
  return service === name || givers.some(giver => giver.service === name);
}

/** The stages with times of five digits. */
const stagesWidth = 58;

function handoverRows(
  handover: Handover | EndedHandover,
  name: string,
  width: number,
  {style, clock}: Look,
): readonly (readonly Piece[])[] {
  const {full, brief} = stagesOf(handover);
  const who = whoWords(handover, name);
  const when: Piece = {text: ` ${clock(handover.decidedAt)}  `, paint: style.dim};
  const words: Piece = {text: who, paint: 'healthyAt' in handover ? undefined : style.warning};
  const room = width - 12 - stagesWidth;
  if (widthOf(who) <= room) return [[when, {...words, text: fit(who, room, style.symbols)}, {text: `  ${full}`}]];
  return [[when, words], [{text: `   ${widthOf(full) + 3 <= width ? full : brief}`}]];
}

/** All of it in one short line. */
function briefRow(handover: Handover | EndedHandover, name: string, {style, clock}: Look): readonly Piece[] {
  const who = fit(whoWords(handover, name), 14, style.symbols).trimEnd();
  return [{text: ` ${clock(handover.decidedAt)} `, paint: style.dim}, {text: `${who} `}, {text: stagesOf(handover).brief}];
}

/** When each stage was over, in milliseconds from the decision. */
function stagesOf(handover: Handover | EndedHandover): {readonly full: string; readonly brief: string} {
  const {decidedAt, askedAt, freedAt, startedAt} = handover;
  const after = (at: number | null) => (at === null ? '-' : `${Math.round(at - decidedAt)}`);
  const [asked, freed, started] = [after(askedAt), after(freedAt), after(startedAt)];
  const healthy = after('healthyAt' in handover ? handover.healthyAt : null);
  return {
    full: `asked ${asked}  freed ${freed}  started ${started}  healthy ${healthy} ms`,
    brief: `ask ${asked} free ${freed} start ${started} ok ${healthy} ms`,
  };
}

function whoWords(handover: Handover, name: string): string {
  return handover.service === name ? gotWords(handover) : gaveWords(handover, name);
}

function gotWords({givers, replicas}: Handover): string {
  return givers.length === 0 ? `${replicas} on free slots` : givers.map(giver => `${giverWords(giver)} from ${giver.service}`).join(', ');
}

function gaveWords({givers, service}: Handover, name: string): string {
  const own = givers.filter(giver => giver.service === name).map(giverWords);
  return `gave ${own.join(', ')} to ${service}`;
}

function giverWords({replicas, how}: Giver): string {
  return how === 'frozen' ? `${replicas} (frozen)` : `${replicas}`;
}

export function msWords(ms: number | null): string {
  return ms === null ? '-' : `${Math.round(ms)} ms`;
}
