/** A stretch of the past, folded: its samples, what happened in it, and the fleet at any moment of it. Pure. */
import type {Sample, Stretch} from '../ports.ts';
import {recordingLines} from '../recording-line.ts';
import type {Entry, Happening} from '../scaler/entry.ts';
import type {Fleet} from '../scaler/fleet.ts';
import {step} from '../scaler/step.ts';
import {passTime, sampleMs, sampleOf, samplesMax} from './sample.ts';

export interface Unfolded {
  /** One for each whole second. */
  readonly samples: readonly Sample[];
  readonly happenings: readonly Happening[];
  fleetAt(at: number): Fleet;
}

/** A stretch that can't be read, as of an engine that isn't like this one. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
}

/** The fleet before the group of this number. */
interface Mark {
  readonly group: number;
  readonly fleet: Fleet;
}

/** So many fleets of a stretch are kept, so that a step back doesn't fold all of it again. */
const marksMax = 64;
/** After about so many looks at a service others have their turn: some ten milliseconds. */
const turnServices = 4000;

/** `pause` lets others have their turn: a stretch of a large fleet takes a while. Throws `HistoryError`. */
export async function unfold({before, from, to, known, lines}: Stretch, pause: () => Promise<void>): Promise<Unfolded> {
  const decoder = recordingLines(known);
  const samples: Sample[] = [];
  const happenings: Happening[] = [];
  const groups: (readonly Entry[])[] = [];
  const marks: Mark[] = [];
  const markEvery = Math.max(1, Math.ceil(lines.length / marksMax));
  let fleet = before;
  let second = Math.ceil(from / sampleMs) * sampleMs;
  let looked = 0;

  /** Where nothing happens for long, no chart reaches back to its beginning. */
  const sampleUntil = (end: number) => {
    second = Math.max(second, Math.ceil(end / sampleMs - samplesMax) * sampleMs);
    for (; second < end; second += sampleMs) samples.push(sampleOf(fleet, second));
  };

  for (const line of lines) {
    const entries = decoder.decode(line);
    const at = entries?.[0]?.at;
    if (!entries || at === undefined) throw new HistoryError('this stretch of the past can’t be read');
    sampleUntil(at);
    if (groups.length % markEvery === 0) marks.push({group: groups.length, fleet});
    groups.push(entries);
    const result = step(fleet, entries);
    happenings.push(...result.happenings);
    fleet = result.fleet;
    looked += fleet.services.length + 1;
    if (looked > turnServices) {
      looked = 0;
      await pause();
    }
  }
  sampleUntil(to);

  return {
    samples,
    happenings,
    fleetAt(at) {
      const mark = marks.findLast(({group}) => (groups[group]?.[0]?.at ?? 0) <= at) ?? {group: 0, fleet: before};
      let found = mark.fleet;
      for (let group = mark.group; (groups[group]?.[0]?.at ?? Number.POSITIVE_INFINITY) <= at; group++)
        found = step(found, groups[group] ?? []).fleet;
      return passTime(found, at);
    },
  };
}
