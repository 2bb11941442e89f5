/** The table of one service's replicas: where each is, what it is at and for how long, what it uses. */
import {clean} from '../clean.ts';
import type {ReplicaFacts} from '../ports.ts';
import {closeUpOf, type CloseUp} from './close-up.ts';
import type {Look} from './look.ts';
import type {ConsoleState} from './state.ts';
import type {Style, Symbols} from './style.ts';
import {fit, fitRight, line, plainly, widthOf, type Piece} from './text.ts';

/** A look may take four seconds, and the next one begins two after it: after this one at least didn't come. */
const staleMs = 10_000;

/** A header that says how many there are, then `height - 1` rows. */
export function replicaLines(state: ConsoleState, service: string, width: number, height: number, {style}: Look): readonly string[] {
  const {symbols} = style;
  const seen = closeUpOf(state);
  const replicas = seen?.replicas?.value.replicas ?? [];
  const more = seen?.replicas?.value.more ?? 0;
  const rows = Math.max(0, height - 1);
  const from = Math.min(seen?.scrolled ?? 0, Math.max(0, replicas.length - rows));
  const shown = replicas.slice(from, from + rows);
  const names = replicas.map(({name}) => shortName(name, service));
  const of =
    shown.length < replicas.length + more ? `${from + 1}-${from + shown.length} of ${replicas.length + more}` : `${replicas.length}`;
  const title = replicas.length === 0 ? 'REPLICA' : `REPLICA ${of}`;
  const widths = widthsFor(width, [title, ...names], replicas);
  const trouble = ageOf(state, seen, 'replicas');
  const lines = [
    // How many there are goes before what they are. What is wrong takes the place of the titles: it is what must be read first.
    trouble === ''
      ? style.dim(fit(` ${headerWords(widthOf(title) <= widths.name ? title : of, widths, symbols)}`, width, symbols))
      : style.danger(fit(` ${plainly(trouble, symbols)}`, width, symbols)),
  ];
  if (replicas.length === 0 && rows > 0) lines.push(style.dim(fit(` ${emptyWords(state, service, seen)}`, width, symbols)));
  for (const [index, replica] of shown.entries()) {
    const faded = trouble === '' ? undefined : style.dim;
    lines.push(line(rowOf(replica, names[from + index] ?? '', seen?.replicas?.at ?? 0, widths, style, faded), width, symbols));
  }
  while (lines.length < height) lines.push(' '.repeat(width));
  return lines.slice(0, height);
}

const leastName = 8;
const leastNode = 4;
const stateWidth = 9;
const ageWidth = 5;
const cpuWidth = 5;
const memoryWidth = 6;

function widthsFor(
  width: number,
  names: readonly string[],
  replicas: readonly ReplicaFacts[],
): {readonly name: number; readonly node: number} {
  const left = width - 1 - (stateWidth + ageWidth + cpuWidth + memoryWidth + 4);
  const named = Math.min(32, Math.max(leastName, ...names.map(widthOf)));
  const placed = Math.min(24, Math.max(leastNode, ...replicas.map(replica => widthOf(replica.node ?? ''))));
  // A name may be cut for the sake of the node, down to what still tells one from the other.
  const node = Math.min(placed, left - leastName - 1);
  return node < leastNode ? {node: 0, name: Math.min(named, left)} : {node, name: Math.min(named, left - node - 1)};
}

function headerWords(title: string, {name, node}: {readonly name: number; readonly node: number}, symbols: Symbols): string {
  const cells = [
    fit(title, name, symbols),
    ...(node > 0 ? [fit('NODE', node, symbols)] : []),
    fit('STATE', stateWidth, symbols),
    fitRight('AGE', ageWidth, symbols),
    fitRight('CPU', cpuWidth, symbols),
    fitRight('MEM', memoryWidth, symbols),
  ];
  return cells.join(' ');
}

function rowOf(
  {node, state, since, cpu, memoryBytes}: ReplicaFacts,
  name: string,
  seenAt: number,
  widths: {readonly name: number; readonly node: number},
  style: Style,
  faded: Piece['paint'],
): readonly Piece[] {
  const {symbols} = style;
  const text = (words: string) => plainly(clean(words), symbols);
  return [
    {text: ` ${fit(text(name), widths.name, symbols)} `, paint: faded},
    {text: widths.node > 0 ? `${fit(text(node ?? '-'), widths.node, symbols)} ` : '', paint: faded ?? style.dim},
    {text: `${fit(state, stateWidth, symbols)} `, paint: faded ?? paintState(state, style)},
    {text: fitRight(since === null ? '-' : replicaAge(seenAt - since), ageWidth, symbols), paint: faded},
    {text: ` ${fitRight(cpu === null ? '-' : `${Math.round(Math.min(cpu, 99.99) * 100)}%`, cpuWidth, symbols)}`, paint: faded},
    {text: ` ${fitRight(memoryBytes === null ? '-' : memoryWords(memoryBytes), memoryWidth, symbols)}`, paint: faded},
  ];
}

function paintState(state: ReplicaFacts['state'], style: Style): Piece['paint'] {
  switch (state) {
    case 'running':
      return style.good;
    case 'starting':
    case 'stopping':
    case 'frozen':
    case 'unplaced':
      return style.warning;
    case 'unhealthy':
    case 'lost':
    case 'ended':
      return style.danger;
    case 'standby':
      return undefined;
  }
}

/** Until they are seen one by one, what is known of them all: a look takes a second. */
function emptyWords({update, gone}: ConsoleState, service: string, seen: CloseUp | null): string {
  if (seen?.replicas) return 'there is none';
  if (seen?.failure !== undefined && seen.failure !== null) return '';
  const observed = update?.fleet.services.find(({spec}) => spec.name === service)?.observed;
  const counts = observed
    ? ([
        [observed.running, 'running'],
        [observed.pending, 'starting'],
        [observed.stopping, 'stopping'],
        [observed.frozen, 'frozen'],
        [observed.standby, 'on standby'],
      ] as const)
    : [];
  const known = counts.flatMap(([count, words]) => (count > 0 ? [`${count} ${words}`] : [])).join(', ');
  if (gone !== null) return [known, 'nobody can be asked for each of them'].filter(Boolean).join('; ');
  return known === '' ? 'asking for its replicas' : `${known}; asking for each of them`;
}

/** Why what is shown is not what is; empty where it is. */
export function ageOf({update, gone}: ConsoleState, seen: CloseUp | null, pane: 'replicas' | 'logs'): string {
  if (!seen) return '';
  const at = seen[pane]?.at ?? null;
  const ageMs = at === null ? 0 : (update?.vitals.at ?? 0) - at;
  const old = at === null ? '' : `STALE ${replicaAge(ageMs)}`;
  if (gone !== null) return at === null ? '' : 'AS IT WAS';
  if (seen.failure !== null) return [old, clean(seen.failure)].filter(Boolean).join(': ');
  return ageMs > staleMs ? old : '';
}

/** Such as `42s`, `7m`, `3h`, `12d`: no finer, so that the screen doesn't change each second for it. */
export function replicaAge(ms: number): string {
  const [unit, letter] = ageUnits.find(([size]) => ms >= size) ?? ([1000, 's'] as const);
  return `${Math.max(0, Math.floor(ms / unit))}${letter}`;
}

const ageUnits = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
] as const;

/** Such as `640K`, `12M`, `1.5G`. */
export function memoryWords(bytes: number): string {
  const units = ['B', 'K', 'M', 'G', 'T'] as const;
  let amount = bytes;
  let unit = 0;
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${amount < 10 && unit > 1 ? amount.toFixed(1) : Math.round(amount)}${units[unit]}`;
}

/** Without the project before it: `web-3` of `shop-web-3`. */
export function shortName(name: string, service: string): string {
  const at = name.indexOf(service);
  return at > 0 ? name.slice(at) : name;
}
