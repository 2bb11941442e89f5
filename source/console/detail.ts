/** What the fleet knows of one service: the whole chain of why, its bounds, its overrides, and what happened to it. */
import {clean} from '../clean.ts';
import {durationWords} from '../config/units.ts';
import {overrideWords, reasonWords, tell} from '../scaler/explain.ts';
import type {Service} from '../scaler/fleet.ts';
import {unbounded} from '../scaler/spec.ts';
import type {Look} from './look.ts';
import type {ConsoleState} from './state.ts';
import {fit, line, plainly, wrapped, type Piece} from './text.ts';

interface Fact {
  readonly name: string;
  readonly words: string;
  readonly paint?: Piece['paint'] | undefined;
}

const nameWidth = 9;

/** `height` lines of facts, each with its name in front; what is long goes on in the next line. */
export function detailLines(state: ConsoleState, service: Service, width: number, height: number, look: Look): readonly string[] {
  const {symbols, dim} = look.style;
  const room = Math.max(1, width - nameWidth - 1);
  const rowsOf = ({name, words, paint}: Fact): readonly Fact[] =>
    wrapped(plainly(clean(words), symbols), room, symbols).map((text, index) => ({name: index === 0 ? name : '', words: text, paint}));
  const standing = [...whyOf(service, look), ...standingFacts(service, look)].flatMap(rowsOf);
  // Where there is no room for each reason to have its line, the chain goes on in one.
  const rows = standing.length <= height ? standing : [...whyInOne(service, look), ...standingFacts(service, look)].flatMap(rowsOf);
  for (const fact of rows.length < height ? pastOf(state, service, look) : []) {
    const more = rowsOf(fact);
    if (rows.length + more.length > height) break;
    rows.push(...more);
  }
  const isCut = rows[height]?.name === '';
  const lines = rows.slice(0, height).map(({name, words, paint}, index) => {
    // What goes on in a line that there is no room for is said to go on.
    const text = isCut && index === height - 1 ? fit(`${words} ${' '.repeat(room)}`, room, symbols) : words;
    return line(
      [
        {text: ` ${fit(name, nameWidth, symbols)}`, paint: dim},
        {text, paint},
      ],
      width,
      symbols,
    );
  });
  while (lines.length < height) lines.push(' '.repeat(width));
  return lines;
}

/** Each reason in a line, then what comes of them. */
function whyOf(service: Service, look: Look): readonly Fact[] {
  const reasons = service.decision?.reasons ?? [];
  const why = reasons.map((reason, index) => ({name: index === 0 ? 'why' : '', words: reasonWords(reason, look.clock)}));
  return [...why, ...soOf(service, look)];
}

function whyInOne(service: Service, look: Look): readonly Fact[] {
  const reasons = service.decision?.reasons ?? [];
  return [{name: 'why', words: reasons.map(reason => reasonWords(reason, look.clock)).join('; ')}, ...soOf(service, look)];
}

function soOf(service: Service, {style}: Look): readonly Fact[] {
  const paint = (service.decision?.shortfall ?? 0) > 0 ? style.danger : style.bold;
  return comesTo(service).map(words => ({name: 'so', words, paint}));
}

/** What the reasons come to; nothing before the first decision. */
export function comesTo({decision}: Service): readonly string[] {
  if (!decision) return [];
  const {fills, want, desired, shortfall} = decision;
  if (fills) return [`gets ${desired} of what is left`];
  return [shortfall > 0 ? `should have ${want}, gets ${desired}, short of ${shortfall}` : `gets ${desired}`];
}

function standingFacts(service: Service, {style, clock}: Look): readonly Fact[] {
  const {observed, overrides} = service;
  return [
    {name: 'now', words: observed ? countWords(service) : 'not seen yet'},
    {name: 'may', words: mayWords(service)},
    ...overrides.map(override => ({name: 'override', words: overrideWords(override, clock), paint: style.warning})),
  ];
}

/** What happened to it, the newest first; handovers have a place of their own. */
function pastOf({happenings}: ConsoleState, {spec}: Service, {style, clock}: Look): readonly Fact[] {
  const own = happenings.filter(happening => 'service' in happening && happening.service === spec.name).toReversed();
  return own.map((happening, index) => {
    const {from, to, words, grave} = tell(happening, clock);
    const change = from === null || to === null ? '' : `${from}${style.symbols.arrow}${to}  `;
    return {name: index === 0 ? 'past' : '', words: `${clock(happening.at)}  ${change}${words}`, paint: grave ? style.danger : style.dim};
  });
}

/** What it is allowed. */
export function mayWords({spec}: Service): string {
  const max = spec.max === unbounded ? 'no max' : `max ${spec.max}`;
  const settle = spec.settleMs > 0 ? `, settles in ${durationWords(spec.settleMs)}` : '';
  const slots = `${spec.slots} ${spec.slots === 1 ? 'slot' : 'slots'} each`;
  return `priority ${spec.priority}, min ${spec.min}, ${max}, ${slots}${settle}`;
}

export function countWords({observed}: Service): string {
  if (!observed) return '';
  const {running, pending, stopping, standby, frozen, ending} = observed;
  const paused = observed.paused > 0 ? observed.paused : 0;
  const rest = [
    [pending - paused, 'starting'],
    [paused, 'paused by somebody else'],
    [stopping, 'stopping'],
    [standby, 'standing by'],
    [frozen + ending, 'frozen'],
  ] as const;
  return [`${running} running`, ...rest.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)].join(', ');
}

/** What is copied of a service: one line that says what it is and why, for a chat or a ticket. */
export function copyText(service: Service, clock: Look['clock']): string {
  const {spec, observed, decision} = service;
  const why = (decision?.reasons ?? []).map(reason => reasonWords(reason, clock)).join('; ');
  return clean(`${spec.name}: ${observed?.running ?? '?'} of ${decision?.desired ?? '?'} running, priority ${spec.priority}; ${why}`);
}
