/** The selected service in three lines, under all the others: why it has what it has, what it has, how fast it gets it. */
import {clean} from '../clean.ts';
import {reasonWords} from '../scaler/explain.ts';
import type {Service} from '../scaler/fleet.ts';
import {percentile} from '../scaler/score.ts';
import {comesTo, countWords, mayWords} from './detail.ts';
import {latestHandoverWords, msWords} from './handovers.ts';
import type {Look} from './look.ts';
import type {ConsoleState} from './state.ts';
import {fit, line, plainly} from './text.ts';

export const glanceRows = 3;

const nameWidth = 7;

/** `glanceRows` lines. */
export function glanceLines(state: ConsoleState, service: Service, width: number, look: Look): readonly string[] {
  const {symbols, dim} = look.style;
  const rows = [
    ['why', whyWords(service, look)],
    ['now', `${service.observed ? countWords(service) : 'not seen yet'}   ${mayWords(service)}`],
    ['speed', speedWords(state, service, look)],
  ] as const;
  return rows.map(([name, words]) =>
    line([{text: fit(name, nameWidth, symbols), paint: dim}, {text: plainly(clean(words), symbols)}], width, symbols),
  );
}

function whyWords(service: Service, {clock}: Look): string {
  const reasons = (service.decision?.reasons ?? []).map(reason => reasonWords(reason, clock));
  return [...reasons, ...comesTo(service)].join('; ');
}

/** What was learned here of how long it takes: one replica, a handover, and the last one by stage. */
function speedWords(state: ConsoleState, {spec, serveMs}: Service, look: Look): string {
  const tookMs = (state.update?.fleet.score.pairs ?? []).filter(({heir}) => heir === spec.name).flatMap(pair => pair.tookMs);
  const usual = percentile(tookMs, 0.5);
  const latest = latestHandoverWords(state, spec.name, look);
  return [
    serveMs === null ? 'no replica has been waited for yet' : `serves after ${msWords(serveMs)}`,
    ...(usual === null ? [] : [`handovers p50 ${msWords(usual)} p95 ${msWords(percentile(tookMs, 0.95))}`]),
    ...(latest === null ? [] : [`last ${latest}`]),
  ].join('   ');
}
