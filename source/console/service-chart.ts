/** The selected service's chart, from what the console knows of it. */
import {chartLines} from './chart.ts';
import {badgesOf, type Look} from './look.ts';
import type {ConsoleState} from './state.ts';

/** From here on a column of the chart stands for two seconds: it looks twice as far back. */
const farColumns = 130;

/** `height` lines of exactly `width` columns; `screenColumns` is how wide the whole screen is. */
export function serviceChart(
  state: ConsoleState,
  {width, height, screenColumns}: {readonly width: number; readonly height: number; readonly screenColumns: number},
  look: Look,
  withDesired = false,
): readonly string[] {
  const {selected, samples, past, chartsTo, update} = state;
  const shownTo = past?.shownAt ?? chartsTo;
  const service = selected ?? '';
  return chartLines(
    {
      samples,
      service,
      width,
      height,
      columnMs: screenColumns >= farColumns ? 2000 : 1000,
      now: samples.at(-1)?.at ?? 0,
      end: shownTo === null ? 'now' : look.clock(shownTo),
      paintReplicas: update ? badgesOf(update.fleet, look.style).paint(service) : text => text,
      withDesired,
    },
    look.style,
  );
}
