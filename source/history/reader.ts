/**
 * Looks at the past, a moment at a time: asks for the stretches that it needs, folds them where it is, and keeps the last
 * few. It knows neither an engine nor a file; both answer the same question.
 */
import type {Past, Sample, Stretch} from '../ports.ts';
import {formatVersion} from '../recording-line.ts';
import type {Happening} from '../scaler/entry.ts';
import type {Fleet} from '../scaler/fleet.ts';
import {happeningsMax, sampleMs, samplesMax} from './sample.ts';
import {HistoryError, unfold, type Unfolded} from './unfold.ts';

/** A moment of the past as a screen shows it. */
export interface Scene {
  /** A whole second. */
  readonly at: number;
  /** The first and the last moment that can be looked at. */
  readonly from: number;
  readonly to: number;
  readonly fleet: Fleet;
  /** From here on `samples` and `happenings` hold everything. */
  readonly since: number;
  readonly samples: readonly Sample[];
  readonly happenings: readonly Happening[];
}

export interface Reader {
  /** The moment, or the nearest that is kept, with at least the minute around it. */
  look(at: number): Promise<Scene>;
  /** Reads one stretch more of the minutes before it; null once the widest chart is full, or nothing older is kept. */
  widen(at: number): Promise<Scene | null>;
}

interface Read {
  readonly stretch: Stretch;
  readonly samples: readonly Sample[];
  readonly happenings: readonly Happening[];
}

const windowMs = samplesMax * sampleMs;
/** What is further away than this isn't kept. */
const aroundMs = 120_000;

export function createReader(ask: (at: number) => Promise<Past>, pause: () => Promise<void>): Reader {
  /** In the order of time. */
  let read: readonly Read[] = [];
  let unfolded: {readonly stretch: Stretch; readonly content: Unfolded} | null = null;
  let kept = {from: 0, to: Number.POSITIVE_INFINITY};

  async function fetch(at: number): Promise<Stretch> {
    const {format, from, to, stretch} = await ask(at);
    if (format !== formatVersion) throw new HistoryError('the engine is another version of microscale: its past can’t be read here');
    kept = {from: Math.ceil(from / sampleMs) * sampleMs, to: Math.floor(to / sampleMs) * sampleMs};
    // Of an engine that has only just begun, not even a whole second.
    if (!stretch || kept.to < kept.from) throw new HistoryError('nothing of the past is kept yet');
    return stretch;
  }

  async function take(stretch: Stretch): Promise<Unfolded> {
    const content = await unfold(stretch, pause);
    const {samples, happenings} = content;
    const others = read.filter(({stretch: {from}}) => from !== stretch.from);
    read = [...others, {stretch, samples, happenings}].sort((a, b) => a.stretch.from - b.stretch.from);
    return content;
  }

  const holding = (at: number) => read.findLast(({stretch: {from, to}}) => from <= at && at < to) ?? null;

  /** The stretches that follow each other without a gap up to the one with this moment, which is the last of them. */
  function unbroken(at: number): readonly Read[] {
    const last = read.findLastIndex(({stretch: {from}}) => from <= at);
    let first = last;
    while (first > 0 && read[first - 1]?.stretch.to === read[first]?.stretch.from) first--;
    return read.slice(Math.max(0, first), last + 1);
  }

  function scene(at: number, fleet: Fleet): Scene {
    const parts = unbroken(at);
    const samples = parts.flatMap(part => part.samples).filter(sample => sample.at > at - windowMs && sample.at <= at);
    const happenings = parts.flatMap(part => part.happenings).filter(happening => happening.at <= at);
    return {at, ...kept, fleet, since: parts[0]?.stretch.from ?? at, samples, happenings: happenings.slice(-happeningsMax)};
  }

  async function look(sought: number): Promise<Scene> {
    const at = Math.max(kept.from, Math.floor(sought / sampleMs) * sampleMs);
    const stretch = holding(at)?.stretch ?? (await fetch(at));
    const within = Math.min(Math.max(at, kept.from), kept.to);
    if (unfolded?.stretch !== stretch) unfolded = {stretch, content: await take(stretch)};
    read = read.filter(({stretch: {from, to}}) => to > within - windowMs - aroundMs && from < within + aroundMs);
    return scene(within, unfolded.content.fleetAt(within));
  }

  return {
    look,
    async widen(at) {
      const since = unbroken(at)[0]?.stretch.from;
      if (since === undefined || since <= at - windowMs || since <= kept.from) return null;
      const older = await fetch(since - 1);
      if (older.from >= since) return null;
      await take(older);
      return look(at);
    },
  };
}
