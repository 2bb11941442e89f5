/** What the real planner would do if a demand, or the capacity, were another, in words: asked of a copy, nothing comes of it. */
import {clean} from '../clean.ts';
import {durationWords} from '../config/units.ts';
import type {Supposition, WhatIf, WhichDemand} from '../scaler/what-if.ts';
import type {Look} from './look.ts';
import {fit, plainly, wrapped} from './text.ts';

export function suppositionWords(supposition: Supposition): string {
  switch (supposition.kind) {
    case 'demand':
      return `If ${clean(supposition.service)}'s demand${whichWords(supposition.which)} became ${supposition.value}`;
    case 'capacity':
      return `If there were ${supposition.slots} slots`;
    case 'slots-gone':
      return `If ${supposition.slots} slots were gone`;
    case 'node-gone':
      return `If the node ${clean(supposition.node)} were gone, with ${supposition.slots} slots`;
  }
}

/** Its place as it is typed, from 1 on. */
function whichWords(which: WhichDemand): string {
  if (which.kind === 'only') return '';
  const label = which.label === '' ? '' : ` (${clean(which.label)})`;
  return ` ${which.place + 1} of ${which.of}${label}`;
}

interface Said {
  readonly text: string;
  readonly tone: 'title' | 'label' | 'plain' | 'warning' | 'remark';
}

/** More of one kind than this is read by nobody. */
const mostEach = 12;

/** The answer in words: each service whose number would change, who gives, and how long it should take; `most` of each kind. */
export function whatIfWords(answer: WhatIf, arrow: string, most = mostEach): readonly Said[] {
  const said = (tone: Said['tone'], ...texts: readonly string[]) => texts.map(text => ({tone, text}));
  const words = (each: Change) => `  ${clean(each.service)}  ${each.from}${arrow}${each.to}${missingWords(each)}`;
  // One more takes no more room than the words for it.
  const few = (texts: readonly string[]) =>
    texts.length <= most + 1 ? texts : [...texts.slice(0, most), `  and ${texts.length - most} more`];
  const gains = few(answer.changes.filter(({from, to}) => to > from).map(words));
  const gives = few(answer.changes.filter(({from, to}) => to < from).map(words));
  const unchanged = answer.changes.filter(each => each.from === each.to && missingWords(each) !== '');
  const missing = few(unchanged.map(each => `  ${clean(each.service)} would stay at ${each.to}${missingWords(each)}`));
  return [
    ...said('title', suppositionWords(answer.supposition)),
    ...said('plain', '', ...(gains.length + gives.length === 0 ? ['  nothing would change'] : [])),
    ...(gains.length > 0 ? [...said('label', 'would get'), ...said('plain', ...gains)] : []),
    ...(gives.length > 0 ? [...said('label', 'would give'), ...said('plain', ...gives)] : []),
    ...(missing.length > 0 ? [...said('label', 'would go without'), ...said('warning', ...missing)] : []),
    ...said('plain', '', ...few(timeWords(answer, arrow))),
    ...said('remark', ...choiceWords(answer.supposition), 'Nothing was done: so the plan would be.  Esc goes back'),
  ];
}

/** Where not all has room, empty lines go first, then the ends of lists: how long it takes stays, and that nothing was done. */
export function whatIfLines(answer: WhatIf, width: number, height: number, {style}: Look): readonly string[] {
  const {symbols} = style;
  const paints = {title: style.bold, label: style.dim, plain: (text: string) => text, warning: style.warning, remark: style.dim};
  const rowsFor = (most: number, airy: boolean) =>
    whatIfWords(answer, symbols.arrow, most).flatMap(({text, tone}) => {
      if (text === '') return airy ? [' '.repeat(width)] : [];
      const indent = /^ */.exec(text)?.[0] ?? '';
      const rows = wrapped(plainly(text.trimStart(), symbols), width - 4 - indent.length, symbols);
      return rows.map((row, index) => paints[tone](fit(` ${indent}${index === 0 ? '' : '  '}${row}`, width, symbols)));
    });
  let rows = rowsFor(mostEach, true);
  for (let most = mostEach; most > 0 && rows.length > height; most--) rows = rowsFor(most, false);
  return rows.length <= height ? rows : [...rows.slice(0, height - 1), ...rows.slice(-1)];
}

type Change = WhatIf['changes'][number];

/** What it would go without: of what it may have, or because it may not have more. */
function missingWords({to, shortfall, asked}: Change): string {
  if (shortfall > 0) return `, short of ${shortfall}`;
  return asked !== null && asked > to ? `; its demand asks for ${asked}, and it may have no more` : '';
}

/** Which of several demands was taken where nobody said it. */
function choiceWords(supposition: Supposition): readonly string[] {
  if (supposition.kind !== 'demand' || supposition.which.kind !== 'leading') return [];
  const {which, service, value} = supposition;
  const other = which.place === 0 ? 2 : 1;
  return [`Of ${clean(service)}'s ${which.of} demands that is the one that counts now; ${other}:${value} supposes another`];
}

function timeWords({expected, changes, paused}: WhatIf, arrow: string): readonly string[] {
  if (paused) return ['the scaler is paused: nothing of this would be done before it goes on'];
  if (expected.length === 0)
    return [changes.some(each => missingWords(each) !== '') ? 'nobody would get more' : 'nobody would have to wait for anything'];
  if (expected.every(({time}) => time.kind === 'unknown')) return ['how long it would take is not known: no handover has been seen yet'];
  return expected.map(({heir, time}) => `${clean(heir)} ${expectedWords(clean(heir), time, arrow)}`);
}

function expectedWords(heir: string, time: WhatIf['expected'][number]['time'], arrow: string): string {
  switch (time.kind) {
    case 'pairs': {
      const learned = `learned from ${handovers(time.count)} ${time.givers.map(clean).join(', ')}${arrow}${heir}`;
      return `should take ${spreadWords(time)} (${learned})`;
    }
    case 'service':
      return `should take about ${durationWords(time.usualMs)} (so long after a decision its replicas have served)`;
    case 'all':
      return `should take ${spreadWords(time)} (learned from ${handovers(time.count)} of other services)`;
    case 'unknown':
      return 'may take any time: no handover has been seen yet';
  }
}

function handovers(count: number): string {
  return count === 1 ? '1 handover' : `${count} handovers`;
}

function spreadWords({usualMs, slowMs}: {readonly usualMs: number; readonly slowMs: number}): string {
  const slow = slowMs > usualMs ? `, ${durationWords(slowMs)} at the slow end` : '';
  return `about ${durationWords(usualMs)}${slow}`;
}
