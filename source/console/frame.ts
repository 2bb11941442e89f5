/** The whole screen as lines, for a size. It places the panes; what stands in them is theirs. */
import {undoMs} from '../scaler/override.ts';
import {clean} from '../clean.ts';
import {chartLines} from './chart.ts';
import {headerLines} from './header.ts';
import {detailPanes} from './detail-panes.ts';
import {helpLines} from './help.ts';
import {keyTable, plainKeys} from './keys.ts';
import {decisionLines} from './decisions.ts';
import {badgesOf, type Look} from './look.ts';
import {slotsTitle} from './readiness.ts';
import {serviceLines, visibleRows} from './services.ts';
import {slotLines} from './slots.ts';
import {orderWords, planOrder} from './sorting.ts';
import {paletteLines} from './palette.ts';
import {whatIfLines} from './what-if.ts';
import {beside, boxed} from './panes.ts';
import {promptWords} from './prompt.ts';
import {selectedService, type ConsoleState} from './state.ts';
import {sureRow} from './sure.ts';
import {fit, line, packed, widthOf} from './text.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Below this nothing readable fits. */
export const smallest: Size = {columns: 60, rows: 15};
/** From here on there are borders and two columns. */
const wideColumns = 100;
const wideRows = 24;

/** Exactly `rows` lines of exactly `columns` columns. */
export function frame(state: ConsoleState, size: Size, look: Look): readonly string[] {
  const {columns, rows} = size;
  const {symbols} = look.style;
  if (columns < smallest.columns || rows < smallest.rows) return tooSmall(size, look);
  const header = headerLines(state, columns, look);
  const footer = [messageLine(state, columns, look), keyBar(state, columns, look)];
  const height = rows - header.length - footer.length;
  let body: readonly string[];
  if (state.prompt.kind === 'help') body = helpLines(columns, height, look.style);
  else if (state.prompt.kind === 'palette') body = paletteLines(state.prompt.typed, state.prompt.at, columns, height, look.style);
  else if (state.view.kind === 'what-if') body = whatIfLines(state.view.answer, columns, height, look);
  else if (state.view.kind === 'detail' && state.update) body = detailBody(state, columns, height, look);
  else if (!state.update) body = [fit(' waiting for the engine', columns, symbols)];
  else
    body = columns >= wideColumns && rows >= wideRows ? wideBody(state, columns, height, look) : narrowBody(state, columns, height, look);
  const padded = [...body.slice(0, height)];
  while (padded.length < height) padded.push(' '.repeat(columns));
  return [...header, ...padded, ...footer].map(row => sureRow(row, symbols.unicode));
}

function tooSmall({columns, rows}: Size, {style}: Look): readonly string[] {
  const words = [`microscale needs ${smallest.columns}x${smallest.rows};`, `this is ${columns}x${rows}.`];
  return Array.from({length: Math.max(1, rows)}, (_, row) => fit(words[row] ?? '', columns, style.symbols));
}

/** Heights of chart, table and decisions, out of the rows that are left for their contents. */
function divide(height: number, services: number, chartMost: number): {chart: number; table: number; decisions: number} {
  const table = Math.min(services, Math.max(2, Math.floor(height * 0.4)));
  const chart = Math.min(chartMost, Math.max(4, Math.floor((height - table) * 0.6)));
  return {chart, table, decisions: Math.max(1, height - table - chart)};
}

/** One service alone: what the chart is drawn with is known here. */
function detailBody(state: ConsoleState, columns: number, height: number, look: Look): readonly string[] {
  const service = selectedService(state);
  if (!service || !state.update) return [fit(' there is no such service any more   (Esc goes back)', columns, look.style.symbols)];
  const paint = badgesOf(state.update.fleet, look.style).paint(service.spec.name);
  const chart = (width: number, rows: number) => chartOf(state, paint, width, rows, columns >= 130 ? 2000 : 1000, look, true);
  return detailPanes({state, service, columns, height, look, chart, paint});
}

function narrowBody(state: ConsoleState, columns: number, height: number, look: Look): readonly string[] {
  const {style} = look;
  const {symbols} = style;
  const fleet = state.update?.fleet;
  if (!fleet) return [];
  const badges = badgesOf(fleet, style);
  const heights = divide(height - 3, fleet.services.length, 12);
  const slotsWidth = Math.max(16, Math.floor(columns * 0.28));
  const chartWidth = columns - slotsWidth - 3;
  const chart = chartOf(state, badges.paint(state.selected ?? ''), chartWidth, heights.chart, 1000, look);
  const slots = slotLines(fleet, badges, slotsWidth, heights.chart, look);
  const left = fit(`${symbols.rule.repeat(2)} ${chartTitle(state)} `, chartWidth + 1, symbols).trimEnd();
  const right = `${symbols.rule.repeat(2)} ${slotsTitle(fleet, true)} `;
  const title = left + ` ${symbols.rule.repeat(Math.max(0, chartWidth - widthOf(left)))}${right}`;
  return [
    style.dim(fit(title + symbols.rule.repeat(columns), columns, symbols).replace(symbols.ellipsis, symbols.rule)),
    ...chart.map((text, row) => `${text} ${style.dim(symbols.column)} ${slots[row] ?? ''}`),
    ...serviceLines(state, badges, columns, heights.table, look),
    style.dim(
      fit(
        `${symbols.rule.repeat(2)} decisions ${symbols.rule.repeat(2)} ${servicesTitle(state, heights.table)} above ${symbols.rule.repeat(columns)}`,
        columns,
        symbols,
      ).replace(symbols.ellipsis, symbols.rule),
    ),
    ...decisionLines(state, columns, heights.decisions, look),
  ];
}

/** Two boxes above, the chart and the slots; two below, the services and the decisions. */
function wideBody(state: ConsoleState, columns: number, height: number, look: Look): readonly string[] {
  const fleet = state.update?.fleet;
  if (!fleet) return [];
  const badges = badgesOf(fleet, look.style);
  const leftWidth = Math.floor(columns * 0.62);
  const rightWidth = columns - leftWidth;
  const contents = height - 4;
  const stacked = columns < sideBySideColumns;
  const lowerMost = Math.max(4, Math.floor(contents * (stacked ? 0.55 : 0.45)));
  const lower = Math.min(Math.max(fleet.services.length + 1, lowerLeast) + (stacked ? 3 : 0), lowerMost);
  const upper = contents - lower;
  const columnMs = columns >= 130 ? 2000 : 1000;
  const chart = chartOf(state, badges.paint(state.selected ?? ''), leftWidth - 4, upper, columnMs, look);
  const slots = slotLines(fleet, badges, rightWidth - 4, upper, look);
  const above = beside(boxed(chartTitle(state), chart, leftWidth, look), boxed(slotsTitle(fleet, false), slots, rightWidth, look));
  if (!stacked) {
    const services = serviceLines(state, badges, leftWidth - 4, lower - 1, look);
    const decisions = decisionLines(state, rightWidth - 4, lower, look);
    return [
      ...above,
      ...beside(boxed(servicesTitle(state, lower - 1), services, leftWidth, look), boxed('decisions', decisions, rightWidth, look)),
    ];
  }
  const table = Math.min(fleet.services.length, lower - 4);
  return [
    ...above,
    ...boxed(servicesTitle(state, table), serviceLines(state, badges, columns - 4, table, look), columns, look),
    ...boxed('decisions', decisionLines(state, columns - 4, lower - table - 3, look), columns, look),
  ];
}

/** From here on the table and the decisions both have room beside each other. */
const sideBySideColumns = 130;

/** The lower boxes' least height: enough decisions to see what led to what. */
const lowerLeast = 10;

/** Says which of the services are in sight where not all are. */
function servicesTitle(state: ConsoleState, rows: number): string {
  const {from, to, of} = visibleRows(state, rows);
  const which = to - from < of ? `services ${from + 1}-${to} of ${of}` : `services ${of}`;
  const order = state.order.by === planOrder.by && !state.order.reversed ? '' : `, ${orderWords(state.order)}`;
  return which + order + (state.find === '' ? '' : `, /${clean(state.find)}`);
}

function chartTitle({selected}: ConsoleState): string {
  return `${clean(selected ?? 'no service')}: demand and replicas`;
}

function chartOf(
  state: ConsoleState,
  paintReplicas: (text: string) => string,
  width: number,
  height: number,
  columnMs: number,
  look: Look,
  withDesired = false,
): readonly string[] {
  const end = state.past ? look.clock(state.past.shownAt) : 'now';
  return chartLines(
    {
      samples: state.samples,
      service: state.selected ?? '',
      width,
      height,
      columnMs,
      now: state.samples.at(-1)?.at ?? 0,
      end,
      paintReplicas,
      withDesired,
    },
    look.style,
  );
}

/** A question, or the last answer; an override that can be undone says so. */
function messageLine(state: ConsoleState, columns: number, {style}: Look): string {
  const {symbols} = style;
  const question = promptWords(state.prompt);
  if (question !== '') return style.inverse(fit(` ${clean(question)}`, columns, symbols));
  const {message, update} = state;
  const now = update?.vitals.at ?? 0;
  const undo = update?.fleet.undo;
  const undoable =
    undo && !state.past && undo.owner === update?.vitals.you && now < undo.at + undoMs
      ? `   u undo (${Math.ceil((undo.at + undoMs - now) / 1000)}s)`
      : '';
  if (!message || now > message.at + messageMs) return ' '.repeat(columns);
  const text = clean(symbols.unicode ? message.text : message.text.replaceAll(/[“”]/g, '"'));
  return line(
    [
      {text: ` ${text}`, paint: message.refused ? style.danger : style.bold},
      {text: undoable, paint: style.warning},
    ],
    columns,
    symbols,
  );
}

/** An answer is read within this time; then the line is calm again. */
const messageMs = 15_000;

function keyBar(state: ConsoleState, columns: number, {style}: Look): string {
  const {symbols, bold, dim} = style;
  const watches = state.readOnly || state.past !== null;
  const shown = keyTable.flatMap(({bar, past, acts}) => {
    if (past && state.past) return [symbols.unicode ? past : ([plainKeys(past[0]), past[1]] as const)];
    return bar && !(watches && acts) ? [bar] : [];
  });
  // What gets an operator out of any trouble is never cut.
  const first = ['?', 'q', 'u', 'x', 'P', 'End'];
  const importance = ([keys]: readonly [string, string]) => (first.includes(keys) ? 0 : 1);
  const keep = new Set<string>();
  let used = 1;
  for (const [keys, word] of shown.toSorted((a, b) => importance(a) - importance(b))) {
    const width = widthOf(keys) + 1 + widthOf(word) + 2;
    if (used + width > columns + 2) continue;
    keep.add(keys);
    used += width;
  }
  const groups = shown
    .filter(([keys]) => keep.has(keys))
    .map(([keys, word]) => [
      {text: keys, paint: bold},
      {text: ` ${word}`, paint: dim},
    ]);
  return ` ${packed(groups, '  ', columns - 1, symbols)}`;
}
