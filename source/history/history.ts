/**
 * The last hour of an engine, as lines of a recording in stretches of a minute, each with the fleet before it. It keeps
 * and hands out; it never folds, so that looking at the past costs the engine's thread nothing.
 */
import type {Past} from '../ports.ts';
import {formatVersion, recordingLines, type Lines} from '../recording-line.ts';
import type {Entry} from '../scaler/entry.ts';
import type {Fleet} from '../scaler/fleet.ts';
import type {Step} from '../scaler/step.ts';

export interface History {
  /** To be told of every step, in their order. */
  keep(entries: readonly Entry[], result: Step): void;
  /** The stretch with this moment, or the nearest that is kept. */
  past(at: number, now: number): Past;
  /** About how many bytes are kept. */
  bytes(): number;
}

export interface HistoryLimits {
  /** At least this much is kept where there is room for it, and at most a stretch more. */
  readonly ageMs: number;
  readonly bytesMax: number;
}

/** An hour of five hundred busy services is longer than this holds: they get as much of it as fits, some twenty minutes. */
export const usualLimits: HistoryLimits = {ageMs: 3_600_000, bytesMax: 32 * 1024 * 1024};

/** What is folded for a look is at most so much: a stretch ends when it is this long, or this large. */
export const stretchMs = 60_000;
export const stretchBytes = 512 * 1024;
/** About what a service takes that isn't the same object as in the fleet kept before. */
const serviceBytes = 1600;
const fleetBytes = 4096;

interface Kept {
  readonly from: number;
  readonly before: Fleet;
  /** Bytes outside the heap, once it is complete. */
  readonly text: Buffer | null;
  readonly bytes: number;
}

export function createHistory(first: Fleet, {ageMs, bytesMax}: HistoryLimits = usualLimits): History {
  const kept: Kept[] = [];
  let total = 0;
  let latest = first;
  let lines: string[] = [];
  let lineBytes = 0;
  let encoder: Lines = recordingLines();

  function begin(from: number): void {
    close();
    const changed = changedServices(kept.at(-1)?.before ?? null, latest);
    const bytes = fleetBytes + changed * serviceBytes;
    kept.push({from, before: latest, text: null, bytes});
    total += bytes;
    encoder = recordingLines();
  }

  /** What has been written so far becomes one piece. */
  function close(): void {
    const open = kept.at(-1);
    if (!open) return;
    const text = Buffer.from(lines.join('\n'));
    total += text.length - lineBytes;
    kept[kept.length - 1] = {...open, text, bytes: open.bytes + text.length};
    lines = [];
    lineBytes = 0;
  }

  function forget(now: number): void {
    while (kept.length > 1 && (total > bytesMax || (kept[1]?.from ?? now) <= now - ageMs)) total -= kept.shift()?.bytes ?? 0;
  }

  return {
    keep(entries, result) {
      const from = entries[0]?.at;
      if (from !== undefined && (result.changed || result.happenings.length > 0)) {
        const open = kept.at(-1);
        if (!open || from - open.from >= stretchMs || lineBytes >= stretchBytes) begin(from);
        const line = encoder.encode(entries);
        lines.push(line);
        lineBytes += line.length;
        total += line.length;
        forget(from);
      }
      latest = result.fleet;
    },
    past(at, time) {
      // What is folded later in this millisecond isn't there yet.
      const now = Math.floor(time);
      forget(now);
      const index = Math.max(
        0,
        kept.findLastIndex(({from}) => from <= at),
      );
      const found = kept[index];
      const from = kept[0]?.from ?? now;
      if (!found) return {format: formatVersion, from, to: now, stretch: null};
      const to = kept[index + 1]?.from ?? now;
      const known = {at: 0, names: []};
      const written = found.text === null ? [...lines] : found.text.toString('utf8').split('\n');
      return {format: formatVersion, from, to: now, stretch: {from: found.from, to, before: found.before, known, lines: written}};
    },
    bytes: () => total,
  };
}

function changedServices(before: Fleet | null, after: Fleet): number {
  if (!before) return after.services.length;
  return after.services.reduce((sum, service, index) => sum + (service === before.services[index] ? 0 : 1), 0);
}
