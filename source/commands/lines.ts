/** What happens, as plain lines for a pipe, a log or a terminal that can't be drawn on. */
import type {HostFacts} from '../ports.ts';
import type {Happening} from '../scaler/entry.ts';
import {explain, tell, type ClockWords} from '../scaler/explain.ts';
import {demandedReplicas, type Fleet} from '../scaler/fleet.ts';
import {percentile} from '../scaler/score.ts';
import {durationWords} from '../config/units.ts';
import {clean} from '../clean.ts';
import {table} from './table.ts';

/** Such as 12:04:31, where the operator sits. */
export const clockWords: ClockWords = at => new Date(at).toTimeString().slice(0, 8);

/** A clock that starts at zero, for simulated time. */
export const elapsedWords: ClockWords = at => {
  const seconds = Math.floor(at / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};

export function happeningLine(happening: Happening, clock: ClockWords): string {
  const {about, from, to, words} = tell(happening, clock);
  const change = from === null || to === null ? '' : `${from}→${to}  `;
  return clean(`${clock(happening.at)}  ${about.padEnd(10)}  ${change}${words}`);
}

export function hostLine(facts: HostFacts, fleet: Fleet): string {
  const title = facts.kind === 'simulated' ? `SIMULATED — ${facts.remark || 'no engine'}` : facts.title;
  const acting = fleet.acting === 'auto' ? '' : `  ${fleet.acting.toUpperCase()}`;
  return clean(`microscale  ${fleet.settings.project} @ ${title}  capacity ${fleet.settings.capacity}${acting}`);
}

export function planLines(fleet: Fleet, clock: ClockWords): readonly string[] {
  const rows = fleet.services.map(service => {
    const {spec, decision, observed} = service;
    return [
      spec.name,
      String(decision?.rank ?? spec.priority),
      spec.target.kind === 'fill' ? 'fill' : String(demandedReplicas(service) ?? '-'),
      String(observed?.running ?? '-'),
      String(decision?.desired ?? '-'),
      decision ? explain(decision, clock) : 'not planned yet',
    ];
  });
  return table([['SERVICE', 'PRI', 'WANT', 'RUNNING', 'DESIRED', 'WHY'], ...rows]).map(clean);
}

/** The score as lines of a name and a number. */
export function scoreLines({score}: Fleet): readonly string[] {
  const share = (part: number, whole: number) => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`);
  const took = (q: number) => {
    const ms = percentile(score.handoverMs, q);
    return ms === null ? '-' : durationWords(ms);
  };
  const worst = score.worstShortfall;
  return [
    `score after ${durationWords(score.ms)}`,
    `  demand met      ${share(score.metMs, score.ms)} of the time (priority 1)`,
    `  slots full      ${share(score.runningSlotMs, score.capacitySlotMs)} running`,
    `  both            ${share(score.wonMs, score.ms)} of the time`,
    `  handover        p50 ${took(0.5)}  p95 ${took(0.95)}  (last ${score.handoverMs.length})`,
    ...pairLines(score),
    `  replicas        ${score.started} started, ${score.stopped} stopped`,
    `  work lost       ${lostWords(score)}`,
    `  worst shortfall ${worst ? `${worst.replicas} of ${worst.service}` : 'none'}`,
  ];
}

/** The latest handovers, by who gave and who got. */
function pairLines({pairs}: Fleet['score']): readonly string[] {
  return pairs.map(({giver, heir, tookMs}) => {
    const took = (q: number) => durationWords(percentile(tookMs, q) ?? 0);
    return `                  ${giver} → ${heir}  p50 ${took(0.5)}  p95 ${took(0.95)}  (last ${tookMs.length})`;
  });
}

/** How long those had worked that were ended for somebody else. What is frozen is not lost. */
function lostWords({lostMs}: Fleet['score']): string {
  return `${Math.round(lostMs / 1000)} container-seconds`;
}
