/** The two lines that never go away: where this is, who acts, how old the data is, how well it goes. */
import {clean} from '../clean.ts';
import {durationWords} from '../config/units.ts';
import {comingUp, isOverruled, isUnknown, percentile} from '../scaler/score.ts';
import {normalMode, type Fleet} from '../scaler/fleet.ts';
import {becauseWords} from '../scaler/mode-words.ts';
import type {Update, Vitals} from '../ports.ts';
import {freshnessOf, staleMs} from './freshness.ts';
import type {Look} from './look.ts';
import {dayWords, type Past} from './past.ts';
import type {Paint} from './theme.ts';
import type {ConsoleState} from './state.ts';
import {fit, packed, widthOf, type Piece} from './text.ts';

export function headerLines(state: ConsoleState, width: number, look: Look): readonly [string, string] {
  const {symbols} = look.style;
  const {update} = state;
  if (state.past && update) return pastLines(state, state.past, update, width, look);
  if (!update)
    return [packed([[{text: ' microscale', paint: look.style.bold}], [{text: 'connecting'}]], '   ', width, symbols), ' '.repeat(width)];
  const {fleet, vitals} = update;
  const name = {text: ' microscale', paint: look.style.bold};
  const {must, may} = signs(state, fleet, vitals, look);
  // Where this is can be cut short, and is never left out: the program's own name goes before that.
  const where = place(fleet, vitals, look);
  const room = width - groupsWidth([[name], ...must]) - gap.length * (must.length + 1);
  const named = room >= Math.min(placeLeast, widthOf(where.text)) ? [[name]] : [];
  const left = named.length > 0 ? room : room + widthOf(name.text) + gap.length - 1;
  const shownPlace = {...where, text: fit(where.text, Math.max(placeLeast, Math.min(widthOf(where.text), left)), symbols)};
  const first = named.length > 0 ? [...named, [shownPlace]] : [[{text: ' '}, shownPlace]];
  return [
    packed([...first, ...must, ...may], gap, width, symbols),
    packed([...withOperators(scores(fleet, look), vitals, width, look), lostWork(fleet, look)], gap, width, symbols),
  ];
}

const gap = '  ';
const dayMs = 24 * 3_600_000;
const yearMs = 365 * dayMs;
const placeLeast = 12;

/** The same of a moment that was: its sign can't be taken for the present, and what presses now is said beside it. */
function pastLines(state: ConsoleState, past: Past, {fleet, vitals}: Update, width: number, look: Look): readonly [string, string] {
  const {style, clock} = look;
  const {acting, host, mode} = fleet;
  const name = {text: ' microscale', paint: style.bold};
  const must: readonly (readonly Piece[])[] = [
    [{text: `[${momentSign(state, past, look)}]`, paint: text => style.inverse(style.bold(text))}],
    acting === 'auto' ? [] : [{text: acting === 'paused' ? 'PAUSED' : 'DRY RUN', paint: style.warning}],
    host.kind === 'lost' ? [{text: 'HOST LOST', paint: style.danger}] : [],
    mode ? [{text: `mode ${clean(mode.name)}`, paint: style.warning}] : [],
  ];
  const may = mode ? [[{text: clean(becauseWords(mode.why, at => clock(at).slice(0, 5))), paint: style.dim}]] : [];
  const shown = must.filter(group => group.length > 0);
  const where = place(fleet, vitals, look);
  const room = width - groupsWidth([[name], ...shown]) - gap.length * (shown.length + 1);
  const shownPlace = {...where, text: fit(where.text, Math.max(8, Math.min(widthOf(where.text), room)), style.symbols)};
  // At a width where not all fits, the place goes before the sign does.
  const first = width - groupsWidth([[name], [shownPlace], ...shown.slice(0, 1)]) - 2 * gap.length >= 0 ? [[name], [shownPlace]] : [[name]];
  const pressed = pressing(state, past, style);
  return [
    packed([...first, ...must, ...may], gap, width, style.symbols),
    packed(
      [pressed, alarmPieces(vitals, style), ...(pressed.length > 0 ? scoresThen(fleet, look) : scores(fleet, look))],
      gap,
      width,
      style.symbols,
    ),
  ];
}

/** Such as `PAST 12:04:31, 3m12s ago`; `> 4x` while it plays, and dots while what is asked for is on its way. */
function momentSign({pace, recording}: ConsoleState, {at, shownAt, from, present}: Past, {clock}: Look): string {
  const playing = pace.kind === 'playing' ? ` > ${pace.speed}x` : '';
  const coming = at !== Math.floor(shownAt / 1000) * 1000 && pace.kind === 'still' ? ' ...' : '';
  const agoMs = Math.max(0, Math.floor((present.update.vitals.at - shownAt) / 1000) * 1000);
  const span = recording ? `${durationWords(agoMs)} to its end` : `${durationWords(agoMs)} ago`;
  // Where the hours come again, the time of day alone says too little. A simulated time has no days.
  const isLong = from !== null && from > yearMs && present.update.vitals.at - from >= dayMs;
  const day = isLong ? `${dayWords(shownAt)} ` : '';
  return `${recording ? 'REPLAY' : 'PAST'} ${day}${clock(shownAt)}, ${agoMs === 0 && recording ? 'its end' : span}${playing}${coming}`;
}

/** Beside what presses now, it is said of what follows that it was then. */
function scoresThen(fleet: Fleet, look: Look): readonly (readonly Piece[])[] {
  const [slots = [], ...others] = scores(fleet, look);
  return [[{text: 'then:'}, ...slots], ...others];
}

/** What an operator who looks at the past should know of the present; nothing where it can wait. */
function pressing(state: ConsoleState, {present: {update}}: Past, style: Look['style']): readonly Piece[] {
  if (state.recording) return [];
  const freshness = freshnessOf(state, update);
  const isHeard = freshness.kind !== 'gone' && freshness.kind !== 'silent';
  const trouble = {fresh: null, gone: 'ENGINE GONE', silent: 'ENGINE SILENT', lost: 'HOST LOST', stale: 'STALE'}[freshness.kind];
  const words = [...(trouble === null ? [] : [trouble]), ...(isHeard && isMissed(update.fleet) ? ['DEMAND NOT MET'] : [])];
  return words.length === 0 ? [] : [{text: ` now: ${words.join(', ')}`, paint: style.danger}];
}

function groupsWidth(groups: readonly (readonly Piece[])[]): number {
  return groups.flat().reduce((sum, {text}) => sum + widthOf(text), 0);
}

function place(fleet: Fleet, {facts}: Vitals, {style}: Look): Piece {
  const at = style.symbols.unicode ? '▸' : '@';
  const {project} = fleet.settings;
  if (facts?.kind !== 'simulated') return {text: clean(`${project} ${at} ${facts?.title ?? ''}`)};
  const dash = style.symbols.unicode ? '—' : '-';
  return {text: clean(`SIMULATED ${dash} ${facts.remark || 'no engine'} ${at} ${project}`), paint: style.warning};
}

/** First what must always be seen, then what a wider screen has room for. */
function signs(
  state: ConsoleState,
  fleet: Fleet,
  vitals: Vitals,
  {style, clock}: Look,
): {must: readonly (readonly Piece[])[]; may: readonly (readonly Piece[])[]} {
  const {lease} = fleet;
  const entitled = lease.kind === 'held' || lease.kind === 'unneeded';
  const acting = entitled ? {auto: 'AUTO', paused: 'PAUSED', 'dry-run': 'DRY RUN'}[fleet.acting] : 'WATCHING';
  const {text, paint} = actingPiece(state, acting, fleet.acting === 'auto' && entitled ? style.good : style.warning, style);
  return {
    must: [
      [{text, paint: shown => style.bold(paint(shown))}, ...(state.readOnly ? [{text: ' read-only', paint: style.warning}] : [])],
      connection(state, {fleet, vitals}, style),
      // Without an engine nobody holds it.
      ...(state.gone === null ? [leasePieces(state, fleet, style)] : []),
      // Priorities and bounds are not those that the file begins with.
      ...(fleet.mode ? [[{text: `mode ${clean(fleet.mode.name)}`, paint: style.warning}]] : []),
    ],
    may: [
      fleet.mode ? [{text: clean(becauseWords(fleet.mode.why, at => clock(at).slice(0, 5))), paint: style.dim}] : [],
      alarmPieces(vitals, style),
      fleet.mode ? [] : [{text: `mode ${normalMode}`, paint: style.dim}],
      [{text: clock(vitals.at).slice(0, 5), paint: style.dim}],
    ],
  };
}

/** Of an engine that isn't heard, what it does is only what it did. */
function actingPiece({gone, silentMs}: ConsoleState, acting: string, paint: Paint, {danger}: Look['style']): {text: string; paint: Paint} {
  if (gone !== null) return {text: '[NOBODY ACTS]', paint: danger};
  return silentMs > 0 ? {text: `[${acting}?]`, paint: danger} : {text: `[${acting}]`, paint};
}

function leasePieces({attached}: ConsoleState, {lease, acting, host}: Fleet, style: Look['style']): readonly Piece[] {
  switch (lease.kind) {
    case 'unneeded':
    case 'held': {
      if (acting !== 'auto' || host.kind !== 'connected') return [{text: 'nobody acts', paint: style.dim}];
      return [{text: `lease: ${attached && lease.kind === 'held' ? clean(lease.by) : 'you'}`, paint: style.dim}];
    }
    case 'seeking':
      return [{text: 'lease: looking', paint: style.dim}];
    case 'lapsed':
      return [{text: 'LEASE LOST', paint: style.danger}];
    case 'elsewhere':
      return [{text: `lease: ${clean(lease.by)}`, paint: style.warning}];
  }
}

/** Who else is there, those who only watch in brackets; where there is no room for their names, how many. */
function withOperators(
  groups: readonly (readonly Piece[])[],
  {operators, you}: Vitals,
  width: number,
  {style}: Look,
): readonly (readonly Piece[])[] {
  if (operators.length < 2) return groups;
  const named = operators.map(({name, readOnly}) => (name === you ? 'you' : readOnly ? `(${clean(name)})` : clean(name)));
  const names = `here: ${named.join(' ')}`;
  const shown = groups.filter(group => groupsWidth([group]) > 0);
  const room = width - groupsWidth(shown) - gap.length * shown.length;
  return [...groups, [{text: widthOf(names) <= room ? names : `${operators.length} here`, paint: style.dim}]];
}

function connection(state: ConsoleState, told: Pick<Update, 'fleet' | 'vitals'>, {dim, danger}: Look['style']): readonly Piece[] {
  const freshness = freshnessOf(state, told);
  const seconds = (ms: number) => durationWords(Math.floor(ms / 1000) * 1000);
  switch (freshness.kind) {
    case 'fresh':
      return [{text: `age <${staleMs / 1000}s`, paint: dim}];
    case 'gone':
      return [{text: 'ENGINE GONE', paint: danger}];
    case 'silent':
      return [{text: `ENGINE SILENT ${seconds(freshness.forMs)}`, paint: danger}];
    case 'lost':
      return [{text: `HOST LOST for ${seconds(freshness.forMs)}`, paint: danger}];
    case 'stale':
      return [{text: freshness.ageMs === null ? 'STALE' : `STALE ${seconds(freshness.ageMs)}`, paint: danger}];
  }
}

function alarmPieces({alarms}: Vitals, style: Look['style']): readonly Piece[] {
  const latest = alarms.at(-1);
  return latest === undefined ? [] : [{text: clean(latest), paint: style.danger}];
}

function isMissed(fleet: Fleet): boolean {
  return !fleet.standing.met && comingUp(fleet) === null;
}

/** Shown where there is room for it beside who is here. */
function lostWork({score: {lostMs}}: Fleet, {style}: Look): readonly Piece[] {
  return lostMs < 500 ? [] : [{text: `lost work ${durationWords(Math.round(lostMs / 1000) * 1000)}`, paint: style.dim}];
}

/** What is on its way for a moment is no alarm. An operator who gives priority 1 less than it asks for has decided so; its demand isn't met by that. */
function metPiece(fleet: Fleet, style: Look['style']): Piece {
  if (isUnknown(fleet)) return {text: 'DEMAND UNKNOWN', paint: style.danger};
  if (!fleet.standing.met) {
    const coming = comingUp(fleet);
    return coming === null ? {text: 'DEMAND NOT MET', paint: style.danger} : {text: `starting ${coming}`, paint: style.warning};
  }
  return isOverruled(fleet) ? {text: 'DEMAND OVERRULED', paint: style.warning} : {text: 'demand met', paint: style.good};
}

function scores(fleet: Fleet, {style}: Look): readonly (readonly Piece[])[] {
  const {score, standing, settings} = fleet;
  const share = (part: number, whole: number) => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)}%`);
  const handover = (q: number) => {
    const ms = percentile(score.handoverMs, q) ?? 0;
    return `${(ms / 1000).toFixed(2)}s`;
  };
  const short = fleet.services.reduce((sum, {decision}) => sum + (decision && !decision.fills ? decision.shortfall : 0), 0);
  const overrides = fleet.services.reduce((sum, service) => sum + service.overrides.length, 0);
  const full = standing.runningSlots >= settings.capacity;
  return [
    [{text: ' slots '}, {text: `${standing.runningSlots}/${settings.capacity}`, paint: full ? style.good : style.warning}],
    [metPiece(fleet, style)],
    [{text: `met ${share(score.metMs, score.ms)} full ${share(score.runningSlotMs, score.capacitySlotMs)}`}],
    [{text: `win ${share(score.wonMs, score.ms)}`}],
    short > 0 ? [{text: `short ${short}`, paint: style.danger}] : [],
    score.handoverMs.length > 0 ? [{text: `handover p50 ${handover(0.5)} p95 ${handover(0.95)}`}] : [],
    overrides > 0 ? [{text: `overrides ${overrides}`, paint: style.warning}] : [],
  ];
}
