/** Handovers of a few slots and of all, kept ready in four ways, each against the bare calls of the same round. */
import {subscribe} from 'node:diagnostics_channel';
import {plot} from 'asciichart';
import {createBare, ways, type Bare, type Way} from './bare.ts';
import {createBox, type Box} from './box.ts';
import {atMost, under, verdict, words, type Line, type Part} from './results.ts';
import {median} from './statistics.ts';

const capacity = 10;
export const steps = [1, 3, 6, 10] as const;

export interface Measured {
  readonly way: Way;
  readonly slots: number;
  readonly bareMs: readonly number[];
  readonly oursMs: readonly number[];
  readonly firstCallMs: readonly number[];
}

/** Ways and sizes take turns within a round, and who goes first changes: a machine that drifts drifts for all of them. */
export async function benchHandover(
  socket: string,
  rounds: number,
  /** Hears what is known after each round: on a busy machine all of them take their time. */
  told: (measured: readonly Measured[]) => void = () => {},
): Promise<readonly Measured[]> {
  const bare = await createBare(socket, capacity);
  const boxes = new Map<Way, Box>();
  for (const way of ways) boxes.set(way, await createBox(socket, way, capacity));
  const measured = ways.flatMap(way =>
    steps.map(slots => ({way, slots, bareMs: [] as number[], oursMs: [] as number[], firstCallMs: [] as number[]})),
  );
  for (let round = 0; round <= rounds; round++) {
    for (const one of measured) {
      const box = boxes.get(one.way);
      if (!box) continue;
      const pair = await measure(bare, box, one.way, one.slots, round % 2 === 0);
      // The first round warms everything up and isn't counted.
      if (round === 0) continue;
      one.bareMs.push(pair.bareMs);
      one.oursMs.push(pair.oursMs);
      one.firstCallMs.push(pair.firstCallMs);
    }
    if (round > 0) told(measured);
  }
  for (const box of boxes.values()) await box.close();
  await bare.close();
  return measured;
}

async function measure(bare: Bare, box: Box, way: Way, slots: number, bareFirst: boolean) {
  let bareMs = 0;
  let oursMs = 0;
  let firstCallMs = 0;
  for (const who of bareFirst ? ['bare', 'ours'] : ['ours', 'bare']) {
    if (who === 'bare') bareMs = await bare.move(way, slots);
    else {
      const startedAt = performance.now();
      onCall = () => {
        firstCallMs = performance.now() - startedAt;
        onCall = () => {};
      };
      oursMs = await box.move(slots);
      onCall = () => {};
      await box.back();
    }
  }
  return {bareMs, oursMs, firstCallMs};
}

let onCall: () => void = () => {};
subscribe('http.client.request.start', () => onCall());

const ratio = (one: Measured) => median(one.oursMs.map((ms, round) => ms / (one.bareMs[round] ?? Number.NaN)));

function handoverTable(measured: readonly Measured[]): readonly string[] {
  const coldOf = (slots: number) => measured.find(one => one.way === 'cold' && one.slots === slots);
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(['kept ready', 'slots', 'bare calls', 'microscale', 'ratio', 'of the cold floor']),
    row(['---', '---:', '---:', '---:', '---:', '---:']),
    ...measured.map(one => {
      const cold = coldOf(one.slots);
      const share = cold ? median(one.oursMs) / median(cold.bareMs) : Number.NaN;
      const ms = (values: readonly number[]) => `${median(values).toFixed(0)} ms`;
      return row([one.way, String(one.slots), ms(one.bareMs), ms(one.oursMs), ratio(one).toFixed(2), share.toFixed(3)]);
    }),
  ];
}

/** Milliseconds by slots, one line for each way. */
function handoverChart(measured: readonly Measured[]): readonly string[] {
  const width = 12;
  const series = ways.map(way => {
    const points = measured.filter(one => one.way === way).map(one => [one.slots, median(one.oursMs)] as const);
    return Array.from({length: ((capacity - 1) * width) / 3 + 1}, (_, column) => between(points, 1 + column / (width / 3)));
  });
  const order = ways.map((way, index) => `${way} ${(series[index]?.at(-1) ?? 0).toFixed(0)}`).join(', ');
  return [
    ...plot(series, {height: 12, format: (ms: number) => ms.toFixed(0).padStart(8)}).split('\n'),
    `         1 slot … ${capacity} slots; at the right end, in ms: ${order}`,
  ];
}

function between(points: readonly (readonly [number, number])[], at: number): number {
  const upper = points.findIndex(([slots]) => slots >= at);
  const [high, low] = [points[Math.max(0, upper)], points[Math.max(0, upper - 1)]];
  if (!high || !low || high === low) return high?.[1] ?? 0;
  return low[1] + ((high[1] - low[1]) * (at - low[0])) / (high[0] - low[0]);
}

/** What is promised, and whether it was kept; then all that was measured. */
export function handoverParts(measured: readonly Measured[]): readonly Part[] {
  return [words(handoverVerdicts(measured)), {kind: 'markdown', lines: handoverTable(measured)}, words(handoverChart(measured))];
}

function handoverVerdicts(measured: readonly Measured[]): readonly Line[] {
  const of = (way: Way, slots: number): Measured =>
    measured.find(one => one.way === way && one.slots === slots) ?? {way, slots, bareMs: [], oursMs: [], firstCallMs: []};
  const [cold, frozen, one] = [of('cold', 6), of('frozen', 6), of('frozen', 1)];
  return [
    `handover, ${cold.oursMs.length} rounds, medians`,
    verdict('6 of 10, paused and frozen, of the cold floor', median(frozen.oursMs) / median(cold.bareMs), atMost(0.125), ''),
    verdict('6 of 10, paused and frozen, of the bare pause and unpause', ratio(frozen), atMost(1.2), ''),
    verdict('6 of 10, cold, of the cold floor', ratio(cold), atMost(1.1), ''),
    verdict('one slot, paused and frozen, from the reading', median(one.oursMs), under(60), 'ms'),
    verdict('the first call after the reading', median(cold.firstCallMs), under(10), 'ms'),
  ];
}
