/** What the real planner would do if a demand, or the capacity, were another: asked of a copy, so that nothing comes of it. */
import {clean} from '../clean.ts';
import {planOnCopy} from '../scaler/what-if.ts';
import type {Fleet} from '../scaler/fleet.ts';
import {durationWords} from '../config/units.ts';
import type {Look} from './look.ts';
import {fit} from './text.ts';
import type {Supposition, WhatIf} from '../scaler/what-if.ts';

/** What an operator typed: `12` is a demand, `c8` a capacity, `n2` so many slots lost with a node. Null for anything else. */
export function readSupposition(typed: string, service: string): Supposition | null {
  const match = /^([cn]?)\s*(\d{1,9}(?:\.\d+)?)$/.exec(typed.trim());
  if (!match) return null;
  const amount = Number(match[2]);
  switch (match[1]) {
    case 'c':
      return Number.isInteger(amount) && amount > 0 ? {kind: 'capacity', slots: amount} : null;
    case 'n':
      return Number.isInteger(amount) ? {kind: 'node-gone', slots: amount} : null;
    default:
      return {kind: 'demand', service, value: amount};
  }
}

export function suppose(fleet: Fleet, supposition: Supposition): WhatIf {
  return planOnCopy(fleet, supposition);
}

export function suppositionWords(supposition: Supposition): string {
  switch (supposition.kind) {
    case 'demand':
      return `If ${clean(supposition.service)}'s demand became ${supposition.value}`;
    case 'capacity':
      return `If there were ${supposition.slots} slots`;
    case 'node-gone':
      return `If a node with ${supposition.slots} slots were gone`;
  }
}

interface Said {
  readonly text: string;
  readonly tone: 'title' | 'label' | 'plain' | 'warning' | 'remark';
}

/** The answer in words: each service whose number would change, who gives, and how long it should take. */
export function whatIfWords(answer: WhatIf, arrow: string): readonly Said[] {
  const said = (tone: Said['tone'], ...texts: readonly string[]) => texts.map(text => ({tone, text}));
  const words = (each: Change) => `  ${clean(each.service)}  ${each.from}${arrow}${each.to}${missingWords(each)}`;
  const gains = answer.changes.filter(({from, to}) => to > from).map(words);
  const gives = answer.changes.filter(({from, to}) => to < from).map(words);
  const missing = answer.changes.filter(each => each.from === each.to && missingWords(each) !== '');
  return [
    ...said('title', suppositionWords(answer.supposition)),
    ...said('plain', '', ...(gains.length + gives.length === 0 ? ['  nothing would change'] : [])),
    ...(gains.length > 0 ? [...said('label', 'would get'), ...said('plain', ...gains)] : []),
    ...(gives.length > 0 ? [...said('label', 'would give'), ...said('plain', ...gives)] : []),
    ...said('warning', ...missing.map(each => `  ${clean(each.service)} would stay at ${each.to}${missingWords(each)}`)),
    ...said('plain', '', timeWords(answer)),
    ...said('remark', 'Nothing was done: this is what the plan would be at this moment.  Esc goes back'),
  ];
}

export function whatIfLines(answer: WhatIf, width: number, height: number, {style}: Look): readonly string[] {
  const paints = {title: style.bold, label: style.dim, plain: (text: string) => text, warning: style.warning, remark: style.dim};
  const rows = whatIfWords(answer, style.symbols.arrow).map(({text, tone}) => paints[tone](fit(` ${text}`, width, style.symbols)));
  return rows.slice(0, height);
}

type Change = WhatIf['changes'][number];

/** What it would go without: of what it may have, or because it may not have more. */
function missingWords({to, shortfall, asked}: Change): string {
  if (shortfall > 0) return `, short of ${shortfall}`;
  return asked !== null && asked > to ? `; its demand asks for ${asked}, and it may have no more` : '';
}

function timeWords({expectedMs, changes, paused}: WhatIf): string {
  if (paused) return 'the scaler is paused: nothing of this would be done before it goes on';
  if (!changes.some(({from, to}) => to > from))
    return changes.some(each => missingWords(each) !== '') ? 'nobody would get more' : 'nobody would have to wait for anything';
  return expectedMs === null
    ? 'how long it would take is not known: no handover has been seen yet'
    : `it should take about ${durationWords(expectedMs.usual)}, ${durationWords(expectedMs.slow)} at the slow end (learned here)`;
}
