/** The whole screen as lines, for a size. It places the panes; what stands in them is theirs. */
import {undoMs} from '../scaler/override.ts';
import {clean} from '../clean.ts';
import {chartLines} from './chart.ts';
import {headerLines} from './header.ts';
import {detailLines} from './detail.ts';
import {helpLines} from './help.ts';
import {keyTable} from './keys.ts';
import {decisionLines} from './decisions.ts';
import {badgesOf, type Look} from './look.ts';
import {slotsTitle} from './readiness.ts';
import {serviceLines, visibleRows} from './services.ts';
import {slotLines} from './slots.ts';
import {orderWords, planOrder} from './sorting.ts';
import {paletteLines} from './palette.ts';
import {whatIfLines} from './what-if.ts';
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

/** One service alone: its chart above, all that is known of it below. */
function detailBody(state: ConsoleState, columns: number, height: number, look: Look): readonly string[] {
  const service = selectedService(state);
  const {symbols} = look.style;
  if (!service || !state.update) return [fit(' there is no such service any more   (Esc goes back)', columns, symbols)];
  const badges = badgesOf(state.update.fleet, look.style);
  const upper = Math.max(5, Math.floor((height - 2) * 0.45));
  const chart = chartOf(state, badges.paint(service.spec.name), columns, upper, columns >= 130 ? 2000 : 1000, look);
  const rule = (words: string) =>
    look.style.dim(
      fit(`${symbols.rule.repeat(2)} ${words} ${symbols.rule.repeat(columns)}`, columns, symbols).replace(symbols.ellipsis, symbols.rule),
    );
  return [
    rule(chartTitle(state)),
    ...chart,
    rule(`${clean(service.spec.name)}   (Esc goes back)`),
    ...detailLines(state, service, columns, height - upper - 2, look),
  ];
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

function beside(left: readonly string[], right: readonly string[]): readonly string[] {
  return left.map((text, row) => text + (right[row] ?? ''));
}

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
): readonly string[] {
  return chartLines(
    {samples: state.samples, service: state.selected ?? '', width, height, columnMs, now: state.samples.at(-1)?.at ?? 0, paintReplicas},
    look.style,
  );
}

function boxed(title: string, contents: readonly string[], width: number, {style}: Look): readonly string[] {
  const {symbols, dim} = style;
  const [topLeft, topRight, bottomLeft, bottomRight] = symbols.corners;
  const words = fit(title, Math.min(widthOf(title), width - 6), symbols);
  const top = `${dim(topLeft + symbols.rule)} ${style.bold(words)} ${dim(symbols.rule.repeat(Math.max(0, width - 5 - widthOf(words))) + topRight)}`;
  const side = dim(symbols.column);
  return [top, ...contents.map(text => `${side} ${text} ${side}`), dim(bottomLeft + symbols.rule.repeat(width - 2) + bottomRight)];
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
    undo && undo.owner === update?.vitals.you && now < undo.at + undoMs ? `   u undo (${Math.ceil((undo.at + undoMs - now) / 1000)}s)` : '';
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
  const shown = keyTable.filter(key => key.bar !== null && !(state.readOnly && key.acts)).flatMap(({bar}) => (bar ? [bar] : []));
  // What gets an operator out of any trouble is never cut.
  const first = ['?', 'q', 'u', 'x', 'P'];
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
