/** All services at once: where the chart, the slots, the table, the selected one's why and the decisions stand, for a size. */
import {clean} from '../clean.ts';
import type {Fleet} from '../scaler/fleet.ts';
import {decisionLines} from './decisions.ts';
import {glanceLines, glanceRows} from './glance.ts';
import {badgesOf, type Look} from './look.ts';
import {beside, boxed, ruled} from './panes.ts';
import type {Body} from './picture.ts';
import {slotsTitle} from './readiness.ts';
import {serviceChart} from './service-chart.ts';
import {serviceLines, visibleRows} from './services.ts';
import {slotLines} from './slots.ts';
import {orderWords, planOrder} from './sorting.ts';
import {selectedService, type ConsoleState} from './state.ts';
import {fit, widthOf} from './text.ts';

/** What the header and the footer leave of the smallest screens with borders and two columns, with both of these beside each other below, and with a pane for the selected service. */
const boxedLeast = {columns: 100, rows: 20};
const besideLeast = 130;
const glanceLeast = {columns: 130, rows: 32};

/** At most `rows` lines of exactly `columns` columns. */
export function overview(state: ConsoleState, columns: number, rows: number, look: Look): Body {
  const fleet = state.update?.fleet;
  if (!fleet) return {rows: []};
  const parts = {state, fleet, columns, rows, look};
  if (columns < boxedLeast.columns || rows < boxedLeast.rows) return stacked(parts);
  return columns < besideLeast ? boxedStack(parts) : sideBySide(parts);
}

interface Parts {
  readonly state: ConsoleState;
  readonly fleet: Fleet;
  readonly columns: number;
  readonly rows: number;
  readonly look: Look;
}

/** Without borders: the chart beside the slots, the table, the decisions. */
function stacked({state, fleet, columns, rows, look}: Parts): Body {
  const {style} = look;
  const {symbols} = style;
  const badges = badgesOf(fleet, style);
  const heights = stackedHeights(rows - 3, fleet.services.length, state.happenings.length);
  const slotsWidth = Math.max(16, Math.floor(columns * 0.28));
  const chartWidth = columns - slotsWidth - 3;
  const chart = serviceChart(state, {width: chartWidth, height: heights.chart, screenColumns: columns}, look);
  const slots = slotLines(fleet, badges, slotsWidth, heights.chart, look);
  const title = ruled(chartTitle(state, look), chartWidth + 1, look) + ruled(slotsTitle(fleet, true), columns - chartWidth - 1, look);
  return arranged(
    [title, ...chart.map((text, row) => `${text} ${style.dim(symbols.column)} ${slots[row] ?? ''}`)],
    [
      ...serviceLines(state, badges, columns, heights.table, look),
      ruled(`decisions ${symbols.rule.repeat(2)} ${servicesTitle(state, heights.table)} above`, columns, look),
    ],
    decisionLines(state, columns, heights.decisions, look),
  );
}

/** Of the rows that are left for contents: where there are many services, they get what a chart and a few decisions can spare. */
function stackedHeights(rows: number, services: number, decided: number): {chart: number; table: number; decisions: number} {
  const chartLeast = Math.max(4, Math.floor(rows * 0.3));
  const decisionsLeast = Math.min(Math.max(1, Math.floor(rows * 0.18)), Math.max(1, decided));
  const table = Math.min(services, rows - chartLeast - decisionsLeast);
  const chart = Math.min(12, Math.max(chartLeast, Math.floor((rows - table) * 0.6)));
  return {chart, table, decisions: rows - table - chart};
}

/** Two boxes above, the chart and the slots; the services and the decisions below, each as wide as the screen. */
function boxedStack({state, fleet, columns, rows, look}: Parts): Body {
  const contents = rows - 6;
  const table = Math.min(fleet.services.length, Math.floor(contents * 0.4));
  const decisions = Math.max(3, Math.floor((contents - table) * 0.25));
  const {name, lines} = tableOf({state, fleet, columns, rows, look}, columns - 4, table);
  return arranged(
    chartAndSlots({state, fleet, columns, rows, look}, contents - table - 1 - decisions),
    boxed(name, lines, columns, look),
    boxed('decisions', decisionLines(state, columns - 4, decisions, look), columns, look),
  );
}

/** Two boxes above, two below, and where there is room the selected service's why under them. */
function sideBySide(parts: Parts): Body {
  const {state, fleet, columns, rows, look} = parts;
  const selected = columns >= glanceLeast.columns && rows >= glanceLeast.rows ? selectedService(state) : null;
  const contents = rows - 4 - (selected ? glanceRows + 2 : 0);
  const lower = Math.min(Math.max(fleet.services.length + 1, lowerLeast), Math.floor(contents * 0.6));
  const left = leftOf(columns);
  const {name, lines} = tableOf(parts, left - 4, lower - 1);
  const decisions = decisionLines(state, columns - left - 4, lower, look);
  return arranged(
    chartAndSlots(parts, contents - lower),
    [],
    beside(boxed(name, lines, left, look), boxed('decisions', decisions, columns - left, look)),
    selected ? boxed(clean(selected.spec.name), glanceLines(state, selected, columns - 4, look), columns, look) : [],
  );
}

/** Rows that show the chart, others, rows that show the decisions, and others: each may show something else beside it. */
function arranged(chart: readonly string[], table: readonly string[], decisions: readonly string[], below: readonly string[] = []): Body {
  const above = chart.length + table.length;
  return {
    rows: [...chart, ...table, ...decisions, ...below],
    chart: {from: 0, to: chart.length},
    decisions: {from: above, to: above + decisions.length},
  };
}

/** The lower boxes' least height: enough decisions to see what led to what. */
const lowerLeast = 10;

function leftOf(columns: number): number {
  return Math.floor(columns * 0.64);
}

function chartAndSlots({state, fleet, columns, look}: Parts, height: number): readonly string[] {
  const left = leftOf(columns);
  const chart = serviceChart(state, {width: left - 4, height, screenColumns: columns}, look);
  const slots = slotLines(fleet, badgesOf(fleet, look.style), columns - left - 4, height, look);
  return beside(boxed(chartTitle(state, look), chart, left, look), boxed(slotsTitle(fleet, false), slots, columns - left, look));
}

function tableOf({state, fleet, look}: Parts, width: number, rows: number): {readonly name: string; readonly lines: readonly string[]} {
  return {name: servicesTitle(state, rows), lines: serviceLines(state, badgesOf(fleet, look.style), width, rows, look)};
}

/** Says which of the services are in sight where not all are. */
function servicesTitle(state: ConsoleState, rows: number): string {
  const {from, to, of} = visibleRows(state, rows);
  const which = to - from < of ? `services ${from + 1}-${to} of ${of}` : `services ${of}`;
  const order = state.order.by === planOrder.by && !state.order.reversed ? '' : `, ${orderWords(state.order)}`;
  return which + order + (state.find === '' ? '' : `, /${clean(state.find)}`);
}

/** The name is cut before the two lines' signs are. What fills wants whatever is left, and has no such line. */
function chartTitle(state: ConsoleState, {style: {symbols}}: Look): string {
  const service = selectedService(state);
  const want = service?.decision?.fills ? '' : `want ${symbols.demandLine[4]} `;
  const signs = `: ${want}running ${symbols.replicaLine[4]}`;
  const name = clean(service?.spec.name ?? 'no service');
  return fit(name, Math.min(widthOf(name), 24), symbols) + signs;
}
