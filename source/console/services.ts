/** The table of services, with the reason for every number. */
import {clean} from '../clean.ts';
import {durationWords} from '../config/units.ts';
import {gist} from '../scaler/explain.ts';
import {demandedReplicas, type Fleet, type Service} from '../scaler/fleet.ts';
import {followsDemand, unbounded} from '../scaler/spec.ts';
import {aspect} from '../scaler/override.ts';
import {sparkline} from './chart.ts';
import {isStale} from './freshness.ts';
import type {Badges, Look} from './look.ts';
import {frozenAgeWords, isAnyReady, readyWords} from './readiness.ts';
import {listedServices, type ConsoleState} from './state.ts';
import type {Style} from './style.ts';
import {fit, fitRight, line, plainly, widthOf, type Piece} from './text.ts';

/** Which services of how many the table shows: those around the selected one. */
export function visibleRows(state: ConsoleState, rows: number): {readonly from: number; readonly to: number; readonly of: number} {
  const services = listedServices(state);
  const selectedAt = Math.max(
    0,
    services.findIndex(({spec}) => spec.name === state.selected),
  );
  const from = Math.min(Math.max(0, selectedAt - Math.floor(rows / 2)), Math.max(0, services.length - rows));
  return {from, to: Math.min(services.length, from + rows), of: services.length};
}

interface Column {
  readonly title: string;
  readonly width: number;
  /** Where there is no room for all, the ones with the highest go; those without never do. */
  readonly spare?: number;
  readonly right?: boolean;
  readonly cell: (service: Service) => string;
  readonly paint?: (service: Service) => ((text: string) => string) | undefined;
}

/** The table of services: a header, then `rows` of them around the selected one. */
export function serviceLines(state: ConsoleState, badges: Badges, width: number, rows: number, look: Look): readonly string[] {
  const {style, clock} = look;
  const {symbols} = style;
  const fleet = state.update?.fleet;
  if (!fleet) return [];
  const services = listedServices(state);
  const {from} = visibleRows(state, rows);
  const shown = services.slice(from, from + rows);
  const columns = withDangers(columnsFor(state, fleet, badges, width, style), width, shown, clock);
  const fixed = columns.reduce((sum, column) => sum + column.width + 1, 0);
  const header = columns
    .map(column => (column.right ? fitRight(column.title, column.width, symbols) : fit(column.title, column.width, symbols)))
    .join(' ');
  const lines = [style.dim(fit(`  ${header} WHY`, width, symbols))];
  for (const service of shown) {
    const chosen = service.spec.name === state.selected;
    const pieces: Piece[] = [{text: chosen ? `${symbols.cursor} ` : '  '}];
    for (const column of columns) {
      const text = clean(column.cell(service));
      pieces.push(
        {text: column.right ? fitRight(text, column.width, symbols) : fit(text, column.width, symbols), paint: column.paint?.(service)},
        {text: ' '},
      );
    }
    const why = clean(gist(service, clock));
    pieces.push({text: fit(why, Math.max(0, width - fixed - 2), symbols), paint: paintWhy(service, style)});
    const painted = line(pieces, width, symbols);
    lines.push(chosen ? style.bold(painted) : painted);
  }
  if (services.length === 0 && state.find !== '')
    lines.push(style.warning(fit(plainly(`  no service matches “${clean(state.find)}”: Esc shows all`, symbols), width, symbols)));
  while (lines.length < rows + 1) lines.push(' '.repeat(width));
  return lines;
}

function columnsFor(state: ConsoleState, fleet: Fleet, badges: Badges, width: number, style: Style): readonly Column[] {
  const {samples} = state;
  const {services, at: now} = fleet;
  const stale = isStale(state);
  const longest = Math.max(7, ...services.map(({spec}) => widthOf(clean(spec.name))));
  const overrides = services.map(service => overrideWords(service, now));
  const isWide = width >= 82;
  const columns: Column[] = [
    {title: '', width: 1, cell: ({spec}) => badges.letter(spec.name), paint: ({spec}) => badges.paint(spec.name)},
    {title: 'SERVICE', width: Math.min(longest, isWide ? 20 : 12), cell: ({spec}) => spec.name, paint: ({spec}) => badges.paint(spec.name)},
    {
      title: 'PRI',
      width: 3,
      right: true,
      cell: priorityWords,
      paint: ({decision, spec}) => (decision && decision.rank !== spec.priority ? style.warning : undefined),
    },
    {
      title: 'DEMAND',
      width: 7,
      right: true,
      cell: demandWords,
      paint: ({demand}) => (demand.kind === 'lost' ? style.danger : style.demand),
    },
  ];
  // What waits and what is frozen matters more than how demand went, where there is no room for both.
  const ready = isAnyReady(services);
  if (style.symbols.unicode)
    columns.push({
      title: 'TREND',
      width: 8,
      spare: 4,
      cell: ({spec}) => sparkline(samples, spec.name, 8, style),
      paint: () => style.demand,
    });
  columns.push(
    {title: 'WANT', width: 5, right: true, cell: wantWords},
    {
      title: 'RUN/DES',
      width: 7,
      right: true,
      cell: service => countWords(service, stale),
      paint: stale ? () => style.dim : paintCount(style),
    },
  );
  if (ready)
    columns.push(
      {title: 'SBY/FRZ', width: 7, right: true, spare: 2, cell: readyWords, paint: () => style.dim},
      {title: 'AGE', width: 5, right: true, spare: 5, cell: service => frozenAgeWords(service, now), paint: () => style.dim},
    );
  columns.push(
    {title: 'MIN-MAX', width: 7, right: true, spare: 3, cell: ({spec}) => `${spec.min}-${spec.max === unbounded ? '' : spec.max}`},
    {
      title: 'OVERRIDE',
      width: Math.min(isWide ? 14 : 12, Math.max(8, ...overrides.map(widthOf))),
      ...(overrides.every(words => words === noOverride) ? {spare: 1} : {}),
      cell: service => overrideWords(service, now),
      paint: () => style.warning,
    },
  );
  return withRoom(columns, width - whyLeast);
}

/** The reason is worth more than the columns that can be spared. */
const whyLeast = 16;

function withRoom(columns: readonly Column[], width: number): readonly Column[] {
  const taken = columns.reduce((sum, column) => sum + column.width + 1, 2);
  const most = Math.max(0, ...columns.map(({spare = 0}) => spare));
  return taken <= width || most === 0
    ? columns
    : withRoom(
        columns.filter(({spare = 0}) => spare < most),
        width,
      );
}

/** A danger is worth being read whole: for its sake how demand went is spared, and then the bounds. */
const dangerMost = 40;
const spareForDanger = 3;

/** By dangers that last alone, so that columns don't come and go with each replica. */
function withDangers(columns: readonly Column[], width: number, services: readonly Service[], clock: Look['clock']): readonly Column[] {
  const longest = Math.max(0, ...services.filter(isInDanger).map(service => widthOf(clean(gist(service, clock)))));
  const spared = columns.filter(({spare = 0}) => spare < spareForDanger);
  const kept = withRoom(columns, width - Math.min(dangerMost, longest));
  return kept.length < spared.length ? spared : kept;
}

function isInDanger({observed, demand}: Service): boolean {
  return observed?.trouble.kind === 'failing' || observed?.trouble.kind === 'unplaceable' || demand.kind === 'lost';
}

function priorityWords({spec, decision}: Service): string {
  if (decision?.rank === 0) return 'top';
  return decision && decision.rank !== spec.priority ? `${decision.rank}*` : String(spec.priority);
}

function demandWords({demand, spec, decision}: Service): string {
  if (!followsDemand(spec) && spec.demands.length < 2) return '-';
  switch (demand.kind) {
    case 'live': {
      const reason = decision?.reasons[0];
      const ahead = reason?.kind === 'demand' ? reason.ahead : null;
      return ahead === null ? shortNumber(demand.value) : `${shortNumber(demand.value)}>${shortNumber(ahead)}`;
    }
    case 'waiting':
      return '...';
    case 'lost':
      return demand.value === null ? 'lost' : `${shortNumber(demand.value)}?`;
  }
}

function shortNumber(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)}M`;
  if (value >= 1e5) return `${Math.round(value / 1e3)}k`;
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

function wantWords(service: Service): string {
  if (!service.decision) return '-';
  return service.spec.target.kind === 'fill' ? 'fill' : String(demandedReplicas(service) ?? '-');
}

/** A count that nobody can vouch for at this moment has a question mark. */
function countWords({observed, decision}: Service, stale: boolean): string {
  return `${observed?.running ?? '-'}${stale ? '?' : ''}/${decision?.desired ?? '-'}`;
}

function paintCount(style: Style): (service: Service) => ((text: string) => string) | undefined {
  return ({observed, decision}) => {
    if (!observed || !decision) return style.dim;
    if (decision.shortfall > 0 || observed.trouble.kind === 'failing') return style.danger;
    return observed.running === decision.desired ? undefined : style.warning;
  };
}

const noOverride = '-';

/** Such as `pin 2 14m`; two of them are joined. */
function overrideWords({overrides}: Service, now: number): string {
  if (overrides.length === 0) return noOverride;
  const counts = overrides.toSorted((a, b) => (aspect(a.rule) < aspect(b.rule) ? -1 : 1));
  const words = counts.map(({rule}) => {
    switch (rule.kind) {
      case 'boost':
        return 'boost';
      case 'priority':
        return `pri ${rule.priority}`;
      default:
        return `${rule.kind} ${rule.replicas}`;
    }
  });
  const ends = overrides.map(({until}) => until).filter(until => until !== null);
  const left = ends.length === 0 ? '' : ` ${leftWords(Math.min(...ends) - now)}`;
  return words.join('+') + left;
}

/** Whole minutes while there are some, so that the screen doesn't change each second for it. */
function leftWords(ms: number): string {
  if (ms >= 3_600_000) return durationWords(Math.ceil(ms / 60_000) * 60_000);
  return ms >= 60_000 ? `${Math.ceil(ms / 60_000)}m` : `${Math.ceil(ms / 1000)}s`;
}

function paintWhy(service: Service, style: Style): ((text: string) => string) | undefined {
  const {decision, observed, demand} = service;
  if (observed?.trouble.kind === 'failing' || demand.kind === 'lost') return style.danger;
  if (decision && decision.shortfall > 0 && !decision.fills) return style.danger;
  return decision && observed?.running === decision.desired ? style.dim : undefined;
}
