/** One service alone: where its chart, its why, its replicas, its handovers and its log stand, for a size. */
import {clean} from '../clean.ts';
import {demandedReplicas, type Service} from '../scaler/fleet.ts';
import {sparkline} from './chart.ts';
import {detailLines} from './detail.ts';
import {handoverLines} from './handovers.ts';
import {logLines, logRoom} from './log-pane.ts';
import {badgesOf, type Look} from './look.ts';
import {beside, boxed, ruled} from './panes.ts';
import type {Body} from './picture.ts';
import {replicaLines} from './replica-table.ts';
import {serviceChart} from './service-chart.ts';
import {selectedService, type ConsoleState} from './state.ts';
import {fit, line, packed, type Piece} from './text.ts';

interface Parts {
  readonly state: ConsoleState;
  readonly service: Service;
  readonly columns: number;
  readonly height: number;
  readonly look: Look;
}

/** From here on there are boxes, in two columns. */
const wideColumns = 100;
const wideHeight = 20;
/** What the header and the footer take of the screen. */
const framingRows = 4;
const sparkColumns = 80;
const sparkSeconds = 20;
/** From here on there is room for a title over the handovers. */
const titledHeight = 14;
const handoversTitle = 'handovers, counted from the decision';

/** At most `height` lines. */
export function detailPanes(state: ConsoleState, columns: number, height: number, look: Look): Body {
  const service = selectedService(state);
  if (!service) return {rows: [fit(' there is no such service any more   (Esc goes back)', columns, look.style.symbols)]};
  const parts = {state, service, columns, height, look};
  const {pane} = state.closeUp;
  const log = pane === 'logs' ? logLines(state, service.spec.name, columns, logHeight(height), look) : null;
  if (log) return {rows: [ruled(title(service, pane), columns, look), nowLine(parts), ...log]};
  return columns >= wideColumns && height >= wideHeight ? wide(parts) : stacked(parts);
}

/** How many lines of what scrolls there is room for on a screen of this size. */
export function scrollRoom({view, closeUp}: ConsoleState, columns: number, rows: number): number {
  const height = rows - framingRows;
  if (view.kind !== 'detail') return 0;
  if (closeUp.pane === 'logs') return logRoom(logHeight(height));
  const table = columns >= wideColumns && height >= wideHeight ? wideHeights(height).lower : stackedHeights(height).replicas;
  return Math.max(0, table - 1);
}

function logHeight(height: number): number {
  return height - 2;
}

function title({spec}: Service, pane: 'replicas' | 'logs'): string {
  return `${clean(spec.name)}${pane === 'logs' ? ': log' : ''}   (l ${pane === 'logs' ? 'replicas' : 'log'}, Esc back)`;
}

/** Demand, want, desired and running, as the chart has them. */
function numbers({state, service, columns, look}: Parts): readonly (readonly Piece[])[] {
  const {style} = look;
  // The chart counts in replicas; demand in its own unit is a small line beside its number.
  const line = columns < sparkColumns ? '' : sparkline(state.samples, service.spec.name, sparkSeconds, style).trim();
  const {symbols} = style;
  const {demand, decision, observed} = service;
  const want = demandedReplicas(service);
  const paint = state.update ? badgesOf(state.update.fleet, style).paint(service.spec.name) : undefined;
  const value = demand.kind === 'live' ? demand.value : null;
  return [
    value === null ? [] : [{text: `demand ${Number(value.toFixed(1))}`}, {text: line && ` ${line}`, paint: style.demand}],
    want === null ? [] : [{text: symbols.demandLine[4], paint: style.demand}, {text: ` want ${want}`}],
    decision ? [{text: symbols.desiredLine[4], paint: style.dim}, {text: ` desired ${decision.desired}`}] : [],
    observed ? [{text: symbols.replicaLine[4], paint}, {text: ` running ${observed.running}`}] : [],
  ];
}

function nowLine(parts: Parts): string {
  const {columns, look} = parts;
  return line([{text: ' '}, {text: packed(numbers(parts), '   ', columns - 1, look.style.symbols)}], columns, look.style.symbols);
}

function chart({state, columns, look}: Parts, width: number, height: number): readonly string[] {
  return serviceChart(state, {width, height, screenColumns: columns}, look, true);
}

function stackedHeights(height: number): {chart: number; facts: number; handovers: number; replicas: number} {
  const chart = Math.max(3, Math.floor(height * 0.24));
  const facts = Math.max(2, Math.floor(height * 0.22));
  // On the smallest screens the latest handover stands alone, without a title.
  const handovers = height < titledHeight ? 1 : Math.floor(height * 0.18) + 1;
  return {chart, facts, handovers, replicas: Math.max(0, height - 2 - chart - facts - handovers)};
}

function stacked(parts: Parts): Body {
  const {state, service, columns, height, look} = parts;
  const heights = stackedHeights(height);
  const rows = [
    ruled(title(service, 'replicas'), columns, look),
    nowLine(parts),
    ...chart(parts, columns, heights.chart),
    ...detailLines(state, service, columns, heights.facts, look),
    ...replicaLines(state, service.spec.name, columns, heights.replicas, look),
    ...(height < titledHeight ? [] : [ruled(handoversTitle, columns, look)]),
    ...handoverLines(state, service, columns, height < titledHeight ? 1 : heights.handovers - 1, look),
  ];
  return {rows, chart: {from: 2, to: 2 + heights.chart}};
}

function wideHeights(height: number): {upper: number; lower: number} {
  const contents = height - 5;
  const upper = Math.max(7, Math.floor(contents * 0.5));
  return {upper, lower: contents - upper};
}

function wide(parts: Parts): Body {
  const {state, service, columns, height, look} = parts;
  const {upper, lower} = wideHeights(height);
  const left = Math.floor(columns * 0.5);
  const right = columns - left;
  const table = Math.floor(columns * 0.57);
  const {name} = service.spec;
  const rows = [
    nowLine(parts),
    ...beside(
      boxed(fit(title(service, 'replicas'), left - 6, look.style.symbols).trimEnd(), chart(parts, left - 4, upper), left, look),
      boxed('why', detailLines(state, service, right - 4, upper, look), right, look),
    ),
    ...beside(
      boxed('replicas', replicaLines(state, name, table - 4, lower, look), table, look),
      boxed(handoversTitle, handoverLines(state, service, columns - table - 4, lower, look), columns - table, look),
    ),
  ];
  // With its box.
  return {rows, chart: {from: 1, to: upper + 3}};
}
