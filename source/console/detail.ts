/** One service alone: its chart, the whole chain of why, its replicas, its overrides, and what happened to it. */
import {clean} from '../clean.ts';
import {durationWords} from '../config/units.ts';
import {overrideWords, reasonWords, tell} from '../scaler/explain.ts';
import {unbounded, type Service} from '../scaler/fleet.ts';
import type {Look} from './look.ts';
import type {ConsoleState} from './state.ts';
import {fit, line, type Piece} from './text.ts';

/** `height` lines of facts, each with its name in front. */
export function detailLines(state: ConsoleState, service: Service, width: number, height: number, look: Look): readonly string[] {
  const {style, clock} = look;
  const {symbols} = style;
  const {spec, observed, decision, overrides} = service;
  const rows: (readonly [name: string, words: string, paint?: ((text: string) => string) | undefined])[] = [];
  const reasons = decision?.reasons ?? [];
  for (const [index, reason] of reasons.entries()) rows.push([index === 0 ? 'why' : '', reasonWords(reason, clock)]);
  if (decision) {
    const want = decision.fills ? 'whatever is left' : `${decision.want}`;
    const short = decision.shortfall > 0 ? `, short of ${decision.shortfall}` : '';
    rows.push(['so', `wants ${want}, is granted ${decision.desired}${short}`, decision.shortfall > 0 ? style.danger : style.bold]);
  }
  rows.push(['now', observed ? countWords(service) : 'not seen yet']);
  const max = spec.max === unbounded ? 'no max' : `max ${spec.max}`;
  const settle = spec.settleMs > 0 ? `, settles in ${durationWords(spec.settleMs)}` : '';
  rows.push([
    'may',
    `priority ${spec.priority}, min ${spec.min}, ${max}, ${spec.slots} ${spec.slots === 1 ? 'slot' : 'slots'} each${settle}`,
  ]);
  for (const override of overrides) rows.push(['override', overrideWords(override, clock), style.warning]);
  const own = state.happenings.filter(happening => 'service' in happening && happening.service === spec.name);
  const room = Math.max(0, height - rows.length);
  for (const [index, happening] of own.slice(-room).reverse().entries()) {
    const {from, to, words, grave} = tell(happening, clock);
    const change = from === null || to === null ? '' : `${from}${symbols.arrow}${to}  `;
    rows.push([index === 0 ? 'past' : '', `${clock(happening.at)}  ${change}${words}`, grave ? style.danger : style.dim]);
  }
  const shown = (text: string) => clean(symbols.unicode ? text : text.replaceAll('÷', '/').replaceAll('→', '>').replaceAll(/[“”]/g, '"'));
  const lines = rows.slice(0, height).map(([name, words, paint]) => {
    const pieces: Piece[] = [
      {text: ` ${fit(name, 9, symbols)}`, paint: style.dim},
      {text: shown(words), paint},
    ];
    return line(pieces, width, symbols);
  });
  while (lines.length < height) lines.push(' '.repeat(width));
  return lines;
}

function countWords({observed}: Service): string {
  if (!observed) return '';
  const {running, pending, stopping, standby} = observed;
  const rest = [
    [pending, 'starting'],
    [stopping, 'stopping'],
    [standby, 'standing by'],
  ] as const;
  return [`${running} running`, ...rest.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)].join(', ');
}

/** What is copied of a service: one line that says what it is and why, for a chat or a ticket. */
export function copyText(service: Service, clock: Look['clock']): string {
  const {spec, observed, decision} = service;
  const why = (decision?.reasons ?? []).map(reason => reasonWords(reason, clock)).join('; ');
  return clean(`${spec.name}: ${observed?.running ?? '?'} of ${decision?.desired ?? '?'} running, priority ${spec.priority}; ${why}`);
}
